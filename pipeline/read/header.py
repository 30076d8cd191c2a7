"""The header: the first row that holds anything, and what stands outside its columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from pipeline.errors import FileRefused
from pipeline.model import Finding, RawSheet, letter_of, shown
from pipeline.read.table import refusal
from schemas.properties import BLANKS, REQUIRED, SPELLINGS, fold_header

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model import Cell, Source
    from pipeline.read.table import Table


def known_columns(header: Sequence[Cell]) -> int:
    """Count the cells of a header row that name a property of a course."""
    return sum(fold_header(cell) in SPELLINGS for cell in header if isinstance(cell, str))


def under_header(table: Table, source: Source) -> RawSheet:
    """Part a table into header and cells.

    Raises:
        FileRefused: no cell is filled, no header is there or can be read whole, or nothing stands below it.
    """
    if not table.rows:
        raise refusal("empty-file", f"{source.name}: no cell holds anything. Fill in your courses first.")
    (header_row, header), *rows = table.rows
    unread = [fault for fault in table.lost if fault.row == header_row]
    if unread:
        raise FileRefused(*(_of_the_header(fault, source) for fault in unread))
    if not known_columns(header):
        raise refusal(
            "no-header",
            f"{source.name}: row {header_row} names no column of a course. Begin with a row of column names: "
            f"{', '.join(REQUIRED)}.",
        )
    if not rows:
        raise refusal(
            "no-rows",
            f"{source.name}: nothing stands below the header in row {header_row}. Add a row per course.",
        )
    width = len(header)
    cells = [row if len(row) == width else (row + [None] * width)[:width] for _, row in rows]
    frame = pd.DataFrame(cells, index=[number for number, _ in rows], columns=range(width), dtype=object)
    headers = tuple(shown(cell).strip(BLANKS) for cell in header)
    found = (
        *_without_header(source, frame, header_row, headers),
        *_under_their_headers(table.lost, headers),
        *_too_long(rows, width),
        *_too_short(rows, headers),
    )
    return RawSheet(
        source=source,
        header_row=header_row,
        headers=headers,
        cells=frame,
        findings=(*table.findings, *found),
    )


def _without_header(
    source: Source, frame: pd.DataFrame, header_row: int, headers: Sequence[str]
) -> Iterator[Finding]:
    for position, header in enumerate(headers):
        if not header and frame[position].notna().any():
            letter = letter_of(position)
            yield Finding(
                code="not-imported",
                message=f"{source.name}: column {letter} has no header and is not imported. "
                f"If it belongs to the courses, name it in {letter}{header_row}.",
                severity="information",
                stage="read",
                cell=f"{letter}{header_row}",
            )


def _of_the_header(fault: Finding, source: Source) -> Finding:
    return replace(fault, row=None, message=f"{source.name}: {fault.cell} {fault.message}")


def _under_their_headers(lost: Sequence[Finding], headers: Sequence[str]) -> Iterator[Finding]:
    """Name the header of each lost cell; what has none is not imported."""
    by_letter = {letter_of(position): header for position, header in enumerate(headers) if header}
    for fault in lost:
        header = by_letter.get((fault.cell or "").rstrip("0123456789"))
        if header is not None:
            yield replace(fault, column=header)


def _too_long(rows: Sequence[tuple[int, list[Cell]]], width: int) -> Iterator[Finding]:
    """Find cells beyond the last header: only delimited text can have them."""
    for number, row in rows:
        beyond = next((position for position in range(width, len(row)) if row[position] is not None), None)
        if beyond is not None:
            yield Finding(
                code="row-too-long",
                message="stands beyond the last header. If a text in this row holds the character that "
                "divides cells, such as a comma, put quotation marks around the whole text.",
                severity="fault",
                stage="read",
                row=number,
                cell=f"{letter_of(beyond)}{number}",
                value=shown(row[beyond]),
            )


def _too_short(rows: Sequence[tuple[int, list[Cell]]], headers: Sequence[str]) -> Iterator[Finding]:
    """Find rows that end before the last header: which of their cells is missing, nobody can tell."""
    named = max(position for position, header in enumerate(headers, start=1) if header)
    for number, row in rows:
        if len(row) < named:
            yield Finding(
                code="row-too-short",
                message=f"has only {len(row)} of the header's {named} cells, so they may stand under "
                "wrong headers. Put the character that divides cells, such as a comma, between all of them, "
                "blank ones too.",
                severity="fault",
                stage="read",
                row=number,
            )
