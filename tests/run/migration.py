"""A migration of days, simulated: everything real over HTTP, and only time is ours."""

from __future__ import annotations

import csv
import json
import math
import sqlite3
from collections import Counter
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import requests
from pydantic import SecretStr

from pipeline import sandbox as sandbox_room
from pipeline.api import Bounds, Client, Connection, Gate, Pacer, Patience, target_of
from pipeline.cli.entrance import limits_of
from pipeline.journal import locked, open_journal
from pipeline.run import DAY, House, Order, import_file
from pipeline.settings import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.api.answers import Reply
    from pipeline.journal import Journal, RunLog
    from pipeline.model import Report, Target
    from pipeline.settings import Settings

PLACES: Final = (1414974955, 1414974956)
TRAVEL_SECONDS: Final = 0.1  # to the server, and as long back
_COURSES_PATH: Final = "/api/content/courses"
_KEPT: Final = "SELECT business_id, course FROM courses"
_MICRO: Final = 1_000_000  # microseconds in a second


class Clock:
    """Moves only when somebody waits; counts whole microseconds, so that no wait is rounded away."""

    def __init__(self, began_at: datetime) -> None:
        self._began_at = began_at
        self._passed = 0

    def __call__(self) -> datetime:
        """Return the time of day."""
        return self._began_at + timedelta(microseconds=self._passed)

    def seconds(self) -> float:
        """Return the seconds since it began."""
        return self._passed / _MICRO

    def wait(self, seconds: float) -> None:
        """Let so much time pass, rounded up."""
        self._passed += math.ceil(seconds * _MICRO)

    def wait_until(self, moment: datetime) -> None:
        """Let the time pass up to a moment that is still to come."""
        self.wait((moment - self()).total_seconds())


class FarAway(Connection):
    """A connection on which every request and every answer travels for a while."""

    def __init__(self, url: str, clock: Clock) -> None:
        super().__init__(url, connect_timeout_seconds=5, read_timeout_seconds=30)
        self._clock = clock

    def exchange(self, method: str, path: str, **parts: Any) -> Reply:  # noqa: ANN401 - as its parent has it
        """Exchange as always, and let the time of it pass."""
        self._clock.wait(TRAVEL_SECONDS)
        reply = super().exchange(method, path, **parts)
        self._clock.wait(TRAVEL_SECONDS)
        return reply


class Migration:
    """A file of courses, a sandbox with its limits, and somebody who imports the file again and again."""

    def __init__(self, folder: Path, url: str, clock: Clock, settings: Settings) -> None:
        self.clock = clock
        self.journal_path = folder / "state" / "journal.db"
        self._folder = folder
        self._url = url
        self._settings = settings
        self._file = folder / "courses.csv"

    def write_courses(self, count: int) -> None:
        """Write a file of so many courses, in turns at two locations, each with a key."""
        with self._file.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("BusinessId", "HostId", "Title", "DisplayOrder", "Visibility", "Key"))
            writer.writerows(
                (PLACES[number % 2], 1414980011, f"Course {number}", number, "Public", f"K-{number}")
                for number in range(count)
            )

    def set_limits(self, *windows: Mapping[str, object]) -> None:
        """Let the sandbox have other limits than the documented ones."""
        wish = {"windows": windows}
        requests.put(f"{self._url}/_sandbox/limits", json=wish, timeout=5).raise_for_status()

    def import_file(self, run_id: str) -> Report:
        """Import the file, as one command does."""
        order = Order(command="import", path=self._file, run_id=run_id, folder=self._folder)
        with (
            closing(open_journal(self.journal_path)) as journal,
            closing(FarAway(self._url, self.clock)) as connection,
        ):
            return import_file(order, self._house(journal, connection))

    def arrivals(self) -> list[dict[str, Any]]:
        """Return every request the sandbox got, as its control door tells it."""
        told: list[dict[str, Any]] = requests.get(f"{self._url}/_sandbox/requests", timeout=30).json()
        return told

    def in_store(self) -> Counter[tuple[int, str, str]]:
        """Return how often the sandbox holds each location, title and key."""
        with closing(sqlite3.connect(self._folder / "store.db")) as store:
            kept = [(place, json.loads(text)) for place, text in store.execute(_KEPT)]
        return Counter((place, course["Title"], course["SystemId"]) for place, course in kept)

    def _house(self, journal: Journal, connection: Connection) -> House:
        return House(
            journal=journal,
            host=connection.host,
            sign_in=lambda log: self._sign_in(connection, journal, log),
            lock=lambda target: locked(self._folder / "locks", target.name, at=self.clock()),
            consent=lambda _plan: None,
            progress=lambda _total: lambda: None,
            interrupted=lambda: None,
            new_token=lambda: "every course has a key",
            now=self.clock,
            settle_seconds=self._settings.settle_seconds,
            reads_back=self._settings.verify,
        )

    def _sign_in(self, connection: Connection, journal: Journal, log: RunLog) -> tuple[Client, Target]:
        """Sign in as the command does, by these settings and this clock."""
        settings = self._settings
        bounds = Bounds(
            max_wait_seconds=settings.max_wait.total_seconds(),
            most_in_flight=settings.max_in_flight,
            sleep=self.clock.wait,
            hurried=lambda: False,
            now=self.clock,
        )
        patience = Patience(
            max_attempts=settings.max_attempts,
            max_seconds=settings.max_retry_seconds,
            sleep=self.clock.wait,
            hurried=lambda: False,
        )
        gate = Gate(connection, pacer=Pacer(limits_of(settings), self.clock.seconds), log=log, bounds=bounds)
        client = Client(gate, patience=patience, now=self.clock)
        gate.remember(journal.requests_since(self.clock() - DAY, host=connection.host, target=None))
        credentials = Credentials(email="importer@example.com", password=SecretStr("sandbox"))
        return client, target_of(connection, client.sign_in(credentials, client_id="migration"))


@contextmanager
def migration(folder: Path, settings: Settings) -> Iterator[Migration]:
    """Begin on a day at 02:00, at a sandbox with the documented limits that goes by the same clock."""
    clock = Clock(datetime(2026, 1, 31, 2, 0, tzinfo=UTC))
    with sandbox_room.start(folder / "store.db", clock=clock, limits="documented") as running:
        yield Migration(folder, running.url, clock, settings)


def writes_in(arrivals: Sequence[Mapping[str, Any]]) -> list[float]:
    """Return when each course was sent, seconds since the epoch."""
    return [
        arrival["arrived_at"]
        for arrival in arrivals
        if arrival["method"] == "POST" and arrival["path"] == _COURSES_PATH
    ]
