from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from schemas.layouts import feed, fit, not_imported, recognise, shipped
from schemas.properties import PROPERTIES, SUMMARY_LIMIT, Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping

SAMPLES = Path(__file__).parents[2] / "samples" / "legacy"
EXPECTED = Path(__file__).parents[1] / "samples" / "legacy"
NAMES = sorted(shipped())


def read(name: str) -> tuple[list[str], list[dict[str, str]]]:
    with (SAMPLES / f"{name}.csv").open(encoding="utf-8-sig", newline="") as table:
        reader = csv.DictReader(table, delimiter=";" if name == "moodle" else ",")
        rows = list(reader)
        return list(reader.fieldnames or []), rows


def sent(values: Mapping[str, str]) -> dict[str, object]:
    """Return what would be sent for texts typed in our own columns."""
    meaning: dict[Kind, Any] = {
        Kind.VISIBILITY: lambda word: int(Visibility[word.upper()]),
        Kind.FLAG: {"yes": True, "no": False}.__getitem__,
        Kind.WHOLE: int,
        Kind.ID: int,
    }
    return {name: meaning.get(PROPERTIES[name].kind, str)(text) for name, text in values.items()}


@pytest.mark.parametrize("name", NAMES)
def test_each_sample_becomes_what_was_written_by_hand(name: str) -> None:
    """Payload by payload, warning by warning, reason by reason."""
    headers, rows = read(name)
    layout = fit(shipped()[name], headers)
    expected = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))
    found: list[dict[str, object]] = []
    for position, row in enumerate(rows, start=1):
        fed = feed(layout, row, position)
        told: dict[str, object] = {"row": position + 1}
        if fed.left_out is not None:
            found.append({**told, "left_out": fed.left_out})
            continue
        if fed.notes:
            told["warnings"] = [[note.code, note.column] for note in fed.notes]
        found.append({**told, "payload": {**expected["set"], "Active": True, **sent(fed.values)}})
    assert found == expected["rows"]


@pytest.mark.parametrize("name", NAMES)
def test_each_sample_is_recognised_as_its_own_and_no_other(name: str) -> None:
    """Every column is known, and only location and host are left for people to say."""
    headers, _ = read(name)
    matches = recognise(headers, shipped().values())
    assert [(match.layout.name, match.told) for match in matches] == [
        (name, f"{len(headers)} of {len(headers)} columns")
    ]
    assert fit(matches[0].layout, headers).missing == ("BusinessId", "HostId")
    assert None not in not_imported(matches[0].layout, headers).values()


@pytest.mark.parametrize("name", NAMES)
def test_summaries_fit_and_sold_courses_are_never_free(name: str) -> None:
    headers, rows = read(name)
    layout = fit(shipped()[name], headers)
    for position, row in enumerate(rows, start=1):
        fed = feed(layout, row, position)
        assert len(fed.values.get("SummaryText", "")) <= SUMMARY_LIMIT
        if (
            layout.price
            and any(layout.price.asks(row[column]) for column in layout.price.columns)
            and fed.left_out is None
        ):
            assert fed.values["Visibility"] == "Hidden"


def test_every_shipped_layout_has_a_sample_and_is_called_as_its_file() -> None:
    layouts = {path.stem for path in (Path(__file__).parents[2] / "schemas" / "layouts").glob("*.toml")}
    assert layouts == set(NAMES) == {path.stem for path in SAMPLES.iterdir()}
