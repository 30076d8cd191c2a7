from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.bench.chart import drawn, in_markdown
from tests.bench.measuring import OURS, ROOT, Comparison, Figure
from tests.bench.telling import document

BENCH = Path(__file__).parent
SVG = "{http://www.w3.org/2000/svg}"


def figure(case: str, what: str, contender: str, value: float) -> Figure:
    return Figure(case=case, what=what, contender=contender, values=(value,))


PACE = Comparison(
    name="pace",
    title="Pace & limits",
    bounds=(),
    figures=(
        figure("600 courses", "seconds", "the least possible", 546),
        figure("600 courses", "seconds", OURS, 560.8),
        figure("600 courses", "throttled answers", OURS, 0),
    ),
)
NEW = Comparison(
    name="a new one",
    title="New",
    bounds=(),
    figures=(
        figure("<small>", "load seconds", OURS, 0.2),
        figure("<small>", "rows a second", OURS, 1234.5),
        figure("<small>", "rows a second", "a contender with quite a long name indeed", 0),
        figure("<small>", "megabytes", OURS, 70),
    ),
)


def picture(*comparisons: Comparison) -> ET.Element:
    return ET.fromstring(drawn(document(comparisons)))  # noqa: S314 - drawn by ourselves


def texts(svg: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]


@pytest.mark.parametrize("comparisons", [(), (PACE,), (NEW,), (PACE, NEW)], ids=len)
def test_any_comparisons_make_one_picture_within_900_pixels(comparisons: tuple[Comparison, ...]) -> None:
    svg = picture(*comparisons)
    assert float(svg.get("width", "")) <= 900
    for each in comparisons:
        assert each.title in texts(svg)
    bases = [float(text.get("y", "")) for text in svg.iter(f"{SVG}text")]
    assert max(bases) < float(svg.get("height", ""))


def test_a_listed_comparison_shows_what_is_listed_only() -> None:
    told = texts(picture(PACE))
    assert "seconds; less is better" in told
    assert "throttled answers; less is better" not in told


def test_another_comparison_shows_its_first_measure() -> None:
    """A long name takes two lines; letters that mean something to XML stay letters."""
    told = texts(picture(NEW))
    assert {"<small>", "rows a second; more is better", "1,234", "0"} <= {*told}
    assert not {"megabytes; less is better", "load seconds; less is better"} & {*told}
    assert "a contender with quite" in told


def test_a_bar_is_as_long_as_its_value_and_ours_stands_out() -> None:
    groups = {
        "".join(group.find(f"{SVG}text").itertext()): group  # type: ignore[union-attr]  # every row has texts
        for group in picture(PACE).iter(f"{SVG}g")
    }
    widths = {
        name: float(group.find(f"{SVG}rect").get("width", ""))  # type: ignore[union-attr]  # and a bar
        for name, group in groups.items()
    }
    assert widths["the least possible"] / widths[OURS] == pytest.approx(546 / 560.8, rel=0.01)
    assert {name: group.get("class") for name, group in groups.items()} == {
        "the least possible": "other",
        OURS: "ours",
    }


def test_the_command_draws_what_was_written(tmp_path: Path) -> None:
    figures: dict[str, Any] = document([PACE])
    (tmp_path / "figures.json").write_text(json.dumps(figures), encoding="utf-8")
    words = ["-m", "tests.bench.chart", str(tmp_path / "figures.json"), str(tmp_path / "out.svg")]
    ended = subprocess.run(
        [sys.executable, *words], check=True, timeout=60, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert (tmp_path / "out.svg").read_text(encoding="utf-8") == drawn(figures)
    assert ended.stdout.splitlines()[2:] == [
        "| Pace & limits: 600 courses, seconds | 561 | the least possible 546 (0.97 x) |"
    ]


def test_the_readmes_table_and_picture_are_the_figures() -> None:
    figures = json.loads((BENCH / "figures.json").read_text(encoding="utf-8"))
    assert (BENCH / "figures.svg").read_text(encoding="utf-8") == drawn(figures)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\n".join(("", *in_markdown(figures), "")) in readme
