"""Headers find their properties; every trouble with them is told at once."""

from __future__ import annotations

from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process

from pipeline.errors import FileRefused
from pipeline.model import Column, Finding, letter_of
from schemas.properties import PROPERTIES, REQUIRED, SPELLINGS, fold_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.model import RawSheet

_NEAR: Final = 75  # of 100: one letter wrong in four, or two in eight


def match_headers(
    raw: RawSheet, given: Mapping[str, str] = MappingProxyType({})
) -> tuple[dict[str, Column], tuple[Finding, ...]]:
    """Return the column of each property, in the file's order, and a warning for each column nobody knows.

    Raises:
        FileRefused: no column is known, a required one is missing, or a property has two.
    """
    owners: dict[str, list[Column]] = defaultdict(list)
    unknown: list[Column] = []
    for position, header in enumerate(raw.headers):
        column = Column(header=header, letter=letter_of(position))
        name = SPELLINGS.get(fold_header(header))
        if name is not None:
            owners[name].append(column)
        elif header:
            unknown.append(column)
    meant = _meant(unknown)
    if not (owners or meant or given):
        raise FileRefused(_no_header(raw))
    problems = [
        *(_twice(raw, name, columns) for name, columns in owners.items() if len(columns) > 1),
        *(_given_twice(raw, name, columns[0]) for name, columns in owners.items() if name in given),
        *(missing(raw, name, meant) for name in REQUIRED if name not in owners and name not in given),
    ]
    if problems:
        raise FileRefused(*problems)
    columns = {name: column for name, (column,) in owners.items()}
    return columns, tuple(_not_imported(raw, column, meant.get(column), columns) for column in unknown)


def _no_header(raw: RawSheet) -> Finding:
    return Finding(
        code="no-header",
        message=f"{raw.source.name}: row {raw.header_row} names no column of a course, nor does any of the "
        f"first rows. Begin with a row of column names: {', '.join(REQUIRED)}.",
        severity="fault",
        stage="tidy",
    )


def _meant(unknown: Iterable[Column]) -> dict[Column, tuple[str, str]]:
    """Return, for each column near enough to one, the property it may mean and that word for it."""
    words = {
        fold_header(word): (name, word)
        for name, entry in PROPERTIES.items()
        for word in (name, *entry.spellings)
    }
    near = {}
    for column in unknown:
        found = process.extractOne(
            fold_header(column.header), words.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR
        )
        if found is not None:
            near[column] = words[found[0]]
    return near


def _twice(raw: RawSheet, name: str, columns: Sequence[Column]) -> Finding:
    named = " and ".join(f'"{column.header}" ({column.cell(raw.header_row)})' for column in columns)
    every = "all" if columns[2:] else "both"
    return Finding(
        code="column-twice",
        message=f"{raw.source.name}: {named} {every} mean {name}. Keep one of these columns.",
        severity="fault",
        stage="tidy",
        cell=columns[-1].cell(raw.header_row),
        column=columns[-1].header,
        property_name=name,
    )


def _given_twice(raw: RawSheet, name: str, column: Column) -> Finding:
    return Finding(
        code="column-twice",
        message=f'{raw.source.name}: "{column.header}" ({column.cell(raw.header_row)}) and --set {name} say '
        "the same thing. Leave one of them out.",
        severity="fault",
        stage="tidy",
        cell=column.cell(raw.header_row),
        column=column.header,
        property_name=name,
    )


def missing(
    raw: RawSheet, name: str, meant: Mapping[Column, tuple[str, str]] = MappingProxyType({})
) -> Finding:
    """Return the fault of a file that lacks a required property, told once for all its rows."""
    likely = next((column for column, (property_name, _) in meant.items() if property_name == name), None)
    todo = f"Add it, or give it for all rows with --set {name}=…"
    if likely is not None:
        todo = f'If "{likely.header}" ({likely.cell(raw.header_row)}) is that column, rename it.'
    return Finding(
        code="column-missing",
        message=f"{raw.source.name}: the column {name} is missing: {PROPERTIES[name].help}. {todo}",
        severity="fault",
        stage="tidy",
        property_name=name,
    )


def _not_imported(
    raw: RawSheet, column: Column, meant: tuple[str, str] | None, columns: Mapping[str, Column]
) -> Finding:
    near = ""
    if meant is not None:
        name, word = meant
        near = f' Did you mean "{word}"? Then rename it.'
        if name in columns:
            there = columns[name]
            near = f' It looks like {name}, which is there already: "{there.header}" ({there.letter}).'
    return Finding(
        code="not-imported",
        message=f'{raw.source.name}: the column "{column.header}" ({column.letter}) is not imported.{near}',
        severity="warning",
        stage="tidy",
        cell=column.cell(raw.header_row),
        column=column.header,
    )
