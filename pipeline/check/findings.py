"""Broken rules become findings: at their cell, under the user's header, saying what to do."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pipeline.check.directory import misfits, unresolved
from pipeline.check.texts import doubtful_texts
from pipeline.model import finding_at
from schemas.course import WARNINGS, broken_rules, plain
from schemas.properties import IMAGE_PAIRS, PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from pipeline.model import Column, Directory, Finding, TidySheet

_SHOWN_ROWS: Final = 3  # of those that share a key; more would bury what to do
_CLEAR_OF: Final = dict(IMAGE_PAIRS)
_OF_GROUPS: Final = frozenset({"repeated-row", "key-taken"})  # rules whose messages name other rows

# By rule, as what stands after the cell's address.
_MESSAGES: Final = {
    "required": "is blank. Fill in: {entry.help} (for example {entry.example}).",
    "not-positive": "is {value}, but an Id is a number above 0. Correct the cell.",
    "visibility-unknown": "is {value}, which is no visibility. Choose one of: {entry.help}.",
    "too-long": "has {length} characters, {excess} more than the {entry.limit} that fit. Shorten it.",
    "tariff-missing": "is blank, but a Paid course needs a pricing plan. Fill in its name or Id, or choose "
    "another {visibility}.",
    "tariff-unused": "is given, but the course is not Paid: it is sent, and nobody will be asked to pay. "
    "Choose Paid, or clear the cell.",
    "not-an-address": "is no web address. Write it whole, from http:// or https:// on, without spaces.",
    "image-kind": "does not end like a picture. Use a JPG, PNG or GIF.",
    "image-kind-unknown": "does not show what kind of file it is. Make sure it is a JPG, PNG or GIF.",
    "image-and-clear": "gives a new picture while {clear} asks to remove it. Keep one of the two.",
    "repeated-row": "repeats row {first}, which says the same. One of them is enough: delete this row.",
    "key-taken": "names the same course as {others}, with other contents. Give each course a title or key of "
    "its own.",
}


def findings_of(
    sheet: TidySheet, frame: pd.DataFrame, keys: Sequence[str | None], directory: Directory
) -> tuple[Finding, ...]:
    """Return all findings of a sheet: those of the file, then row by row in the order of the user's columns.

    Args:
        sheet: what tidying found is kept; a cell it could not understand is not blamed again for being empty,
            nor is any of a row that has more or fewer cells than the header.
        frame: the sheet's cells with a column for every property (`schemas.course.complete`).
        keys: each row's key.
        directory: what the lists at the target say of hosts and pricing plans.
    """
    misread = {(finding.row, finding.property_name) for finding in sheet.findings} | unresolved(sheet)
    ragged = {finding.row for finding in sheet.findings if finding.column is None}
    found = list(sheet.findings)
    for code, name, rows in broken_rules(frame, keys):
        headers = _headers(name, sheet.columns)
        groups = _groups(frame, keys) if code in _OF_GROUPS else {}
        for row, value in zip(rows, plain(frame.loc[rows, name]), strict=True):
            if (row, name) not in misread and not (row in ragged and value is None):
                text = None if value is None else str(value)
                named = headers | _rows_in_words(groups[row], row) if groups else headers
                found.append(
                    finding_at(
                        sheet.columns,
                        name,
                        row,
                        code=code,
                        message=_message(code, name, text or "", named),
                        severity="warning" if code in WARNINGS else "fault",
                        stage="check",
                        value=text,
                    )
                )
    found += misfits(sheet, directory)
    found += doubtful_texts(sheet)
    return in_order(found, sheet.columns)


def in_order(findings: Iterable[Finding], columns: Iterable[str]) -> tuple[Finding, ...]:
    """Return findings row by row: those of the file, and of a row as a whole, before those of its cells."""
    order = {name: position for position, name in enumerate((None, *columns))}
    return tuple(
        sorted(findings, key=lambda finding: (finding.row or 0, order.get(finding.property_name, len(order))))
    )


def _message(code: str, property_name: str, value: str, others: Mapping[str, str]) -> str:
    entry = PROPERTIES[property_name]
    return _MESSAGES[code].format(
        entry=entry,
        value=value,
        length=len(value),
        excess=len(value) - (entry.limit or 0),
        **others,
    )


def _headers(property_name: str, columns: Mapping[str, Column]) -> dict[str, str]:
    """Return the other columns that a message may name, by the user's headers."""
    names = {"clear": _CLEAR_OF.get(property_name, ""), "visibility": "Visibility"}
    return {word: columns[name].header if name in columns else name for word, name in names.items()}


def _groups(frame: pd.DataFrame, keys: Sequence[str | None]) -> dict[int, list[int]]:
    """Return, for each row with a key, the rows that share it, itself among them."""
    groups = defaultdict(list)
    for row, place, key in zip(frame.index.tolist(), plain(frame["BusinessId"]), keys, strict=True):
        if key is not None:
            groups[place, key].append(row)
    return {row: rows for rows in groups.values() for row in rows}


def _rows_in_words(group: Sequence[int], row: int) -> dict[str, str]:
    """Return the other rows that a message may name."""
    others = [other for other in group[: _SHOWN_ROWS + 1] if other != row][:_SHOWN_ROWS]
    more = len(group) - 1 - len(others)
    named = ("rows " if len(others) > 1 else "row ") + ", ".join(map(str, others))
    return {"first": str(group[0]), "others": f"{named} and {more} more" if more else named}
