"""What a sheet's XML knows and no reader tells: lost values, what is hidden, how far the cells reach."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from pipeline.model import Finding, letter_of
from pipeline.read.archive import Archive
from pipeline.read.table import Area, lost_cell, position_of, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_CELL_BYTES: Final = 32 * 2**20  # one cell's XML: a million characters, each as long as `&#x10FFFF;`
_MOST_CELLS: Final = 40_000_000  # from the first to the last that hold anything; each takes 32 bytes
_USUAL_ROWS: Final = 99_999  # what lies beyond these is a reason to look closer
_USUAL_COLUMNS: Final = 26
_BEGIN: Final = b"<sheetData>"  # of the cells
_END: Final = b"</sheetData>"

# Made to be quick, for they see every byte: one literal each and few false alarms. What stands behind a "<":
_OTHER: Final = rb"[^tirv/c]"  # a formula, or what stands before and behind the cells
_ODD: Final = (
    rb"""row(?: [^r]| r="[0-9]{6}| r='|>| [^>]*hidden)"""  # no number, a far one
    rb"""|c(?: [^r]| r="[A-Z](?:[A-Z]|[0-9]{6})| r='|>)"""  # the same
)
_OTHER_TAG: Final = re.compile(b"<" + _OTHER)
_ODD_TAG: Final = re.compile(b"<(?:" + _ODD + b")")
_REMARKABLE_TAG: Final = re.compile(b"<(?:" + _OTHER + b"|" + _ODD + b")")
_ERROR: Final = re.compile(rb"""=["']e["']""")

_ANY_CELL: Final = re.compile(rb"<(?:row|c)[\s/>]")
_UNPLACED: Final = re.compile(rb"""<(?:row|c)(?: [^r]| r='|>)""")
_HIDDEN: Final = re.compile(rb"""<row\b[^>]*\shidden=["'](?:1|true)["']""")
_FAR_COLUMN: Final = re.compile(rb"""\sr=["']([A-Z]{2,3})[0-9]""")
_FAR_ROW: Final = re.compile(rb"""\sr=["'][A-Z]{0,3}([0-9]{6,7})["']""")
_MERGED: Final = re.compile(rb"""<mergeCell\b[^>]*\sref=["']([A-Z]+[0-9]+):([A-Z]+[0-9]+)["']""")
_COLUMNS: Final = re.compile(rb"""<col\b[^>]*\shidden=["'](?:1|true)["'][^>]*""")
_FILTER: Final = re.compile(rb"<filterColumn\b")
_PREFIXED: Final = re.compile(rb"<(\w+:)worksheet\b")
_CELLS: Final = re.compile(
    rb"""
    < (?P<tag>row|c)\b (?P<attributes>[^>]*?)
    (?: /> | > \s*
        (?P<formula> <f\b (?: [^>]*/> | [^>]*>[^<]*</f> ) \s* )?
        (?P<value> <v\b [^>]*> (?P<text>[^<]*) )?
        (?P<inside> <is\b )?
    )
    """,
    re.VERBOSE,
)
_PLACE: Final = re.compile(rb"""\sr=["']([A-Z]*)([0-9]+)["']""")  # of a row or a cell; it may be left out
_KIND: Final = re.compile(rb"""\st=["'](\w+)["']""")
_KINDS: Final = frozenset({b"b", b"d", b"e", b"inlineStr", b"n", b"s", b"str"})


@dataclass(slots=True, kw_only=True)
class SheetFacts:
    """What a scan of a sheet's XML finds."""

    lost: list[Finding] = field(default_factory=list)  # their headers not yet known
    merged: list[Area] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[str] = field(default_factory=list)  # "C", or "C to F"
    filtered: bool = False


def facts_of(file: BinaryIO, sheet: str, file_name: str, *, closely: bool = False) -> SheetFacts:
    """Scan a sheet of an .xlsx or .xlsm workbook; nothing is unpacked whole.

    Args:
        file: the workbook, open; it may stand anywhere.
        sheet: its name in the workbook.
        file_name: as messages call it.
        closely: look at every cell, and find those of a kind no program writes.

    Source: ECMA-376, Part 1, 18.3.1.4 (c), 18.3.1.13 (col), 18.3.1.40 (f), 18.3.1.55 (mergeCell), 18.3.1.73
    (row), 18.3.2.7 (filterColumn).

    Raises:
        FileRefused: the cells reach so far that no reader could hold them, or one is longer than any can be.
        Exception: whatever zipfile, isal or ElementTree say of a damaged file.
    """
    archive = Archive(file)
    part = part_of(archive, sheet)
    scan = _scanned(archive, part, file_name, _Scan(exact=closely))
    if scan.far_end and not closely:  # perhaps: what is unusual counts as filled until it is looked at
        scan = _scanned(archive, part, file_name, _Scan(exact=True))
    if scan.far_end:
        column, row = scan.far_end
        raise refusal(
            "too-far",
            f"{file_name} · {sheet}: the cells reach to {letter_of(column - 1)}{row}, too far to be read. "
            "Delete the rows and columns beyond your courses and save the file again.",
        )
    return scan.facts


def _scanned(archive: Archive, part: str, file_name: str, scan: _Scan) -> _Scan:
    for piece in _whole_cells(archive.pieces(part), file_name):
        scan.take(piece)
    return scan


def part_of(archive: Archive, sheet: str) -> str:
    """Return the name of the part that holds a sheet."""
    book, links = (
        ET.fromstring(archive.read(name))  # noqa: S314 - expat bounds what entities may grow to
        for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    )
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    link_id = next(
        value
        for entry in book.iterfind("{*}sheets/{*}sheet")
        if entry.get("name") == sheet
        for name, value in entry.items()
        if name.endswith("}id")
    )
    return posixpath.join("/xl", targets[link_id])[1:]


