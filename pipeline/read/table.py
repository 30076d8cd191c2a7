"""A table before its header is found, and the way a file is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import FileRefused
from pipeline.model import Finding
from schemas.properties import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.model import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one sheet that hold anything, with the numbers people see."""

    sheet: str | None
    rows: tuple[tuple[int, list[Cell]], ...]
    findings: tuple[Finding, ...] = ()  # of the file
    lost: tuple[Finding, ...] = ()  # of cells whose value cannot be told, their headers not yet known


def filled_rows(rows: Iterable[Sequence[Cell]], *, indent: int = 0) -> Iterator[tuple[int, list[Cell]]]:
    """Yield each row that holds anything, with its number; blank cells become None.

    Args:
        rows: all rows from the first on, blank ones too.
        indent: how many columns stand before the first cell of each row.
    """
    before: list[Cell] = [None] * indent
    for number, row in enumerate(rows, start=1):
        cells = [None if isinstance(cell, str) and not cell.strip(BLANKS) else cell for cell in row]
        if any(cell is not None for cell in cells):
            yield number, before + cells


def refusal(code: str, message: str) -> FileRefused:
    """Return the refusal of a file for one reason."""
    return FileRefused(Finding(code=code, message=message, severity="fault", stage="read"))
