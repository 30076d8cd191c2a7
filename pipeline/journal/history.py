"""What earlier runs tell of a file that comes again, and how a run's requests were answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, exists, func, or_, select

from pipeline.journal.tables import courses, findings, requests, rows, runs
from pipeline.model import NOT_AGREED, State, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_TO_GO_ON: Final = (Status.DEFERRED, Status.IN_DOUBT, Status.NOT_SENT, Status.LEFT_OUT)
_OPEN: Final = (State.SENDING, State.DEFERRED, State.IN_DOUBT)


def is_known(connection: Connection, content: str) -> bool:
    """Tell whether any import ever began with this content."""
    query = select(runs.c.run_id).where(runs.c.content == content, runs.c.command == "import")
    return connection.execute(query.limit(1)).first() is not None


def last_run_of(connection: Connection, content: str, target: str) -> str | None:
    """Return the id of the last import of this content, refused or for `target`."""
    query = (
        select(runs.c.run_id)
        .where(
            runs.c.content == content,
            runs.c.command == "import",
            or_(runs.c.target == target, runs.c.target.is_(None)),
        )
        .order_by(runs.c.started_at.desc(), runs.c.run_id.desc())
    )
    return connection.execute(query.limit(1)).scalar()


def is_unfinished(connection: Connection, run_id: str, target: str) -> bool:
    """Tell whether a next run may do more for a row of this one; a person's word may have come since."""
    open_since = and_(
        courses.c.target == target,
        courses.c.business_id == rows.c.business_id,
        courses.c.key == rows.c.key,
        courses.c.state.in_(_OPEN),
    )
    query = select(rows.c.number).where(
        rows.c.run_id == run_id, or_(rows.c.status.in_(_TO_GO_ON), exists().where(open_since))
    )
    return connection.execute(query.limit(1)).first() is not None


def last_size_of(connection: Connection, path: str, target: str) -> int | None:
    """Return how many rows a file had when it last came to be sent to `target`; None: it never did."""
    held = exists().where(findings.c.run_id == runs.c.run_id, findings.c.code.in_(NOT_AGREED))
    last = (
        select(runs.c.run_id)
        .where(runs.c.path == path, runs.c.target == target, runs.c.command == "import", ~held)
        .order_by(runs.c.started_at.desc(), runs.c.run_id.desc())
        .limit(1)
    )
    run_id = connection.execute(last).scalar()
    if run_id is None:
        return None
    count = select(func.count()).select_from(rows).where(rows.c.run_id == run_id)
    return int(connection.execute(count).scalar_one())


def answers_of(connection: Connection, run_id: str) -> Mapping[int | None, int]:
    """Return how many requests of a run were answered with each HTTP status; None: without an answer."""
    query = (
        select(requests.c.status, func.count()).where(requests.c.run_id == run_id).group_by(requests.c.status)
    )
    return {status: int(count) for status, count in connection.execute(query)}
