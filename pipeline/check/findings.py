"""Broken rules become findings: at their cell, under the user's header, saying what to do."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pipeline.model import Finding
from schemas.course import WARNINGS, broken_rules, plain
from schemas.properties import IMAGE_PAIRS, PROPERTIES, Visibility

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pipeline.model import TidySheet

_CLEAR_OF: Final = dict(IMAGE_PAIRS)
_ABOUT_KEYS: Final = frozenset({"repeated-row", "key-taken"})
_VISIBILITIES: Final = ", ".join(f"{entry.name.title()} ({entry.value})" for entry in Visibility)


def findings_of(sheet: TidySheet, frame: pd.DataFrame, keys: Sequence[str | None]) -> tuple[Finding, ...]:
    """Return all findings of a sheet: those of the file, then row by row in the order of the user's columns.

    Args:
        sheet: what tidying found is kept; a cell it could not understand is not blamed again for being empty.
        frame: the sheet's cells with a column for every property (`schemas.course.complete`).
        keys: each row's key.
    """
    misread = {
        (finding.row, finding.property_name) for finding in sheet.findings if finding.severity == "fault"
    }
    found = list(sheet.findings)
    for code, property_name, rows in broken_rules(frame, keys):
        values = plain(frame.loc[rows, property_name])
        twins = _twins(frame, keys, rows) if code in _ABOUT_KEYS else [""] * len(rows)
        for row, value, twin in zip(rows, values, twins, strict=True):
            if (row, property_name) not in misread:
                text = None if value is None else str(value)
                message = _message(code, property_name, text, twin)
                found.append(_finding(sheet, row, code, property_name, value=text, message=message))
    return tuple(sorted(found, key=lambda finding: _place(sheet, finding)))


def _finding(
    sheet: TidySheet, row: int, code: str, property_name: str, *, value: str | None, message: str
) -> Finding:
    if code in _ABOUT_KEYS and "SystemId" in sheet.columns:
        property_name = "SystemId"
    column = sheet.columns.get(property_name)
    return Finding(
        code=code,
        message=message,
        severity="warning" if code in WARNINGS else "fault",
        stage="check",
        row=row,
        cell=column.cell(row) if column else None,
        column=column.header if column else None,
        property_name=property_name,
        value=value,
    )


def _place(sheet: TidySheet, finding: Finding) -> tuple[int, int, str]:
    """Where a finding is told: the file's own first, then by row, then by column as Excel orders letters."""
    column = sheet.columns.get(finding.property_name or "")
    letter = column.letter if column else "~"
    return finding.row or 0, len(letter) if column else len(letter) + 9, letter


def _twins(frame: pd.DataFrame, keys: Sequence[str | None], rows: Sequence[int]) -> list[str]:
    """Return, for each of `rows`, the other rows of its key in words."""
    sharing = defaultdict(list)
    identities = dict(
        zip(frame.index.tolist(), zip(plain(frame["BusinessId"]), keys, strict=True), strict=True)
    )
    for row, identity in identities.items():
        sharing[identity].append(row)
    return [_rows_in_words([other for other in sharing[identities[row]] if other != row]) for row in rows]


def _rows_in_words(rows: Sequence[int]) -> str:
    shown = ", ".join(str(row) for row in rows[:3])
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""  # noqa: PLR2004 - the three shown one line above
    return f"row {shown}" if len(rows) == 1 else f"rows {shown}{more}"


def _message(code: str, property_name: str, value: str | None, twins: str) -> str:  # noqa: PLR0911 - one per rule
    entry = PROPERTIES[property_name]
    match code:
        case "required":
            return f"is blank. Fill in: {entry.help} (for example {entry.example})."
        case "not-positive":
            return f"is {value}, but an Id is a number above 0. Correct the cell."
        case "visibility-unknown":
            return f"is {value}, which is no visibility. Choose one of {_VISIBILITIES}."
        case "too-long":
            length = len(value or "")
            return f"has {length} characters, {length - (entry.limit or 0)} more than the {entry.limit} that fit."
        case "tariff-missing":
            return (
                f"is blank, but a Paid course needs it. Fill in: {entry.help}, or choose another Visibility."
            )
        case "tariff-unused":
            return "is given, but the course is not Paid: the API will keep it without asking for payment."
        case "not-an-address":
            return "is no web address. Write it whole, beginning with http:// or https://, without spaces."
        case "image-kind":
            return "does not end like a picture. The API takes JPG, PNG and GIF."
        case "image-kind-unknown":
            return "does not show what kind of file it is. Make sure it is a JPG, PNG or GIF."
        case "image-and-clear":
            return f"gives a new picture while {_CLEAR_OF[property_name]} asks to remove it. Keep one of the two."
        case "repeated-row":
            return f"repeats {twins}: that one goes, this one stays behind. Delete this row."
        case "key-taken":
            return (
                f"is the key of {twins} too, with other contents. Give each course a key or title of its own."
            )
        case _:
            raise ValueError(f"the schema has a rule {code!r} that no message explains")
