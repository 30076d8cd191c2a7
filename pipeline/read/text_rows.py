"""Lines of a text become rows of cells under a dialect; one row that cannot be told spoils no other."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NEVER: Final = "\ud800"  # half a character: no file decodes to it, nor to the veils
_FIRST_VEIL: Final = 0xD801


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a text divides its rows into cells."""

    delimiter: str
    quote: str = '"'  # doubled within a cell it quotes; "": no character does
    escape: str | None = None  # in front of a character that would divide, quote or escape: it does not

    @property
    def skips_blanks(self) -> bool:
        """In `1, "Pots, pans"` the blank belongs to the comma, not to the text."""
        return self.delimiter != " "


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A row whose cells cannot be told apart."""

    line: int  # on which the cell begins that has no end
    too_long: bool  # it has none soon enough; else its quotation marks do not pair up
    characters: int  # read to find out


def rows_of(
    lines: Iterable[str], dialect: Dialect, *, longest: int, first_line: int = 1
) -> Iterator[tuple[int, list[str] | Broken]]:
    """Yield each row with the line it begins on, blank rows too.

    Behind a broken row reading goes on with the line after its first.

    Args:
        lines: with their line ends, which may be any.
        dialect: how rows are divided.
        longest: characters a cell may have.
        first_line: the number of the first of `lines`.
    """
    taken = _Lines(lines, first_line)
    marked = _MarkedRows(taken, dialect, longest)
    delimiter, quote, escape = dialect.delimiter, dialect.quote or _NEVER, dialect.escape or _NEVER
    skips_blanks = dialect.skips_blanks
    cells: list[str] | Broken
    for line in taken:
        first = taken.number
        if quote in line or escape in line:
            cells = marked.row(line)
        else:
            cells = line.rstrip("\r\n").split(delimiter)
            if len(line) > longest and max(map(len, cells)) > longest:
                cells = Broken(line=first, too_long=True, characters=len(line))
            elif skips_blanks:
                cells = [cell.lstrip(" ") for cell in cells]
        taken.keep(1 if isinstance(cells, Broken) else len(taken.row))
        yield first, cells


class _Lines:
    """The lines of a text, of which some come again."""

    def __init__(self, lines: Iterable[str], first_line: int) -> None:
        self._coming = iter(lines)
        self._again: deque[str] = deque()
        self.row: list[str] = []  # lines taken for the present row
        self.number = first_line  # of the line it begins on

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._coming)
        self.row.append(line)
        return line

    def keep(self, count: int) -> None:
        """End the row behind this many of its lines; the others come again."""
        self._again.extendleft(reversed(self.row[count:]))
        self.number += count
        self.row.clear()


class _MarkedRows:
    """Reads rows in which characters quote or escape others.

    A line is parted at its quotation marks. That is quicker than the csv module, which moreover cannot say
    which cell has no end, and takes every backslash for an escape. Else both read the same.
    """

    def __init__(self, taken: _Lines, dialect: Dialect, longest: int) -> None:
        self._taken = taken
        self._dialect = dialect
        self._longest = longest
        self._quote = dialect.quote or _NEVER
        self._veil = _Veil(dialect) if dialect.escape or dialect.quote == "'" else None
        self._parts: list[str] = []  # of the present line, with a quotation mark between each and the next
        self._place = 0  # of the part that is read

    def row(self, line: str) -> list[str] | Broken:
        """Read the row that begins with the line just taken, and take as many more as it needs."""
        delimiter, skips_blanks = self._dialect.delimiter, self._dialect.skips_blanks
        self._part(line)
        cells: list[str] = []
        outside = self._parts[0]  # what stands before the next mark, from the beginning of a cell on
        while True:
            *plain, last = outside.split(delimiter)
            if skips_blanks and " " in outside:
                plain, last = [cell.lstrip(" ") for cell in plain], last.lstrip(" ")
            cells += plain
            if self._place == len(self._parts) - 1:
                cells.append(last.rstrip("\r\n"))
                return self._finished(cells)
            if last:
                outside = self._plain(last)
                continue
            begins_on = len(self._taken.row)
            quoted = self._quoted()
            if quoted is None or len(quoted) > self._longest:
                return self._broken(begins_on, too_long=quoted is not None)
            cells.append(quoted)
            behind = self._parts[self._place]
            if behind.startswith(delimiter):
                outside = behind[1:]
            elif self._place == len(self._parts) - 1 and not behind.rstrip("\r\n"):
                return self._finished(cells)
            else:
                return self._broken(begins_on, too_long=False)

    def _part(self, line: str) -> None:
        self._parts = (self._veil.over(line) if self._veil else line).split(self._quote)
        self._place = 0

    def _plain(self, beginning: str) -> str:
        """Return what stands up to the mark behind this plain cell: the marks within are part of it."""
        end = self._place + 1
        while end < len(self._parts) - 1 and self._dialect.delimiter not in self._parts[end]:
            end += 1
        cell = self._quote.join([beginning, *self._parts[self._place + 1 : end + 1]])
        self._place = end
        return cell

    def _quoted(self) -> str | None:
        """Return the cell that opens with the next mark, up to its closing one; None where there is none.

        What is longer than a cell may be is returned as far as it was read.
        """
        pieces: list[str] = []
        length = 0
        begin = self._place + 1
        while True:
            parts, end, last = self._parts, begin, len(self._parts) - 1
            while last - end > 1 and not parts[end + 1]:  # nothing stands between doubled marks
                end += 2
            piece = self._quote.join(parts[begin : end + 1 : 2])
            pieces.append(piece)
            length += len(piece)
            if end < last:
                self._place = end + 1
                return "".join(pieces)
            line = next(self._taken, None)
            if length > self._longest:
                return "".join(pieces)
            if line is None:
                return None
            self._part(line)
            begin = 0

    def _finished(self, cells: list[str]) -> list[str] | Broken:
        lines = self._taken.row
        if sum(map(len, lines)) > self._longest and max(map(len, cells)) > self._longest:
            return self._broken(len(lines), too_long=True)
        return self._veil.off(cells) if self._veil else cells

    def _broken(self, line: int, *, too_long: bool) -> Broken:
        """Return a broken row by which of its lines its endless cell begins on, counted from 1."""
        characters = sum(map(len, self._taken.row))
        return Broken(line=self._taken.number + line - 1, too_long=too_long, characters=characters)


class _Veil:
    """Hides characters that divide, quote or escape nothing where they stand, until a row is parted."""

    def __init__(self, dialect: Dialect) -> None:
        marks = dialect.delimiter + dialect.quote + (dialect.escape or "")
        hidden = []
        if dialect.escape:  # in front of all else, as in C:\courses, it means itself
            hidden.append(f"{re.escape(dialect.escape)}[{re.escape(marks)}]")
        if dialect.quote == "'":  # an apostrophe, between two letters
            hidden.append(r"(?<=\w)'(?=\w)")
        self._hidden = re.compile("|".join(hidden))
        self._veils = {mark: chr(_FIRST_VEIL + place) for place, mark in enumerate(marks)}
        self._marks = str.maketrans({veil: mark for mark, veil in self._veils.items()})

    def over(self, line: str) -> str:
        return self._hidden.sub(lambda found: self._veils[found[0][-1]], line)

    def off(self, cells: list[str]) -> list[str]:
        return [cell.translate(self._marks) for cell in cells]
