"""The same rows in our columns: text becomes numbers and answers where that is certain, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from pipeline.errors import UsageError
from pipeline.model import TidySheet, finding_at, shown
from pipeline.tidy.cells import PARSERS, Doubt
from pipeline.tidy.layouts import layout_of
from pipeline.tidy.mapped import by_headers, by_layout
from schemas.course import DTYPES
from schemas.properties import BLANKS, PROPERTIES, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.model import Cell, Column, Finding, RawSheet
    from pipeline.tidy.cells import Parsed
    from pipeline.tidy.mapped import Mapped
    from schemas.layouts import Layout

__all__ = ["layout_of", "tidy"]


def tidy(
    raw: RawSheet, layout: Layout | None = None, given: Mapping[str, str] = MappingProxyType({})
) -> TidySheet:
    """Give every property its cells and every cell its kind; what is not certain becomes a finding.

    Args:
        raw: the table as the file holds it.
        layout: how another system's columns become ours; None for a file in our own.
        given: properties that are the same for all rows, as typed.

    Raises:
        FileRefused: a required property is missing, or one has two sources; all of them are told.
        UsageError: what is given cannot be meant.
    """
    mapped = by_layout(raw, layout, given) if layout else by_headers(raw, given)
    index = mapped.raw.cells.index
    findings = [*_of_imported(raw.findings, mapped), *mapped.findings]
    constants = {
        name: pd.Series([text] * len(index), index=index, dtype=object) for name, text in given.items()
    }
    tidied, names = {}, {}
    for name, cells in {**mapped.cells, **constants}.items():
        kind = PROPERTIES[name].kind
        parse = PARSERS[kind]
        answers = [None if cell is None else parse(cell) for cell in cells]
        if kind is Kind.ID:
            named = [_is_name(cell, answer) for cell, answer in zip(cells, answers, strict=True)]
            if any(named):
                names[name] = cells[named].astype("str").str.strip(BLANKS)
                answers = [
                    None if is_name else answer for is_name, answer in zip(named, answers, strict=True)
                ]
        doubts = _doubts(name, mapped.columns, zip(index, cells, answers, strict=True))
        if doubts and name in given:
            raise UsageError(f"--set {name}={given[name]} {doubts[0].message}")
        findings += doubts
        certain = [None if isinstance(answer, Doubt) else answer for answer in answers]
        tidied[name] = pd.Series(certain, index=index, dtype=DTYPES[kind])
    return TidySheet(
        raw=mapped.raw,
        columns=mapped.columns,
        frame=pd.DataFrame(tidied, index=index),
        findings=tuple(findings),
        names=names,
        layout=layout.name if layout else None,
    )


def _is_name(cell: Cell, answer: Parsed | None) -> bool:
    """Say whether a cell that holds no number where an Id belongs may be a name."""
    return (
        isinstance(answer, Doubt)
        and answer.code == "not-whole"
        and isinstance(cell, str)
        and any(character.isalpha() for character in cell)
    )


def _of_imported(findings: Iterable[Finding], mapped: Mapped) -> Iterator[Finding]:
    """Name the property of each cell that could not be read; what is not imported may stay unread."""
    rows = set(mapped.raw.cells.index)
    for finding in findings:
        if finding.row is None:
            yield finding
        elif finding.row not in rows:
            continue
        elif finding.column is None:
            yield finding
        else:
            names = {column.cell(finding.row): name for name, column in mapped.columns.items()}
            if (finding.cell or "").rstrip("0123456789") in mapped.read:
                yield replace(finding, property_name=names.get(finding.cell or ""))


def _doubts(
    name: str, columns: Mapping[str, Column], answers: Iterable[tuple[int, Cell, Parsed | None]]
) -> list[Finding]:
    return [
        finding_at(
            columns,
            name,
            row,
            code=answer.code,
            message=answer.message,
            severity="fault",
            stage="tidy",
            value=shown(cell),
        )
        for row, cell, answer in answers
        if isinstance(answer, Doubt)
    ]
