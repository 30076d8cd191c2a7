"""What one run writes while it sends."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from pipeline.journal import cells
from pipeline.journal.tables import courses, findings, requests, rows, snapshots
from pipeline.model import State, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sqlalchemy import BindParameter, ClauseElement, Connection, Dialect
    from sqlalchemy.engine.interfaces import DBAPICursor

    from pipeline.model import Candidate, Finding, Listing, Row


def _named(*names: str) -> dict[str, BindParameter[Any]]:
    return {name: bindparam(name) for name in names}


def _begin_again(begin: sqlite.Insert | postgresql.Insert) -> ClauseElement:
    again = ("state", "payload", "run_id", "number", "said_by")
    begin = begin.values(_named("target", "business_id", "key", "reason", *again))
    return begin.on_conflict_do_update(
        index_elements=["target", "business_id", "key"],
        # The reason stays: it tells whether the same fault comes again.
        set_={name: begin.excluded[name] for name in again},
    )


# Each database has its own way to insert or else update.
_BEGIN_AGAIN: Final = {
    "sqlite": _begin_again(sqlite.insert(courses)),
    "postgresql": _begin_again(postgresql.insert(courses)),
}
_END_COURSE: Final = (
    update(courses)
    .where(
        courses.c.target == bindparam("of_target"),
        courses.c.business_id == bindparam("of_business"),
        courses.c.key == bindparam("of_key"),
    )
    .values(
        deferrals=case((courses.c.reason == bindparam("reason"), courses.c.deferrals), else_=0)
        + bindparam("deferrals_more"),
        **_named("state", "reason", "course_id", "ended_at", "candidates"),
    )
)
_END_ROW: Final = (
    update(rows)
    .where(rows.c.run_id == bindparam("of_run"), rows.c.number == bindparam("of_number"))
    .values(_named("status", "reason", "course_id", "found", "candidates"))
)
_LEAVE: Final = (
    insert(requests)
    .values(_named("target", "host", "run_id", "row", "method", "path", "sent_at"))
    .returning(requests.c.number)
)
_SEE: Final = insert(snapshots).values(_named("target", "run_id", "business_id", "ids"))
_TELL: Final = insert(findings).values(
    _named(
        "run_id", "row", "cell", "column", "property_name", "value", "code", "message", "severity", "stage"
    )
)
_ANSWER: Final = (
    update(requests)
    .where(requests.c.number == bindparam("of_number"))
    .values(_named("answered_at", "status", "told"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What became of a course."""

    state: State
    reason: str = ""  # the same text for the same fault
    course_id: int | None = None
    found: bool = False  # by looking
    candidates: tuple[Candidate, ...] = ()
    at: datetime | None = None  # now, when left out
    told: str = ""  # for the row, where the reason alone would say too little


