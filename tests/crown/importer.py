"""Somebody who imports one file again and again, in this process; clock, sleep and tokens are ours."""

from __future__ import annotations

import itertools
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import requests
from pydantic import SecretStr

from pipeline.api import Bounds, Client, Connection, Gate, Pacer, Patience, target_of
from pipeline.errors import Exit
from pipeline.journal import open_journal
from pipeline.run import House, Order, import_file
from pipeline.settings import Credentials
from tests.crown.conftest import ACCOUNT, COURSES, in_journal, in_store, write_courses

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.journal import Journal, RunLog
    from pipeline.model import Known, Report, Target
    from tests.crown.conftest import Named

COUNT: Final = 8  # courses in the file
READ_TIMEOUT_SECONDS: Final = 0.5
_MOST_RUNS: Final = 5
_SETTLE_SECONDS: Final = 60.0


class Clock:
    """Moves on a little whenever it is asked, and far when somebody waits."""

    def __init__(self) -> None:
        self._moment = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return a moment that is later than those before."""
        self.wait(0.001)
        return self._moment

    def wait(self, seconds: float) -> None:
        """Let the time pass at once."""
        self._moment += timedelta(seconds=seconds)

    def seconds(self) -> float:
        """Return the seconds since some moment."""
        return self().timestamp()


class Importer:
    """Somebody who imports one file again and again, into a sandbox that goes by the same clock."""

    def __init__(
        self, folder: Path, store: Path, url: str, clock: Clock, *, journal: Path | SecretStr
    ) -> None:
        self._folder = folder
        self._journal = journal
        self._file = write_courses(folder / "courses.csv", COUNT)
        self._store = store
        self._url = url
        self._clock = clock
        self._runs = itertools.count(1)

    def break_with(self, *faults: Mapping[str, Any]) -> None:
        """Let the sandbox break from the next request on."""
        answer = requests.put(f"{self._url}/_sandbox/faults", json={"faults": faults}, timeout=5)
        answer.raise_for_status()

    def import_until_done(self) -> Report:
        """Import until no run has anything left to do, or only a person can go on; return the last report."""
        enough = (Exit.DONE, Exit.NEEDS_A_PERSON)
        reports = (self._import() for _ in range(_MOST_RUNS))
        last = next(reports)
        while last.exit_code not in enough and (following := next(reports, None)):
            last = following
        return last

    def there(self) -> dict[Named, list[int]]:
        """Return the Ids of the file's courses in the sandbox."""
        held = in_store(self._store)
        return {course: held[course] for course in COURSES[:COUNT] if course in held}

    def known(self) -> dict[Named, Known]:
        """Return what the journal knows."""
        return in_journal(self._journal, self._store)

    def requests(self) -> list[tuple[str, str]]:
        """Return method and path of every request the sandbox got."""
        arrivals = requests.get(f"{self._url}/_sandbox/requests", timeout=5).json()
        return [(arrival["method"], arrival["path"]) for arrival in arrivals]

    def _import(self) -> Report:
        run_id = f"run-{next(self._runs)}"
        order = Order(command="import", path=self._file, run_id=run_id, folder=self._folder)
        connection = Connection(
            self._url, connect_timeout_seconds=2, read_timeout_seconds=READ_TIMEOUT_SECONDS
        )
        with closing(open_journal(self._journal)) as journal, closing(connection):
            return import_file(order, self._house(journal, connection, run_id))

    def _house(self, journal: Journal, connection: Connection, run_id: str) -> House:
        tokens = (f"{run_id}-token-{number}" for number in itertools.count(1))
        return House(
            journal=journal,
            host=connection.host,
            sign_in=lambda log: self._sign_in(connection, journal, log),
            lock=lambda target: journal.lock(target.name, at=self._clock()),
            consent=lambda _plan: None,
            progress=lambda _total: lambda: None,
            interrupted=lambda: None,
            new_token=lambda: next(tokens),
            now=self._clock,
            settle_seconds=_SETTLE_SECONDS,
            reads_back=True,
        )

    def _sign_in(self, connection: Connection, journal: Journal, log: RunLog) -> tuple[Client, Target]:
        patience = Patience(max_attempts=6, max_seconds=300, sleep=self._clock.wait, hurried=lambda: False)
        bounds = Bounds(
            max_wait_seconds=600,
            most_in_flight=4,
            sleep=self._clock.wait,
            hurried=lambda: False,
            now=self._clock,
        )
        gate = Gate(connection, pacer=Pacer((), self._clock.seconds), log=log, bounds=bounds)
        client = Client(gate, patience=patience, now=self._clock)
        credentials = Credentials(email=ACCOUNT, password=SecretStr("sandbox"))
        target = target_of(connection, client.sign_in(credentials, client_id="crown"))
        client.created_lately = journal.created_since(target.name, self._clock() - timedelta(hours=24))
        return client, target
