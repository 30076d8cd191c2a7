"""What one run writes while it sends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects.sqlite import insert as upsert

from pipeline.journal import cells
from pipeline.journal.tables import courses, findings, requests, rows
from pipeline.model import State, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sqlalchemy import Connection, Executable

    from pipeline.model import Finding, Row

_BEGIN: Final = upsert(courses)
_BEGIN_AGAIN: Final = _BEGIN.on_conflict_do_update(
    index_elements=["target", "business_id", "key"],
    set_={name: _BEGIN.excluded[name] for name in ("state", "payload", "reason", "run_id", "number")},
)
_END_COURSE: Final = (
    update(courses)
    .where(
        courses.c.target == bindparam("of_target"),
        courses.c.business_id == bindparam("of_business"),
        courses.c.key == bindparam("of_key"),
    )
    .values({name: bindparam(name) for name in ("state", "reason", "course_id", "created_at")})
)
_END_ROW: Final = (
    update(rows)
    .where(rows.c.run_id == bindparam("of_run"), rows.c.number == bindparam("of_number"))
    .values({name: bindparam(name) for name in ("status", "reason", "course_id")})
)
_LEAVE: Final = insert(requests).returning(requests.c.number)
_ANSWER: Final = (
    update(requests)
    .where(requests.c.number == bindparam("of_number"))
    .values({name: bindparam(name) for name in ("answered_at", "status", "told")})
)


class RunLog:
    """Writes in the order of events, and on the disk before any request leaves.

    Only `sending` and `settle` commit; what is noted between two requests shares a commit with the second
    one's intent. A run that dies in between has not lost a word: a row without a recorded answer is in doubt.
    """

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Connection]],
        *,
        run_id: str,
        host: str,
        now: Callable[[], datetime],
    ) -> None:
        self._transaction = transaction
        self._run_id = run_id
        self._host = host
        self._now = now
        self._noted: list[tuple[Executable, Mapping[str, Any]]] = []
        self.target: str | None = None  # known once signed in

    def begin(self, row: Row, payload: Mapping[str, object]) -> None:
        """Note that a course is about to be sent; the next `sending` commits it."""
        self._note(
            _BEGIN_AGAIN,
            target=self.target,
            business_id=row.business_id,
            key=row.key,
            state=State.SENDING,
            payload=json.dumps(payload),
            reason="",
            run_id=self._run_id,
            number=row.number,
        )

    def end(self, row: Row, outcome: State, *, reason: str, course_id: int | None = None) -> None:
        """Note what became of a course that was begun."""
        self._note(
            _END_COURSE,
            of_target=self.target,
            of_business=row.business_id,
            of_key=row.key,
            state=outcome,
            reason=reason,
            course_id=course_id,
            created_at=self._now().isoformat() if outcome is State.CREATED else None,
        )
        self._note(
            _END_ROW,
            of_run=self._run_id,
            of_number=row.number,
            status=Status(outcome.value),
            reason=reason,
            course_id=course_id,
        )

    def tell(self, findings_of_answer: Sequence[Finding]) -> None:
        """Note what the API said of a row."""
        for finding in findings_of_answer:
            self._note(insert(findings), **cells.of_finding(self._run_id, finding))

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
        with self._transaction() as connection:
            self._write(connection)
            return int(connection.execute(_LEAVE, leaving).scalar_one())

    def answered(self, number: int, *, status: int | None, told: str) -> None:
        """Note what came back for a request."""
        self._note(_ANSWER, of_number=number, answered_at=self._now().isoformat(), status=status, told=told)

    def settle(self) -> None:
        """Commit everything noted."""
        if self._noted:
            with self._transaction() as connection:
                self._write(connection)

    def _note(self, statement: Executable, **values: object) -> None:
        self._noted.append((statement, values))

    def _write(self, connection: Connection) -> None:
        for statement, values in self._noted:
            connection.execute(statement, values)
        self._noted.clear()
