"""`python -m tests.bench.chart FILE.json OUT.svg`: what `--json` wrote as one picture of bars.

The picture is SVG with its texts as text; it has a ground of its own, so that it can be read on a light and
on a dark page. The same figures are printed as the README has them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from tests.bench.measuring import OURS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# Cases and measures that are shown, in this order; of a comparison that is not here, its first measure.
SHOWN: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "pace": (
        ("600 courses", "seconds"),
        ("600 courses", "requests over a limit"),
        ("2,500 courses", "seconds"),
    ),
    "sending": (
        ("1,000 rows, answers at once", "rows a second"),
        ("40 cases of faults", "ended right"),
    ),
    "reading": (
        ("100,000 rows of xlsx", "seconds"),
        ("100,000 rows of xlsx", "megabytes"),
        ("100,000 rows of CSV", "seconds"),
    ),
    "checking": (
        ("10,000 rows, 0 % of them faulty", "seconds"),
        ("100,000 rows, 0 % of them faulty", "seconds"),
        ("100,000 rows, 100 % of them faulty", "seconds"),
    ),
    "reporting": (("5,000 rows, sheet of rows", "CPU seconds"),),
    "whole": (
        ("check, 10,000 rows", "seconds"),
        ("import, 10,000 rows", "seconds"),
        ("check, by the number of rows", "milliseconds a row"),
        ("check, 100,000 rows, beside its cells", "megabytes"),
    ),
    "starting": (("--help", "seconds"),),
}
_ASIDE: Final = ("load seconds", "CPU seconds", "whole seconds")  # what `child` tells besides
_MORE_IS_BETTER: Final = ("a second", "right")  # how such measures end; of all others less is better
_WIDTH: Final = 880  # pixels, as all that follows
_MARGIN: Final = 20
_GAP: Final = 32  # between the two columns
_COLUMN: Final = (_WIDTH - 2 * _MARGIN - _GAP) / 2
_LABEL: Final = 176
_NUMBER: Final = 58
_BAR: Final = 14
_LINE: Final = 14  # of a label
_LABEL_LETTERS: Final = 23  # that fit beside a bar
_STYLE: Final = """
svg { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.ground { fill: #ffffff; stroke: #d1d9e0 }
.heading { font-size: 15px; font-weight: 600 }
.case { font-weight: 600 }
.small { font-size: 11px; fill: #59636e }
.bar { fill: #b1bac4 }
.ours .bar { fill: #0969da }
.ours text { font-weight: 600 }
@media (prefers-color-scheme: dark) {
svg { fill: #f0f6fc }
.ground { fill: #0d1117; stroke: #3d444d }
.small { fill: #9198a1 }
.bar { fill: #57606a }
.ours .bar { fill: #4493f8 }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One case in one measure: a number of each contender's for each round."""

    case: str
    what: str
    rounds: Mapping[str, Sequence[float]]

    @property
    def values(self) -> Mapping[str, float]:
        """Each contender's median."""
        return {name: statistics.median(numbers) for name, numbers in self.rounds.items()}

    def ratio(self, contender: str, reference: str) -> float | None:
        """Return the median of a contender's multiples of a reference, round by round; of nothing, None."""
        pairs = zip(self.rounds[contender], self.rounds[reference], strict=False)
        multiples = [one / other for one, other in pairs if one and other]
        return statistics.median(multiples) if multiples else None

    @property
    def height(self) -> float:
        """Two lines of title, the bars, room below."""
        return 40 + sum(map(_row_height, self.values)) + 16


def main() -> None:
    """Draw the picture."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.chart", description="Draw what --json wrote as SVG."
    )
    parser.add_argument("figures", type=Path, metavar="FILE.json")
    parser.add_argument("picture", type=Path, metavar="OUT.svg")
    asked = parser.parse_args()
    document = json.loads(asked.figures.read_text(encoding="utf-8"))
    asked.picture.write_text(drawn(document), encoding="utf-8")
    sys.stdout.write("\n".join((*in_markdown(document), "")))


def in_markdown(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the picture shows as lines of a table; the others with their multiple of ours."""
    yield f"| {_machine(document)} | {OURS} | others |"
    yield "| --- | --- | --- |"
    for comparison in document["comparisons"]:
        for panel in panels_of(comparison):
            ours = {name: value for name, value in panel.values.items() if name.startswith(OURS)}
            first = next(iter(ours))
            shown = [
                f"{name.removeprefix(OURS).removeprefix(', ')} {_number(value)}"
                for name, value in ours.items()
            ]
            others = [
                f"{name} {_number(value)}"
                + (f" ({ratio:.2f} x)" if (ratio := panel.ratio(name, first)) else "")
                for name, value in panel.values.items()
                if name not in ours
            ]
            what = f"{comparison['title']}: {panel.case}, {panel.what}"
            what += " (more is better)" if panel.what.endswith(_MORE_IS_BETTER) else ""
            yield f"| {what} | {'; '.join(shown).strip()} | {'; '.join(others)} |"


def drawn(document: Mapping[str, Any]) -> str:
    """Return the picture of what `telling.document` returns, with as many comparisons as there are."""
    lines = [_text(_MARGIN, 30, f"{OURS} beside what people would use instead", "heading")]
    lines.append(_text(_MARGIN, 48, _machine(document), "small"))
    top = 64.0
    for comparison in document["comparisons"]:
        lines.append(_text(_MARGIN, top + 20, comparison["title"], "heading"))
        top += 34
        panels = list(panels_of(comparison))
        for pair in (panels[place : place + 2] for place in range(0, len(panels), 2)):
            for column, panel in enumerate(pair):
                lines += _panel(panel, _MARGIN + column * (_COLUMN + _GAP), top)
            top += max(panel.height for panel in pair)
    return _framed(lines, top + 8)


def _machine(document: Mapping[str, Any]) -> str:
    machine = document["machine"]
    return (
        f"Medians on {machine['processor']}, {machine['cores']} cores, "
        f"Python {machine['python']}, {machine['date']}"
    )


def panels_of(comparison: Mapping[str, Any]) -> Iterator[Panel]:
    """Yield what is shown of a comparison."""
    values: dict[tuple[str, str], dict[str, Sequence[float]]] = {}
    for figure in comparison["figures"]:
        values.setdefault((figure["case"], figure["what"]), {})[figure["contender"]] = figure["values"]
    shown: Sequence[tuple[str, str]] = [
        place for place in SHOWN.get(comparison["name"], ()) if place in values
    ]
    if values and not shown:
        first = next((what for _, what in values if what not in _ASIDE), next(iter(values))[1])
        shown = [place for place in values if place[1] == first]
    for case, what in shown:
        yield Panel(case=case, what=what, rounds=values[case, what])


def _panel(panel: Panel, left: float, top: float) -> Iterator[str]:
    better = "more" if panel.what.endswith(_MORE_IS_BETTER) else "less"
    yield _text(left, top + 12, panel.case, "case")
    yield _text(left, top + 28, f"{panel.what}; {better} is better", "small")
    top += 40
    most = max(panel.values.values()) or 1
    for contender, value in panel.values.items():
        width = (_COLUMN - _LABEL - _NUMBER) * value / most
        yield from _row(contender, value, width, left, top)
        top += _row_height(contender)


def _row(contender: str, value: float, width: float, left: float, top: float) -> Iterator[str]:
    middle = top + (_row_height(contender) - 4) / 2
    label = _label(contender)
    first = middle + 4 - (len(label) - 1) * _LINE / 2
    yield f'<g class="{"ours" if contender.startswith(OURS) else "other"}">'
    for place, words in enumerate(label):
        yield _text(left + _LABEL - 8, first + place * _LINE, words, "label", anchor="end")
    # A bar of nothing is still seen to be there.
    yield (
        f'<rect class="bar" x="{left + _LABEL:.1f}" y="{middle - _BAR / 2:.1f}" '
        f'width="{max(width, 1):.1f}" height="{_BAR}" rx="2"/>'
    )
    yield _text(left + _LABEL + max(width, 1) + 6, middle + 4, _number(value), "number")
    yield "</g>"


def _row_height(contender: str) -> float:
    return max(_BAR, _LINE * len(_label(contender))) + 8


def _label(contender: str) -> Sequence[str]:
    return wrap(contender, _LABEL_LETTERS)


def _number(value: float) -> str:
    """Return three digits or all before the point, such as 0.125, 4.2, 98.7 and 12,345."""
    if value == int(value) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _text(left: float, base: float, words: str, kind: str, *, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{left:.1f}" y="{base:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _framed(lines: Iterable[str], height: float) -> str:
    size = f'width="{_WIDTH}" height="{height:.0f}" viewBox="0 0 {_WIDTH} {height:.0f}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{escape(OURS)} beside what people would use instead</title>",
            f"<style>{_STYLE}</style>",
            f'<rect class="ground" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{height - 1:.0f}" rx="6"/>',
            *lines,
            "</svg>\n",
        ]
    )


if __name__ == "__main__":
    main()