def _whole_cells(pieces: Iterator[bytes], file_name: str) -> Iterator[bytes]:
    """Yield a sheet's XML in pieces none of which ends within a cell."""
    rest = next(pieces, b"")
    prefix = prefix_in(rest)
    for piece in pieces:
        rest += piece
        end = max(rest.rfind(b"<" + prefix + tag) for tag in (b"c ", b"row"))
        if end <= 0 and b"sheetData>" in rest:  # what stands behind the cells may be long
            end = rest.rfind(b"<")
        if end > 0:
            yield without(prefix, rest[:end])
            rest = rest[end:]
        elif len(rest) > _CELL_BYTES:
            raise refusal("cell-too-long", f"{file_name}: one cell holds more than any cell can.")
    yield without(prefix, rest)


def prefix_in(xml: bytes) -> bytes:
    """Return what stands before the names of a part's elements: `x:`, most often nothing."""
    found = _PREFIXED.search(xml)
    return found[1] if found else b""


def without(prefix: bytes, piece: bytes) -> bytes:
    """Return XML without the prefix of its elements."""
    return piece.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</") if prefix else piece


class _Scan:
    """Takes a sheet's XML piece by piece; cell by cell only where a piece gives a reason."""

    def __init__(self, *, exact: bool = False) -> None:
        self.facts = SheetFacts()
        self._exact = exact
        self._row = self._column = 0  # of the cell that was seen last
        self._last_row, self._last_column = (0, 0) if exact else (_USUAL_ROWS, _USUAL_COLUMNS)

    @property
    def far_end(self) -> tuple[int, int] | None:
        """The last column and row, counted from 1, where no reader can hold the cells up to there."""
        cells = self._last_row * self._last_column
        return (self._last_column, self._last_row) if cells > _MOST_CELLS else None

    def take(self, piece: bytes) -> None:
        """Look at the next piece."""
        closely = self._exact or _ERROR.search(piece)
        if _REMARKABLE_TAG.search(piece):  # few pieces have one: asked once, not by kind
            self._look_aside(piece)
            closely = closely or _OTHER_TAG.search(piece, *_cells_in(piece))
            if _ODD_TAG.search(piece):
                self._reach(piece)
                closely = closely or _UNPLACED.search(piece) or _HIDDEN.search(piece)
        if closely:
            self._look_closer(piece)
        elif (last := piece.rfind(b"<row ")) >= 0 and (place := _PLACE.search(piece, last)):
            self._row = int(place[2])

    def _look_aside(self, piece: bytes) -> None:
        """Look at what stands before and behind the cells; many a piece with odd ones has neither."""
        self.facts.hidden_columns += [_columns_in_words(found[0]) for found in _COLUMNS.finditer(piece)]
        areas = _MERGED.findall(piece)
        self.facts.merged += [Area.of(first.decode(), last.decode()) for first, last in areas]
        self.facts.filtered |= _FILTER.search(piece) is not None

    def _look_closer(self, piece: bytes) -> None:
        for found in _CELLS.finditer(piece):
            place = _PLACE.search(found["attributes"])
            if found["tag"] == b"row":
                self._row, self._column = int(place[2]) if place else self._row + 1, 0
                if _HIDDEN.match(piece, found.start()):
                    self.facts.hidden_rows.append(self._row)
                continue
            column, row = (
                position_of((place[1] + place[2]).decode()) if place else (self._column + 1, self._row)
            )
            self._column = column
            filled = found["value"] or found["formula"] or found["inside"]
            if filled and (self._exact or not place):
                self._last_row, self._last_column = max(self._last_row, row), max(self._last_column, column)
            self._judge(found, f"{letter_of(column - 1)}{row}", row)

    def _judge(self, found: re.Match[bytes], cell: str, row: int) -> None:
        kind = _KIND.search(found["attributes"])
        text = (found["text"] or b"").strip().decode()
        if self._exact and kind and kind[1] not in _KINDS:
            self.facts.lost.append(lost_cell("unreadable-cell", row, cell))
        elif kind and kind[1] == b"e":
            self.facts.lost.append(lost_cell("error-cell", row, cell, value=text))
        # A formula whose result is a text without characters is blank, and has a value.
        elif found["formula"] and not text and not (found["value"] and kind and kind[1] == b"str"):
            self.facts.lost.append(lost_cell("formula-without-value", row, cell))

    def _reach(self, piece: bytes) -> None:
        """Learn how far the cells of this piece reach, those without a value among them."""
        if self._exact:
            return
        columns = {letters.decode() for letters in _FAR_COLUMN.findall(piece)}
        rows = (int(digits) for digits in _FAR_ROW.findall(piece))
        self._last_column = max(self._last_column, *(position_of(f"{letters}1")[0] for letters in columns), 0)
        self._last_row = max(self._last_row, *rows, 0)


def _cells_in(piece: bytes) -> tuple[int, int]:
    """Return where the cells of a piece begin and end.

    Where texts stand apart, a piece holds thousands of rows: its head would have all of them looked at. What
    looks like the cells' beginning within a comment has cells before it; what looks like their end there
    stands behind the comment's own mark, which is a reason to look.
    """
    begin, end = piece.find(_BEGIN), piece.rfind(_END)
    headless = begin < 0 or _ANY_CELL.search(piece, 0, begin)
    return 0 if headless else begin + len(_BEGIN), len(piece) if end < 0 else end


def _columns_in_words(tag: bytes) -> str:
    first, last = (
        int(found[1]) for name in (b"min", b"max") if (found := re.search(name + rb"""=["']([0-9]+)""", tag))
    )
    return letter_of(first - 1) if first == last else f"{letter_of(first - 1)} to {letter_of(last - 1)}"
