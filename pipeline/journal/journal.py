"""The journal: what one run writes down, another reads."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, insert, or_, select, update

from pipeline.errors import JournalUnusable
from pipeline.journal import cells, history
from pipeline.journal.memory import memories_of
from pipeline.journal.run_log import RunLog
from pipeline.journal.tables import (
    courses,
    findings,
    meta,
    requests,
    rows,
    runs,
    snapshots,
)
from pipeline.model import State, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, RowMapping

    from pipeline.errors import Exit
    from pipeline.journal.database import Database
    from pipeline.model import Doubt, Known, Memory, PastRequest, RunRecord


class Journal:
    """One open journal.

    Every method raises `JournalUnusable` when the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def place(self) -> str:
        """Where it is, for messages; nothing secret."""
        return self._database.place

    def lock(self, target: str, *, at: datetime) -> AbstractContextManager[None]:
        """Be alone at a target among all who share this journal.

        Raises:
            RunLocked: another run is at work there; the text says who, where and since when.
        """
        return self._database.lock(target, at=at)

    def common_clock(self, now: Callable[[], datetime]) -> Callable[[], datetime]:
        """Return the clock of all who share this journal: this machine's, corrected by what is measured now.

        Ages of requests are counted from times that other machines wrote down.
        """
        offset = self._database.offset(now)
        return (lambda: now() + offset) if offset else now

    def ailment(self) -> str | None:
        """Return in words what is wrong with the journal's health; None when nothing is."""
        try:
            with self._transaction() as connection:
                connection.execute(select(meta.c.schema_version)).scalar_one()
                return "; ".join(self._database.ailments(connection)) or None
        except JournalUnusable as unusable:
            return str(unusable)

    def begin_run(self, record: RunRecord) -> None:
        """Write down a run with its rows and findings, in one transaction."""
        told = [*record.file_findings, *(finding for row in record.rows for finding in row.findings)]
        with self._transaction() as connection:
            connection.execute(insert(runs), cells.of_run(record))
            if record.rows:
                connection.execute(insert(rows), [cells.of_row(record.run_id, row) for row in record.rows])
            if told:
                connection.execute(insert(findings), [cells.of_finding(record.run_id, one) for one in told])

    def end_run(self, run_id: str, *, at: datetime, stop: tuple[Exit, str] | None) -> None:
        """Write down that a run ended, and why when it ended early."""
        stop_code, stop_reason = stop or (None, None)
        ended = {"finished_at": at.isoformat(), "stop_code": stop_code, "stop_reason": stop_reason}
        with self._transaction() as connection:
            connection.execute(update(runs).where(runs.c.run_id == run_id).values(ended))

    def log(self, *, run_id: str, host: str, now: Callable[[], datetime]) -> RunLog:
        """Return the log in which a run notes its requests and what became of its courses."""
        dialect = self._database.connection.dialect.name
        return RunLog(self._transaction, dialect=dialect, run_id=run_id, host=host, now=now)

    def known(self, target: str) -> Mapping[tuple[int, str], Known]:
        """Return what is known of every course ever meant for `target`, by location and key."""
        with self._transaction() as connection:
            found = connection.execute(select(courses).where(courses.c.target == target)).mappings().all()
        return {(row["business_id"], row["key"]): cells.to_known(row) for row in found}

    def doubt_unanswered(self, target: str, *, at: datetime) -> None:
        """Put every course in doubt whose process died before an answer was recorded."""
        with self._transaction() as connection:
            died = (courses.c.target == target) & (courses.c.state == State.SENDING)
            for run_id, number in connection.execute(select(courses.c.run_id, courses.c.number).where(died)):
                its_row = (rows.c.run_id == run_id) & (rows.c.number == number)
                connection.execute(
                    update(rows).where(its_row).values(status=Status.IN_DOUBT, reason=cells.UNANSWERED)
                )
            in_doubt = {"state": State.IN_DOUBT, "reason": cells.UNANSWERED, "ended_at": at.isoformat()}
            connection.execute(update(courses).where(died).values(in_doubt))

    def doubts(self, target: str) -> tuple[Doubt, ...]:
        """Return every course of `target` that is in doubt, in the order they were sent."""
        seen_before = and_(
            *(snapshots.c[name] == courses.c[name] for name in ("target", "run_id", "business_id"))
        )
        query = (
            select(courses, snapshots.c.ids)
            .join(snapshots, seen_before, isouter=True)
            .where(courses.c.target == target, courses.c.state == State.IN_DOUBT)
            .order_by(courses.c.run_id, courses.c.number)
        )
        with self._transaction() as connection:
            return tuple(cells.to_doubt(row) for row in connection.execute(query).mappings())

    def created_since(self, target: str, moment: datetime) -> bool:
        """Tell whether a course was created at `target` since `moment`."""
        query = select(courses.c.key).where(
            courses.c.target == target,
            courses.c.state == State.CREATED,
            courses.c.ended_at >= moment.isoformat(),
        )
        with self._transaction() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def requests_since(self, moment: datetime, *, host: str, target: str | None) -> tuple[PastRequest, ...]:
        """Return the requests that count since `moment`: those of `target`; None: sign-ins at `host`."""
        whose = and_(requests.c.target.is_(None), requests.c.host == host)
        if target is not None:
            whose = requests.c.target == target
        since = moment.isoformat()
        unanswered = and_(requests.c.answered_at.is_(None), requests.c.sent_at >= since)
        query = select(requests.c.method, requests.c.path, requests.c.answered_at).where(
            whose, or_(requests.c.answered_at >= since, unanswered)
        )
        with self._transaction() as connection:
            return tuple(cells.to_past(row) for row in connection.execute(query).mappings())

    def count_requests(self, run_id: str) -> int:
        """Return how many requests a run has made so far."""
        query = select(func.count()).select_from(requests).where(requests.c.run_id == run_id)
        with self._transaction() as connection:
            return int(connection.execute(query).scalar_one())

    def count_answers(self, run_id: str) -> Mapping[int | None, int]:
        """Return how many requests of a run got each HTTP status; None: no answer."""
        with self._transaction() as connection:
            return history.answers_of(connection, run_id)

    def knows_content(self, content: str) -> bool:
        """Tell whether any import ever began with this content."""
        with self._transaction() as connection:
            return history.is_known(connection, content)

    def last_run_of(self, content: str, target: str) -> RunRecord | None:
        """Return the last import of this content when a next one for `target` has nothing to add to it."""
        with self._transaction() as connection:
            run_id = history.last_run_of(connection, content, target)
            if run_id is None or history.is_unfinished(connection, run_id, target):
                return None
        return self.read_run(run_id)

    def last_size_of(self, path: str, target: str) -> int | None:
        """Return how many rows a file had when it last came to be sent to `target`."""
        with self._transaction() as connection:
            return history.last_size_of(connection, path, target)

    def memories(self, business_id: int, key: str) -> tuple[Memory, ...]:
        """Return what is remembered of a course, by target, the one that was seen last at the end."""
        with self._transaction() as connection:
            return memories_of(connection, business_id, key)

    def read_run(self, run_id: str | None = None) -> RunRecord | None:
        """Return the run of that id, else the last one; None when there is none."""
        query = select(runs).order_by(runs.c.started_at.desc(), runs.c.run_id.desc()).limit(1)
        if run_id is not None:
            query = query.where(runs.c.run_id == run_id)
        with self._transaction() as connection:
            run = connection.execute(query).mappings().first()
            return None if run is None else _record_of(connection, run)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def last_created(self, target: str) -> datetime | None:
        """Return when an import last created a course at `target`; None when it never did."""
        query = select(func.max(courses.c.ended_at)).where(
            courses.c.target == target, courses.c.state == State.CREATED, courses.c.said_by.is_(None)
        )
        with self._transaction() as connection:
            told = connection.execute(query).scalar_one()
        return None if told is None else datetime.fromisoformat(told)

    def _transaction(self) -> AbstractContextManager[Connection]:
        return self._database.transaction()


def _record_of(connection: Connection, run: RowMapping) -> RunRecord:
    run_id = run["run_id"]
    rows_read = connection.execute(select(rows).where(rows.c.run_id == run_id).order_by(rows.c.number))
    told = connection.execute(
        select(findings).where(findings.c.run_id == run_id).order_by(findings.c.position)
    )
    unanswered = connection.execute(
        select(courses.c.number).where(courses.c.run_id == run_id, courses.c.state == State.SENDING)
    )
    return cells.to_record(
        run, rows_read.mappings().all(), told.mappings().all(), unanswered=set(unanswered.scalars())
    )
