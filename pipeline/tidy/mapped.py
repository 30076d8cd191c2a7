"""Which cells feed which property: by the headers, by a layout, or given once for all rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from pipeline.errors import FileRefused
from pipeline.model import Column, Finding, letter_of, shown
from pipeline.tidy.cells import Doubt, text
from pipeline.tidy.headers import match_headers, missing
from schemas.layouts import Note, feed, fit, not_imported, shipped
from schemas.properties import fold_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.model import Cell, RawSheet
    from schemas.layouts import Fed, Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A sheet's cells by property, not yet parsed."""

    raw: RawSheet  # without the rows that are left out
    columns: Mapping[str, Column]  # property name -> the user's column
    cells: Mapping[str, pd.Series]  # property name -> cells; also of properties without a column
    read: frozenset[str]  # letters of the columns that say something
    findings: tuple[Finding, ...]


def by_headers(raw: RawSheet, given: Mapping[str, str]) -> Mapped:
    """Take each property from the column that names it.

    Raises:
        FileRefused: no column is known, a required property is missing, or one has two sources.
    """
    columns, findings = match_headers(raw, given)
    cells = {name: raw.cells[raw.headers.index(column.header)] for name, column in columns.items()}
    read = frozenset(column.letter for column in columns.values())
    return Mapped(raw=raw, columns=columns, cells=cells, read=read, findings=findings)


def by_layout(raw: RawSheet, layout: Layout, given: Mapping[str, str]) -> Mapped:
    """Take each property from where a layout says; rows it leaves out are told once for each reason.

    Raises:
        FileRefused: a required property is neither in the file nor given, or two columns have one header.
    """
    fitted = fit(layout, raw.headers)
    fitted = replace(fitted, constants={**fitted.constants, **given})
    problems = [missing(raw, name) for name in fitted.missing]
    problems += _doubled(raw, fitted)
    if problems:
        raise FileRefused(*problems)
    places = {
        header: Column(header=header, letter=letter_of(place)) for place, header in enumerate(raw.headers)
    }
    read = {header: column for header, column in places.items() if header in fitted.columns}
    left_out: dict[str, list[int]] = {}
    findings: list[Finding] = []
    fed: dict[int, Fed] = {}
    standing: dict[int, int] = {}
    for position, (row, cells) in enumerate(
        zip(raw.cells.index.tolist(), raw.cells.to_numpy(), strict=True), start=1
    ):
        by_header = dict(zip(raw.headers, cells, strict=True))
        standing[row] = raw.places.get(row, position)
        made = feed(fitted, {header: _text(cell) for header, cell in by_header.items()}, standing[row])
        if made.left_out is not None:
            left_out.setdefault(made.left_out, []).append(row)
            continue
        fed[row] = made
        notes = (*(_of_given(note, given) for note in made.notes), *_doubts(read, by_header))
        findings += [_finding(note, places[note.column], row, by_header[note.column]) for note in notes]
    told = (*_unsaid(raw, layout, fitted), *_without(raw, fitted), *_left_out(raw, left_out), *findings)
    return Mapped(
        raw=replace(raw, cells=raw.cells.loc[list(fed)], places=standing if fitted.takes_places else {}),
        columns={
            name: places[header]
            for name in fitted.properties
            if name not in given and (header := _one_column(name, fed.values())) is not None
        },
        cells=_by_property(fed, given),
        read=frozenset(column.letter for column in read.values()),
        findings=told,
    )


def _by_property(fed: Mapping[int, Fed], given: Mapping[str, str]) -> dict[str, pd.Series]:
    """Return the rows' values by property, but for those that are given."""
    values = [each.values for each in fed.values()]  # noqa: PD011 - no frame's
    names = sorted(set().union(*values) - given.keys())
    return {
        name: pd.Series([each.get(name) for each in values], index=list(fed), dtype=object) for name in names
    }


