"""The marked copy: the user's own workbook as it looks, with values only, and every fault at its cell."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from copy import copy
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.cell_range import CellRange

from pipeline.collector import uncollected
from pipeline.report.inert import AUTHOR, HEADING, Pen, high_enough, note_of, style_of, wear
from pipeline.report.marks import ASK, BAD, DONE, IDLE, columns_of_copy, marks_of
from pipeline.report.sheets import add_sheets
from pipeline.report.stilled import filled_cells, still

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet

    from pipeline.model import Report
    from pipeline.report.marks import Mark, OwnColumn

_USUAL_HEIGHT: Final = 15  # points
_THEIRS: Final = "\n\nThe note that was here: "


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyOrder:
    """What a marked copy is made of; it travels to a process of its own."""

    report: Report
    header_row: int
    width: int  # columns of the header
    texts: Mapping[
        tuple[int, int], str
    ]  # by row and column: those that are shown another way than they are kept
    notes: tuple[tuple[str, str], ...]  # for the sheet "About"


def copy_marked(order: CopyOrder, target: Path) -> str | None:
    """Write a copy of the report's source, its sheet first, then "Rows" and "About"; say why not, if so.

    Nothing the user wrote moves. What openpyxl cannot keep, or would keep alive, is left out: see `still`.
    """
    with uncollected():
        return _copy(order, target)


def _copy(order: CopyOrder, target: Path) -> str | None:
    source = order.report.source
    with Path(source.path).open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != source.sha256:
            return "the file was changed meanwhile"
        book = load_workbook(file, data_only=True, keep_links=False)
    sheet = mark(book, order)
    book.move_sheet(sheet, -book.index(sheet))
    theirs = book.worksheets[1:]
    add_sheets(book, order.report, order.notes)
    for other in theirs:  # behind ours
        book.move_sheet(other, len(book.worksheets))
    sheet.sheet_state = "visible"
    book.active = sheet
    book.save(target)
    return None


def mark(book: Workbook, order: CopyOrder) -> Worksheet:
    """Mark a loaded workbook, all of it still; return the sheet that was read."""
    sheet: Worksheet = book[order.report.source.sheet or ""]
    _show(sheet, order.texts)
    still(book)
    _mark(sheet, order)
    return sheet


def _show(sheet: Worksheet, texts: Mapping[tuple[int, int], str]) -> None:
    for (row, column), text in texts.items():
        cell = sheet.cell(row, column)
        if not isinstance(cell, MergedCell):
            cell.value = text


def _mark(sheet: Worksheet, order: CopyOrder) -> None:
    """Colour and note the cells that are spoken of, and write our columns beside the user's."""
    own = columns_of_copy(order.report)
    places = _places(sheet, order, own)
    pen, brush = Pen(sheet), _Brush()
    for place, column in zip(places, own, strict=True):
        pen.fill(_cell(sheet, order.header_row, place), column.header, HEADING)
    _widen(sheet, places, own)
    _filter_too(sheet, order.header_row, max(places))
    for row in order.report.rows:
        contents = [column.content(row) for column in own]
        for place, column, content in zip(places, own, contents, strict=True):
            if content is not None:
                pen.fill(_cell(sheet, row.number, place), content, column.look(row))
        if row.status in DONE:
            for position in range(1, order.width + 1):
                brush.paint(sheet.cell(row.number, position), IDLE)
        if row.findings:  # what stands in other rows is short
            needed = high_enough(zip(contents, (column.width for column in own), strict=True))
            _open_up(sheet, row.number, needed or _USUAL_HEIGHT)
    for number, marks in marks_of(order.report).items():
        for position, mark in marks.items():
            _note(_cell(sheet, number, position), mark, brush)


