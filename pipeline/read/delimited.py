"""Delimited text, in whatever encoding and dialect, read once from its first line to its last."""

from __future__ import annotations

import codecs
import io
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from pipeline.model import Finding, letter_of
from pipeline.read.dialect import dialect_of, named_delimiter
from pipeline.read.encoding import encoding_instead, encoding_said
from pipeline.read.table import Table, cell_too_long, refusal, too_many_rows
from pipeline.read.text_rows import Broken, rows_of
from schemas.properties import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from pipeline.model import Cell
    from pipeline.read.encoding import Encoding
    from pipeline.read.reading import Limits, Reading
    from pipeline.read.text_rows import Dialect

_SAMPLE_BYTES: Final = 2**18  # to find the dialect in: a hundred rows with long descriptions
_BROKEN_ROWS: Final = 100  # a person corrects no more by hand
_BROKEN_CHARACTERS: Final = 2**22  # read for broken rows, then read again: keeps the time linear
_BYTE_ORDER_MARK: Final = "\ufeff"
_NUL: Final = "\0"
_UTF_8: Final = ("utf-8", "utf-8-sig")  # as Python calls it, without and with a byte order mark
_USUAL: Final = ",;\t|"  # delimiters of CSV files


def read_delimited(file: BinaryIO, *, file_name: str, reading: Reading) -> Table:
    """Read delimited text; a row's number counts rows, not lines: a cell may hold several lines.

    Encoding and dialect are found out, unless `reading` names them. A row whose quotation marks do not pair
    up has no cells and a fault; a cell with a NUL character has a fault.

    Args:
        file: can seek; it stays open.
        file_name: as messages call it.
        reading: what a user said of the file, and what it may hold at most.

    Raises:
        FileRefused: this is no text, or holds more than the limits allow.
    """
    if reading.sheet is not None:
        raise refusal(
            "no-sheet", f'{file_name} is text and has no sheet "{reading.sheet}". Leave out --sheet.'
        )
    encoding = encoding_said(file, file_name=file_name, named=reading.encoding)
    try:
        return _table(file, encoding, file_name, reading)
    except UnicodeError:
        instead = encoding_instead(file, encoding.name, file_name=file_name, named=reading.encoding)
    return _table(file, instead, file_name, reading)


def _table(file: BinaryIO, encoding: Encoding, file_name: str, reading: Reading) -> Table:
    first, sample = _beginning(file, encoding.name)
    delimiter = named_delimiter(first)
    if delimiter is not None:
        sample = sample.removeprefix(first)
        reading = replace(reading, delimiter=reading.delimiter or delimiter)
    dialect = dialect_of(sample, reading, file_name=file_name)
    skipped = 0 if delimiter is None else 1
    taken = _Taken(file_name, reading.limits)
    longest = reading.limits.cell_characters
    with _lines(file, encoding.name) as lines:
        rows = rows_of(islice(lines, skipped, None), dialect, longest=longest, first_line=1 + skipped)
        for number, (line, cells) in enumerate(rows, start=1 + skipped):
            taken.add(number, line, cells)
    return Table(
        sheet=None,
        rows=taken.rows,
        lines=taken.lines,
        findings=encoding.findings,
        lost=tuple(taken.lost),
        delimiter=dialect.delimiter if _is_csv(dialect, reading) else None,
    )


def _is_csv(dialect: Dialect, reading: Reading) -> bool:
    """Return whether CSV in UTF-8 with this delimiter is read the same way when read like this file."""
    encoding = codecs.lookup(reading.encoding or _UTF_8[0]).name
    usual = dialect.delimiter in _USUAL and dialect.quote == '"' and dialect.escape is None
    return usual and encoding in _UTF_8


class _Taken:
    """The rows of a text so far, within its limits."""

    def __init__(self, file_name: str, limits: Limits) -> None:
        self.rows: list[tuple[int, list[Cell]]] = []
        self.lines: list[int] = []
        self.lost: list[Finding] = []
        self._file_name = file_name
        self._limits = limits
        self._broken = self._again = 0

    def add(self, number: int, line: int, cells: list[str] | Broken) -> None:
        """Add a row, unless it is blank; `line` is where it begins."""
        filled: list[Cell] = []
        if isinstance(cells, Broken):
            self._lose(number, cells)
        else:
            filled = [cell if cell.strip(BLANKS) else None for cell in cells]
            if filled.count(None) == len(filled):
                return
            if _NUL in "".join(cells):
                self._tell_nul(number, cells)
        self.rows.append((number, filled))
        self.lines.append(line)
        if len(self.rows) > self._limits.rows + 1:  # the header is not counted
            raise too_many_rows(self._file_name, self._limits)

    def _lose(self, number: int, broken: Broken) -> None:
        where = f"{self._file_name}, line {broken.line}:"
        if broken.too_long:
            raise cell_too_long(where, self._limits, " Perhaps its closing quotation mark is missing.")
        self._broken += 1
        self._again += broken.characters
        if self._broken > _BROKEN_ROWS or self._again > _BROKEN_CHARACTERS:
            raise refusal(
                "quotes-unpaired",
                f"{where} up to here the quotation marks of too many rows ({self._broken}) do not pair up. "
                'Save the file anew, or say with --quote "" that the marks are part of the text.',
            )
        message = (
            "has quotation marks that do not pair up, so its cells cannot be told apart: see the cell that "
            f"begins on line {broken.line} of the file. Put one mark before and one after the whole cell, "
            "and double those inside it."
        )
        self._tell("quotes-unpaired", message, number)

    def _tell_nul(self, number: int, cells: list[str]) -> None:
        for position, cell in enumerate(cells):
            if _NUL in cell:
                message = "holds a NUL character, which no text has. Type the cell again."
                self._tell("nul", message, number, f"{letter_of(position)}{number}")

    def _tell(self, code: str, message: str, row: int, cell: str | None = None) -> None:
        self.lost.append(
            Finding(code=code, message=message, severity="fault", stage="read", row=row, cell=cell)
        )


def _beginning(file: BinaryIO, encoding: str) -> tuple[str, str]:
    """Return a text's first line, and its first lines of which the last may be cut."""
    file.seek(0)
    head = file.read(_SAMPLE_BYTES)
    decoder = codecs.getincrementaldecoder(encoding)()
    text = decoder.decode(head, final=len(head) < _SAMPLE_BYTES).removeprefix(_BYTE_ORDER_MARK)
    return io.StringIO(text, newline="").readline(), text


@contextmanager
def _lines(file: BinaryIO, encoding: str) -> Iterator[Iterator[str]]:
    """Give a text's lines as they are, but for its byte order mark; the file stays open."""
    file.seek(0)
    stream = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        first = stream.readline().removeprefix(_BYTE_ORDER_MARK)
        yield chain([first], stream)
    finally:
        stream.detach()
