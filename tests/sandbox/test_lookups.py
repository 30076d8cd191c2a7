from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Caller, SignIn

_LOCATIONS = "/api/sys/businesses"
_COWORKERS = "/api/spaces/coworkers"
_USERS = "/api/sys/users"
_TARIFFS = "/api/billing/tariffs"


@pytest.mark.parametrize(
    ("path", "fields", "ids"),
    [
        (_LOCATIONS, "Id Name WebAddress", range(1414974955, 1414974958)),
        (_COWORKERS, "Id FullName Email Active", range(1414980011, 1414980019)),
        (_USERS, "Id FullName Email IsAdmin", range(1414981001, 1414981004)),
        (_TARIFFS, "Id Name BusinessId Price CurrencyCode Archived", range(1414990021, 1414990029)),
    ],
)
def test_whole_list(admin: Caller, path: str, fields: str, ids: range) -> None:
    answer = admin.get(path).json()
    assert [entry["Id"] for entry in answer["Records"]] == list(ids)
    assert {" ".join(entry) for entry in answer["Records"]} == {fields}
    assert (answer["TotalItems"], answer["TotalPages"], answer["CurrentPageSize"]) == (len(ids), 1, 25)


@pytest.mark.parametrize(
    ("path", "query", "found"),
    [
        pytest.param(_LOCATIONS, {"Business_Name": "shore"}, [1414974955], id="part of a location"),
        pytest.param(
            _COWORKERS, {"Coworker_FullName": "john smith"}, [1414980015, 1414980016], id="two of one name"
        ),
        pytest.param(_COWORKERS, {"Coworker_FullName": "JÜRGEN GROSS"}, [1414980012], id="accents, any case"),
        pytest.param(
            _COWORKERS, {"Coworker_Email": "Amelia.Hart@example.com"}, [1414980011], id="whole e-mail"
        ),
        pytest.param(_COWORKERS, {"Coworker_Email": "example.com"}, [], id="part of an e-mail"),
        pytest.param(
            _COWORKERS,
            {"Coworker_FullName": "John", "Coworker_Email": "amelia.hart@example.com"},
            [],
            id="both filters",
        ),
        pytest.param(_USERS, {"User_FullName": "falcão"}, [1414981002], id="administrator"),
        pytest.param(_USERS, {"User_Email": "grace.okafor@example.com"}, [1414981001], id="their e-mail"),
        pytest.param(
            _TARIFFS, {"Tariff_Business": "1414974956"}, [1414990024, 1414990025], id="tariffs of a location"
        ),
        pytest.param(_TARIFFS, {"Tariff_Business": "none"}, [], id="none is no location"),
        pytest.param(_TARIFFS, {"Tariff_Name": "Berlin single"}, [1414990027], id="tariff by name"),
        pytest.param(
            _LOCATIONS, {"Coworker_FullName": "John"}, [*range(1414974955, 1414974958)], id="unknown"
        ),
    ],
)
def test_filters(admin: Caller, path: str, query: dict[str, str], found: list[int]) -> None:
    assert [entry["Id"] for entry in admin.get(path, **query).json()["Records"]] == found


def test_pages(admin: Caller) -> None:
    answer = admin.get(_COWORKERS, page=3, size=3).json()
    assert [entry["Id"] for entry in answer["Records"]] == [1414980017, 1414980018]
    assert (answer["TotalItems"], answer["TotalPages"], answer["HasNextPage"]) == (8, 3, False)


def test_inactive_and_archived_are_listed_too(admin: Caller) -> None:
    coworkers, tariffs = admin.get(_COWORKERS).json()["Records"], admin.get(_TARIFFS).json()["Records"]
    assert [entry["Id"] for entry in coworkers if not entry["Active"]] == [1414980018]
    assert [entry["Id"] for entry in tariffs if entry["Archived"]] == [1414990028]


@pytest.mark.parametrize("path", [_LOCATIONS, _COWORKERS, _USERS, _TARIFFS])
@pytest.mark.parametrize(("account", "status"), [("importer@example.com", 200), ("nobody@example.com", 401)])
def test_roles(signed_in: SignIn, path: str, account: str, status: int) -> None:
    assert signed_in(account).get(path).status_code == status
