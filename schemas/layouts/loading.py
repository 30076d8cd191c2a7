"""A layout file becomes a layout; a mistake in it is told with its line and the nearest right word."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from schemas.layouts.layout import Feed, Layout, LeaveOut, Price, fold_value, lookup, price_tariffs
from schemas.layouts.lines import Lines
from schemas.layouts.table import LayoutRefused, Problem, Table, nearest
from schemas.layouts.transforms import TRANSFORMS
from schemas.properties import PROPERTIES, Kind, Visibility, fold_header

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LAYOUT: Final = (
    "name",
    "title",
    "signature",
    "properties",
    "constants",
    "price",
    "leave_out",
    "not_imported",
)
_FEED: Final = ("column", "columns", "transforms", "separator", "values", "blank")
_WORDS: Final = {
    Kind.VISIBILITY: tuple(entry.name.capitalize() for entry in Visibility),
    Kind.FLAG: ("yes", "no"),
}


@cache
def shipped() -> Mapping[str, Layout]:
    """Return the layouts that come with this project, by name."""
    found = [
        load_layout(entry.read_text(encoding="utf-8"), entry.name)
        for entry in files("schemas.layouts").iterdir()
        if entry.name.endswith(".toml")
    ]
    return MappingProxyType({layout.name: layout for layout in sorted(found, key=lambda each: each.name)})


def read_layout(path: Path) -> Layout:
    """Return the layout a file holds.

    Raises:
        LayoutRefused: it cannot be read, or it has mistakes; all of them are told.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as broken:
        why = broken.strerror if isinstance(broken, OSError) else "it is not saved as UTF-8"
        raise LayoutRefused(path.name, Problem(line=None, message=f"cannot be read: {why}.")) from broken
    return load_layout(text, path.name)


def load_layout(text: str, file_name: str) -> Layout:
    """Return the layout that `text` describes.

    Raises:
        LayoutRefused: it has mistakes; all of them are told.
    """
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise LayoutRefused(file_name, _not_toml(str(broken), text)) from broken
    top = Table(entries=entries, lines=Lines(text))
    layout = _layout(top)
    if top.problems:
        raise LayoutRefused(file_name, *top.problems)
    return layout


def _not_toml(reason: str, text: str) -> Problem:
    what, line = reason, len(text.splitlines()) or 1
    at = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", reason, re.DOTALL)
    if at is not None:
        what, line = at[1], int(at[2])
    what = what.removesuffix(" (at end of document)")
    return Problem(line=line, message=f"this line cannot be understood as TOML: {what[0].lower()}{what[1:]}.")


def _layout(top: Table) -> Layout:
    top.only(*_LAYOUT)
    properties = top.table("properties")
    fed = {
        name: tuple(_feed(each, name) for each in properties.tables(name))
        for name in properties.entries
        if _is_property(properties, name)
    }
    constants = top.table("constants")
    given = {name: text for name, text in constants.words().items() if _is_property(constants, name)}
    for name, text in given.items():
        _check_word(constants, name, text, name)
        if name in fed:
            constants.note(f"{name} is under [properties] too. Keep it in one of the two places.", name)
    return Layout(
        name=top.required("name"),
        title=top.required("title"),
        signature=top.some_texts("signature", "the headers that tell such a file"),
        properties=fed,
        constants=given,
        price=_price(top.table("price")) if "price" in top.entries else None,
        leave_out=tuple(_leave_out(each) for each in top.tables("leave_out")),
        not_imported=lookup(top.table("not_imported").words(), fold_header),
    )


def _is_property(table: Table, name: str) -> bool:
    if name in PROPERTIES:
        return True
    table.note(f'no property is called "{name}".{nearest(name, PROPERTIES)}', name)
    return False


def _feed(table: Table, name: str) -> Feed:
    table.only(*_FEED)
    column, columns = table.text("column"), table.texts("columns")
    transforms = _transforms(table)
    separator = table.text("separator")
    listed = table.table("values").words()
    blank = table.text("blank")
    if separator is not None and (
        len(separator) != 1 or separator in '"\r\n' or "first_of" not in transforms
    ):
        table.note(
            'separator must be one character, such as ",", beside the transform "first_of".', "separator"
        )
    for value, word in listed.items():
        if word:
            _check_word(table, name, word, "values", value)
    if blank:
        _check_word(table, name, blank, "blank")
    _check_source(table, column, columns, transforms)
    return Feed(
        columns=columns if column is None else (column,),
        transforms=transforms,
        separator=separator,
        values=lookup(listed, fold_value) if listed else None,
        known=tuple(listed),
        blank=blank,
    )


def _transforms(table: Table) -> tuple[str, ...]:
    named = table.texts("transforms")
    for each in named:
        if each not in TRANSFORMS:
            message = f'no transform is called "{each}".{nearest(each, TRANSFORMS)}'
            table.note(message, "transforms", word=each)
    return named


def _check_source(
    table: Table, column: str | None, columns: tuple[str, ...], transforms: tuple[str, ...]
) -> None:
    """Note a feed that says no place to take its text from, or more than one."""
    given = {"column", "columns"} & table.entries.keys()
    if "row_times_ten" in transforms:
        if given or len(transforms) > 1:
            table.note("row_times_ten needs no column and no other transform. Remove them.", "transforms")
    elif len(given) != 1 or not (column or columns):
        table.note('name one place to take it from: column = "…", or columns = ["…", "…"].')
    elif "columns" in given and "first_of" not in transforms:
        table.note(
            'several columns need the transform "first_of": the first that is not blank counts.', "columns"
        )


def _check_word(table: Table, name: str, word: str, *place: str) -> None:
    words = _WORDS.get(PROPERTIES[name].kind)
    if words is not None and word not in words:
        table.note(f'"{word}" is no word for {name}.{nearest(word, words)}', *place, word=word)


def _leave_out(table: Table) -> LeaveOut:
    table.only("column", "values", "reason")
    reason = table.required("reason")
    values = table.some_texts("values", "the cells whose rows are left out")
    return LeaveOut(
        column=table.required("column"), reasons=lookup(dict.fromkeys(values, reason), fold_value)
    )


def _price(table: Table) -> Price:
    table.only("column", "columns", "free", "tariffs")
    columns = table.texts("columns")
    return Price(
        columns=columns or (table.required("column"),),
        free=frozenset(map(fold_value, table.texts("free"))),
        tariffs=price_tariffs(table.table("tariffs").words()),
    )
