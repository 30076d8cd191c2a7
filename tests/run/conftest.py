"""A whole run in this process: real rooms, journal and sandbox over HTTP; only clock and sleep are ours."""

from __future__ import annotations

import csv
import itertools
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pydantic import SecretStr

from pipeline.api import Bounds, Client, Connection, Gate, Pacer, Patience, Stop, target_of
from pipeline.journal import locked, open_journal
from pipeline.run import (
    House,
    Order,
    Outlook,
    explain_row,
    import_file,
    look_up_names,
    name_of_target,
    plan_file,
    resolve_row,
    taken_before,
)
from pipeline.settings import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pipeline.journal import Journal, RunLog
    from pipeline.model import Plan, Report, RowLife, Target
    from pipeline.send import Word

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


def in_sandbox(url: str) -> list[dict[str, Any]]:
    """Return every course the sandbox holds, in the order they were created."""
    with requests.Session() as session:
        session.trust_env = False
        form = {"grant_type": "password", "username": "admin@example.com", "password": "sandbox"}
        token = session.post(f"{url}/api/token", data=form, timeout=5).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        listed = session.get(f"{url}/api/content/courses?size=100", timeout=5).json()["Records"]
        one_by_one = (f"{url}/api/content/courses/{record['Id']}" for record in listed)
        return [session.get(address, timeout=5).json() for address in one_by_one]


def titles(url: str) -> list[str]:
    """Return the titles of every course the sandbox holds, in the order they were created."""
    return [record["Title"] for record in in_sandbox(url)]


def create_by_hand(url: str, **values: object) -> int:
    """Create a course as somebody else would, with another program; return its Id."""
    with requests.Session() as session:
        session.trust_env = False
        form = {"grant_type": "password", "username": "admin@example.com", "password": "sandbox"}
        token = session.post(f"{url}/api/token", data=form, timeout=5).json()["access_token"]
        right = {"BusinessId": 1414974955, "HostId": 1414980011, "DisplayOrder": 10, "Visibility": 1}
        answer = session.post(
            f"{url}/api/content/courses",
            json={**right, "Active": True, **values},
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        )
        return int(answer.json()["Value"]["Id"])


def break_with(url: str, *faults: Mapping[str, object]) -> None:
    """Let the sandbox break from its next request on; a fault without a path falls on Create Course."""
    to_create = {"method": "POST", "path": "/api/content/courses"}
    asked = [fault if "path" in fault else {**to_create, **fault} for fault in faults]
    requests.put(f"{url}/_sandbox/faults", json={"faults": asked}, timeout=5).raise_for_status()


class Tester:
    """Somebody who imports files again and again, with one journal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal_path = folder / "state" / "journal.db"
        self.account = "importer@example.com"
        self.stop: Stop | None = None
        self.reads_back = True
        self.clock: Callable[[], float] = lambda: 0.0  # answers seem to take no time
        self.before_sleep: Callable[[], object] = lambda: None
        self.consent: Callable[[Plan], None] = lambda _plan: None
        self._moment = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
        self._runs = itertools.count(1)
        self._tokens = (f"token-{number}" for number in itertools.count(1))
        self.new_token: Callable[[], str] = lambda: next(self._tokens)

    def now(self) -> datetime:
        """Return a moment later than all before."""
        self._moment += timedelta(seconds=1)
        return self._moment

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once; what a test wants to happen meanwhile comes first."""
        self.before_sleep()
        self._moment += timedelta(seconds=seconds)

    def is_stopped(self) -> bool:
        """Tell whether the run is to end."""
        return self.stop is not None

    def import_file(self, path: Path, url: str, **options: object) -> Report:
        """Import a file to an address."""
        run_id = f"run-{next(self._runs)}"
        order = Order(command="import", path=path, run_id=run_id, folder=self.folder, **options)  # type: ignore[arg-type]  # a test's options
        with self._house(url) as house:
            return import_file(order, house)

    def taken_before(self, path: Path, url: str, **options: object) -> Report | None:
        """Return the report of the run that took this content, if there is nothing to add to it."""
        order = Order(command="import", path=path, run_id="looking", folder=self.folder, **options)  # type: ignore[arg-type]  # a test's options
        with self._house(url) as house:
            return taken_before(order, house, lambda: name_of_target(house, order.run_id))

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """Open the journal for a look."""
        with closing(open_journal(self.journal_path)) as journal:
            yield journal

    def plan_file(self, path: Path, url: str, **options: object) -> Report:
        """Plan what `import_file` would do."""
        run_id = f"run-{next(self._runs)}"
        order = Order(command="plan", path=path, run_id=run_id, folder=self.folder, **options)  # type: ignore[arg-type]  # a test's options
        with self._house(url) as house:
            return plan_file(order, house)

    def explain(self, path: Path, url: str, row: int, **options: object) -> RowLife:
        """Explain a row, with all that may be asked."""
        run_id = f"run-{next(self._runs)}"
        order = Order(command="explain", path=path, run_id=run_id, folder=self.folder, **options)  # type: ignore[arg-type]  # a test's options
        with self._house(url) as house:
            outlook = Outlook(
                target="the sandbox",
                is_meant=lambda name: name.startswith("sandbox:"),
                look_up=lambda wanted: look_up_names(order, house, wanted),
                remember=house.journal.memories,
            )
            return explain_row(order, row, outlook)

    def resolve(self, path: Path, url: str, row: int, word: Word) -> str:
        """Say something of a row."""
        order = Order(command="resolve", path=path, run_id=f"run-{next(self._runs)}", folder=self.folder)
        with self._house(url) as house:
            return resolve_row(order, house, row, word)

    @contextmanager
    def _house(self, url: str) -> Iterator[House]:
        journal = open_journal(self.journal_path)
        connection = Connection(url, connect_timeout_seconds=2, read_timeout_seconds=2)
        yield House(
            journal=journal,
            host=connection.host,
            sign_in=lambda log: self._sign_in(connection, log),
            consent=self.consent,
            progress=lambda _total: lambda: None,
            interrupted=lambda: self.stop,
            new_token=self.new_token,
            now=self.now,
            lock=lambda target: locked(self.folder / "locks", target.name, at=self.now()),
            settle_seconds=60,
            reads_back=self.reads_back,
        )
        connection.close()
        journal.close()

    def _sign_in(self, connection: Connection, log: RunLog) -> tuple[Client, Target]:
        bounds = Bounds(
            max_wait_seconds=600,
            most_in_flight=4,
            sleep=self.sleep,
            hurried=self.is_stopped,
            now=self.now,
        )
        patience = Patience(max_attempts=3, max_seconds=100, sleep=self.sleep, hurried=self.is_stopped)
        gate = Gate(connection, pacer=Pacer((), self.clock), log=log, bounds=bounds)
        client = Client(gate, patience=patience, now=self.now)
        credentials = Credentials(email=self.account, password=SecretStr("sandbox"))
        return client, target_of(connection, client.sign_in(credentials, client_id="tester"))


@pytest.fixture
def tester(tmp_path: Path) -> Tester:
    return Tester(tmp_path)
