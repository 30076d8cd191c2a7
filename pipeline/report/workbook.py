"""report.xlsx: the user's sheet with every fault at its cell, then one row per input row, then the run.

Nothing in it is live: whatever a cell of the input held comes out as text.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook

from pipeline.child import ChildFailed, in_child
from pipeline.collector import uncollected
from pipeline.report.inert import shown
from pipeline.report.marked import CopyOrder, copy_marked
from pipeline.report.marks import columns_of_copy, marks_of
from pipeline.report.plain import PlainSheet, cells_of, title_of, write_plain
from pipeline.report.sheets import add_sheets

if TYPE_CHECKING:
    from pipeline.model import Report, TidySheet

_MOST_MARKED: Final = 20_000  # rows; colouring and noting more takes too long
_LEGEND: Final = (
    "Red cells need correcting, yellow ones a look; each has a note that says why. Grey rows are created."
)
_LEFT_OUT: Final = (
    "It holds values instead of formulas, and neither links, names, macros, pictures, charts, drop-down "
    "lists nor conditional formats."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLimits:
    """What copying a workbook may take; a plain sheet takes its place where that is not enough."""

    seconds: float = 120
    memory_bytes: int = 2 * 2**30


def write_workbook(
    report: Report,
    sheet: TidySheet | None,
    path: Path,
    *,
    limits: CopyLimits = CopyLimits(),
    notes: tuple[tuple[str, str], ...] = (),
) -> None:
    """Write report.xlsx.

    Args:
        report: what the run did.
        sheet: what its file holds; without it there is nothing to mark.
        path: where to; one that is there is replaced.
        limits: of copying a workbook.
        notes: what the sheet "About" says beside the story of the run, as labels and texts.
    """
    if sheet is None:
        _write_fresh(report, None, path, notes)
        return
    plain = _plain(report, sheet)
    name = f'Sheet "{sheet.raw.source.sheet or "Courses"}"'
    if not plain.fits:
        told = "The file's own sheet is not shown: no Excel sheet has so many rows and columns."
        _write_fresh(report, None, path, (("The file's sheet", told), *notes))
        return
    if len(plain.rows) > _MOST_MARKED:
        told = f"The file's cells as plain rows: beyond {_MOST_MARKED} rows none is coloured or noted."
    elif not _is_xlsx(report):
        told = f"The file's cells in a plain sheet, for a file of this kind has no layout to copy. {_LEGEND}"
    else:
        copied = (name, f"The file's own sheet, as it looked. {_LEGEND} {_LEFT_OUT}")
        failure = _copied(report, sheet, path, limits, (copied, *notes))
        if failure is None:
            return
        told = f"The file's cells in a plain sheet: its layout could not be copied ({failure}). {_LEGEND}"
    _write_fresh(report, plain, path, ((name, told), *notes))


def _copied(
    report: Report, sheet: TidySheet, path: Path, limits: CopyLimits, notes: tuple[tuple[str, str], ...]
) -> str | None:
    """Make the marked copy in a process of its own; return in words why there is none, if so."""
    order = copy_order(report, sheet, notes)
    copy = in_child(copy_marked, seconds=limits.seconds, memory_bytes=limits.memory_bytes)
    try:
        return copy(order, path)
    except ChildFailed as failure:
        return str(failure)


def copy_order(report: Report, sheet: TidySheet, notes: tuple[tuple[str, str], ...]) -> CopyOrder:
    """Return what a marked copy of this file is made of."""
    texts = {
        (row, column): visible
        for row, cells in cells_of(sheet.raw).items()
        for column, cell in enumerate(cells, start=1)
        if isinstance(cell, str) and (visible := shown(cell)) != cell
    }
    return CopyOrder(
        report=report,
        header_row=sheet.raw.header_row,
        width=len(sheet.raw.headers),
        texts=texts,
        notes=notes,
    )


def _plain(report: Report, sheet: TidySheet) -> PlainSheet:
    """Return the file's cells at their own addresses; marked unless they are too many."""
    rows = tuple((row.number, row) for row in report.rows)
    marked = len(rows) <= _MOST_MARKED
    return PlainSheet(
        raw=sheet.raw,
        header_row=sheet.raw.header_row,
        rows=rows,
        own=columns_of_copy(report, sheet.raw.places),
        marks=marks_of(report) if marked else {},
        greys_done=marked,
    )


def _write_fresh(
    report: Report, plain: PlainSheet | None, path: Path, notes: tuple[tuple[str, str], ...]
) -> None:
    """Write a workbook row by row."""
    with uncollected():
        book = Workbook(write_only=True)
        book.properties.creator = "course-import"
        if plain is not None:
            write_plain(book.create_sheet(title_of(plain.raw)), plain)
        add_sheets(book, report, notes)
        book.save(path)


def _is_xlsx(report: Report) -> bool:
    """Return whether the source is at hand, and of the kind openpyxl knows."""
    if report.source.sheet is None:
        return False
    try:
        with zipfile.ZipFile(Path(report.source.path)) as archive:
            parts = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
    return any(part.startswith("xl/") for part in parts) and "xl/workbook.bin" not in parts
