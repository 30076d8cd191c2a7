"""Whole imports of a file by this project, where something may break."""

from __future__ import annotations

import csv
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from pipeline.api import target_of
from pipeline.errors import Exit
from pipeline.journal import locked, open_journal
from pipeline.run import House, Order, import_file
from tests.bench.contenders.sending_ours import connection_to, now, signed_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.api import Client, Connection
    from pipeline.journal import Journal, RunLog
    from pipeline.model import Target
    from tests.bench.contenders.sending import Errand, Program, Stopwatch
    from tests.bench.scripts import Course

_SETTLE_SECONDS: Final = 0.3  # 60 for everybody else: the sandbox's courses appear at once


def importing() -> Program:
    """Return the import of a file; nothing is left when a run says so, or that a person has to go on."""

    def send(errand: Errand, _watch: Stopwatch) -> bool:
        path = errand.folder / "courses.csv"
        if not path.exists():
            _write(path, errand.courses)
        run_id = uuid4().hex
        order = Order(command="import", path=path, run_id=run_id, folder=errand.folder)
        with (
            closing(open_journal(errand.folder / "journal.db")) as journal,
            closing(connection_to(errand)) as connection,
        ):
            report = import_file(order, _house(errand, journal, connection))
        return report.exit_code in {Exit.DONE, Exit.NEEDS_A_PERSON}

    return send


def _house(errand: Errand, journal: Journal, connection: Connection) -> House:
    def sign_in(log: RunLog) -> tuple[Client, Target]:
        client, account = signed_in(errand, connection, log)
        target = target_of(connection, account)
        client.created_lately = journal.created_since(target.name, now() - timedelta(hours=24))
        return client, target

    return House(
        journal=journal,
        host=connection.host,
        sign_in=sign_in,
        lock=lambda target: locked(errand.folder / "locks", target.name, at=now()),
        consent=lambda _plan: None,
        progress=lambda _total: lambda: None,
        interrupted=lambda: None,
        new_token=lambda: uuid4().hex,
        now=now,
        settle_seconds=_SETTLE_SECONDS,
        reads_back=True,
    )


def _write(path: Path, courses: Sequence[Course]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(courses[0]))
        writer.writeheader()
        writer.writerows(courses)
