"""The lists names are looked up in: locations, hosts and pricing plans.

Source: the API's pages on businesses, coworkers, users and tariffs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.api.lists import read_list
from pipeline.errors import RoleMissing, StoppedEarly
from pipeline.model import Directory, Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pipeline.api.client import Client
    from pipeline.api.lists import Record


def read_directory(client: Client, property_names: Collection[str]) -> Directory:
    """Return what names mean for these properties, of `BusinessId`, `HostId` and `TariffId`.

    Each list is read once, whole. What the account may not list is among the missing roles.

    Hosts are coworkers and administrators. Who is both, by e-mail, counts as the coworker: in practice HostId
    is a coworker's Id. So administrators count only when the coworkers could be seen.

    Raises:
        StoppedEarly: a list was not whole at any of several readings, or there is no answer that can be used.
    """
    entries: dict[str, tuple[Entry, ...]] = {}
    missing_roles: dict[str, tuple[str, ...]] = {}
    for name, lists in _LISTS.items():
        if name in property_names:
            seen = {entry_list.role: _read(client, entry_list) for entry_list in lists}
            entries[name] = _each_once(*seen.values())
            missing_roles[name] = tuple(role for role, found in seen.items() if found is None)
    return Directory(entries=entries, missing_roles=missing_roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """One list of the API."""

    path: str
    role: str  # needed to read it
    of: str  # what it lists, as messages say it
    entry: Callable[[Record], Entry | None]


def _read(client: Client, entry_list: _List) -> tuple[Entry, ...] | None:
    try:
        records = read_list(client, entry_list.path)
    except RoleMissing:
        return None
    if records is None:
        raise StoppedEarly(
            f"The list of {entry_list.of} is never whole: the server shows others than it counts. "
            "Nothing was sent. Run again later."
        )
    found = (entry_list.entry(records[entry_id]) for entry_id in sorted(records))
    return tuple(entry for entry in found if entry is not None)


def _each_once(first: tuple[Entry, ...] | None, *others: tuple[Entry, ...] | None) -> tuple[Entry, ...]:
    """Return the entries of all lists; who is in the first as well, by e-mail, is left out of the others."""
    if first is None:
        return ()
    known = {entry.email for entry in first if entry.email}
    return (*first, *(entry for other in others for entry in other or () if entry.email not in known))


def _location(record: Record) -> Entry:
    return Entry(id=record["Id"], name=_text(record, "Name"))


def _coworker(record: Record) -> Entry:
    return _person(record, active=record.get("Active") is not False)


def _administrator(record: Record) -> Entry | None:
    """Return a user who is an administrator; the list has all who can sign in."""
    return _person(record, active=True) if record.get("IsAdmin") is True else None


def _person(record: Record, *, active: bool) -> Entry:
    email = _text(record, "Email").strip().lower()
    return Entry(id=record["Id"], name=_text(record, "FullName"), email=email, active=active)


def _tariff(record: Record) -> Entry:
    place = record.get("BusinessId")
    return Entry(
        id=record["Id"],
        name=_text(record, "Name"),
        active=record.get("Archived") is not True,
        business_id=place if isinstance(place, int) else None,
    )


def _text(record: Record, field: str) -> str:
    return str(record.get(field) or "")


_LISTS: Final = {
    "BusinessId": (_List(path="/api/sys/businesses", role="Business-List", of="locations", entry=_location),),
    "HostId": (
        _List(path="/api/spaces/coworkers", role="Coworker-List", of="coworkers", entry=_coworker),
        _List(path="/api/sys/users", role="User-List", of="administrators", entry=_administrator),
    ),
    "TariffId": (_List(path="/api/billing/tariffs", role="Tariff-List", of="pricing plans", entry=_tariff),),
}
# By the role that is needed to read it.
PATHS: Final = {each.role: each.path for lists in _LISTS.values() for each in lists}
