"""An .xlsx given to python-calamine in pieces: it keeps a sheet until the last of its rows is given away.

Read at once, every cell would be in memory twice. A piece is a workbook made in memory: the parts that tell
sheets, styles and shared texts, as they are, and some of a sheet's rows.
"""

from __future__ import annotations

import io
import re
import zipfile
from itertools import repeat
from typing import TYPE_CHECKING, Final

from python_calamine import CalamineWorkbook

from pipeline.read.archive import Archive
from pipeline.read.books import CalamineBook, sheets_of
from pipeline.read.sheet_xml import part_of, prefix_in, without

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import BinaryIO

    from pipeline.model import Cell, Finding
    from pipeline.read.books import Book
    from pipeline.read.table import Area

_PIECE_BYTES: Final = 4 * 2**20  # of XML, at least
_KEPT_BYTES: Final = 16 * 2**20  # what reading a piece takes for a while
_MOST_SHARED_BYTES: Final = 2**20  # of XML; they are read again with every piece
_SHARED_TEXTS: Final = "xl/sharedStrings.xml"
_SHELL: Final = (
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    _SHARED_TEXTS,
)
_SHEET: Final = b"<worksheet><sheetData>%b</sheetData></worksheet>"
_NUMBERED: Final = re.compile(rb"""<row [^>]*?\br=["'][0-9]""")  # a row that says where it stands


def xlsx_book(file: BinaryIO) -> Book:
    """Open an .xlsx or .xlsm workbook for python-calamine, in pieces unless its cells share much text."""
    archive = Archive(file)
    shared = archive.parts.get(_SHARED_TEXTS.casefold())
    if shared and shared.file_size > _MOST_SHARED_BYTES:
        return CalamineBook(file)
    return PiecewiseBook(archive)


class PiecewiseBook:
    """An .xlsx or .xlsm workbook, of which little more is held than the rows that were taken."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        names = (name for name in _SHELL if name.casefold() in archive.parts)
        self._shell = {name: archive.read(name) for name in names}
        self.sheets = sheets_of(_workbook(self._shell))
        self.lost: list[Finding] = []  # python-calamine tells errors as blanks; `sheet_xml` finds them

    def rows(self, sheet: str) -> Iterator[Sequence[Cell]]:
        """Yield a sheet's rows from row 1 on, their cells from column A on."""
        part = part_of(self._archive, sheet)
        _keep_what_is_freed()
        given = 0
        for rows in _pieces(self._archive.pieces(part)):
            cells = _workbook(self._shell | {part: _SHEET % rows}).get_sheet_by_name(sheet)
            if cells.start is None:  # blank, every row of them
                continue
            first, indent = cells.start
            yield from repeat((), first - given)
            given = first + cells.height
            before: list[Cell] = [None] * indent
            yield from ([*before, *row] for row in cells.to_python())

    def merged(self, _sheet: str) -> Sequence[Area] | None:
        """Return None: `sheet_xml` tells."""
        return None

    def close(self) -> None:
        """Do nothing: no more is held than what the next rows need."""


def _keep_what_is_freed() -> None:
    """Let the C library keep a piece's memory for the next: given back each time it costs a tenth of reading.

    Once so large a block was freed, glibc takes blocks up to its size from the heap, and gives the heap's end
    back only when twice as much lies free there (mallopt(3), M_MMAP_THRESHOLD). Others take no notice.
    """
    bytearray(_KEPT_BYTES)


def _workbook(parts: Mapping[str, bytes]) -> CalamineWorkbook:
    """Open a workbook of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, contents in parts.items():
            archive.writestr(zipfile.ZipInfo(name), contents)
    file.seek(0)
    return CalamineWorkbook.from_filelike(file)


def _pieces(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the rows of a sheet's XML, without what stands before and behind them.

    A piece begins with a row that says where it stands: others count from the one before. Where a comment or
    CDATA may hold what looks like a row, the rest is one piece. Source: ECMA-376, Part 1, 18.3.1.73.
    """
    whole, enough = b"", _PIECE_BYTES
    held: list[bytes] = []
    prefix: bytes | None = None
    for chunk in chunks:
        prefix = prefix_in(chunk) if prefix is None else prefix
        held.append(chunk)
        if len(whole) + sum(map(len, held)) < enough:
            continue
        whole = without(prefix, whole + b"".join(held))
        end = 0 if b"<!" in whole else _last_row(whole)
        if end:
            yield whole[max(whole.find(b"<row"), 0) : end]
        whole, held = whole[end:], []
        enough = _PIECE_BYTES if end else 2 * len(whole)
    whole = without(prefix or b"", whole + b"".join(held))
    begin = whole.find(b"<row")
    if begin >= 0:
        yield whole[begin : whole.rfind(b"</sheetData>")]


def _last_row(xml: bytes) -> int:
    """Return where the last row begins that says where it stands; 0 when none does."""
    place = len(xml)
    while (place := xml.rfind(b"<row", 0, place)) > 0:
        if _NUMBERED.match(xml, place):
            return place
    return 0
