"""What the journal remembers of one course, over all runs and targets."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, or_, select

from pipeline.journal import cells
from pipeline.journal.tables import courses, requests, rows, runs
from pipeline.model import Appearance, Exchange, Memory, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, RowMapping

_REHEARSAL: Final = "sandbox:"  # begins the name of every target that is a sandbox
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def memories_of(connection: Connection, business_id: int, key: str) -> tuple[Memory, ...]:
    """Return what is remembered of a course, by target, the one that was seen last at the end.

    Rows are joined by location and key, never by number: a row's number changes as its file is edited.
    """
    # The first version did not keep a row's location.
    own = and_(rows.c.key == key, or_(rows.c.business_id == business_id, rows.c.business_id.is_(None)))
    appeared = _appearances(connection, own)
    meant = select(courses).where(courses.c.business_id == business_id, courses.c.key == key)
    known = {found["target"]: found for found in connection.execute(meant).mappings()}
    memories = (
        _memory(target, known.get(target), appeared.get(target, ())) for target in {**appeared, **known}
    )
    return tuple(sorted(memories, key=_last_seen))


def _memory(target: str, known: RowMapping | None, appearances: Sequence[Appearance]) -> Memory:
    return Memory(
        target=target,
        rehearsal=target.startswith(_REHEARSAL),
        known=cells.to_known(known) if known else None,
        since=_moment(known["ended_at"]) if known else None,
        appearances=tuple(appearances),
    )


def _last_seen(memory: Memory) -> datetime:
    began = [appearance.started_at for appearance in memory.appearances]
    return max([memory.since or _LONG_AGO, *began])


def _appearances(connection: Connection, own: ColumnElement[bool]) -> Mapping[str, Sequence[Appearance]]:
    """Return the runs a course was in, by target, in the order they started."""
    exchanges = _exchanges(connection, own)
    query = (
        select(rows, runs.c.target, runs.c.started_at)
        .join_from(rows, runs, runs.c.run_id == rows.c.run_id)
        .where(own, runs.c.target.is_not(None))
        .order_by(runs.c.started_at, runs.c.run_id, rows.c.number)
    )
    appeared: dict[str, list[Appearance]] = defaultdict(list)
    for found in connection.execute(query).mappings():
        appearance = Appearance(
            run_id=found["run_id"],
            started_at=datetime.fromisoformat(found["started_at"]),
            row=found["number"],
            status=Status(found["status"]),
            reason=found["reason"],
            candidates=cells.to_candidates(found["candidates"]),
            exchanges=tuple(exchanges[found["run_id"], found["number"]]),
        )
        appeared[found["target"]].append(appearance)
    return appeared


def _exchanges(
    connection: Connection, own: ColumnElement[bool]
) -> Mapping[tuple[str, int], Sequence[Exchange]]:
    """Return the requests that left for a course, by run and row, in the order they left."""
    query = (
        select(requests)
        .join_from(rows, requests, and_(requests.c.run_id == rows.c.run_id, requests.c.row == rows.c.number))
        .where(own)
        .order_by(requests.c.number)
    )
    exchanged: dict[tuple[str, int], list[Exchange]] = defaultdict(list)
    for found in connection.execute(query).mappings():
        exchange = Exchange(
            method=found["method"],
            path=found["path"],
            sent_at=datetime.fromisoformat(found["sent_at"]),
            answered_at=_moment(found["answered_at"]),
            status=found["status"],
            told=found["told"],
        )
        exchanged[found["run_id"], found["row"]].append(exchange)
    return exchanged


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
