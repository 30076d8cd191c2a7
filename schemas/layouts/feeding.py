"""One row in a layout's columns becomes one in ours, as a person would have typed it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, assert_never

from schemas.layouts.transforms import TEXT_TRANSFORMS, first_of, row_times_ten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.layouts.layout import Feed, Layout, Price

    Row: TypeAlias = Mapping[str, str | None]  # header -> cell

_HIDDEN: Final = "Hidden"
_PRIVATE: Final = "Private"
_PAID: Final = "Paid"
_QUOTED_CHARACTERS: Final = 40  # of a text shown in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to know about a cell; `message` is what stands after its address."""

    code: str  # "value-unknown", "price-without-tariff"
    column: str
    property_name: str
    message: str
    severity: Literal["fault", "warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """What a layout makes of one row."""

    values: Mapping[str, str]  # property -> text; a property without one is absent
    columns: Mapping[str, str]  # property -> the column it came from; constants and positions have none
    notes: tuple[Note, ...] = ()
    left_out: str | None = None  # why the row does not become a course


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    text: str
    column: str | None


def feed(layout: Layout, row: Row, position: int) -> Fed:
    """Return the properties of one row.

    Args:
        layout: with its columns spelt as the row spells them (`fit`).
        row: the text of each cell, by header.
        position: of the row among the file's rows, counted from 1.
    """
    values, columns, notes = dict(layout.constants), {}, []
    for name, feeds in layout.properties.items():
        match _answer(name, feeds, row, position):
            case _Answer(text=text, column=column):
                values[name] = text
                if column is not None:
                    columns[name] = column
            case Note() as note:
                notes.append(note)
            case None:
                pass
            case never:
                assert_never(never)
    reason = _left_out(layout, row)
    if reason is not None:
        return Fed(values=values, columns=columns, left_out=reason)
    fed = Fed(values=values, columns=columns, notes=tuple(notes))
    return fed if layout.price is None else _priced(fed, layout.price, row)


def _left_out(layout: Layout, row: Row) -> str | None:
    reasons = (each.reasons.find(row.get(each.column) or "") for each in layout.leave_out)
    return next((reason for reason in reasons if reason is not None), None)


def _answer(name: str, feeds: tuple[Feed, ...], row: Row, position: int) -> _Answer | Note | None:
    """Return what the first feed that says something says."""
    for each in feeds:
        if not each.columns:
            return _Answer(text=row_times_ten(position), column=None)
        found = first_of(((column, row.get(column)) for column in each.columns), each.separator)
        column, text = found or (each.columns[0], None)
        for transform in each.transforms:
            if text is not None and transform in TEXT_TRANSFORMS:
                text = TEXT_TRANSFORMS[transform](text)
        if text is None:
            meaning = each.blank
        elif each.values is None:
            meaning = text
        else:
            meaning = each.values.find(text)
            if meaning is None:
                return _unknown(name, column, text, each)
        if meaning:
            return _Answer(text=meaning, column=column)
    return None


def _unknown(name: str, column: str, text: str, feed: Feed) -> Note:
    return Note(
        code="value-unknown",
        column=column,
        property_name=name,
        message=f"is {_quoted(text)}, which the layout does not know. It knows: {', '.join(feed.known)}. "
        f"Correct the cell, or add the value to the layout.",
        severity="fault",
    )


def _priced(fed: Fed, price: Price, row: Row) -> Fed:
    """Return a row that is never free when it is sold: Paid with its pricing plan, else Hidden.

    What is hidden or private in its old system stays so.
    """
    column = next((column for column in price.columns if price.asks(row.get(column))), None)
    cell = None if column is None else row.get(column)
    visibility = fed.values.get("Visibility")
    asks = column is not None
    if not asks and visibility != _PAID:
        return fed
    tariff = fed.values.get("TariffId") or price.tariff(cell)
    if tariff is None:
        said = f"is {_quoted(cell or '')}" if asks else "says the course is sold"
        note = Note(
            code="price-without-tariff",
            column=column or fed.columns.get("Visibility") or next(iter(row)),
            property_name="Visibility",
            message=f"{said}, but no pricing plan is known for it: the course goes in as Hidden. "
            "Name its plan under [price.tariffs] in a layout of your own.",
            severity="warning",
        )
        return replace(fed, values={**fed.values, "Visibility": _HIDDEN}, notes=(*fed.notes, note))
    if visibility in (_HIDDEN, _PRIVATE):  # who may not see it may not buy it
        return fed
    columns = {**({} if column is None else {"TariffId": column}), **fed.columns}
    return replace(fed, values={**fed.values, "Visibility": _PAID, "TariffId": tariff}, columns=columns)


def _quoted(text: str) -> str:
    return f'"{text}"' if len(text) <= _QUOTED_CHARACTERS else f'"{text[:_QUOTED_CHARACTERS]}…"'
