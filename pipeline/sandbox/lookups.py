"""The look-up lists: an invented operator's locations, hosts and pricing plans."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pipeline.sandbox.answers import Answer, Json
from pipeline.sandbox.paging import Page, envelope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from pipeline.sandbox.accounts import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """One list that names are looked up in.

    A filter in `parts` (query name -> field) finds a part of a text, one in `wholes` the whole value;
    both without regard to case. Any other filter is ignored.
    """

    path: str
    role: str
    entries: tuple[Json, ...]
    parts: Mapping[str, str]
    wholes: Mapping[str, str] = field(default_factory=dict)

    async def list(self, request: Request, _account: Account) -> Response:
        """Answer with one page of the entries that pass every known filter."""
        query, page = request.query_params, Page.asked(request.query_params)
        found = [entry for entry in self.entries if self._passes(entry, query)]
        return Answer(envelope(found[page.offset : page.offset + page.size], total=len(found), page=page))

    def _passes(self, entry: Json, query: Mapping[str, str]) -> bool:
        parts = (
            query[name].casefold() in _folded(entry[key]) for name, key in self.parts.items() if name in query
        )
        wholes = (
            query[name].casefold() == _folded(entry[key])
            for name, key in self.wholes.items()
            if name in query
        )
        return all(parts) and all(wholes)


def _folded(value: object) -> str:
    return "" if value is None else str(value).casefold()


def _table(fields: str, *rows: tuple[object, ...]) -> tuple[Json, ...]:
    return tuple(dict(zip(fields.split(), row, strict=True)) for row in rows)


BUSINESSES: Final = _table(
    "Id Name WebAddress",
    (1414974955, "London Shoreditch", "shoreditch"),
    (1414974956, "Lisbon", "lisbon"),
    (1414974957, "Berlin", "berlin"),
)
COWORKERS: Final = _table(
    "Id FullName Email Active",
    (1414980011, "Amelia Hart", "amelia.hart@example.com", True),
    (1414980012, "Jürgen Groß", "juergen.gross@example.com", True),
    (1414980013, "João Conceição", "joao.conceicao@example.com", True),
    (1414980014, "Priya Raman", "priya.raman@example.com", True),
    (1414980015, "John Smith", "john.smith@example.com", True),
    (1414980016, "John Smith", "john.smith.berlin@example.com", True),
    (1414980017, "Sofia Almeida", "sofia.almeida@example.com", True),
    (1414980018, "Tomas Lindgren", "tomas.lindgren@example.com", False),
)
USERS: Final = _table(
    "Id FullName Email IsAdmin",
    (1414981001, "Grace Okafor", "grace.okafor@example.com", True),
    (1414981002, "Inês Falcão", "ines.falcao@example.com", True),
    (1414981003, "Käthe Brandt", "kaethe.brandt@example.com", True),
)
TARIFFS: Final = _table(
    "Id Name BusinessId Price CurrencyCode Archived",
    (1414990021, "All courses", None, 49.0, "EUR", False),
    (1414990022, "Shoreditch course pass", 1414974955, 39.0, "GBP", False),
    (1414990023, "Shoreditch single course", 1414974955, 15.0, "GBP", False),
    (1414990024, "Lisbon course pass", 1414974956, 29.0, "EUR", False),
    (1414990025, "Lisbon single course", 1414974956, 9.5, "EUR", False),
    (1414990026, "Berlin course pass", 1414974957, 35.0, "EUR", False),
    (1414990027, "Berlin single course", 1414974957, 12.0, "EUR", False),
    (1414990028, "Early bird courses", None, 25.0, "EUR", True),
)

LOOKUPS: Final = (
    Lookup(
        path="/api/sys/businesses",
        role="Business-List",
        entries=BUSINESSES,
        parts={"Business_Name": "Name"},
    ),
    Lookup(
        path="/api/spaces/coworkers",
        role="Coworker-List",
        entries=COWORKERS,
        parts={"Coworker_FullName": "FullName"},
        wholes={"Coworker_Email": "Email"},
    ),
    Lookup(
        path="/api/sys/users",
        role="User-List",
        entries=USERS,
        parts={"User_FullName": "FullName"},
        wholes={"User_Email": "Email"},
    ),
    Lookup(
        path="/api/billing/tariffs",
        role="Tariff-List",
        entries=TARIFFS,
        parts={"Tariff_Name": "Name"},
        wholes={"Tariff_Business": "BusinessId"},
    ),
)


def _by_id(entries: Iterable[Json], key: str) -> dict[object, object]:
    return {entry["Id"]: entry[key] for entry in entries}


BUSINESS_NAMES: Final = _by_id(BUSINESSES, "Name")
HOST_NAMES: Final = _by_id((*COWORKERS, *USERS), "FullName")
TARIFF_NAMES: Final = _by_id(TARIFFS, "Name")
TARIFF_BUSINESSES: Final = _by_id(TARIFFS, "BusinessId")


async def who_am_i(_request: Request, account: Account) -> Response:
    """Answer with the signed-in account."""
    return Answer(
        {
            "Id": account.id,
            "Email": account.email,
            "FullName": account.full_name,
            "DefaultBusinessId": BUSINESSES[0]["Id"],
        }
    )
