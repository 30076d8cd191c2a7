"""Names become Ids where they mean one for sure, and Ids the directory knows must fit; nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

import pandas as pd

from pipeline.check.names import CALLED, Names, Remark, fold_name, quoted, shown
from pipeline.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model import Directory, Entry, TidySheet

# A location comes first: a pricing plan is looked for at the one its row names.
_IN_ORDER: Final = ("BusinessId", "HostId", "TariffId")


def names_to_look_up(sheet: TidySheet, aliases: Mapping[str, int]) -> frozenset[str]:
    """Return the properties with names that no alias answers: what a directory is needed for."""
    return frozenset(
        name
        for name, names in sheet.names.items()
        if any(fold_name(text) not in aliases for text in names.unique())
    )


def resolve_names(sheet: TidySheet, directory: Directory, aliases: Mapping[str, int]) -> TidySheet:
    """Return the same sheet with the Id of every name that means one for sure; of the others, findings.

    A name of a property that was not looked up stays unresolved, which the file is told once a column.

    Args:
        sheet: its `names` stay, so that messages can quote them.
        directory: what names mean at the target.
        aliases: folded name -> Id, as the user gave them; they answer before the directory.
    """
    frame, findings = sheet.frame, list(sheet.findings)
    for name in _IN_ORDER:
        if name in sheet.names:
            names, places = sheet.names[name], _known(frame, "BusinessId")
            meaning = cache(Names(name, directory, aliases).meaning)
            rows, texts = names.index.tolist(), names.tolist()
            meanings = [meaning(text, places.get(row)) for row, text in zip(rows, texts, strict=True)]
            ids = [found if isinstance(found, int) else None for found in meanings]
            frame = frame.assign(
                **{name: frame[name].fillna(pd.Series(ids, index=names.index, dtype="Int64"))}
            )
            findings += [
                _finding(sheet, name, row, text, found)
                for row, text, found in zip(rows, texts, meanings, strict=True)
                if isinstance(found, Remark)
            ]
            if None in meanings:
                findings.append(_not_looked_up(sheet, name, example=texts[meanings.index(None)]))
    return replace(sheet, frame=frame, findings=tuple(findings))


def unresolved(sheet: TidySheet) -> frozenset[tuple[int, str]]:
    """Return row and property of each name without an Id: such a cell is not blank."""
    return frozenset(
        (row, name)
        for name, names in sheet.names.items()
        for row in names.index[sheet.frame.loc[names.index, name].isna()].tolist()
    )


def misfits(sheet: TidySheet, directory: Directory) -> Iterator[Finding]:
    """Yield what speaks against an Id the directory knows; one it does not know is for the API to judge.

    A pricing plan of another location is a fault; a host who is not active or an archived plan, a warning.
    """
    places = _known(sheet.frame, "BusinessId")
    locations = {entry.id: entry for entry in directory.entries.get("BusinessId", ())}
    for name, entries in directory.entries.items():
        by_id = {entry.id: entry for entry in entries}
        typed = dict(sheet.names.get(name, {}))
        for row, entry_id in _known(sheet.frame, name).items():
            if entry_id in by_id:
                for remark in _remarks(by_id[entry_id], CALLED[name], places.get(row), locations):
                    yield _finding(sheet, name, row, typed.get(row, str(entry_id)), remark)


def _remarks(
    entry: Entry, called: str, place: int | None, locations: Mapping[int, Entry]
) -> Iterator[Remark]:
    if entry.business_id is not None and place is not None and entry.business_id != place:
        theirs, ours = (_location(business_id, locations) for business_id in (entry.business_id, place))
        yield Remark(
            code="tariff-elsewhere",
            message=f"is {shown(entry)}, a {called} of {theirs}, but the course is at {ours}. Choose one of "
            "the course's location, or one of all locations.",
        )
    if not entry.active:
        yield Remark(
            code="not-active",
            message=f"is {shown(entry)}, a {called} that is no longer active. The course is sent all the "
            f"same: choose another {called} if it should not be.",
            severity="warning",
        )


def _location(business_id: int, locations: Mapping[int, Entry]) -> str:
    return shown(locations[business_id]) if business_id in locations else f"location {business_id}"


def _known(frame: pd.DataFrame, name: str) -> dict[int, int]:
    """Return each row's Id of a property, where it has one."""
    ids = frame[name].dropna() if name in frame else pd.Series(dtype="Int64")
    return dict(zip(ids.index.tolist(), ids.tolist(), strict=True))


def _finding(sheet: TidySheet, property_name: str, row: int, typed: str, remark: Remark) -> Finding:
    column = sheet.columns.get(property_name)
    return Finding(
        code=remark.code,
        message=remark.message,
        severity=remark.severity,
        stage="check",
        row=row,
        cell=column.cell(row) if column else None,
        column=column.header if column else property_name,  # given for all rows, under that name
        property_name=property_name,
        value=typed,
    )


def _not_looked_up(sheet: TidySheet, property_name: str, *, example: str) -> Finding:
    column = sheet.columns.get(property_name)
    where = f'"{column.header}" ({column.letter})' if column else property_name
    return Finding(
        code="not-looked-up",
        message=f"{sheet.raw.source.name}: names in {where}, such as {quoted(example)}, were not looked up, "
        "which needs an account. An import looks them up.",
        severity="information",
        stage="check",
        cell=column.cell(sheet.raw.header_row) if column else None,
        column=column.header if column else None,
        property_name=property_name,
    )
