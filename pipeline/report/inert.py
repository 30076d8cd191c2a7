"""Cells that hold what they are given and do nothing: text stays text in every file the report writes."""

from __future__ import annotations

import math
import re
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.cell_style import StyleArray

from pipeline.report.shown import as_code
from schemas.properties import BLANKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

CELL_LIMIT: Final = 32_767  # UTF-16 units: what Excel keeps of a text
_NOTE_ROOM: Final = 80  # for the note that says how much was left out
_LINE_HEIGHT: Final = 15  # points, for Excel's usual font
_HEIGHT_LIMIT: Final = 409  # points: Excel takes no higher row

# What begins so, Excel calculates: at once in a CSV file, in a workbook when someone edits the cell.
_LIVE: Final = re.compile(f"[{BLANKS}]*[=+\\-@＝＋－＠]")  # noqa: RUF001 - full-width ones, as Excel takes them
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_SHORT: Final = 10**11  # Excel's general format shows all digits of smaller numbers
_UNKNOWN_ERROR: Final = "#VALUE!"

AUTHOR: Final = "course-import"  # of notes
_NOTE_WIDTH: Final = 300  # pixels
_NOTE_LINE: Final = 42  # characters that fit in them
_NOTE_LINE_HEIGHT: Final = 18  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An error value such as #REF!, which stays one: no cell with it can pass for right."""

    error: str


Content: TypeAlias = str | float | bool | date | datetime | time | timedelta | Lost | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a cell looks."""

    fill: str | None = None  # RGB, hexadecimal
    bold: bool = False
    wraps: bool = False


PLAIN: Final = Look()
WRAPPED: Final = Look(wraps=True)
HEADING: Final = Look(fill="DDEBF7", bold=True, wraps=True)


def shown(text: str) -> str:
    """Return `text` as a cell shows it: what XML cannot carry by its code, and short enough for Excel."""
    if len(text) <= CELL_LIMIT and text.isascii() and text.isprintable() and "_x" not in text:
        return text
    visible = text.replace("\r\n", "\n")
    visible = _UNWRITABLE.sub(lambda found: as_code(found[0]), visible)
    visible = _ESCAPE.sub("_x005F_", visible)  # Excel reads _x0041_ as A, and _x005F_ as the underscore
    if fits(visible):
        return visible
    kept = visible.encode("utf-16-le")[: 2 * (CELL_LIMIT - _NOTE_ROOM)].decode("utf-16-le", "ignore")
    return f"{kept}… [{len(visible) - len(kept)} more characters; report.json has all]"


def exact(text: str) -> str:
    """Return `text` as a workbook has to hold it to give it back unchanged: Excel's own escapes.

    Source: ECMA-376, Part 1, 22.9.2.19 (ST_Xstring).
    """
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", _ESCAPE.sub("_x005F_", text))


def fits(text: str) -> bool:
    """Return whether Excel keeps all of `text` in one cell."""
    return len(text) * 2 <= CELL_LIMIT or len(text.encode("utf-16-le", "surrogatepass")) // 2 <= CELL_LIMIT


def looks_live(text: str) -> bool:
    """Return whether a spreadsheet program may take `text` for a formula."""
    return _LIVE.match(text) is not None


class Pen:
    """Fills cells of one sheet; each look is made once and worn by many."""

    def __init__(self, sheet: Worksheet, spelt: Callable[[str], str] = shown) -> None:
        self._sheet = sheet
        self._spelt = spelt
        self._styles: dict[tuple[Look, str], StyleArray] = {}

    def cell(
        self, content: Content, look: Look | None = PLAIN, *, note: str | None = None
    ) -> Cell | str | float | None:
        """Return what is to be appended: a cell, or the bare content where that is as good and has no look.

        It takes a third of the time.
        """
        if note is None and (look is None or (content is None and look.fill is None)):
            if content is None or (isinstance(content, int) and abs(content) < _SHORT):
                return content
            if isinstance(content, str):
                text = self._spelt(content)
                if not looks_live(text) and text not in ERROR_CODES:
                    return text
        cell = self.fill(WriteOnlyCell(self._sheet), content, look or PLAIN)
        if note is not None:
            cell.comment = note_of(note)
        return cell

    def fill(self, cell: Cell, content: Content, look: Look = PLAIN) -> Cell:
        """Return `cell` with `content` in it, text always as text: no formula, none of Excel's errors."""
        wear(cell, self._style(look, _format_of(content)))
        if isinstance(content, str):
            text = self._spelt(content)
            cell.value = text
            cell.data_type = "s"
            if looks_live(text):
                keep_as_text(cell)
        elif isinstance(content, Lost):
            cell.value = content.error if content.error in ERROR_CODES else _UNKNOWN_ERROR
        elif isinstance(content, float) and not math.isfinite(content):
            cell.value = _UNKNOWN_ERROR
        else:
            cell.value = content
        return cell

    def _style(self, look: Look, number_format: str) -> StyleArray:
        made = self._styles.get((look, number_format))
        if made is None:
            cell = WriteOnlyCell(self._sheet)
            # A bare Font falls back to a serif in some programs.
            cell.font = Font(name="Calibri", size=11, bold=look.bold)
            cell.alignment = Alignment(vertical="top", wrap_text=look.wraps or None)
            cell.number_format = number_format
            if look.fill is not None:
                cell.fill = PatternFill("solid", fgColor=look.fill)
            made = self._styles[look, number_format] = style_of(cell)
        return made


