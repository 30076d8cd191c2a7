"""The sending of this project, with its journal."""

from __future__ import annotations

import math
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from pydantic import SecretStr

from pipeline.api import Bounds, Client, Connection, Gate, Pacer, Patience
from pipeline.journal import open_journal
from pipeline.model import Action, Row, Status, Step
from pipeline.send import Means
from pipeline.send.submit import submit
from pipeline.settings import Credentials
from schemas.course import Course as OurCourse

if TYPE_CHECKING:
    from pipeline.api.client import Account
    from pipeline.journal import RunLog
    from tests.bench.contenders.sending import Errand, Program, Stopwatch
    from tests.bench.scripts import Course

_CONNECT_SECONDS: Final = 10
_PLACE: Final = 1414974955
_MOST_IN_FLIGHT: Final = 4
_SETTLE_SECONDS: Final = 60


def submitting() -> Program:
    """Return the sending of courses that are checked and planned already, with a journal on the disk."""

    def send(errand: Errand, watch: Stopwatch) -> bool:
        with closing(connection_to(errand)) as connection:
            journal = open_journal(errand.folder / "journal.db")
            log = journal.log(run_id="bench", host=connection.host, now=now)
            client, _ = signed_in(errand, connection, log)
            log.target = "bench"
            steps = [_step(number, course) for number, course in enumerate(errand.courses, start=2)]
            watch.start()
            receipts, stop = submit(steps, _means(client, log), lambda: None)
            watch.stop()
            journal.close()
        return len(receipts) == len(steps) and stop is None

    return send


def signed_in(errand: Errand, connection: Connection, log: RunLog) -> tuple[Client, Account]:
    """Return the client with no pace of its own: the stub has no limits, the sandbox's are to be met."""
    bounds = Bounds(
        max_wait_seconds=math.inf,
        most_in_flight=_MOST_IN_FLIGHT,
        sleep=time.sleep,
        hurried=lambda: False,
        now=now,
    )
    gate = Gate(connection, pacer=Pacer((), time.monotonic), log=log, bounds=bounds)
    patience = Patience(max_attempts=6, max_seconds=300, sleep=time.sleep, hurried=lambda: False)
    client = Client(gate, patience=patience, now=now)
    return client, client.sign_in(Credentials(token=SecretStr(errand.token)), client_id="bench")


def connection_to(errand: Errand) -> Connection:
    return Connection(
        errand.url,
        connect_timeout_seconds=_CONNECT_SECONDS,
        read_timeout_seconds=errand.read_timeout_seconds,
    )


def _means(client: Client, log: RunLog) -> Means:
    return Means(
        client=client,
        log=log,
        known=dict,
        doubts=tuple,
        columns={},
        new_token=lambda: uuid4().hex,
        now=now,
        settle_seconds=_SETTLE_SECONDS,
    )


def _step(number: int, values: Course) -> Step:
    course = OurCourse(key=str(values["Title"]), own_key=None, values=values)
    row = Row(number=number, key=course.key, title=course.title, business_id=_PLACE, course=course)
    return Step(row=row, course=course, action=Action.CREATE, status=Status.NOT_SENT, reason="new")


def now() -> datetime:
    return datetime.now(UTC)
