"""The header: which row it is, and what stands above it, beside it and between the courses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from pipeline.errors import FileRefused
from pipeline.model import Finding, RawSheet, letter_of, shown
from pipeline.read.ours import without_ours
from pipeline.read.table import refusal
from schemas.layouts import recognise, shipped
from schemas.properties import BLANKS, PROPERTIES, REQUIRED, SPELLINGS, TEMPLATE_TITLE, fold_header

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from pipeline.model import Cell, Source
    from pipeline.read.table import Table

    NumberedRow = tuple[int, list[Cell]]

HEADER_WITHIN: Final = 30  # rows of a file
_ENOUGH: Final = 2  # columns a row has to name to be a header, where another names more
_MANY: Final = 4  # columns: a single filled cell among them stands out
_LONGEST: Final = 80  # characters of a header
_SHOWN: Final = 40  # characters of what is left out


def named_properties(row: Sequence[Cell]) -> set[str]:
    """Return the properties of a course that a row's cells name, as a header does."""
    folded = (fold_header(cell) for cell in row if isinstance(cell, str) and len(cell) <= _LONGEST)
    return {SPELLINGS[word] for word in folded if word in SPELLINGS}


def known_columns(row: Sequence[Cell]) -> int:
    """Count the columns a row names: properties of a course, or those of another system's layout."""
    words = [cell for cell in row if isinstance(cell, str) and len(cell) <= _LONGEST]
    matches = recognise(words, shipped().values())
    return max(len(named_properties(row)), matches[0].known if matches else 0)


def under_header(table: Table, source: Source) -> RawSheet:
    """Part a table into header and cells; what is neither is left out and told.

    Raises:
        FileRefused: no cell is filled, the header cannot be read whole, nothing stands below it, or another
            table begins there.
    """
    if not table.rows:
        raise refusal("empty-file", f"{source.name}: no cell holds anything. Fill in your courses first.")
    position = _header_position(table.rows)
    table, places = without_ours(table, position)
    header_row, header = table.rows[position]
    if unread := _unread_up_to(header_row, table.lost):
        raise FileRefused(*(_of_the_header(fault, source) for fault in unread))
    kept, left_out = _sifted(table, position, source)
    if not kept:
        raise refusal(
            "no-rows",
            f"{source.name}: nothing stands below the header in row {header_row}. Add a row per course.",
        )
    width = len(header)
    cells = [row if len(row) == width else (row + [None] * width)[:width] for _, row in kept]
    frame = pd.DataFrame(cells, index=[number for number, _ in kept], columns=range(width), dtype=object)
    headers = tuple(shown(cell).strip(BLANKS) for cell in header)
    numbers = set(frame.index)
    lost = [fault for fault in table.lost if fault.row in numbers]
    unparted = {fault.row for fault in lost if fault.cell is None}  # where its cells end, nobody can tell
    findings = (
        *table.findings,
        *_above(table.rows[:position], header, source),
        *left_out,
        *_without_header(source, frame, header_row, headers, lost),
        *_under_their_headers(lost, headers),
        *_ragged(kept, unparted, headers, _lines(table)),
    )
    return RawSheet(
        source=source,
        header_row=header_row,
        headers=headers,
        cells=frame,
        findings=findings,
        places=places,
        delimiter=table.delimiter,
    )


def _unread_up_to(header_row: int, lost: Iterable[Finding]) -> list[Finding]:
    """Return what is not known of the header; a row above that cannot be parted into cells may be it."""
    return [
        fault
        for fault in lost
        if fault.row is not None
        and (fault.row == header_row or (fault.row < header_row and fault.cell is None))
    ]


def _header_position(rows: Sequence[NumberedRow]) -> int:
    """Return where the header is: the first row that names enough columns, else that looks like one."""
    first = [cells for number, cells in rows if number <= HEADER_WITHIN] or [rows[0][1]]
    named = [known_columns(cells) for cells in first]
    filled = [sum(cell is not None for cell in cells) for cells in first]
    most = max(named)
    enough = max(_ENOUGH, most / 2)
    # One known word among many is found in courses, too.
    if most and (most >= enough or filled[named.index(most)] <= _ENOUGH):
        return next(position for position, count in enumerate(named) if count >= min(enough, most))
    return next(position for position, count in enumerate(filled) if count * 2 >= max(filled))


