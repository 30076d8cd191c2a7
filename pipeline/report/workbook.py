"""report.xlsx: one row per input row for people who work in Excel, and a sheet about the run.

Nothing in it is live: whatever a cell of the input held comes out as text.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, TypeAlias

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from pipeline.model import Status
from pipeline.report.shown import as_code
from pipeline.report.words import EXIT_MEANINGS, REHEARSAL, finding_line, in_utc, left_out, status_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet  # its write-only kind is typed without its layout

    from pipeline.model import Finding, Report, RowReport

    Content: TypeAlias = str | int | None

_CELL_LIMIT: Final = 32_767  # UTF-16 units: what Excel keeps of a text
_NOTE_ROOM: Final = 80  # for the note that says how much was left out

# Header and width in characters, in the order of `_cells_of`.
_COLUMNS: Final = (
    ("Row", 7),
    ("Key", 18),
    ("Title", 36),
    ("Status", 14),
    ("New Id", 14),
    ("Errors", 72),
    ("Column", 18),
    ("Cell", 9),
    ("Reason", 40),
)
_STATUS_COLUMN: Final = 3  # counted from 0
_GOOD, _ASK, _BAD, _IDLE = (
    PatternFill("solid", fgColor=colour) for colour in ("C6EFCE", "FFEB9C", "FFC7CE", "E7E6E6")
)
_FILLS: Final[Mapping[Status, PatternFill]] = {
    Status.CREATED: _GOOD,
    Status.UNCHANGED: _GOOD,
    Status.CHANGED: _ASK,
    Status.HELD: _ASK,
    Status.INVALID: _BAD,
    Status.REJECTED: _BAD,
    Status.DEFERRED: _ASK,
    Status.IN_DOUBT: _ASK,
    Status.NOT_SENT: _IDLE,
    Status.LEFT_OUT: _IDLE,
}
_ALIGNMENT: Final = Alignment(horizontal="left", vertical="top", wrap_text=True)
_LINE_HEIGHT: Final = 15  # points, for Excel's usual font
_HEIGHT_LIMIT: Final = 409  # points: Excel takes no higher row
_HEADING_FILL: Final = PatternFill("solid", fgColor="DDEBF7")
_BOLD: Final = Font(name="Calibri", size=11, bold=True)  # a bare Font falls back to a serif in some programs
_WHOLE: Final = "0"  # Excel's number format that shows all digits of an Id

_LIVE: Final = ("=", "+", "-", "@", "\t")  # what begins so, Excel calculates once someone edits the cell
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def write_workbook(report: Report, path: Path) -> None:
    """Write the report as a workbook of two sheets, "Rows" and "About"."""
    book = Workbook(write_only=True)
    book.properties.creator = "course-import"
    _write_rows(book.create_sheet("Rows (rehearsal)" if report.rehearsal else "Rows"), report)
    _write_about(book.create_sheet("About"), report)
    book.save(path)


def _write_rows(sheet: Worksheet, report: Report) -> None:
    widths = [width for _, width in _COLUMNS]
    _lay_out(sheet, widths)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_COLUMNS))}{len(report.rows) + 1}"
    sheet.append([_heading(sheet, header) for header, _ in _COLUMNS])
    statuses = {status: _status_cell(sheet, status, report) for status in Status}
    # The same cells serve every row: each is written before the next one is filled in.
    cells = [_cell(sheet) for _ in _COLUMNS]
    for number, row in enumerate(report.rows, start=2):
        contents = _contents(row)
        _make_high_enough(sheet, number, zip(contents, widths, strict=True))
        filled = [_filled(cell, content) for cell, content in zip(cells, contents, strict=True)]
        filled[_STATUS_COLUMN] = statuses[row.status]
        sheet.append(filled)


def _contents(row: RowReport) -> tuple[Content, ...]:
    """Return what stands in a row's cells; line n of Errors, Column and Cell speaks of the same finding."""
    return (
        row.number,
        row.key,
        row.title,
        None,  # the status has cells of its own
        row.course_id,
        _lines(_error(finding) for finding in row.findings),
        _lines(finding.column or "" for finding in row.findings),
        _lines(finding.cell or "" for finding in row.findings),
        row.reason or None,
    )


