"""A fresh sheet of the file's cells, written row by row: what a marked copy and a to-fix workbook share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from openpyxl.utils import get_column_letter

from pipeline.model import shown as cell_text
from pipeline.report.inert import HEADING, PLAIN, Look, Pen, high_enough, shown
from pipeline.report.marks import DONE, IDLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from openpyxl.cell.cell import Cell as BookCell
    from openpyxl.worksheet.worksheet import Worksheet  # its write-only kind is typed without its layout

    from pipeline.model import Cell, RawSheet, RowReport
    from pipeline.report.inert import Content
    from pipeline.report.marks import Mark, Marks, OwnColumn

    Cells = Mapping[int, Sequence[Cell]]  # by the file's own row numbers

_MOST_ROWS: Final = 1_048_576  # of an Excel sheet
_MOST_COLUMNS: Final = 16_384
_TITLE_LIMIT: Final = 31  # UTF-16 units of a sheet's name
_NOT_IN_TITLES: Final = str.maketrans(dict.fromkeys("\\*?:/[]'", "_"))
_NARROWEST, _WIDEST = 10, 40  # characters of a column
_SAMPLE: Final = 50  # rows that show how wide a column should be


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainSheet:
    """What stands in a fresh sheet."""

    raw: RawSheet
    header_row: int
    rows: Sequence[tuple[int, RowReport]]  # with the number each gets, in order
    own: Sequence[OwnColumn]
    marks: Marks = field(default_factory=dict)  # by the file's own row numbers; none: no colours, no notes
    spelt: Callable[[str], str] = shown
    greys_done: bool = False
    types_text: bool = False  # what is typed over a text stays text: no dates, all zeros

    @property
    def width(self) -> int:
        """How many columns the user's cells take; some may be spoken of that stand beyond the header."""
        marked = (column for marks in self.marks.values() for column in marks)
        return max(len(self.raw.headers), *marked, 0)

    @property
    def fits(self) -> bool:
        """Whether Excel has so many rows and columns."""
        last = self.rows[-1][0] if self.rows else self.header_row
        return last <= _MOST_ROWS and self.width + len(self.own) <= _MOST_COLUMNS


def write_plain(sheet: Worksheet, plain: PlainSheet) -> None:
    """Write the user's columns where they stand, and ours at their right."""
    pen, cells = Pen(sheet, plain.spelt), cells_of(plain.raw)
    _lay_out(sheet, plain, cells)
    _skip(sheet, plain.header_row - 1)
    headers = [header or None for header in plain.raw.headers]
    marks = plain.marks.get(plain.raw.header_row, {})
    heads = _written(pen, headers, marks, [HEADING] * plain.width)
    sheet.append([*heads, *(pen.cell(column.header, HEADING) for column in plain.own)])
    before = plain.header_row
    for number, row in plain.rows:
        _skip(sheet, number - before - 1)
        before = number
        own = [column.content(row) for column in plain.own]
        height = high_enough(zip(own, (column.width for column in plain.own), strict=True))
        if height is not None:
            sheet.row_dimensions[number].height = height
        look = PLAIN if height is not None or plain.types_text else None
        if plain.greys_done and row.status in DONE:
            look = Look(fill=IDLE)
        theirs = _written(pen, cells[row.number], plain.marks.get(row.number, {}), [look] * plain.width)
        ours = (pen.cell(content, column.look(row)) for content, column in zip(own, plain.own, strict=True))
        sheet.append([*theirs, *ours])


def cells_of(raw: RawSheet) -> Cells:
    """Return the cells of each row."""
    return dict(zip(raw.cells.index.tolist(), raw.cells.to_numpy(), strict=True))


def title_of(raw: RawSheet) -> str:
    """Return the name of a sheet with these cells: the one they come from, as far as Excel takes it."""
    name = shown(raw.source.sheet or "Courses").translate(_NOT_IN_TITLES)
    return name.encode("utf-16-le")[: 2 * _TITLE_LIMIT].decode("utf-16-le", "ignore")


def _written(
    pen: Pen, contents: Sequence[Content], marks: Mapping[int, Mark], looks: Sequence[Look | None]
) -> Iterator[BookCell | str | float | None]:
    """Yield cells, the marked ones with their colours and notes; `looks` may reach further than the cells."""
    for column, look in enumerate(looks, start=1):
        content = contents[column - 1] if column <= len(contents) else None
        mark = marks.get(column)
        if mark is None:
            yield pen.cell(content, look)
            continue
        content = mark.value if content is None else content
        marked = look or PLAIN
        yield pen.cell(content, replace(marked, fill=mark.fill or marked.fill), note=mark.note)


def _skip(sheet: Worksheet, rows: int) -> None:
    for _ in range(rows):
        sheet.append([])


def _lay_out(sheet: Worksheet, plain: PlainSheet, cells: Cells) -> None:
    """Set how wide columns are, by their headers and first rows, and keep the header in view."""
    sample = [cells[row.number] for _, row in plain.rows[:_SAMPLE]]
    for position, header in enumerate(plain.raw.headers):
        longest = max((len(cell_text(row[position])) for row in sample), default=0)
        letter = get_column_letter(position + 1)
        wanted = max(len(header) + 2, longest + 2, _NARROWEST)
        sheet.column_dimensions[letter].width = min(wanted, _WIDEST)
    for position, column in enumerate(plain.own, start=plain.width + 1):
        sheet.column_dimensions[get_column_letter(position)].width = column.width
    sheet.freeze_panes = f"A{plain.header_row + 1}"