def _sifted(table: Table, header_position: int, source: Source) -> tuple[list[NumberedRow], list[Finding]]:
    """Return the rows that are courses, and findings about those that are none."""
    header_row, header = table.rows[header_position]
    rows = table.rows[header_position + 1 :]
    untold = {fault.row for fault in table.lost}  # such a row is never taken for anything but a course
    folded = [fold_header(cell) if isinstance(cell, str) else None for cell in header]
    named = named_properties(header)
    # A row that has one cell of many and lacks a required one is no course but a heading.
    headings_possible = len(header) - header.count(None) >= _MANY and (
        not named or len(named.intersection(REQUIRED)) > 1
    )
    kept, repeated, headings, helps = [], [], [], []
    for position, (number, cells) in enumerate(rows):
        explains = position == 0 and _explains(folded, cells)
        if number in untold or not (explains or _are_words(cells)):
            kept.append((number, cells))
            continue
        filled = [(place, cell) for place, cell in enumerate(cells) if cell is not None]
        if explains:
            helps.append((number, cells))
        elif _repeats(folded, filled):
            repeated.append((number, cells))
        elif headings_possible and len(filled) == 1:
            headings.append((number, cells))
        elif _begins_a_table(cells, len(filled)):
            raise refusal(
                "second-table",
                f"{source.name}: row {number} names columns like a header, but not as row {header_row} does. "
                "Move the rows from there on to a sheet or file of their own.",
            )
        else:
            kept.append((number, cells))
    return kept, [
        *_left_out(repeated, "repeat the header", source),
        *([] if _is_template(table.rows) else _left_out(helps, "explain the columns", source)),
        *_left_out(headings, "hold one cell only and look like headings", source, shows=True),
    ]


def _are_words(cells: Sequence[Cell]) -> bool:
    """Say whether all filled cells may be headers: short texts, and no numbers. Most courses are told so."""
    words = False
    for cell in cells:
        if cell is None:
            continue
        if not isinstance(cell, str) or len(cell) > _LONGEST or cell.isdecimal():
            return False
        words = True
    return words


def _repeats(header: Sequence[str | None], filled: Sequence[tuple[int, Cell]]) -> bool:
    """Say whether all filled cells of a row say what the header says above them."""
    return all(place < len(header) and fold_header(shown(cell)) == header[place] for place, cell in filled)


def _explains(header: Sequence[str | None], cells: Sequence[Cell]) -> bool:
    """Say whether a row tells what its columns hold, as the help row of our own template does."""
    told = [
        isinstance(cell, str) and cell.strip(BLANKS).startswith(PROPERTIES[name].help)
        for word, cell in zip(header, cells, strict=False)
        if cell is not None and (name := SPELLINGS.get(word or ""))
    ]
    return len(told) > 1 and all(told)


def _begins_a_table(cells: Sequence[Cell], filled: int) -> bool:
    known = known_columns(cells)
    return known >= _ENOUGH and known * 2 >= filled


def _above(rows: Sequence[NumberedRow], header: Sequence[Cell], source: Source) -> list[Finding]:
    if _is_template(rows):  # its own words need no note; a course among them does
        rows = [(number, cells) for number, cells in rows if not _is_of_template(header, cells)]
    return _left_out(rows, "stand above the header", source, shows=True)


def _is_template(rows: Sequence[NumberedRow]) -> bool:
    return bool(rows) and rows[0][1][:1] == [TEMPLATE_TITLE]


def _is_of_template(header: Sequence[Cell], cells: Sequence[Cell]) -> bool:
    """Say whether a row above the header is a line of the template's text, or its example."""
    told = {SPELLINGS.get(fold_header(shown(word))): cell for word, cell in zip(header, cells, strict=False)}
    return len(cells) - cells.count(None) == 1 or told.get("Title") == PROPERTIES["Title"].example


