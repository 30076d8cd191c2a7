"""Cells whose value does not reach us: python-calamine tells errors and uncalculated formulas as blanks."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from pipeline.model import Finding, letter_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_HINTS: Final = (b"<f", b":f", b't="e"', b"t='e'")  # without any of them no cell is lost
_CELLS: Final = re.compile(
    rb"""
    <(?:\w+:)? (?P<tag>row|c)\b (?P<attributes>[^>]*?)
    (?: /> | > \s*
        (?P<formula> <(?:\w+:)?f\b (?: [^>]*/> | [^>]*>[^<]*</(?:\w+:)?f> ) \s* )?
        (?P<value> <(?:\w+:)?v\b [^>]*> (?P<text>[^<]*) )?
    )
    """,
    re.VERBOSE,
)
_PLACE: Final = re.compile(rb"""\sr=["']([A-Z]*)([0-9]+)["']""")  # of a row or a cell; it may be left out
_KIND: Final = re.compile(rb"""\st=["'](\w+)["']""")


def lost_cells(contents: bytes, sheet: str) -> tuple[Finding, ...]:
    """Return a fault for each cell of a workbook's sheet that is an error, or a formula without a value.

    Source: ECMA-376, Part 1, 18.3.1.4 (c), 18.3.1.40 (f), 18.3.1.73 (row).
    """
    xml = _sheet_xml(contents, sheet)
    return tuple(_lost(xml)) if any(hint in xml for hint in _HINTS) else ()


def _sheet_xml(contents: bytes, sheet: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(contents)) as parts:
        names = {name.replace("\\", "/").casefold(): name for name in parts.namelist()}

        def part(name: str) -> bytes:
            return parts.read(names[name.casefold()])

        book, links = (
            ET.fromstring(part(name))  # noqa: S314 - expat bounds what entities may grow to
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
        return part(posixpath.join("/xl", targets[link_id])[1:])


def _lost(xml: bytes) -> Iterator[Finding]:
    row = column = 0
    for found in _CELLS.finditer(xml):
        place = _PLACE.search(found["attributes"])
        if found["tag"] == b"row":
            row, column = int(place[2]) if place else row + 1, 0
            continue
        cell = (place[1] + place[2]).decode() if place else f"{letter_of(column)}{row}"
        column += 1
        kind = _KIND.search(found["attributes"])
        text = (found["text"] or b"").strip().decode()
        if kind and kind[1] == b"e":
            yield _fault(
                "error-cell", f"is the error {text}. Correct the cell or its formula.", row, cell, text
            )
        # A formula whose result is a text without characters is blank, and has a value.
        elif found["formula"] and not text and not (found["value"] and kind and kind[1] == b"str"):
            message = "is a formula without a value. Open the file in Excel and save it."
            yield _fault("formula-without-value", message, row, cell)


def _fault(code: str, message: str, row: int, cell: str, value: str | None = None) -> Finding:
    return Finding(
        code=code, message=message, severity="fault", stage="read", row=row, cell=cell, value=value
    )
