"""Delimited text: UTF-8 with commas, semicolons or tabs between the cells."""

from __future__ import annotations

import codecs
import csv
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pipeline.read.header import known_columns
from pipeline.read.table import Table, filled_rows, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

_BINARY_WITHIN: Final = 1024  # bytes; a NUL among them speaks of a picture, a PDF, an archive
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # a text, though full of NULs
_DELIMITERS: Final = ",;\t"  # the first wins where the header row speaks for several


class _Spaced(csv.excel):
    """As Excel writes it, but in `1, "Pots, pans"` the blank belongs to the comma, not to the text."""

    skipinitialspace = True


def read_delimited(contents: bytes, *, file_name: str, sheet: str | None) -> Table:
    """Read delimited text; a row's number counts rows, not lines: a cell may hold several lines."""
    if sheet is not None:
        raise refusal("no-sheet", f'{file_name} is text and has no sheet "{sheet}". Leave out --sheet.')
    text = _decode(contents, file_name)
    with _cells_as_long_as(len(text)):
        rows = filled_rows(_split(text, _delimiter_of(text), file_name))
        return Table(sheet=None, rows=tuple(rows))


def _decode(contents: bytes, file_name: str) -> str:
    contents = contents.removeprefix(codecs.BOM_UTF8)
    if b"\0" in contents[:_BINARY_WITHIN] and not contents.startswith(_UTF_16):
        raise refusal(
            "other-kind",
            f"{file_name} is neither a workbook nor a text. Name an .xlsx workbook or a text saved as CSV.",
        )
    try:
        return contents.decode()
    except UnicodeDecodeError as error:
        line = contents.count(b"\n", 0, error.start) + 1
        raise refusal(
            "not-utf-8",
            f'{file_name}, line {line}: this is not UTF-8 text. Save the file again as "CSV UTF-8".',
        ) from error


def _delimiter_of(text: str) -> str:
    """Return the delimiter under which the header row names most columns we know."""

    def known(delimiter: str) -> int:
        rows = filled_rows(csv.reader(io.StringIO(text, newline=""), _Spaced, delimiter=delimiter))
        _, header = next(rows, (0, []))
        return known_columns(header)

    return max(_DELIMITERS, key=known)


def _split(text: str, delimiter: str, file_name: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), _Spaced, delimiter=delimiter, strict=True)
    first_line = 1
    try:
        for row in reader:
            yield row
            first_line = reader.line_num + 1
    except csv.Error as error:
        raise refusal(
            "quotes-unpaired",
            f"{file_name}, line {reader.line_num}: the quotation marks of the row that begins on line "
            f"{first_line} do not pair up. Put one before and one after the whole cell, and double those "
            "inside it.",
        ) from error


@contextmanager
def _cells_as_long_as(length: int) -> Iterator[None]:
    """Let cells be `length` characters long; the limit belongs to the whole process, so it is put back."""
    limit = csv.field_size_limit(max(length, csv.field_size_limit()))
    try:
        yield
    finally:
        csv.field_size_limit(limit)
