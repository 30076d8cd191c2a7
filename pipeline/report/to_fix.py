"""to-fix.xlsx or to-fix.csv: only the rows somebody has to correct, in the file's own columns and order."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.utils.cell import coordinate_to_tuple

from pipeline.model import Status
from pipeline.report.commands import command_line
from pipeline.report.inert import exact, fits
from pipeline.report.marks import columns_to_fix, marks_of
from pipeline.report.plain import PlainSheet, cells_of, title_of, write_plain
from schemas.properties import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.model import Report, RowReport, TidySheet
    from pipeline.report.inert import Content
    from pipeline.report.marks import OwnColumn

# Only these are corrected in the file. A changed row's course exists, whatever the file says; of a held or
# doubtful one a person speaks with `resolve`, by its row number; a deferred one only has to be sent again.
_TO_CORRECT: Final = frozenset({Status.INVALID, Status.REJECTED})

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*%?")
# Where a cell may begin, also for a program that parts cells at other characters than we do.
_LIVE_IN_CSV: Final = re.compile(f"(?:^|[\\n\\r\\t,;|])[\"'{BLANKS}]*[=+\\-@＝＋－＠]")  # noqa: RUF001 - full-width
_NOT_IN_CSV: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff]")  # taken for no text, or no UTF-8
_NOT_IN_WORKBOOKS: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")  # no escape brings them back
_FIRST_YEAR: Final = 1900  # of Excel's dates


@dataclass(frozen=True, slots=True, kw_only=True)
class ToFix:
    """What a to-fix file holds."""

    name: str  # of the file
    rows: tuple[RowReport, ...]
    only_in_file: tuple[int, ...]  # rows that can only be corrected in the file itself
    why: str  # why it is a workbook though the file is text; else blank


def plan_to_fix(report: Report, sheet: TidySheet) -> ToFix | None:
    """Return what is to be written; None where no row has to be corrected.

    What is read from a to-fix file equals what was read from the file itself, down to blanks and types. A row
    whose cells a reader could not tell apart, or with a cell no such file can hold, is not in it: it would
    come back as another row. Such rows are named, so that they are corrected in the file itself.

    Text becomes CSV with the same delimiter, in UTF-8 with a byte order mark, which Excel takes as it is. A
    text that a spreadsheet program might calculate can have no mark against that in a CSV file which is not
    part of the text; with such a text among the rows they become a workbook, where text is text.
    """
    rows = [row for row in report.rows if row.status in _TO_CORRECT]
    if not rows:
        return None
    cells = cells_of(sheet.raw)
    own = columns_to_fix(sheet.raw.places)
    told = [row for row in rows if _is_told(row, cells[row.number])]
    contents = chain(sheet.raw.headers, *(chain(cells[row.number], _ours(row, own)) for row in told))
    as_csv = sheet.raw.delimiter is not None and all(map(_is_safe_in_csv, contents))
    kept = [row for row in told if as_csv or all(map(_fits_in_workbook, cells[row.number]))]
    numbers = {row.number for row in kept}
    why = ""
    if sheet.raw.delimiter is not None and not as_csv:
        why = " It is no CSV file because Excel might take a text in one for a formula, or lose a sign of it."
    return ToFix(
        name="to-fix.csv" if as_csv else "to-fix.xlsx",
        rows=tuple(kept),
        only_in_file=tuple(row.number for row in rows if row.number not in numbers),
        why=why,
    )


def write_to_fix(fix: ToFix, report: Report, sheet: TidySheet, path: Path) -> None:
    """Write the rows to correct, each with its errors in a column that is not read back."""
    raw = sheet.raw
    own = columns_to_fix(raw.places)
    if fix.name.endswith(".csv"):
        cells = cells_of(raw)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=raw.delimiter or ",", quoting=csv.QUOTE_ALL)
            writer.writerow([*raw.headers, *(column.header for column in own)])
            writer.writerows([*cells[row.number], *_ours(row, own)] for row in fix.rows)
        return
    book = Workbook(write_only=True)
    book.properties.creator = "course-import"
    plain = PlainSheet(
        raw=raw,
        header_row=1,
        rows=tuple(enumerate(fix.rows, start=2)),
        own=own,
        marks=marks_of(report),
        spelt=exact,
        types_text=True,
    )
    write_plain(book.create_sheet(title_of(raw)), plain)
    book.save(path)


def told_of(fix: ToFix, report: Report) -> Iterator[tuple[str, str]]:
    """Yield what the report says of a to-fix file, as labels and texts."""
    name = "the file" if report.source.path == "-" else PurePath(report.source.path).name
    if fix.rows:
        rows = "the row" if len(fix.rows) == 1 else f"the {len(fix.rows)} rows"
        path = PurePath(report.folder or "", fix.name)
        command = command_line(
            report.command, replace(report.source, path=str(path), sheet=None), report.flags
        )
        yield (
            "What to do",
            (
                f"Correct {rows} in {fix.name}, or in {name} itself. Created courses are recognised: none is "
                f"made twice.{fix.why} Save the file, and run the same command for it: {command}"
            ),
        )
    if fix.only_in_file:
        listed = ", ".join(map(str, fix.only_in_file))
        yield (
            "Only in the file",
            f"No other file can hold these rows as they are. Correct them in {name} itself: {listed}.",
        )


def _is_told(row: RowReport, cells: Sequence[Content]) -> bool:
    """Return whether all cells of a row are known, but for single ones that are plainly lost."""
    return all(
        finding.cell is not None
        and finding.column is not None
        and cells[coordinate_to_tuple(finding.cell)[1] - 1] is None
        for finding in row.findings
        if finding.stage == "read" and finding.severity == "fault"
    )


def _ours(row: RowReport, own: Sequence[OwnColumn]) -> list[Content]:
    return [column.content(row) for column in own]


def _is_safe_in_csv(content: Content) -> bool:
    """Return whether our reader gives a text back from a CSV file, and a spreadsheet program lets it be."""
    if not isinstance(content, str) or _NUMBER.fullmatch(content):
        return True
    return not (_LIVE_IN_CSV.search(content) or _NOT_IN_CSV.search(content))


def _fits_in_workbook(content: Content) -> bool:
    """Return whether our reader gives a value back from a workbook."""
    if isinstance(content, str):
        return fits(exact(content)) and not _NOT_IN_WORKBOOKS.search(content)
    return not isinstance(content, date) or content.year >= _FIRST_YEAR