class _Brush:
    """Paints cells that have a look of their own; each new look is made once."""

    def __init__(self) -> None:
        self._made: defaultdict[str | None, dict[bytes, StyleArray]] = defaultdict(dict)

    def paint(self, cell: Cell | MergedCell, colour: str | None) -> None:
        """Give a cell another background, and leave all else of its look as it is."""
        before = style_of(cell)
        made, key = self._made[colour], before.tobytes()
        if key not in made:
            wear(cell, copy(before))  # others wear it, too
            cell.fill = PatternFill() if colour is None else PatternFill("solid", fgColor=colour)
            made[key] = style_of(cell)
        wear(cell, made[key])


def _places(sheet: Worksheet, order: CopyOrder, own: Sequence[OwnColumn]) -> list[int]:
    """Return where our columns go: where they are in a copy that comes back, else the first free ones."""
    headers = {column.header for column in own}
    there = {
        cell.value: place
        for (row, place), cell in filled_cells(sheet)
        if row == order.header_row and cell.value in headers
    }
    if there:
        _wipe(sheet, order.header_row, set(there.values()))
    filled = (place for (_, place), cell in filled_cells(sheet) if cell.value is not None)
    merged = (area.max_col for area in sheet.merged_cells.ranges if area.max_row >= order.header_row)
    free = count(max(order.width, *filled, *merged) + 1)
    return [there.get(column.header) or next(free) for column in own]


def _wipe(sheet: Worksheet, header_row: int, places: set[int]) -> None:
    """Take away what an earlier report wrote into this sheet; what it says may be mended by now."""
    brush = _Brush()
    for (row, place), cell in filled_cells(sheet):
        if row <= header_row or isinstance(cell, MergedCell):
            continue
        noted = cell.comment is not None and cell.comment.author == AUTHOR
        if noted:
            cell.comment = _their_note(cell)
        if place in places:
            cell.value = None
        if cell.fill.fgColor.rgb in ({f"00{BAD}", f"00{ASK}"} if noted else {f"00{IDLE}"}):
            brush.paint(cell, None)


def _widen(sheet: Worksheet, places: Sequence[int], own: Sequence[OwnColumn]) -> None:
    """Set the widths of our columns; a group of columns that reaches there ends before them."""
    first = min(places)
    for letter, dimension in list(sheet.column_dimensions.items()):
        begins = dimension.min or column_index_from_string(letter)
        if begins >= first:
            del sheet.column_dimensions[letter]
        elif (dimension.max or begins) >= first:
            dimension.max = first - 1
    for place, column in zip(places, own, strict=True):
        sheet.column_dimensions[get_column_letter(place)].width = column.width


def _filter_too(sheet: Worksheet, header_row: int, last: int) -> None:
    """Let a filter take in our columns: sorted without them, they would stand beside other rows."""
    if sheet.auto_filter.ref:
        area = CellRange(sheet.auto_filter.ref)
        if area.min_row == header_row and area.max_col < last:
            area.expand(right=last - area.max_col)
            sheet.auto_filter.ref = area.coord


def _open_up(sheet: Worksheet, number: int, needed: float) -> None:
    """Let a row that has something to say be seen, and be as high as that is long."""
    dimension = sheet.row_dimensions[number]
    dimension.hidden = False
    if needed > (dimension.height or _USUAL_HEIGHT):
        dimension.height = needed


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    """Return the cell at an address; of merged ones the first, for the others hold nothing."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        area = next(area for area in sheet.merged_cells.ranges if cell.coordinate in area)
        return _cell(sheet, area.min_row, area.min_col)
    return cell


def _note(cell: Cell, mark: Mark, brush: _Brush) -> None:
    if mark.fill is not None:
        brush.paint(cell, mark.fill)
    there = "" if cell.comment is None else f"{_THEIRS}{cell.comment.text}"
    cell.comment = note_of(mark.note + there)


def _their_note(cell: Cell) -> Comment | None:
    """Return the note a cell had before ours took it in; None where it had none."""
    _, had_one, theirs = cell.comment.text.partition(_THEIRS) if cell.comment else ("", "", "")
    return Comment(theirs, "") if had_one else None
