"""Targets are told apart by host and account, sandboxes by their store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.api import Connection, target_of
from pipeline.api.client import Account

if TYPE_CHECKING:
    from pipeline.sandbox import Running
    from tests.conftest import Misbehaving

ACCOUNT = Account(user_id=1, email="Importer@Example.com")


def connection_to(address: str) -> Connection:
    return Connection(address, connect_timeout_seconds=1, read_timeout_seconds=1)


def test_a_sandbox_is_known_by_its_store(sandbox: Running) -> None:
    connection = connection_to(sandbox.url)
    target = target_of(connection, ACCOUNT)
    assert target.rehearsal
    assert target.name.startswith("sandbox:")
    assert target.name.endswith("/importer@example.com")
    connection.exchange("DELETE", "/_sandbox/store")
    assert target_of(connection, ACCOUNT).name != target.name
    connection.close()


def test_another_server_on_this_machine_is_no_sandbox(misbehaving: Misbehaving) -> None:
    misbehaving.answer(404, "<html>")
    connection = connection_to(misbehaving.url)
    target = target_of(connection, ACCOUNT)
    connection.close()
    assert not target.rehearsal
    assert target.name == f"{misbehaving.url.removeprefix('http://')}/importer@example.com"


def test_a_host_elsewhere_is_never_asked_whether_it_is_a_sandbox() -> None:
    """No connection is made: the name of this host cannot be resolved."""
    connection = connection_to("https://spaces.invalid")
    target = target_of(connection, ACCOUNT)
    connection.close()
    assert target.name == "spaces.invalid/importer@example.com"
    assert not target.rehearsal
