"""What reading, tidying and checking cost beside the least any reader of workbooks costs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest

if TYPE_CHECKING:
    from pathlib import Path

ROWS: Final = 10_000
REPEATS: Final = 5
RATIO_LIMIT: Final = 2.5 if os.environ.get("CI") else 2  # others may be at work on the same machine
PROSE: Final = "<p>Six short lessons on keeping your books in order, von Grund auf, für alle.</p> " * 40

LEAST: Final = """
import sys
import pandas
import pandera.pandas
from python_calamine import CalamineWorkbook

cells = list(CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).iter_rows())
assert len(cells) == 10_001, len(cells)
"""
OURS: Final = """
import pathlib
import sys
from pipeline.check import check
from pipeline.read import read_sheet
from pipeline.tidy import tidy

checked = check(tidy(read_sheet(pathlib.Path(sys.argv[1]))))
assert sum(row.course is not None for row in checked.rows) == 10_000, checked.findings[:3]
"""


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 10,000 courses with summaries of 300 characters and descriptions of one to three kilobytes."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Plan")
    sheet.append(
        ["Key", "Title", "Location", "Trainer", "Order", "Visibility", "Tariff", "Summary", "Description"]
    )
    for number in range(ROWS):
        summary = f"{number} {PROSE}"[:300]
        description = f"{number} {PROSE}"[: 1000 + number * 37 % 2000]
        row = [f"BK-{number}", f"Bookkeeping {number}", 1414974955, 1414980011, number]
        sheet.append([*row, "Paid (4)", 1414990021, summary, description])
    path = tmp_path_factory.mktemp("bench") / "courses.xlsx"
    book.save(path)
    return path


@pytest.mark.bench
def test_checking_a_workbook_costs_at_most_twice_reading_it(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """10,000 rows are read, tidied and checked within twice the time of imports and bare reading."""
    seconds: dict[str, list[float]] = {LEAST: [], OURS: []}
    for _ in range(REPEATS):
        for program, measured in seconds.items():
            started_at = time.perf_counter()
            subprocess.run([sys.executable, "-c", program, str(workbook)], check=True)
            measured.append(time.perf_counter() - started_at)
    least, ours = (statistics.median(measured) for measured in seconds.values())
    ratios = [ours_once / least_once for least_once, ours_once in zip(*seconds.values(), strict=True)]
    with capsys.disabled():
        print(
            f"\nread + tidy + check / imports + bare reading: {ours / least:.2f} "
            f"({min(ratios):.2f}-{max(ratios):.2f}; {ours:.2f} s / {least:.2f} s)"
        )
    assert ours / least <= RATIO_LIMIT
