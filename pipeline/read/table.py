"""A table before its header is found; its places; the way a file is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.errors import FileRefused
from pipeline.model import Finding, letter_of
from schemas.properties import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.model import Cell
    from pipeline.read.reading import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one sheet that hold anything, with the numbers people see."""

    sheet: str | None
    rows: Sequence[tuple[int, list[Cell]]]
    findings: tuple[Finding, ...] = ()  # of the file
    lost: tuple[Finding, ...] = ()  # of cells or whole rows that cannot be told, their headers not yet known
    lines: Sequence[int] | None = None  # of text: on which line of the file each of `rows` begins
    delimiter: str | None = None  # of text in a dialect that CSV files have, read from UTF-8 alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A rectangle of cells, counted from 1, its last row and column included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @classmethod
    def of(cls, first: str, last: str) -> Area:
        """Return the area between two addresses: "A1" and "C3"."""
        (left, top), (right, bottom) = position_of(first), position_of(last)
        return cls(first_row=top, first_column=left, last_row=bottom, last_column=right)

    def __str__(self) -> str:
        first, last = (
            f"{letter_of(column - 1)}{row}"
            for column, row in ((self.first_column, self.first_row), (self.last_column, self.last_row))
        )
        return f"{first}:{last}"


def position_of(address: str) -> tuple[int, int]:
    """Return the column and row of an address, counted from 1.

    >>> position_of("AB12")
    (28, 12)
    """
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(address[len(letters) :])


def filled_rows(rows: Iterable[Sequence[Cell]]) -> Iterator[tuple[int, list[Cell]]]:
    """Yield each row that holds anything, with its number from 1 on; blank cells become None."""
    for number, row in enumerate(rows, start=1):
        cells = [None if isinstance(cell, str) and not cell.strip(BLANKS) else cell for cell in row]
        if cells.count(None) < len(cells):
            yield number, cells


def refusal(code: str, message: str) -> FileRefused:
    """Return the refusal of a file for one reason."""
    return FileRefused(Finding(code=code, message=message, severity="fault", stage="read"))


_LOST: Final = {
    "error-cell": "is the error {value}. Correct the cell or its formula.",
    "unreadable-cell": "holds something no program writes. Type it again.",
    "formula-without-value": "is a formula without a value. Open the file in Excel and save it.",
}


def lost_cell(code: str, row: int, cell: str, *, value: str | None = None) -> Finding:
    """Return the fault of a cell whose value cannot be told."""
    message = _LOST[code].format(value=value)
    return Finding(
        code=code, message=message, severity="fault", stage="read", row=row, cell=cell, value=value
    )


def within(
    limits: Limits, rows: Iterable[tuple[int, list[Cell]]], file_name: str
) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the same rows as long as they keep the limits on rows and cells.

    Raises:
        FileRefused: they do not.
    """
    most = limits.cell_characters
    for count, (number, cells) in enumerate(rows):
        if count > limits.rows:  # the header is not counted
            raise too_many_rows(file_name, limits)
        if max([len(cell) for cell in cells if isinstance(cell, str)], default=0) > most:
            position = next(
                place for place, cell in enumerate(cells) if isinstance(cell, str) and len(cell) > most
            )
            raise cell_too_long(f"{file_name}, cell {letter_of(position)}{number}:", limits)
        yield number, cells


def too_many_rows(file_name: str, limits: Limits) -> FileRefused:
    """Return the refusal of a file with more rows than allowed."""
    return refusal(
        "too-many-rows",
        f"{file_name} has more than {limits.rows} rows. Divide it, or set COURSE_IMPORT_MAX_ROWS higher.",
    )


def cell_too_long(where: str, limits: Limits, why: str = "") -> FileRefused:
    """Return the refusal of a file with a cell longer than allowed."""
    return refusal(
        "cell-too-long",
        f"{where} more than {limits.cell_characters} characters stand in one cell.{why} Shorten it, or set "
        "COURSE_IMPORT_MAX_CELL_CHARACTERS higher.",
    )
