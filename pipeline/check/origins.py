"""What names became, and what is sent where the file says nothing, told of one row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.check.directory import resolve_names
from pipeline.check.names import fold_name
from pipeline.model import Origin
from schemas.course import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.model import Directory, TidySheet


def origins_with_names(
    origins: Iterable[Origin],
    sheet: TidySheet,
    directory: Directory,
    aliases: Mapping[str, int],
    row: int,
) -> tuple[Origin, ...]:
    """Return a row's origins with the Ids of its names, and with Active, which is always sent."""
    frame = resolve_names(sheet, directory, aliases).frame
    told = []
    for origin in origins:
        names = sheet.names.get(origin.property_name or "")
        if names is not None and row in names.index:
            [value] = plain(frame.loc[[row], str(origin.property_name)])
            rule = _rule(names[row], str(origin.property_name), directory, aliases, found=value is not None)
            told.append(replace(origin, value=value, rules=(*origin.rules, rule)))
        elif origin.property_name == "Active" and origin.value is None and not (origin.typed or "").strip():
            told.append(replace(origin, value=True, rules=(*origin.rules[:-1], "blank: yes")))
        else:
            told.append(origin)
    if all(origin.property_name != "Active" for origin in told):
        told.append(
            Origin(property_name="Active", column=None, typed=None, value=True, rules=("not said: yes",))
        )
    return tuple(told)


def _rule(
    name: str, property_name: str, directory: Directory, aliases: Mapping[str, int], *, found: bool
) -> str:
    if fold_name(name) in aliases:
        return "what --alias or --aliases says"
    if property_name not in directory.entries:
        return "a name that was not looked up"
    return "the Id of that name" if found else "a name that means no Id: see below"
