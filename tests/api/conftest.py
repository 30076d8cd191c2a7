"""A client at any address, with a log that only remembers."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from pipeline.api import Bounds, Client, Connection, Gate, Pacer, Patience
from pipeline.settings import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Connect = Callable[..., tuple[Client, "Log"]]


NOW = datetime(2026, 1, 31, tzinfo=UTC)


class Log:
    """A request log in memory."""

    def __init__(self) -> None:
        self.requests: list[list[object]] = []

    def sending(self, method: str, path: str, *, row: int | None) -> int:
        self.requests.append([method, path, row])
        return len(self.requests) - 1

    def answered(self, number: int, *, status: int | None, told: str) -> None:
        self.requests[number] += [status, told]

    def settle(self) -> None:
        pass


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Return a client for an address and its log; waits are not slept."""
    opened = []

    def to(address: str, *, hurried: bool = False) -> tuple[Client, Log]:
        connection = Connection(address, connect_timeout_seconds=2, read_timeout_seconds=2)
        opened.append(connection)
        log = Log()
        bounds = Bounds(
            max_wait_seconds=600,
            most_in_flight=4,
            sleep=lambda _seconds: None,
            hurried=lambda: hurried,
            now=lambda: NOW,
        )
        gate = Gate(connection, pacer=Pacer((), time.monotonic), log=log, bounds=bounds)
        patience = Patience(
            max_attempts=3, max_seconds=100, sleep=lambda _seconds: None, hurried=lambda: hurried
        )
        client = Client(gate, patience=patience, now=lambda: NOW)
        return client, log

    yield to
    for connection in opened:
        connection.close()


@pytest.fixture
def importer() -> Credentials:
    """The sandbox's account that may import."""
    return Credentials(email="importer@example.com", password=SecretStr("sandbox"))
