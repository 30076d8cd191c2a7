"""Writes the smallest .xlsb workbook there can be: no program on this machine's shelves saves one.

Source: [MS-XLSB] 2.1.4 (records), 2.4.720 (BrtRowHdr), 2.4.321 (BrtCellSt), 2.4.319 (BrtCellReal).
"""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_ROW, _REAL, _TEXT = 0, 5, 6
_BEGIN_SHEET, _END_SHEET, _BEGIN_BOOK, _END_BOOK = 129, 130, 131, 132
_BEGIN_SHEETS, _END_SHEETS, _BEGIN_CELLS, _END_CELLS = 143, 144, 145, 146
_SIZE, _SHEET = 148, 156
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATION}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
)


def write_xlsb(path: Path, sheet: str, rows: Sequence[Sequence[str | float | None]]) -> Path:
    """Write a workbook of one sheet whose rows begin at A1; return its path."""
    width = max(map(len, rows))
    cells = b"".join(
        _record(_ROW, struct.pack("<IIHBBBI", number, 0, 300, 0, 0, 0, 0))
        + b"".join(_cell(column, cell) for column, cell in enumerate(row) if cell is not None)
        for number, row in enumerate(rows)
    )
    size = _record(_SIZE, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1))
    named = _record(_SHEET, struct.pack("<II", 0, 1) + _text("rId1") + _text(sheet))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(
            "xl/workbook.bin",
            _record(_BEGIN_BOOK) + _record(_BEGIN_SHEETS) + named + _record(_END_SHEETS) + _record(_END_BOOK),
        )
        parts.writestr("xl/_rels/workbook.bin.rels", _LINKS)
        parts.writestr(
            "xl/worksheets/sheet1.bin",
            _record(_BEGIN_SHEET)
            + size
            + _record(_BEGIN_CELLS)
            + cells
            + _record(_END_CELLS)
            + _record(_END_SHEET),
        )
    return path


def _cell(column: int, cell: str | float) -> bytes:
    place = struct.pack("<II", column, 0)
    if isinstance(cell, str):
        return _record(_TEXT, place + _text(cell))
    return _record(_REAL, place + struct.pack("<d", cell))


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded


def _record(kind: int, contents: bytes = b"") -> bytes:
    """Return a record: kind and length are written seven bits a byte, the lowest first."""
    kind_bytes = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, left = b"", len(contents)
    while True:
        left, low = left >> 7, left & 0x7F
        length += bytes([low | 0x80 if left else low])
        if not left:
            return kind_bytes + length + contents
