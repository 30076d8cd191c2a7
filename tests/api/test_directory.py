"""The lists names are looked up in, read over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pandas as pd
import pytest
from pydantic import SecretStr

from pipeline.api.directory import read_directory
from pipeline.check.directory import names_to_look_up, resolve_names
from pipeline.errors import StoppedEarly
from pipeline.model import Column, Directory, Entry, RawSheet, Source, TidySheet
from pipeline.settings import Credentials

if TYPE_CHECKING:
    from pipeline.sandbox import Running
    from tests.api.conftest import Connect
    from tests.conftest import Misbehaving

ALL: Final = ("BusinessId", "HostId", "TariffId")


def page(*records: dict[str, object], total: int, pages: int = 1) -> str:
    return json.dumps({"Records": records, "TotalItems": total, "TotalPages": pages})


def person(number: int, **fields: object) -> dict[str, object]:
    return {"Id": number, "FullName": f"Person {number}", "Email": f"{number}@example.com", **fields}


def test_every_list_is_read_once(sandbox: Running, connect: Connect, importer: Credentials) -> None:
    client, log = connect(sandbox.url)
    client.sign_in(importer, client_id="c")
    directory = read_directory(client, ALL)
    assert {name: len(entries) for name, entries in directory.entries.items()} == {
        "BusinessId": 3,
        "HostId": 11,
        "TariffId": 8,
    }
    assert not any(directory.missing_roles.values())
    assert directory.entries["BusinessId"][1] == Entry(id=1414974956, name="Lisbon")
    hosts = {entry.id: entry for entry in directory.entries["HostId"]}
    assert hosts[1414980011] == Entry(id=1414980011, name="Amelia Hart", email="amelia.hart@example.com")
    assert not hosts[1414980018].active
    assert hosts[1414981003].name == "Käthe Brandt"
    tariffs = {entry.id: entry for entry in directory.entries["TariffId"]}
    assert (tariffs[1414990021].business_id, tariffs[1414990024].business_id) == (None, 1414974956)
    assert [entry.id for entry in tariffs.values() if not entry.active] == [1414990028]
    assert [path for _, path, *_ in log.requests[2:]] == [
        "/api/sys/businesses",
        "/api/spaces/coworkers",
        "/api/sys/users",
        "/api/billing/tariffs",
    ]


def test_only_what_names_need_is_read(sandbox: Running, connect: Connect, importer: Credentials) -> None:
    client, log = connect(sandbox.url)
    client.sign_in(importer, client_id="c")
    assert set(read_directory(client, {"TariffId"}).entries) == {"TariffId"}
    assert [path for _, path, *_ in log.requests[2:]] == ["/api/billing/tariffs"]
    assert read_directory(client, ()) == Directory()


def test_an_account_without_roles_is_told_which(sandbox: Running, connect: Connect) -> None:
    client, _ = connect(sandbox.url)
    client.sign_in(Credentials(email="nobody@example.com", password=SecretStr("sandbox")), client_id="c")
    assert read_directory(client, ALL) == Directory(
        entries={"BusinessId": (), "HostId": (), "TariffId": ()},
        missing_roles={
            "BusinessId": ("Business-List",),
            "HostId": ("Coworker-List", "User-List"),
            "TariffId": ("Tariff-List",),
        },
    )


def test_who_is_coworker_and_administrator_counts_as_coworker(
    misbehaving: Misbehaving, connect: Connect
) -> None:
    """The same e-mail in any case is the same person; users who are no administrators host nothing."""
    coworkers = (person(2, Email="Ann@Example.com"), person(1, Email=None, FullName=None, Active=True))
    users = (
        person(3, Email="ann@example.com", IsAdmin=True),
        person(4, Email=None, IsAdmin=True),
        person(5, IsAdmin=False),
    )
    misbehaving.answer(200, page(*coworkers, total=2))
    misbehaving.answer(200, page(*users, total=3))
    client, _ = connect(misbehaving.url)
    hosts = read_directory(client, ["HostId"]).entries["HostId"]
    assert [(host.id, host.name, host.email) for host in hosts] == [
        (1, "", ""),
        (2, "Person 2", "ann@example.com"),
        (4, "Person 4", ""),
    ]


@pytest.mark.parametrize(
    ("refused", "ids", "missing"),
    [
        pytest.param("coworkers", [], ("Coworker-List",), id="administrators may be coworkers nobody saw"),
        pytest.param("users", [1], ("User-List",), id="coworkers are sure"),
    ],
)
def test_one_of_two_lists_of_hosts_may_be_closed(
    refused: str, ids: list[int], missing: tuple[str, ...], misbehaving: Misbehaving, connect: Connect
) -> None:
    for name in ("coworkers", "users"):
        if name == refused:
            misbehaving.answer(401)
        else:
            misbehaving.answer(200, page(person(1, IsAdmin=True), total=1))
    client, _ = connect(misbehaving.url)
    directory = read_directory(client, ["HostId"])
    assert [entry.id for entry in directory.entries["HostId"]] == ids
    assert directory.missing_roles["HostId"] == missing


def test_a_list_of_several_pages_is_read_whole(misbehaving: Misbehaving, connect: Connect) -> None:
    misbehaving.answer(200, page({"Id": 7, "Name": "Porto"}, total=2, pages=2))
    misbehaving.answer(200, page({"Id": 5, "Name": "Lisbon"}, total=2, pages=2))
    client, _ = connect(misbehaving.url)
    locations = read_directory(client, ["BusinessId"]).entries["BusinessId"]
    assert locations == (Entry(id=5, name="Lisbon"), Entry(id=7, name="Porto"))
    assert [b"page=%d&size=100" % number in misbehaving.requests[number - 1] for number in (1, 2)] == [
        True
    ] * 2


def test_a_list_that_grew_while_it_was_read_is_read_again(misbehaving: Misbehaving, connect: Connect) -> None:
    misbehaving.answer(200, page({"Id": 5, "Name": "Lisbon"}, total=2))
    misbehaving.answer(200, page({"Id": 5, "Name": "Lisbon"}, {"Id": 7, "Name": "Porto"}, total=2))
    client, _ = connect(misbehaving.url)
    assert len(read_directory(client, ["BusinessId"]).entries["BusinessId"]) == 2


def test_a_list_that_is_never_whole_ends_the_run(misbehaving: Misbehaving, connect: Connect) -> None:
    for _ in range(4):
        misbehaving.answer(200, page({"Id": 5, "Name": "Lisbon"}, total=2))
    client, _ = connect(misbehaving.url)
    with pytest.raises(StoppedEarly, match="list of locations is never whole"):
        read_directory(client, ["BusinessId"])


def test_ten_thousand_rows_with_names_need_no_more_requests_than_ten(
    sandbox: Running, connect: Connect, importer: Credentials
) -> None:
    client, log = connect(sandbox.url)
    client.sign_in(importer, client_id="c")
    asked = []
    for count in (10, 10_000):
        before = len(log.requests)
        rows = _named(count)
        resolved = resolve_names(rows, read_directory(client, names_to_look_up(rows, {})), {})
        asked.append(log.requests[before:])
        assert resolved.findings == ()
        assert resolved.frame.eq([1414974956, 1414980013, 1414990024]).all(axis=None)
    assert len(asked[0]) == 4
    assert asked[0] == asked[1]


def _named(count: int) -> TidySheet:
    """Rows that all say the same by name."""
    index = range(2, 2 + count)
    names = {"BusinessId": "lisbon", "HostId": "Joao Conceicao", "TariffId": "Lisbon course pass"}
    return TidySheet(
        raw=RawSheet(
            source=Source(path="courses.csv", sheet=None, sha256=None),
            header_row=1,
            headers=ALL,
            cells=pd.DataFrame(index=index),
        ),
        columns={name: Column(header=name, letter=letter) for name, letter in zip(ALL, "ABC", strict=True)},
        frame=pd.DataFrame({name: pd.Series(pd.NA, index=index, dtype="Int64") for name in ALL}),
        findings=(),
        names={name: pd.Series(text, index=index, dtype="str") for name, text in names.items()},
    )
