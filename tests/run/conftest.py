"""A whole run in this process: real rooms, journal and sandbox over HTTP; only clock and sleep are ours."""

from __future__ import annotations

import csv
import itertools
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from pipeline.api import Client, Connection, Pacer, Patience, Stop, target_of
from pipeline.journal import open_journal
from pipeline.run import House, Order, import_file
from pipeline.settings import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipeline.journal import Journal, RunLog
    from pipeline.model import Plan, Report, Target

HEADERS = ("BusinessId", "HostId", "Title", "DisplayOrder", "Visibility", "TariffId", "Key")


def write_courses(path: Path, *rows: tuple[object, ...]) -> Path:
    """Write a CSV file of courses; a row is what stands under `HEADERS`, blanks at its end left out."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows([*row, *[""] * (len(HEADERS) - len(row))] for row in rows)
    return path


def course(title: str, **cells: object) -> tuple[object, ...]:
    """A row that is right, unless `cells` say otherwise."""
    right: dict[str, object] = {
        "BusinessId": 1414974955,
        "HostId": 1414980011,
        "Title": title,
        "DisplayOrder": 10,
        "Visibility": "Public",
        "TariffId": "",
        "Key": "",
    }
    return tuple((right | cells).values())


class Tester:
    """Somebody who imports files again and again, with one journal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal_path = folder / "state" / "journal.db"
        self.account = "importer@example.com"
        self.stop: Stop | None = None
        self.consent: Callable[[Plan], None] = lambda _plan: None
        self._moment = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
        self._runs = itertools.count(1)
        self._tokens = (f"token-{number}" for number in itertools.count(1))
        self.new_token: Callable[[], str] = lambda: next(self._tokens)

    def now(self) -> datetime:
        """Return a moment later than all before."""
        self._moment += timedelta(seconds=1)
        return self._moment

    def import_file(self, path: Path, url: str, **options: object) -> Report:
        """Import a file to an address."""
        run_id = f"run-{next(self._runs)}"
        order = Order(command="import", path=path, run_id=run_id, folder=self.folder, **options)  # type: ignore[arg-type]  # a test's options
        with self._house(url) as house:
            return import_file(order, house)

    @contextmanager
    def _house(self, url: str) -> Iterator[House]:
        journal = open_journal(self.journal_path)
        connection = Connection(url, connect_timeout_seconds=2, read_timeout_seconds=2)
        yield House(
            journal=journal,
            host=connection.host,
            sign_in=lambda log: self._sign_in(connection, journal, log),
            consent=self.consent,
            progress=lambda _total: lambda: None,
            interrupted=lambda: self.stop,
            new_token=self.new_token,
            now=self.now,
        )
        connection.close()
        journal.close()

    def _sign_in(self, connection: Connection, journal: Journal, log: RunLog) -> tuple[Client, Target]:
        patience = Patience(
            max_attempts=3,
            max_seconds=100,
            sleep=lambda _seconds: None,
            hurried=lambda: self.stop is not None,
        )
        client = Client(connection, pacer=Pacer((), lambda: 0.0), patience=patience, log=log, now=self.now)
        credentials = Credentials(email=self.account, password=SecretStr("sandbox"))
        target = target_of(connection, client.sign_in(credentials, client_id="tester"))
        client.created_lately = journal.created_since(target.name, self._moment - timedelta(hours=24))
        return client, target


@pytest.fixture
def tester(tmp_path: Path) -> Tester:
    return Tester(tmp_path)
