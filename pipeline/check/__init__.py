"""Faults of the rows: the schema's answers in the user's words. The last data frame ends here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.check.findings import findings_of
from pipeline.model import Checked, Row
from schemas.course import Course, complete, keys_of, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pipeline.model import TidySheet

__all__ = ["check"]


def check(sheet: TidySheet) -> Checked:
    """Judge every row; return the courses that can go and everything that stands against the others.

    A row's faults are all there, each once, in the order of the user's columns; a cell that could not be
    understood is not blamed a second time for being empty.
    """
    frame = complete(sheet.frame)
    unclear = {finding.row for finding in sheet.findings if finding.property_name == "SystemId"}
    keys = [None if row in unclear else key for row, key in zip(frame.index, keys_of(frame), strict=True)]
    findings = findings_of(sheet, frame, keys)
    faulty = {finding.row for finding in findings if finding.severity == "fault"}
    return Checked(
        source=sheet.raw.source, columns=sheet.columns, rows=_rows(frame, keys, faulty), findings=findings
    )


def _rows(frame: pd.DataFrame, keys: Sequence[str | None], faulty: set[int | None]) -> tuple[Row, ...]:
    names = list(frame.columns)
    columns = [plain(frame[name]) for name in names]
    rows = []
    for number, key, cells in zip(frame.index.tolist(), keys, zip(*columns, strict=True), strict=True):
        values = {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
        own_key = values.pop("SystemId", None)
        title, place = values.get("Title"), values.get("BusinessId")
        course = None
        if key is not None and number not in faulty:
            course = Course(key=key, own_key=None if own_key is None else str(own_key), values=values)
        rows.append(
            Row(
                number=number,
                key=key,
                title=None if title is None else str(title),
                business_id=None if place is None else int(place),
                course=course,
            )
        )
    return tuple(rows)
