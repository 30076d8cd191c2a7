"""Which characters divide a text into cells: as it says itself, else those that make it a table."""

from __future__ import annotations

import io
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.read.header import HEADER_WITHIN, known_columns
from pipeline.read.table import refusal
from pipeline.read.text_rows import Broken, Dialect, rows_of
from schemas.properties import BLANKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.read.reading import Reading

# The first wins where a text speaks for several.
_USUAL: Final = ",;\t|"
_RARE: Final = ":^~ \x1f"
_QUOTE: Final = '"'
_QUOTES: Final = (_QUOTE, "'", "")
_ESCAPES: Final = "\\\0"
_NAMES_ITS_DELIMITER: Final = re.compile(r'"?sep=([^\r\n])"?[\r\n]*', re.IGNORECASE)  # as Excel obeys it

_ROWS: Final = 1000  # of a sample
_AGAIN: Final = 4  # times a sample is read for its broken rows
_RARE_COLUMNS: Final = 3  # a table divided by blanks, say, has at least so many: titles have blanks too
_RARE_SHARE: Final = 0.9
_MEANINGLESS: Final = 3  # rows with a mark that quotes nothing make it part of the text


class _Worth(NamedTuple):
    """What speaks for a dialect, the weightiest first."""

    known: int = 0  # properties named by the row that names most
    is_bare: bool = False  # few rows keep quotation marks
    is_table: bool = False  # most rows have the same columns, and several
    share: float = 0  # of rows that have these columns
    columns: int = 0


def named_delimiter(line: str) -> str | None:
    """Return the delimiter a first line like `sep=;` names."""
    found = _NAMES_ITS_DELIMITER.fullmatch(line)
    return found[1] if found else None


def dialect_of(sample: str, reading: Reading, *, file_name: str) -> Dialect:
    """Return the dialect of a text by trial: under the right one its rows are a table of courses.

    Args:
        sample: the text's first lines, without one that names the delimiter.
        reading: the delimiter and quote a user named; None is found out.
        file_name: as messages call it.

    Raises:
        FileRefused: what a user named can divide nothing.
    """
    _hold_named(reading, file_name)
    if reading.delimiter is not None:
        return _best(sample, reading.delimiter, reading)[1]
    worth, usual = _best(sample, _USUAL, reading)
    if worth.is_table:
        return usual
    rare_worth, rare = _best(sample, _RARE, reading)
    convinces = rare_worth.share >= _RARE_SHARE or rare_worth.is_bare > worth.is_bare
    return rare if rare_worth > worth and rare_worth.columns >= _RARE_COLUMNS and convinces else usual


def _hold_named(reading: Reading, file_name: str) -> None:
    delimiter, quote = reading.delimiter, reading.quote
    named = [mark for mark in (delimiter, quote) if mark]
    if delimiter == "" or any(len(mark) > 1 or mark in "\r\n" for mark in named):
        raise refusal(
            "mark-unknown",
            f"{file_name}: one character divides cells, and one or none quotes them; neither is a line end. "
            "Correct --delimiter or --quote.",
        )
    if delimiter is not None and delimiter == (_QUOTE if quote is None else quote):
        raise refusal(
            "mark-unknown",
            f"{file_name}: the same character cannot divide cells and quote them. Correct --delimiter or "
            "--quote.",
        )


def _best(sample: str, delimiters: str, reading: Reading) -> tuple[_Worth, Dialect]:
    worths = ((_worth(sample, dialect), dialect) for dialect in _dialects(sample, delimiters, reading))
    return max(worths, key=lambda pair: pair[0])


def _dialects(sample: str, delimiters: str, reading: Reading) -> Iterator[Dialect]:
    """Yield the dialects that can be meant, the likelier first."""
    found = [quote for quote in _QUOTES if quote == _QUOTE or (quote or _QUOTE) in sample]
    for delimiter in delimiters:
        for quote in found if reading.quote is None else [reading.quote]:
            if quote == delimiter:
                continue
            if quote or reading.quote is not None or _quotes_nothing(sample, delimiter):
                yield Dialect(delimiter=delimiter, quote=quote)
            for escape in _ESCAPES:
                if quote and escape != delimiter and escape + quote in sample:
                    yield Dialect(delimiter=delimiter, quote=quote, escape=escape)


def _quotes_nothing(sample: str, delimiter: str) -> bool:
    """Say whether cells begin with a quotation mark time and again, and none ends with one."""
    rows, _ = _rows(sample, Dialect(delimiter=delimiter, quote=""))
    begun = sum(any(cell.startswith(_QUOTE) for cell in row) for row in rows)
    return begun >= _MEANINGLESS and not any(cell.endswith(_QUOTE) for row in rows for cell in row)


def _worth(sample: str, dialect: Dialect) -> _Worth:
    rows, broken = _rows(sample, dialect)
    total = len(rows) + broken
    if not rows:
        return _Worth(is_bare=not total, is_table=not total)  # blank throughout is as good as a table
    header = max(rows[:HEADER_WITHIN], key=known_columns)
    known = known_columns(header)
    columns = len(header) if known else Counter(map(len, rows)).most_common(1)[0][0]
    share = sum(len(row) == columns for row in rows) / total
    return _Worth(
        known=known,
        is_bare=(sum(map(_keeps_marks, rows)) + broken) * 2 <= total,
        is_table=columns > 1 and share > 1 / 2,
        share=share,
        columns=columns,
    )


def _rows(sample: str, dialect: Dialect) -> tuple[list[list[str]], int]:
    """Return a sample's first filled rows, and how many are broken."""
    rows: list[list[str]] = []
    broken = again = 0
    lines = io.StringIO(sample, newline="")
    for _, cells in islice(rows_of(lines, dialect, longest=len(sample)), _ROWS):
        if isinstance(cells, Broken):
            broken += 1
            again += cells.characters
            if again > _AGAIN * len(sample):
                break
        elif any(cell.strip(BLANKS) for cell in cells):
            rows.append(cells)
    return rows, broken


def _keeps_marks(row: list[str]) -> bool:
    return any(_QUOTE in cell or (len(cell) > 1 and cell[0] == cell[-1] == "'") for cell in row)
