"""Where a row's properties come from, cell by cell, with what was done to them, in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.model import Column, Origin, letter_of, shown
from schemas.course import plain
from schemas.layouts import feed, fit, not_imported
from schemas.properties import BLANKS, PROPERTIES, Kind, fold_header

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model import RawSheet, TidySheet
    from schemas.layouts import Fed, Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What a property is made of before it is parsed."""

    column: Column | None
    text: str | None
    rules: tuple[str, ...]


def origins_of(
    raw: RawSheet, sheet: TidySheet, layout: Layout | None, given: Mapping[str, str], row: int
) -> tuple[Origin, ...]:
    """Return every cell of a row and every property no cell says, in the order of the file's columns.

    Args:
        raw: the table as the file holds it, with the row.
        sheet: the same in our columns; without the row where the layout leaves it out.
        layout: how another system's columns become ours; None for our own.
        given: properties that are the same for all rows, as typed.
        row: its number, which is in `raw`.
    """
    [cells] = raw.cells.loc[[row]].to_numpy()
    texts = [None if cell is None else shown(cell) for cell in cells]
    places = [Column(header=header, letter=letter_of(place)) for place, header in enumerate(raw.headers)]
    if layout is None:
        sources = _by_headers(sheet, dict(zip(places, texts, strict=True)))
    else:
        position = raw.cells.index.tolist().index(row) + 1
        sources = _by_layout(layout, places, texts, position)
    sources |= {name: _given(text) for name, text in given.items()}
    unused = _unused(raw, layout)
    origins: list[Origin] = []
    for column, text in zip(places, texts, strict=True):
        fed = [name for name, source in sources.items() if source.column == column]
        origins += [_origin(name, sources[name], text, sheet, row) for name in fed]
        if not fed and text is not None:
            rule = unused.get(column.header, "not imported")
            origins.append(Origin(property_name=None, column=column, typed=text, value=None, rules=(rule,)))
    bare = [name for name, source in sources.items() if source.column is None]
    return (*origins, *(_origin(name, sources[name], sources[name].text, sheet, row) for name in bare))


def why_left_out(raw: RawSheet, layout: Layout, row: int) -> str:
    """Return why a layout makes no course of a row: "marked for deletion"."""
    fitted = fit(layout, raw.headers)
    [cells] = raw.cells.loc[[row]].to_numpy()
    texts = [None if cell is None else shown(cell) for cell in cells]
    return feed(fitted, dict(zip(raw.headers, texts, strict=True)), 1).left_out or "left out"


def _given(text: str) -> _Source:
    return _Source(column=None, text=text, rules=(f'given with --set: "{text}"',))


def _by_headers(sheet: TidySheet, texts: Mapping[Column, str | None]) -> dict[str, _Source]:
    return {
        name: _Source(
            column=column,
            text=texts[column],
            rules=() if fold_header(column.header) == fold_header(name) else ("the header means it",),
        )
        for name, column in sheet.columns.items()
    }


def _by_layout(
    layout: Layout, places: list[Column], texts: list[str | None], position: int
) -> dict[str, _Source]:
    """Return what a layout makes of a row, as the words of its table say it."""
    fitted = fit(layout, [column.header for column in places])
    by_header = {column.header: column for column in places}
    row = dict(zip((column.header for column in places), texts, strict=True))
    fed = feed(fitted, row, position)
    unpriced = feed(replace(fitted, price=None), row, position)
    sources = {}
    for name, value in fed.values.items():
        header = fed.columns.get(name)
        if value != unpriced.values.get(name):
            rules = ["by what the course costs"]
        else:
            rules = list(_rules(fitted, name, fed, row))
        sources[name] = _Source(
            column=None if header is None else by_header[header],
            text=value,
            rules=(f"layout {layout.name}{': ' if rules else ''}{', '.join(rules)}",),
        )
    return sources


def _rules(layout: Layout, name: str, fed: Fed, row: Mapping[str, str | None]) -> Iterator[str]:
    """Yield what a layout does to a property, step by step."""
    header, value = fed.columns.get(name), fed.values[name]
    if header is None:
        yield "the same for all rows" if name in layout.constants else "ten times the row's place"
        return
    used = next(each for each in layout.properties[name] if header in each.columns)
    if len(used.columns) > 1:
        yield f"the first that is filled of {', '.join(used.columns)}"
    yield from (transform for transform in used.transforms if transform != "first_of")
    if not (row.get(header) or "").strip(BLANKS):
        yield f'a blank means "{value}"'
    elif used.values is not None:
        yield f'it means "{value}"'


def _unused(raw: RawSheet, layout: Layout | None) -> dict[str, str]:
    """Return why nothing of a column is sent, by its header."""
    if layout is None:
        return {}
    fitted = fit(layout, raw.headers)
    reasons = {
        header: f"not imported: {reason}" if reason else "not imported"
        for header, reason in not_imported(fitted, raw.headers).items()
    }
    price = {} if fitted.price is None else dict.fromkeys(fitted.price.columns, "says what the course costs")
    leave_out = {each.column: "says whether the row becomes a course" for each in fitted.leave_out}
    read = dict.fromkeys(fitted.columns, "another column was read")
    return {**read, **reasons, **price, **leave_out}


def _origin(name: str, source: _Source, typed: str | None, sheet: TidySheet, row: int) -> Origin:
    value, rules = None, ["left out with its row"]
    if row in sheet.frame.index:
        [value] = plain(sheet.frame.loc[[row], name])
        named = name in sheet.names and row in sheet.names[name].index
        rules = [] if value is None and not named else list(source.rules)
        rules += [] if named else _parsed(name, source.text, value=value)
    return Origin(property_name=name, column=source.column, typed=typed, value=value, rules=tuple(rules))


def _parsed(name: str, text: str | None, *, value: int | str | bool | None) -> Iterator[str]:
    """Yield how a text became a value, where that is not plain to see."""
    kind = PROPERTIES[name].kind
    if value is None:
        yield "blank: nothing is sent" if not (text or "").strip(BLANKS) else "not understood: see below"
    elif isinstance(value, bool):
        yield "yes or no"
    elif str(value) == text:
        return
    elif isinstance(value, str):
        yield "without the blanks around it"
    else:
        yield "the number of that word" if kind is Kind.VISIBILITY else "read as a whole number"