def _unsaid(raw: RawSheet, layout: Layout, fitted: Layout) -> Iterator[Finding]:
    """Warn of what a layout would decide by a column the file does not have."""
    if layout.price is not None and fitted.price is not None and not fitted.price.columns:
        wanted = " or ".join(layout.price.columns)
        yield _warning(raw, f"no column says what a course costs ({wanted}): none is taken to be sold.")
    if layout is not shipped().get(layout.name):  # what a shipped one may lack, it says itself
        there = {each.column for each in fitted.leave_out}
        folded = {fold_header(column) for column in there}
        for each in layout.leave_out:
            if fold_header(each.column) not in folded:
                yield _warning(
                    raw, f'there is no column "{each.column}", by which the layout leaves rows out.'
                )


def _warning(raw: RawSheet, told: str) -> Finding:
    return Finding(code="layout", message=f"{raw.source.name}: {told}", severity="warning", stage="tidy")


def _one_column(name: str, fed: Iterable[Fed]) -> str | None:
    """Return the column a property comes from in every row that has it; None where there are several."""
    used = {each.columns.get(name) for each in fed if name in each.values}  # noqa: PD011 - no frame's
    return used.pop() if len(used) == 1 else None


def _doubled(raw: RawSheet, layout: Layout) -> Iterator[Finding]:
    """Find headers the layout reads that stand over two columns: which of them is meant?"""
    folded = [fold_header(header) for header in raw.headers]
    for header in layout.columns:
        letters = [letter_of(place) for place, each in enumerate(folded) if each == fold_header(header)]
        if letters[1:]:
            yield Finding(
                code="column-twice",
                message=f'{raw.source.name}: "{header}" stands over the columns {" and ".join(letters)}. '
                "Keep one of them.",
                severity="fault",
                stage="tidy",
                cell=f"{letters[1]}{raw.header_row}",
                column=header,
            )


def _doubts(read: Iterable[str], cells: Mapping[str, Cell]) -> Iterator[Note]:
    """Yield why cells may not hold what was typed: a date made by Excel, a number that lost digits."""
    for header in read:
        cell = cells[header]
        answer = None if cell is None or isinstance(cell, str) else text(cell)
        if isinstance(answer, Doubt) and answer.code in ("made-a-date", "digits-lost"):
            yield Note(
                code=answer.code, column=header, property_name="", message=answer.message, severity="fault"
            )


def _of_given(note: Note, given: Mapping[str, str]) -> Note:
    """Return a note; where the user gave the Visibility, that of a price says what that makes of it."""
    if note.code != "price-without-tariff" or "Visibility" not in given:
        return note
    message = f"says that the course is sold, but it goes in as {given['Visibility']}, as --set says."
    return replace(note, message=message)


def _text(cell: Cell) -> str | None:
    return None if cell is None else shown(cell)


def _finding(note: Note, column: Column, row: int, cell: Cell) -> Finding:
    return Finding(
        code=note.code,
        message=note.message,
        severity=note.severity,
        stage="tidy",
        row=row,
        cell=column.cell(row),
        column=column.header,
        property_name=note.property_name or None,
        value=_text(cell),
    )


def _without(raw: RawSheet, layout: Layout) -> Iterator[Finding]:
    """Tell each column nothing is taken from, with the layout's reason."""
    for header, reason in not_imported(layout, raw.headers).items():
        why = f": {reason}" if reason else ", and the layout does not know it"
        letter = letter_of(raw.headers.index(header))
        yield Finding(
            code="not-imported",
            message=f'{raw.source.name}: the column "{header}" ({letter}) is not imported{why}.',
            severity="information" if reason else "warning",
            stage="tidy",
            cell=f"{letter}{raw.header_row}",
            column=header,
        )


def _left_out(raw: RawSheet, reasons: Mapping[str, list[int]]) -> Iterator[Finding]:
    for reason, rows in reasons.items():
        listed = ", ".join(map(str, rows))
        yield Finding(
            code="rows-left-out",
            message=f"{raw.source.name}: rows that are {reason} are not imported: {listed}.",
            severity="information",
            stage="tidy",
        )