def _error(finding: Finding) -> str:
    mark = "" if finding.severity == "fault" else f" ({finding.severity})"
    return f"{finding.property_name or finding.column or finding.cell or 'Row'}{mark}: {finding.message}"


def _lines(texts: Iterable[str]) -> str | None:
    return "\n".join(texts).rstrip("\n") or None


def _write_about(sheet: Worksheet, report: Report) -> None:
    widths = (18, 100)
    _lay_out(sheet, widths)
    for number, (label, content) in enumerate(_about(report), start=1):
        _make_high_enough(sheet, number, [(content, widths[1])])
        sheet.append([_heading(sheet, label), _filled(_cell(sheet), content)])


def _about(report: Report) -> Iterator[tuple[str, Content]]:
    if report.rehearsal:
        yield "Rehearsal", REHEARSAL
    yield "Target", report.target or "none: nothing was to be sent"
    yield "File", report.source.path
    if report.source.sheet is not None:
        yield "Sheet", report.source.sheet
    yield "Started", in_utc(report.started_at)
    ended = report.finished_at
    yield "Finished", f"no: {report.stop_reason}" if ended is None else in_utc(ended)
    yield "Ended with code", f"{report.exit_code}: {EXIT_MEANINGS[report.exit_code]}"
    if report.stop_reason is not None and ended is not None:
        yield "Stopped because", report.stop_reason
    yield "Rows", len(report.rows)
    for status, count in report.tally.items():
        if count:
            yield f"… {status_word(status, report)}", count
    for finding in report.file_findings:
        about = "Not imported" if left_out(finding) else "About the file"
        yield about, finding_line(finding, report.source)
    yield "Run", report.run_id
    yield "Version", report.version


def _lay_out(sheet: Worksheet, widths: Sequence[int]) -> None:
    """Set widths, and make a printed sheet as wide as the page."""
    for position, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0  # as many pages as it takes
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _make_high_enough(sheet: Worksheet, number: int, wrapped: Iterable[tuple[Content, int]]) -> None:
    """Give a row the height of its texts in columns of these widths; not every program does it by itself."""
    lines = max(_lines_in(content, width) for content, width in wrapped)
    if lines > 1:
        sheet.row_dimensions[number].height = min(lines * _LINE_HEIGHT, _HEIGHT_LIMIT)


def _lines_in(content: Content, width: int) -> int:
    """Return about how many lines a text takes in a column `width` digits wide."""
    if not isinstance(content, str):
        return 1
    return sum(max(1, math.ceil(len(line) / width)) for line in content.split("\n"))


def _cell(sheet: Worksheet) -> Cell:
    cell = WriteOnlyCell(sheet)
    cell.alignment = _ALIGNMENT
    cell.number_format = _WHOLE
    return cell


def _heading(sheet: Worksheet, text: str) -> Cell | None:
    cell = _cell(sheet)
    cell.font = _BOLD
    cell.fill = _HEADING_FILL
    return _filled(cell, text)


def _status_cell(sheet: Worksheet, status: Status, report: Report) -> Cell | None:
    word = status_word(status, report)
    cell = _cell(sheet)
    cell.fill = _GOOD if word == "right" else _FILLS[status]
    return _filled(cell, word)


def _filled(cell: Cell, content: Content) -> Cell | None:
    """Return `cell` with `content` in it, text always as text: no formula, none of Excel's error values."""
    if content is None:
        return None
    if isinstance(content, str):
        text = _writable(content)
        cell.value = text
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(_LIVE)
    else:
        cell.value = content
    return cell


def _writable(text: str) -> str:
    """Return `text` as a cell can hold it: without what XML cannot carry, and short enough."""
    shown = _UNWRITABLE.sub(lambda found: as_code(found[0]), text)
    shown = _ESCAPE.sub("_x005F_", shown)  # Excel reads _x0041_ as A, and _x005F_ as the underscore
    if len(shown.encode("utf-16-le")) // 2 <= _CELL_LIMIT:
        return shown
    kept = shown.encode("utf-16-le")[: 2 * (_CELL_LIMIT - _NOTE_ROOM)].decode("utf-16-le", "ignore")
    return f"{kept}… [{len(shown) - len(kept)} more characters; report.json has all]"
