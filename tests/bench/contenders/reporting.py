"""A report's workbooks, and openpyxl doing the least that could be done in their place.

They are started with a workbook and the number of its courses; every tenth one has two faults.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model import Finding, Report, RowReport, TidySheet

_FAULTY: Final = 10  # of how many one is
_FIRST_ID: Final = 1414985000


def sheet_of_rows(path: str, count: str) -> Callable[[], None]:
    """Write report.xlsx without a copy of the sheet."""
    from pipeline.report.workbook import write_workbook

    report, _ = _reported(path, count)
    return lambda: _in_a_folder(lambda folder: write_workbook(report, None, folder / "report.xlsx"))


def bare_cells(path: str, count: str) -> Callable[[], None]:
    """Write the same cells with openpyxl's write-only mode, without colours, widths and notes."""
    import openpyxl

    from pipeline.report.workbook import write_workbook

    report, _ = _reported(path, count)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "report.xlsx"
        write_workbook(report, None, written)
        cells = list(openpyxl.load_workbook(written)["Rows"].values)
    assert len(cells) == int(count) + 1, len(cells)

    def write(folder: Path) -> None:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Rows")
        for row in cells:
            sheet.append(row)
        book.save(folder / "bare.xlsx")

    return lambda: _in_a_folder(write)


def marked_copy(path: str, count: str) -> Callable[[], None]:
    """Load the user's workbook, mark its faults and save it as a copy."""
    import openpyxl

    from pipeline.collector import uncollected
    from pipeline.report.marked import mark
    from pipeline.report.workbook import copy_order

    report, sheet = _reported(path, count)

    def write(folder: Path) -> None:
        with uncollected():  # as `copy_marked` does
            book = openpyxl.load_workbook(path, data_only=True, keep_links=False)
            mark(book, copy_order(report, sheet, ()))
            book.save(folder / "copy.xlsx")

    return lambda: _in_a_folder(write)


def loaded_and_saved(path: str, count: str) -> Callable[[], None]:
    """Load the user's workbook and save it."""
    import openpyxl

    from pipeline.collector import uncollected

    del count

    def write(folder: Path) -> None:
        with uncollected():  # as it is done for the marked copy
            openpyxl.load_workbook(path).save(folder / "saved.xlsx")

    return lambda: _in_a_folder(write)


def _in_a_folder(write: Callable[[Path], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))


def _reported(path: str, count: str) -> tuple[Report, TidySheet]:
    """Return a report of a run that created nine rows of ten, and the sheet it is about."""
    from pipeline.errors import Exit
    from pipeline.model import Report
    from pipeline.read import read_sheet
    from pipeline.tidy import tidy

    sheet = tidy(read_sheet(Path(path)))
    assert len(sheet.frame) == int(count), len(sheet.frame)
    report = Report(
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
    return report, sheet


def _row(number: int, place: int) -> RowReport:
    from pipeline.model import RowReport, Status

    faulty = place % _FAULTY == 0
    return RowReport(
        number=number,
        key=f"BK-{place}",
        title=f"Bookkeeping, part {place}",
        status=Status.INVALID if faulty else Status.CREATED,
        reason="",
        course_id=None if faulty else _FIRST_ID + place,
        findings=_faults(number) if faulty else (),
    )


def _faults(row: int) -> tuple[Finding, ...]:
    from pipeline.model import Finding

    told = {
        ("D", "Trainer"): 'no host is called "Jon Smyth". Nearest: "John Smith". Correct the cell.',
        ("H", "Summary"): "has 412 characters, 12 more than the 400 that fit. Shorten it.",
    }
    return tuple(
        Finding(
            code="x",
            message=message,
            severity="fault",
            stage="check",
            row=row,
            cell=f"{letter}{row}",
            column=column,
        )
        for (letter, column), message in told.items()
    )
