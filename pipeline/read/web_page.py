"""A table of a web page: what many systems call an Excel export."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

from lxml import etree, html

from pipeline.model import Finding
from pipeline.read.header import HEADER_WITHIN, known_columns
from pipeline.read.table import Table, filled_rows, refusal, within

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from pipeline.model import Cell
    from pipeline.read.reading import Reading

_DECLARED: Final = re.compile(rb"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DECLARED_WITHIN: Final = 4096  # bytes; HTML asks for it among the first 1,024
_LINE_END: Final = "\v"  # no page shows one
_SILENT: Final = ("script", "style", etree.Comment, etree.ProcessingInstruction)
_DIGITS: Final = 6  # of a span
_SHOWN: Final = 40  # characters of a cell
_MOST_COLUMNS: Final = 16_384  # a cell may say that it spans more


def read_web_page(file: BinaryIO, *, file_name: str, reading: Reading) -> Table:
    """Read the table of a page whose rows name most columns of a course; its rows are counted from 1.

    A cell that spans rows gives its value to each of them; one that spans columns to the first.

    Raises:
        FileRefused: the page holds no table, or cannot be read in its encoding.
    """
    if reading.sheet is not None:
        raise refusal("no-sheet", f"{file_name} is a web page and has no sheets. Leave out --sheet.")
    page = _page(file.read(), file_name, reading.encoding)
    tables = [
        list(within(reading.limits, filled_rows(_rows(table)), file_name)) for table in page.iter("table")
    ]
    if not any(tables):
        raise refusal("no-table", f"{file_name} is a web page without a table. Save your courses as .xlsx.")
    named = [max((known_columns(cells) for _, cells in rows[:HEADER_WITHIN]), default=0) for rows in tables]
    of_courses = sum(count > 1 for count in named)
    if of_courses > 1:
        raise refusal(
            "several-tables",
            f"{file_name} is a web page with {of_courses} tables of courses. Put them into one, or save "
            "each as a file of its own.",
        )
    _, rows = max(zip(named, tables, strict=True), key=lambda pair: (pair[0], len(pair[1])))
    spanning = next((cell for cell in page.iterdescendants("td", "th") if _span(cell, "rowspan") > 1), None)
    findings = () if spanning is None else (_merged(file_name, _text(spanning)),)
    return Table(sheet=None, rows=rows, findings=findings)


def _merged(file_name: str, example: str) -> Finding:
    return Finding(
        code="merged",
        message=f"{file_name}: merged cells give their value to every row they span, such as "
        f'"{example[:_SHOWN]}".',
        severity="information",
        stage="read",
    )


def _page(contents: bytes, file_name: str, wanted: str | None) -> html.HtmlElement:
    declared = _DECLARED.search(contents, 0, _DECLARED_WITHIN)
    encoding = wanted or (declared[1].decode() if declared else "utf-8-sig")
    if contents.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = contents.decode(encoding)
    except (UnicodeError, LookupError) as error:
        raise refusal(
            "not-text",
            f"{file_name} cannot be read as {encoding}. Name its encoding with --encoding, such as cp1252.",
        ) from error
    try:
        # Decoded once and for all: what the page declares is not asked a second time.
        return html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except etree.LxmlError as error:
        raise refusal(
            "damaged", f"{file_name} cannot be read as a web page. Save your courses as .xlsx."
        ) from error


def _rows(table: html.HtmlElement) -> Iterator[list[Cell]]:
    """Yield a table's own rows, not those of a table within."""
    below: dict[int, tuple[int, str]] = {}  # column -> for how many more rows, which text
    for row in table.iterfind(".//tr"):
        if next(row.iterancestors("table")) is not table:
            continue
        cells: list[Cell] = []
        for cell in row.iterchildren("td", "th"):
            _from_above(cells, below)
            text = _text(cell)
            if (rows := _span(cell, "rowspan")) > 1:
                below[len(cells)] = (rows - 1, text)
            cells += [text, *[None] * (min(_span(cell, "colspan"), _MOST_COLUMNS) - 1)]
        _from_above(cells, below)
        yield cells


def _from_above(cells: list[Cell], below: dict[int, tuple[int, str]]) -> None:
    """Add the cells that begin in an earlier row and reach into this one, here."""
    while (left := below.get(len(cells))) is not None:
        rows, text = left
        if rows == 1:
            del below[len(cells)]
        else:
            below[len(cells)] = (rows - 1, text)
        cells.append(text)


def _span(cell: html.HtmlElement, name: str) -> int:
    written = cell.get(name, "1").strip()
    return max(int(written[:_DIGITS]), 1) if written.isascii() and written.isdecimal() else 1


def _text(cell: html.HtmlElement) -> str:
    """Return a cell's text as a browser shows it: only `<br>` ends a line."""
    pieces = [cell.text or ""]
    for element in cell.iterdescendants():
        if element.tag == "br":
            pieces.append(_LINE_END)
        elif element.tag not in _SILENT:
            pieces.append(element.text or "")
        pieces.append(element.tail or "")
    return "\n".join(" ".join(line.split()) for line in "".join(pieces).split(_LINE_END))
