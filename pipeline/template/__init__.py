"""The blank workbook people fill in: a sheet for the courses, and a hidden one with what can be chosen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from pipeline.template.choices import NAMED, list_name, lists_of
from schemas.properties import PROPERTIES, TEMPLATE_LISTS, TEMPLATE_TITLE, Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from pipeline.model import Directory
    from pipeline.template.choices import Choices
    from schemas.properties import Property

__all__ = ["write_template"]

_TITLE_ROW, _ADVICE_ROW, _EXAMPLE_ROW, _HEADER_ROW, _HELP_ROW, _FIRST_ROW = range(1, 7)
_LAST_ROW: Final = 2000  # with drop-downs and colours; more courses can stand below
_ADVICE: Final = (
    f"One course per row, from row {_FIRST_ROW} on. Columns with * are required. Row {_EXAMPLE_ROW} is an "
    "example. Rest on a header for its note. Red cells need a value, or fewer characters."
)
_NOT_IN_EXAMPLE: Final = "TariffId"  # the example is Public

_WIDTHS: Final = {  # characters
    Kind.ID: 22,
    Kind.WHOLE: 16,
    Kind.VISIBILITY: 16,
    Kind.TEXT: 34,
    Kind.FLAG: 16,
    Kind.IMAGE: 30,
}
_LIST_WIDTH: Final = 28  # characters
_LINE_HEIGHT: Final = 15  # points, for Excel's usual font
_HEADER_HEIGHT: Final = 21  # points
_MARGIN: Final = 0.25  # inches: the sheet is wide

_TEXT: Final = "@"  # Excel's number format that keeps what is typed: no dates, all zeros, all digits
_WHOLE: Final = "0"
_LEFT: Final = Alignment(horizontal="left", vertical="top", wrap_text=True)
_ONE_LINE: Final = Alignment(horizontal="left", vertical="center")
_TITLE_FONT, _PLAIN, _BOLD, _QUIET = (  # a bare Font falls back to a serif in some programs
    Font(name="Calibri", size=16, bold=True),
    Font(name="Calibri", size=11),
    Font(name="Calibri", size=11, bold=True),
    Font(name="Calibri", size=11, italic=True, color="595959"),
)
_REQUIRED_FILL, _OTHER_FILL, _QUIET_FILL = (
    PatternFill("solid", fgColor=colour) for colour in ("BDD7EE", "DDEBF7", "F2F2F2")
)
_RED: Final = PatternFill(
    "solid", fgColor="FFC7CE", bgColor="FFC7CE"
)  # programs disagree on which one counts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """One column to fill in."""

    entry: Property
    letter: str
    word: str  # the header without its mark
    choices: str | None  # the name of the list to choose from

    @property
    def header(self) -> str:
        return f"{self.word} *" if self.entry.required else self.word

    @property
    def takes_names(self) -> bool:
        return self.choices is not None and self.entry.name in NAMED

    @property
    def cells(self) -> str:
        """Those to fill in, as Excel addresses them."""
        return f"{self.letter}{_FIRST_ROW}:{self.letter}{_LAST_ROW}"

    @property
    def width(self) -> int:
        return max(_WIDTHS[self.entry.kind], len(self.header) + 4)


def write_template(path: Path, directory: Directory | None, *, source: str, today: date) -> None:
    """Write a workbook that `read` understands once courses stand below its header.

    Args:
        path: an .xlsx file; one that is there is replaced.
        directory: the names to choose from; without one, Ids are asked for.
        source: where `directory` was read, such as "spaces.nexudus.com" or "the sandbox".
        today: the day it was read.

    Raises:
        OSError: the file cannot be written.
    """
    lists = lists_of(directory)
    columns = [_column(position, entry, lists) for position, entry in enumerate(PROPERTIES.values(), start=1)]
    has_names = any(column.takes_names for column in columns)
    origin = f"Names are those of {source} on {today:%Y-%m-%d}." if has_names else ""
    book = Workbook()
    book.properties.creator = "course-import"
    sheet = book.worksheets[0]
    sheet.title = "Courses"
    _lay_out(sheet, columns)
    _write(sheet[f"A{_TITLE_ROW}"], TEMPLATE_TITLE, _TITLE_FONT, _ONE_LINE)
    _write(sheet[f"A{_ADVICE_ROW}"], f"{_ADVICE} {origin}".rstrip(), _PLAIN, _ONE_LINE)
    _write_head(sheet, columns, lists)
    _keep_head(sheet, columns)
    _offer_choices(sheet, columns, today)
    _colour_faults(sheet, columns)
    _write_lists(book, lists, origin)
    book.save(path)


def _column(position: int, entry: Property, lists: Mapping[str, Choices]) -> _Column:
    choices = list_name(entry)
    if choices not in lists:
        choices = None
    word = entry.name if choices is None else NAMED.get(entry.name, entry.name)
    return _Column(entry=entry, letter=get_column_letter(position), word=word, choices=choices)


def _lay_out(sheet: Worksheet, columns: Sequence[_Column]) -> None:
    """Set widths and how cells keep what is typed; make a printed sheet as wide as the page."""
    for column in columns:
        dimension = sheet.column_dimensions[column.letter]
        dimension.width = column.width
        dimension.alignment = _LEFT
        if column.entry.kind in {Kind.TEXT, Kind.IMAGE} or column.takes_names:
            dimension.number_format = _TEXT
        elif column.entry.kind is Kind.ID:
            dimension.number_format = _WHOLE
    sheet.freeze_panes = f"A{_FIRST_ROW}"
    sheet.print_title_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0  # as many pages as it takes
    sheet.page_margins = PageMargins(left=_MARGIN, right=_MARGIN)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write_head(sheet: Worksheet, columns: Sequence[_Column], lists: Mapping[str, Choices]) -> None:
    """Write example, header and help of each column."""
    lines = {_EXAMPLE_ROW: 1, _HELP_ROW: 1}
    for column in columns:
        header = sheet[f"{column.letter}{_HEADER_ROW}"]
        _write(header, column.header, _BOLD, _ONE_LINE)
        header.fill = _REQUIRED_FILL if column.entry.required else _OTHER_FILL
        header.comment = Comment("\n".join(_note(column)), "course-import", width=320, height=150)
        for row, content in ((_EXAMPLE_ROW, _example(column, lists)), (_HELP_ROW, column.entry.help)):
            cell = sheet[f"{column.letter}{row}"]
            _write(cell, content, _QUIET, _LEFT)
            cell.fill = _QUIET_FILL
            lines[row] = max(lines[row], math.ceil(len(str(content)) / (column.width - 4)))
    sheet.row_dimensions[_HEADER_ROW].height = _HEADER_HEIGHT
    for row, most in lines.items():
        sheet.row_dimensions[row].height = most * _LINE_HEIGHT


def _example(column: _Column, lists: Mapping[str, Choices]) -> str | int | None:
    entry = column.entry
    if entry.name == _NOT_IN_EXAMPLE:
        return None
    if column.choices is not None and column.takes_names:
        return next(iter(lists[column.choices]))
    return int(entry.example) if entry.kind in {Kind.ID, Kind.WHOLE} else entry.example


def _note(column: _Column) -> Iterator[str]:
    entry = column.entry
    yield f"{entry.help}."
    if entry.required:
        yield "Required."
    if entry.limit is not None:
        yield f"At most {entry.limit} characters."
    yield f"Example: {entry.example}"
    if others := [word for word in (entry.name, *entry.spellings) if word != column.word]:
        yield f"Also called: {', '.join(others)}"


def _keep_head(sheet: Worksheet, columns: Sequence[_Column]) -> None:
    """Let nobody type a course over the example: what stands above the header is not imported."""
    no = DataValidation(
        type="custom", formula1="FALSE", sqref=f"A{_TITLE_ROW}:{columns[-1].letter}{_HELP_ROW}"
    )
    no.showErrorMessage = True
    no.errorTitle, no.error = "Explanation", f"Write your courses from row {_FIRST_ROW} on."
    sheet.add_data_validation(no)


def _offer_choices(sheet: Worksheet, columns: Sequence[_Column], today: date) -> None:
    """Let cells be chosen from lists; where an Id may stand as well, ask before anything else is kept."""
    for column in columns:
        if column.choices is None:
            continue
        offer = DataValidation(type="list", formula1=column.choices, sqref=column.cells, allow_blank=True)
        offer.showInputMessage = offer.showErrorMessage = True
        offer.promptTitle = offer.errorTitle = column.header
        if column.takes_names:
            offer.prompt = f"Choose from the list of {today:%Y-%m-%d}, or write an Id."
            offer.error = "This is not in the list. Keep it if it is an Id, or a name that is new."
            offer.errorStyle = "warning"
        else:
            offer.prompt = column.entry.help
            offer.error = "Choose from the list."
        sheet.add_data_validation(offer)


def _colour_faults(sheet: Worksheet, columns: Sequence[_Column]) -> None:
    """Let cells turn red that would be faults."""
    first = {column.entry.name: f"${column.letter}{_FIRST_ROW}" for column in columns}
    row = f"$A{_FIRST_ROW}:{first[columns[-1].entry.name]}"
    access = f"TRIM({first['Visibility']})"
    paid = f'OR(LEFT({access},4)="Paid",{access}="{Visibility.PAID.value}")'
    for column in columns:
        content = f"TRIM({first[column.entry.name]})"
        rules = []
        if column.entry.required:
            rules.append(f'AND({content}="",COUNTA({row})>0)')
        if column.entry.limit is not None:
            rules.append(f"LEN({first[column.entry.name]})>{column.entry.limit}")
        if column.entry.name == "TariffId":
            rules.append(f'AND({content}="",{paid})')
        for rule in rules:
            red = Rule(type="expression", formula=[rule], dxf=DifferentialStyle(fill=_RED))
            sheet.conditional_formatting.add(column.cells, red)


def _write_lists(book: Workbook, lists: Mapping[str, Choices], origin: str) -> None:
    """Write a hidden sheet: each list under its name, and beside it what its words mean."""
    sheet = book.create_sheet(TEMPLATE_LISTS)
    sheet.sheet_state = "hidden"
    sheet["A1"] = origin or None
    for position, (name, choices) in enumerate(lists.items()):
        letter, beside = (get_column_letter(2 * position + place) for place in (1, 2))
        sheet.column_dimensions[letter].width = _LIST_WIDTH
        _write(sheet[f"{letter}2"], name, _BOLD, _ONE_LINE)
        _write(sheet[f"{beside}2"], "means", _BOLD, _ONE_LINE)
        for row, (word, meaning) in enumerate(choices.items(), start=3):
            _write(sheet[f"{letter}{row}"], word, _PLAIN, _ONE_LINE)
            _write(sheet[f"{beside}{row}"], meaning, _PLAIN, _ONE_LINE)
        words = f"{TEMPLATE_LISTS}!${letter}$3:${letter}${len(choices) + 2}"
        book.defined_names[name] = DefinedName(name, attr_text=words)


def _write(cell: Cell, content: str | int | None, font: Font, alignment: Alignment) -> None:
    """Fill a cell, with text always as text: no formula, whatever somebody is called."""
    cell.value = content
    if isinstance(content, str):
        cell.data_type = "s"
    cell.font, cell.alignment = font, alignment