class RunLog:
    """Writes in the order of events, and on the disk before any request leaves.

    Only `sending` and `settle` commit; what is noted between two requests shares a commit with the second
    one's intent. A run that dies in between has not lost a word: a row without a recorded answer is in doubt.
    """

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Connection]],
        *,
        dialect: str,
        run_id: str,
        host: str,
        now: Callable[[], datetime],
    ) -> None:
        self._transaction = transaction
        self._begin_again = _BEGIN_AGAIN[dialect]
        self._run_id = run_id
        self._host = host
        self._now = now
        self._noted: list[tuple[ClauseElement, Mapping[str, Any]]] = []
        self._pen = threading.RLock()  # requests may be in flight together; writing goes one at a time
        self.target: str | None = None  # known once signed in

    def begin(self, row: Row, payload: Mapping[str, object]) -> None:
        """Note that a course is about to be sent; the next `sending` commits it."""
        self._mean(row, payload, State.SENDING, said_by=None)

    def say(self, row: Row, payload: Mapping[str, object], end: End, *, by: str) -> None:
        """Write down a person's word on a course, on the disk at once."""
        self._mean(row, payload, end.state, said_by=by)
        self.end_course(str(row.key), int(row.business_id or 0), end)
        self.settle()

    def end(self, row: Row, end: End) -> None:
        """Note what became of a row's course."""
        self.end_course(str(row.key), int(row.business_id or 0), end)
        self._note(
            _END_ROW,
            of_run=self._run_id,
            of_number=row.number,
            status=Status(end.state.value).value,
            reason=end.told or end.reason,
            course_id=end.course_id,
            found=end.found,
            candidates=cells.of_candidates(end.candidates),
        )

    def end_course(self, key: str, business_id: int, end: End) -> None:
        """Note what became of a course of any run."""
        self._note(
            _END_COURSE,
            of_target=self.target,
            of_business=business_id,
            of_key=key,
            state=end.state.value,
            reason=end.reason,
            course_id=end.course_id,
            ended_at=(end.at or self._now()).isoformat(),
            candidates=cells.of_candidates(end.candidates),
            deferrals_more=int(end.state is State.DEFERRED),
        )

    def saw(self, listing: Listing) -> None:
        """Note which courses stand at a location before this run first sends one there."""
        self._note(
            _SEE,
            target=self.target,
            run_id=self._run_id,
            business_id=listing.business_id,
            ids=json.dumps(sorted(listing.courses)),
        )

    def tell(self, findings_of_answer: Sequence[Finding]) -> None:
        """Note what the API said of a row."""
        for finding in findings_of_answer:
            self._note(_TELL, **cells.of_finding(self._run_id, finding))

    def sending(self, method: str, path: str, *, row: int | None) -> int:
        """Commit everything noted, and that a request leaves now; return the request's number."""
        leaving = {
            "target": self.target,
            "host": self._host,
            "run_id": self._run_id,
            "row": row,
            "method": method,
            "path": path,
            "sent_at": self._now().isoformat(),
        }
        with self._pen, self._transaction() as connection:
            self._write(connection)
            [(number,)] = _run(connection, _LEAVE, leaving).fetchall()
            return int(number)

    def answered(self, number: int, *, status: int | None, told: str) -> None:
        """Note what came back for a request."""
        self._note(_ANSWER, of_number=number, answered_at=self._now().isoformat(), status=status, told=told)

    def settle(self) -> None:
        """Commit everything noted."""
        with self._pen:
            if self._noted:
                with self._transaction() as connection:
                    self._write(connection)

    def _mean(self, row: Row, payload: Mapping[str, object], state: State, *, said_by: str | None) -> None:
        self._note(
            self._begin_again,
            target=self.target,
            business_id=row.business_id,
            key=row.key,
            state=state.value,
            payload=json.dumps(payload),
            reason="",
            run_id=self._run_id,
            number=row.number,
            said_by=said_by,
        )

    def _note(self, statement: ClauseElement, **values: object) -> None:
        with self._pen:
            self._noted.append((statement, values))

    def _write(self, connection: Connection) -> None:
        for statement, values in self._noted:
            _run(connection, statement, values)
        self._noted.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    """A statement as its driver takes it."""

    text: str
    constants: Mapping[str, Any]  # what it holds besides the values it must be given
    places: Sequence[str] | None  # the values' order, for a driver that takes them without names


def _run(connection: Connection, statement: ClauseElement, values: Mapping[str, Any]) -> DBAPICursor:
    """Execute a statement compiled once, by the driver's own cursor.

    Core's way would add a quarter to the time a row takes. Errors come as the driver's own, and what a
    statement returns is to be fetched before the next one.
    """
    compiled = _compiled(statement, connection.dialect)
    given = {**compiled.constants, **values}
    cursor = connection.connection.cursor()
    cursor.execute(
        compiled.text,
        given if compiled.places is None else tuple(given[name] for name in compiled.places),
    )
    return cursor


@cache
def _compiled(statement: ClauseElement, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"{statement} is no statement of rows")
    return _Compiled(
        text=compiled.string,
        constants={name: bound.value for name, bound in compiled.binds.items() if not bound.required},
        places=compiled.positiontup,
    )
