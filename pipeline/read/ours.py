"""The columns a report of ours adds: when such a file comes back, they are no part of the table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.model import letter_of, shown
from schemas.properties import ERRORS_COLUMN, ID_COLUMN, PLACE_COLUMN, ROW_COLUMN, STATUS_COLUMN, fold_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Cell
    from pipeline.read.table import Table

_PLACE: Final = fold_header(PLACE_COLUMN)
_OURS: Final = frozenset(
    map(fold_header, (STATUS_COLUMN, ID_COLUMN, ROW_COLUMN, ERRORS_COLUMN, PLACE_COLUMN))
)


def without_ours(table: Table, header_position: int) -> tuple[Table, dict[int, int]]:
    """Return a table whose cells of ours are blank, and the place each row had in the file it came from.

    Nothing else moves, so that addresses stay; a row that held only such cells is gone, and so are blank
    columns at the end: the next report puts its own there again.
    """
    header = [fold_header(cell) if isinstance(cell, str) else "" for cell in table.rows[header_position][1]]
    ours = {position for position, word in enumerate(header) if word in _OURS}
    if not ours:
        return table, {}
    places = {}
    if _PLACE in header:
        told = ((number, _at(cells, header.index(_PLACE))) for number, cells in table.rows)
        places = {number: int(place) for number, place in told if place.isdecimal()}
    blanked = [
        (number, [None if position in ours else cell for position, cell in enumerate(cells)])
        for number, cells in table.rows
    ]
    left = [cells.count(None) < len(cells) for _, cells in blanked]
    left[: header_position + 1] = [True] * (header_position + 1)
    end = max(map(_end, (cells for _, cells in blanked)))
    letters = {letter_of(position) for position in ours}
    return replace(
        table,
        rows=[(number, cells[:end]) for (number, cells), stays in zip(blanked, left, strict=True) if stays],
        lines=table.lines and [line for line, stays in zip(table.lines, left, strict=True) if stays],
        lost=tuple(fault for fault in table.lost if (fault.cell or "").rstrip("0123456789") not in letters),
    ), places


def _at(cells: Sequence[Cell], position: int) -> str:
    return shown(cells[position]) if position < len(cells) else ""


def _end(cells: Sequence[Cell]) -> int:
    """Return where the last filled cell ends."""
    return max((position for position, cell in enumerate(cells, start=1) if cell is not None), default=0)
