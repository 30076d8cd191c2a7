"""The two sheets every report has: "Rows", with one row per input row, and "About", the story of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from pipeline.model import Status
from pipeline.report.inert import HEADING, WRAPPED, Pen, high_enough
from pipeline.report.marks import status_look
from pipeline.report.words import EXIT_MEANINGS, REHEARSAL, finding_line, in_utc, left_out, status_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet  # its write-only kind is typed without its layout

    from pipeline.model import Finding, Report, RowReport
    from pipeline.report.inert import Content

_KEY_WIDTH: Final = 18
_TITLE_WIDTH: Final = 36
# Header and width in characters, in the order of `_contents`.
_COLUMNS: Final = (
    ("Row", 7),
    ("Key", _KEY_WIDTH),
    ("Title", _TITLE_WIDTH),
    ("Status", 14),
    ("New Id", 14),
    ("Errors", 72),
    ("Column", 18),
    ("Cell", 9),
    ("Reason", 40),
)


_STATUS_LETTER: Final = "D"


def add_sheets(book: Workbook, report: Report, notes: Iterable[tuple[str, str]] = ()) -> None:
    """Add "Rows" and "About" to a workbook; where it has such sheets already, they are called "Rows1"."""
    _write_rows(book.create_sheet("Rows (rehearsal)" if report.rehearsal else "Rows"), report)
    _write_about(book.create_sheet("About"), report, notes)


def _write_rows(sheet: Worksheet, report: Report) -> None:
    widths = [width for _, width in _COLUMNS]
    _lay_out(sheet, widths)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_COLUMNS))}{len(report.rows) + 1}"
    pen = Pen(sheet)
    sheet.append([pen.cell(header, HEADING) for header, _ in _COLUMNS])
    words = {status: status_word(status, report) for status in Status}
    _colour(sheet, words, len(report.rows))
    for number, row in enumerate(report.rows, start=2):
        contents = _contents(row, words[row.status])
        is_high = not _is_short(row) and _make_high_enough(sheet, number, zip(contents, widths, strict=False))
        look = WRAPPED if is_high else None
        sheet.append([pen.cell(content, look) for content in contents])


def _colour(sheet: Worksheet, words: Mapping[Status, str], rows: int) -> None:
    """Let each status show its colour: by rules for the whole column, which cost nothing a row."""
    column = f"{_STATUS_LETTER}2:{_STATUS_LETTER}{max(rows, 1) + 1}"
    for status, word in words.items():
        fill = PatternFill("solid", bgColor=status_look(status, word).fill or "")
        named = [f'"{word}"']
        rule = CellIsRule("equal", named, fill=fill)  # type: ignore[no-untyped-call]  # stubs leave types out
        sheet.conditional_formatting.add(column, rule)


def _is_short(row: RowReport) -> bool:
    """Return whether all of a row fits into one line, as it does in most of them."""
    return (
        not row.findings
        and not row.reason
        and (row.key is None or len(row.key) <= _KEY_WIDTH)
        and (row.title is None or len(row.title) <= _TITLE_WIDTH)
    )


def _contents(row: RowReport, status: str) -> tuple[Content, ...]:
    """Return what stands in a row's cells; line n of Errors, Column and Cell speaks of the same finding."""
    begin = (row.number, row.key, row.title, status, row.course_id)
    if not row.findings and not row.reason:
        return begin
    return (*begin, *_findings(row.findings), row.reason or None)


def _findings(findings: Sequence[Finding]) -> tuple[str | None, ...]:
    """Return the errors, their columns and their cells."""
    return (
        _lines(_error(finding) for finding in findings),
        _lines(finding.column or "" for finding in findings),
        _lines(finding.cell or "" for finding in findings),
    )


def _error(finding: Finding) -> str:
    mark = "" if finding.severity == "fault" else f" ({finding.severity})"
    return f"{finding.property_name or finding.column or finding.cell or 'Row'}{mark}: {finding.message}"


def _lines(texts: Iterable[str]) -> str | None:
    return "\n".join(texts).rstrip("\n") or None


def _write_about(sheet: Worksheet, report: Report, notes: Iterable[tuple[str, str]]) -> None:
    widths = (18, 100)
    _lay_out(sheet, widths)
    pen = Pen(sheet)
    for number, (label, content) in enumerate(_about(report, notes), start=1):
        _make_high_enough(sheet, number, [(content, widths[1])])
        sheet.append([pen.cell(label, HEADING), pen.cell(content, WRAPPED)])


def _about(report: Report, notes: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Content]]:
    if report.rehearsal:
        yield "Rehearsal", REHEARSAL
    yield from notes
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


def _make_high_enough(sheet: Worksheet, number: int, wrapped: Iterable[tuple[Content, int]]) -> bool:
    """Set a row's height where its texts take more than a line; return whether they do."""
    height = high_enough(wrapped)
    if height is None:
        return False
    sheet.row_dimensions[number].height = height
    return True
