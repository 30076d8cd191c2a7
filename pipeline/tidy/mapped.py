"""Which cells feed which property: by the headers, by a layout, or given once for all rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from pipeline.errors import FileRefused
from pipeline.model import Column, Finding, letter_of, shown
from pipeline.tidy.headers import match_headers, missing
from schemas.layouts import feed, fit, not_imported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model import Cell, RawSheet
    from schemas.layouts import Layout, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A sheet's cells by property, not yet parsed."""

    raw: RawSheet  # without the rows that are left out
    columns: Mapping[str, Column]  # property name -> the user's column
    cells: Mapping[str, pd.Series]  # property name -> cells; also of properties without a column
    findings: tuple[Finding, ...]


def by_headers(raw: RawSheet, given: Mapping[str, str]) -> Mapped:
    """Take each property from the column that names it.

    Raises:
        FileRefused: no column is known, a required property is missing, or one has two sources.
    """
    columns, findings = match_headers(raw, given)
    cells = {name: raw.cells[raw.headers.index(column.header)] for name, column in columns.items()}
    return Mapped(raw=raw, columns=columns, cells=cells, findings=findings)


def by_layout(raw: RawSheet, layout: Layout, given: Mapping[str, str]) -> Mapped:
    """Take each property from where a layout says; rows it leaves out are told once for each reason.

    Raises:
        FileRefused: a required property is neither in the file nor given.
    """
    fitted = fit(layout, raw.headers)
    lacking = [name for name in fitted.missing if name not in given]
    if lacking:
        raise FileRefused(*(missing(raw, name) for name in lacking))
    places = {
        header: Column(header=header, letter=letter_of(place)) for place, header in enumerate(raw.headers)
    }
    rows: list[int] = []
    fed: list[Mapping[str, str]] = []
    columns: dict[str, Column] = {}
    left_out: dict[str, list[int]] = {}
    notes: list[Finding] = []
    for position, (row, cells) in enumerate(
        zip(raw.cells.index.tolist(), raw.cells.to_numpy(), strict=True), 1
    ):
        texts = {header: _text(cell) for header, cell in zip(raw.headers, cells, strict=True)}
        made = feed(fitted, texts, position)
        if made.left_out is not None:
            left_out.setdefault(made.left_out, []).append(row)
            continue
        rows.append(row)
        fed.append(made.values)
        for name, header in made.columns.items():
            columns.setdefault(name, places[header])
        notes += [
            _finding(note, places[note.column], row, texts)
            for note in made.notes
            if note.property_name not in given
        ]
    frame = pd.DataFrame(fed, index=rows, columns=sorted(set().union(*fed)), dtype=object)
    frame = frame.astype(object).where(frame.notna(), None)
    return Mapped(
        raw=replace(raw, cells=raw.cells.loc[rows]),
        columns={name: column for name, column in columns.items() if name not in given},
        cells={str(name): frame[name] for name in frame if name not in given},
        findings=(*_without(raw, fitted), *_left_out(raw, left_out), *notes),
    )


def _text(cell: Cell) -> str | None:
    return None if cell is None else shown(cell)


def _finding(note: Note, column: Column, row: int, texts: Mapping[str, str | None]) -> Finding:
    return Finding(
        code=note.code,
        message=note.message,
        severity=note.severity,
        stage="tidy",
        row=row,
        cell=column.cell(row),
        column=column.header,
        property_name=note.property_name,
        value=texts[note.column],
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