def _left_out(rows: Sequence[NumberedRow], why: str, source: Source, *, shows: bool = False) -> list[Finding]:
    """Tell which rows are no courses, each once."""
    if not rows:
        return []
    listed = ", ".join(f"{number} ({_beginning(cells)})" if shows else str(number) for number, cells in rows)
    return [
        Finding(
            code="rows-left-out",
            message=f"{source.name}: rows that {why} are not imported: {listed}.",
            severity="information",
            stage="read",
        )
    ]


def _beginning(cells: Sequence[Cell]) -> str:
    text = " ".join(" · ".join(shown(cell) for cell in cells if cell is not None).split())
    return f'"{text}"' if len(text) <= _SHOWN else f'"{text[:_SHOWN]}…"'


def _without_header(
    source: Source, frame: pd.DataFrame, header_row: int, headers: Sequence[str], lost: Sequence[Finding]
) -> Iterator[Finding]:
    lost_letters = {(fault.cell or "").rstrip("0123456789") for fault in lost}
    for position, header in enumerate(headers):
        letter = letter_of(position)
        if not header and (letter in lost_letters or frame[position].notna().any()):
            yield Finding(
                code="not-imported",
                message=f"{source.name}: column {letter} has no header and is not imported. "
                f"If it belongs to the courses, name it in {letter}{header_row}.",
                severity="information",
                stage="read",
                cell=f"{letter}{header_row}",
            )


def _of_the_header(fault: Finding, source: Source) -> Finding:
    where = fault.cell or f"row {fault.row}"
    return replace(fault, row=None, message=f"{source.name}: {where} {fault.message}")


def _under_their_headers(lost: Sequence[Finding], headers: Sequence[str]) -> Iterator[Finding]:
    """Name the header of each lost cell; what has none is not imported."""
    by_letter = {letter_of(position): header for position, header in enumerate(headers) if header}
    for fault in lost:
        header = by_letter.get((fault.cell or "").rstrip("0123456789"))
        if fault.cell is None:
            yield fault
        elif header is not None:
            yield replace(fault, column=header)


def _lines(table: Table) -> dict[int, int]:
    """Return the line of each row of a text, where it is not the row's own number."""
    numbered = zip(table.rows, table.lines or (), strict=False)
    return {number: line for (number, _), line in numbered if line != number}


def _ragged(
    kept: Sequence[NumberedRow],
    unparted: Container[int | None],
    headers: Sequence[str],
    lines: dict[int, int],
) -> Iterator[Finding]:
    """Find rows with more or fewer cells than the header; only delimited text and web pages can have them."""
    width = len(headers)
    rows = [(number, row) for number, row in kept if number not in unparted]
    # Some programs end every row with a delimiter; in some rows only, an extra one has shifted their cells.
    lengths = {len(row) for _, row in rows}
    usual = lengths.pop() if len(lengths) == 1 and len(kept) > 1 else width
    named = max((position for position, header in enumerate(headers, start=1) if header), default=0)
    for number, row in rows:
        if len(row) == width:
            continue
        where = f" (line {lines[number]} of the file)" if number in lines else ""
        beyond = next((position for position in range(width, len(row)) if row[position] is not None), None)
        fault = Finding(code="row-too-long", message="", severity="fault", stage="read", row=number)
        if beyond is not None:
            yield replace(
                fault,
                message=f"stands beyond the last header{where}. If a text in this row holds the character "
                "that divides cells, such as a comma, put quotation marks around the whole text.",
                cell=f"{letter_of(beyond)}{number}",
                value=shown(row[beyond]),
            )
        elif len(row) > width and len(row) != usual:
            yield replace(
                fault,
                message=f"has {len(row)} cells for {width} headers{where}, so they may stand under wrong "
                "ones. Take away the character that divides cells, such as a comma, where it is too many.",
            )
        elif len(row) < named:
            yield replace(
                fault,
                code="row-too-short",
                message=f"has only {len(row)} of the header's {named} cells{where}, so they may stand under "
                "wrong headers. Put the character that divides cells, such as a comma, between all of them, "
                "blank ones too.",
            )
