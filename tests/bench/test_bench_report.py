"""What the report's workbooks cost beside openpyxl doing the least that could be done."""

from __future__ import annotations

import os
import statistics
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest

from pipeline.collector import uncollected
from pipeline.errors import Exit
from pipeline.model import Finding, Report, RowReport, Status
from pipeline.read import read_sheet
from pipeline.report.marked import mark
from pipeline.report.workbook import copy_order, write_workbook
from pipeline.tidy import tidy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.model import TidySheet

ROWS: Final = 10_000
FAULTY: Final = 10  # every tenth
SLACK: Final = 1.25 if os.environ.get("CI") else 1  # others may be at work on the same machine
REPEATS: Final = 5
HEADER: Final = ("Key", "Title", "Location", "Trainer", "Order", "Visibility", "Summary", "Description")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return 10,000 courses with summaries of 300 characters and descriptions of a kilobyte."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Plan")
    sheet.append(HEADER)
    for number in range(ROWS):
        trainer = "Jon Smyth" if number % FAULTY == 0 else 1414980011
        title, words = f"Bookkeeping, part {number}", "Keep your books in order. "
        cells = (f"BK-{number}", title, 1414974955, trainer, number, "Public", words * 12, words * 40)
        sheet.append(cells)
    book.save(path := tmp_path_factory.mktemp("bench") / "courses.xlsx")
    return path


@pytest.fixture(scope="module")
def sheet(workbook: Path) -> TidySheet:
    return tidy(read_sheet(workbook))


@pytest.fixture(scope="module")
def report(sheet: TidySheet) -> Report:
    """Return a report of a run that created nine rows of ten, and found two faults in each other one."""
    return Report(
        run_id="20260302T093000Z-1",
        command="import",
        started_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        finished_at=datetime(2026, 3, 2, 12, 30, tzinfo=UTC),
        version="0.1.0",
        target="https://spaces.example.com/importer@example.com",
        rehearsal=False,
        source=sheet.raw.source,
        rows=tuple(_row(number, place) for place, number in enumerate(sheet.raw.cells.index)),
        file_findings=(),
        exit_code=Exit.NEEDS_A_PERSON,
    )


def _row(number: int, place: int) -> RowReport:
    if place % FAULTY:
        return RowReport(
            number=number,
            key=f"BK-{place}",
            title=f"Bookkeeping, part {place}",
            status=Status.CREATED,
            reason="",
            course_id=1414985000 + place,
        )
    no_host = 'no host is called "Jon Smyth". Nearest: "John Smith". Correct the cell.'
    findings = (
        _finding(number, "D", "Trainer", no_host),
        _finding(number, "G", "Summary", "has 412 characters, 12 more than the 400 that fit. Shorten it."),
    )
    return RowReport(
        number=number,
        key=f"BK-{place}",
        title=f"Bookkeeping, part {place}",
        status=Status.INVALID,
        reason="",
        findings=findings,
    )


def _finding(row: int, letter: str, column: str, message: str) -> Finding:
    return Finding(
        code="x",
        message=message,
        severity="fault",
        stage="check",
        row=row,
        cell=f"{letter}{row}",
        column=column,
    )


@pytest.mark.bench
def test_the_sheet_of_rows_costs_little_more_than_its_bare_cells(
    report: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At most 1.5 times openpyxl's write-only mode with the same cells, without colours, widths and notes."""
    write_workbook(report, None, tmp_path / "report.xlsx")
    cells = [
        [cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / "report.xlsx")["Rows"].rows
    ]

    def bare() -> None:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Rows")
        for row in cells:
            sheet.append(row)
        book.save(tmp_path / "bare.xlsx")

    ours, least = _medians(lambda: write_workbook(report, None, tmp_path / "report.xlsx"), bare)
    with capsys.disabled():
        print(f"\nwriting {ROWS} rows: {ours:.2f} s = {ours / least:.2f} x bare cells ({least:.2f} s)")
    assert ours <= 1.5 * SLACK * least


@pytest.mark.bench
def test_the_marked_copy_costs_little_more_than_loading_and_saving(
    report: Report, sheet: TidySheet, workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At most 1.3 times openpyxl loading and saving that workbook; the sheet of rows was measured above."""

    def load_and_save() -> None:
        openpyxl.load_workbook(workbook).save(tmp_path / "saved.xlsx")

    def load_mark_and_save() -> None:
        with uncollected():  # as `copy_marked` does
            book = openpyxl.load_workbook(workbook, data_only=True, keep_links=False)
            mark(book, copy_order(report, sheet, ()))
            book.save(tmp_path / "copy.xlsx")

    ours, least = _medians(load_mark_and_save, load_and_save)
    with capsys.disabled():
        print(f"\nmarking {ROWS} rows: {ours:.2f} s = {ours / least:.2f} x load and save ({least:.2f} s)")
    assert ours <= 1.3 * SLACK * least


def _medians(*tasks: Callable[[], None]) -> list[float]:
    """Return each task's median seconds; they take turns."""
    seconds: list[list[float]] = [[] for _ in tasks]
    for _ in range(REPEATS):
        for task, each in zip(tasks, seconds, strict=True):
            started_at = time.process_time()  # what others take of the processor does not count
            task()
            each.append(time.process_time() - started_at)
    return [statistics.median(each) for each in seconds]
