"""Files judged for real, to be shown as pages."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

import pytest

from pipeline.run import Order, check_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.model import Report, TidySheet

# The user's word for each property, and what a good row has there; `{row}` is its number.
_GOOD: Final = {
    "Key": "K-{row}",
    "Location": "1414974955",
    "Trainer": "1414980011",
    "Course": "Course {row}",
    "Order": "10",
    "Access": "Public",
    "Pricing plan": "",
    "Summary": "",
    "Group": "",
    "Active": "",
    "Featured": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A file that was checked."""

    report: Report
    sheet: TidySheet


class Judge(Protocol):
    """Checks a CSV file whose rows begin at row 2; each says what differs from a good row, by header."""

    def __call__(self, *rows: Mapping[str, str]) -> Judged:
        """Return the verdict, and what the file holds."""


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    def judged(*rows: Mapping[str, str]) -> Judged:
        path = tmp_path / "plan.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(_GOOD))
            writer.writeheader()
            for number, row in enumerate(rows, start=2):
                good = {header: text.format(row=number) for header, text in _GOOD.items()}
                writer.writerow({**good, **row})
        seen: list[TidySheet] = []
        order = Order(command="check", path=path, run_id="1", folder=tmp_path, seen=seen.append)
        report = check_file(order, now=lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
        return Judged(report=report, sheet=seen[0])

    return judged
