"""How the courses of a file will stand on the Members Portal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from pipeline.model import Status
from schemas.properties import SUMMARY_LIMIT, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.model import Report, TidySheet

    _Value: TypeAlias = str | int | bool | None

_SHOWN: Final = (
    "Title",
    "DisplayOrder",
    "Visibility",
    "SummaryText",
    "GroupName",
    "Active",
    "ShowInHomePage",
)
_MARKS: Final = {Visibility.HIDDEN: "Hidden", Visibility.PRIVATE: "Private", Visibility.PAID: "Paid"}
_ABSENT: Final = {Status.INVALID: "Faulty: not there yet", Status.REJECTED: "Refused: not there yet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One course as members meet it."""

    row: int
    title: str
    order: int | None
    summary: str  # as far as it is shown
    cut: int  # characters of the summary that are not
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Courses under one heading, in their order."""

    name: str | None  # None: they have no group
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one location shows."""

    name: str | None  # as the file has it: a name or an Id; None: the cell is blank
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What there will be, place by place."""

    places: tuple[Place, ...]
    courses: int
    untitled: int  # rows that cannot be shown
    missing: int  # courses there is no room for


def preview_of(report: Report, sheet: TidySheet, limit: int) -> Preview:
    """Return the first `limit` courses by location, group and DisplayOrder."""
    values = _values_by_row(sheet)
    names = _places_by_row(sheet)
    rows = [row for row in report.rows if values.get(row.number, {}).get("Title") is not None]
    by_place: dict[str | None, dict[str | None, list[Card]]] = {}
    for row in rows[:limit]:
        its = values[row.number]
        group = its["GroupName"]
        card = _card(row.number, its, _ABSENT.get(row.status))
        groups = by_place.setdefault(names.get(row.number), {})
        groups.setdefault(None if group is None else str(group), []).append(card)
    return Preview(
        places=tuple(Place(name=name, groups=_in_order(groups)) for name, groups in by_place.items()),
        courses=len(rows),
        untitled=len(report.rows) - len(rows),
        missing=max(0, len(rows) - limit),
    )


def _values_by_row(sheet: TidySheet) -> dict[int, dict[str, _Value]]:
    """Return what each row holds of the properties a member sees, None where there is nothing."""
    rows: list[int] = sheet.frame.index.tolist()
    values: dict[int, dict[str, _Value]] = {row: dict.fromkeys(_SHOWN) for row in rows}
    for name in _SHOWN:
        if name in sheet.frame:
            cells = sheet.frame[name].dropna()
            for row, value in zip(cells.index.tolist(), cells.tolist(), strict=True):
                values[row][name] = value
    return values


def _places_by_row(sheet: TidySheet) -> dict[int, str]:
    """Return each row's location as the file has it."""
    names: dict[int, str] = {}
    for column in (sheet.frame.get("BusinessId"), sheet.names.get("BusinessId")):
        if column is not None:
            cells = column.dropna()
            names |= zip(cells.index.tolist(), map(str, cells.tolist()), strict=True)
    return names


def _card(row: int, values: Mapping[str, _Value], absent: str | None) -> Card:
    order, visibility = values["DisplayOrder"], values["Visibility"]
    # A browser shows lines and blanks in a row as one blank.
    summary = " ".join(str(values["SummaryText"] or "").split())
    marks = (
        absent,
        _MARKS.get(Visibility(visibility)) if visibility in set(Visibility) else None,
        "Not active" if values["Active"] is False else None,
        "On the home page" if values["ShowInHomePage"] else None,
    )
    return Card(
        row=row,
        title=str(values["Title"]),
        order=None if order is None else int(order),
        summary=summary[:SUMMARY_LIMIT],
        cut=max(0, len(summary) - SUMMARY_LIMIT),
        marks=tuple(mark for mark in marks if mark),
    )


def _in_order(groups: Mapping[str | None, Iterable[Card]]) -> tuple[Group, ...]:
    """Return the groups in the order of their first course, those without a name last."""
    ordered = [Group(name=name, cards=tuple(sorted(cards, key=_order))) for name, cards in groups.items()]
    return tuple(sorted(ordered, key=lambda group: (group.name is None, _order(group.cards[0]))))


def _order(card: Card) -> tuple[bool, int]:
    return card.order is None, card.order or 0