def style_of(cell: Cell | MergedCell) -> StyleArray:
    """Return the numbers of a cell's formats, which cells may share as long as nobody changes them."""
    style = cell._style  # type: ignore[union-attr]  # noqa: SLF001 - the stubs leave it out
    return StyleArray() if style is None else style


def wear(cell: Cell | MergedCell, style: StyleArray) -> None:
    """Give a cell all its formats at once, in a tenth of the time it takes one by one."""
    cell._style = style  # type: ignore[union-attr]  # noqa: SLF001 - the stubs leave it out


def keep_as_text(cell: Cell) -> None:
    """Let a text that looks like a formula stay text when somebody edits its cell."""
    wear(cell, copy(style_of(cell)))  # others wear it, too
    cell.quotePrefix = True


def note_of(text: str) -> Comment:
    """Return a cell's note, large enough for its text."""
    told = shown(text)
    lines = _lines_in(told, _NOTE_LINE) + 1
    return Comment(told, AUTHOR, width=_NOTE_WIDTH, height=lines * _NOTE_LINE_HEIGHT)


def high_enough(wrapped: Iterable[tuple[Content, int]]) -> float | None:
    """Return the height in points of a row whose texts wrap in columns of these widths, if it is unusual.

    Not every program finds it by itself.
    """
    lines = [
        _lines_in(content, width)
        for content, width in wrapped
        if isinstance(content, str) and (len(content) > width or "\n" in content)
    ]
    return min(max(lines) * _LINE_HEIGHT, _HEIGHT_LIMIT) if lines else None


def _lines_in(text: str, width: int) -> int:
    """Return about how many lines a text takes in a column `width` digits wide."""
    return sum(max(1, math.ceil(len(line) / width)) for line in text.split("\n"))


def _format_of(content: Content) -> str:
    """Return the number format that shows a value as it is: all digits of an Id, a day as a day."""
    if isinstance(content, float) and content.is_integer():
        return _FORMATS[int]
    return _FORMATS.get(type(content), "General")


_FORMATS: Final = {
    str: "@",  # what is typed over it stays text, too
    int: "0",
    datetime: "yyyy-mm-dd hh:mm:ss",
    date: "yyyy-mm-dd",
    time: "hh:mm:ss",
    timedelta: "[h]:mm:ss",
}
