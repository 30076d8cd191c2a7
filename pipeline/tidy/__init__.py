"""The same rows in our columns: text becomes numbers and answers where that is certain, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from pipeline.model import Finding, TidySheet, shown
from pipeline.tidy.cells import PARSERS, Doubt
from pipeline.tidy.headers import match_headers
from schemas.course import DTYPES
from schemas.properties import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.model import Cell, Column, RawSheet
    from pipeline.tidy.cells import Parsed

__all__ = ["tidy"]


def tidy(raw: RawSheet) -> TidySheet:
    """Give every column its property and every cell its kind; what is not certain becomes a finding.

    Raises:
        FileRefused: a required column is missing, or a property has two columns; all of them are told.
    """
    columns, unknown = match_headers(raw)
    findings = [*_of_imported(raw.findings, columns), *unknown]
    tidied = {}
    for name, column in columns.items():
        kind = PROPERTIES[name].kind
        parse = PARSERS[kind]
        cells = raw.cells[raw.headers.index(column.header)]
        answers = [None if cell is None else parse(cell) for cell in cells]
        findings += _doubts(name, column, zip(cells.index, cells, answers, strict=True))
        certain = [None if isinstance(answer, Doubt) else answer for answer in answers]
        tidied[name] = pd.Series(certain, index=cells.index, dtype=DTYPES[kind])
    frame = pd.DataFrame(tidied, index=raw.cells.index)
    return TidySheet(raw=raw, columns=columns, frame=frame, findings=tuple(findings))


def _of_imported(findings: Iterable[Finding], columns: Mapping[str, Column]) -> Iterator[Finding]:
    """Name the property of each cell that could not be read; what is not imported may stay unread."""
    for finding in findings:
        if finding.row is None or finding.column is None:
            yield finding
        else:
            names = {column.cell(finding.row): name for name, column in columns.items()}
            if finding.cell in names:
                yield replace(finding, property_name=names[finding.cell])


def _doubts(name: str, column: Column, answers: Iterable[tuple[int, Cell, Parsed | None]]) -> list[Finding]:
    return [
        Finding(
            code=answer.code,
            message=answer.message,
            severity="fault",
            stage="tidy",
            row=row,
            cell=column.cell(row),
            column=column.header,
            property_name=name,
            value=shown(cell),
        )
        for row, cell, answer in answers
        if isinstance(answer, Doubt)
    ]
