"""Faults of the rows: the schema's answers in the user's words. The last data frame ends here."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pipeline.check.directory import names_to_look_up, resolve_names, unresolved
from pipeline.check.findings import findings_of
from pipeline.collector import uncollected
from pipeline.model import Checked, Directory, Row
from schemas.course import Course, complete, keys_of, plain
from schemas.properties import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from pipeline.model import TidySheet

__all__ = ["NOTHING_LOOKED_UP", "check", "names_to_look_up"]

NOTHING_LOOKED_UP: Final = Directory()


def check(
    sheet: TidySheet,
    directory: Directory = NOTHING_LOOKED_UP,
    aliases: Mapping[str, int] = MappingProxyType({}),
) -> Checked:
    """Judge every row; return the courses that can go and everything that stands against the others.

    A row's faults are all there, each once, in the order of the user's columns; a cell that could not be
    understood is not blamed a second time for being empty.

    Args:
        sheet: the rows.
        directory: what names in place of Ids mean; a name of a list that was not read is not looked up, and
            its course does not go.
        aliases: Ids a user gave for names, folded (`pipeline.check.aliases`).
    """
    with uncollected():
        return _checked(resolve_names(sheet, directory, aliases), directory)


def _checked(sheet: TidySheet, directory: Directory) -> Checked:
    frame = complete(sheet.frame)
    unclear = {finding.row for finding in sheet.findings if finding.property_name == "SystemId"}
    keys = [None if row in unclear else key for row, key in zip(frame.index, keys_of(frame), strict=True)]
    if sheet.layout is not None:  # two systems may number their courses alike
        own = frame["SystemId"].notna()
        keys = [f"{sheet.layout}:{key}" if key and has else key for key, has in zip(keys, own, strict=True)]
    findings = findings_of(sheet, frame, keys, directory)
    faulty = {finding.row for finding in findings if finding.severity == "fault"}
    faulty |= {row for row, _ in unresolved(sheet)}
    return Checked(
        source=sheet.raw.source, columns=sheet.columns, rows=_rows(frame, keys, faulty), findings=findings
    )


def _rows(frame: pd.DataFrame, keys: Sequence[str | None], faulty: set[int | None]) -> tuple[Row, ...]:
    filled = [name for name, entry in PROPERTIES.items() if entry.required or frame[name].notna().any()]
    names = [name for name in filled if name != "SystemId"]
    own_keys = plain(frame["SystemId"])
    by_row = zip(*(plain(frame[name]) for name in names), strict=True)
    rows = []
    for number, key, own_key, cells in zip(frame.index.tolist(), keys, own_keys, by_row, strict=True):
        values = dict(zip(names, cells, strict=True))
        if None in cells:  # building a dict anew takes twice as long
            values = {name: cell for name, cell in values.items() if cell is not None}
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
