"""Sends courses, each with its payload on the disk before its request leaves."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING, Final, assert_never

from pipeline.api import Stop
from pipeline.journal import End
from pipeline.model import Created, Deferred, Finding, InDoubt, Rejected, State
from pipeline.send.breaker import Breaker
from pipeline.send.crew import Crew
from pipeline.send.means import Receipt
from schemas.properties import property_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pipeline.model import ApiError, Column, Outcome, Row, Step
    from pipeline.send.means import Means

_LOGGER: Final = logging.getLogger(__name__)


def submit(
    steps: Iterable[Step], means: Means, progress: Callable[[], None]
) -> tuple[list[Receipt], Stop | None]:
    """Send these courses; return those that were created, and why the rest was not sent, if so.

    No course is sent twice here: one without a clear answer stays in doubt until somebody looks. What is in
    flight when the run has to stop is waited for and noted.
    """
    waiting, crew, breaker = deque(steps), Crew(means.client), Breaker()
    receipts: list[Receipt] = []
    stop: Stop | None = None
    pause = 0.0
    while True:
        for step, payload, settled in crew.landed(pause):
            _note(step.row, settled.outcome, means)
            if isinstance(settled.outcome, Created):
                receipts.append(Receipt(row=step.row, payload=payload, course_id=settled.outcome.course_id))
            stop = stop or settled.stop or breaker.judge(settled.outcome)
            progress()
        if stop or not waiting:
            if not crew.in_flight:
                break
            pause = float("inf")
            continue
        turn, width = means.client.gate.turn(), means.client.gate.width
        if isinstance(turn, Stop):
            stop = turn
        elif crew.in_flight >= width:
            pause = float("inf")
        elif turn > 0 and crew.in_flight:
            pause = turn
        elif turn > 0:
            means.client.gate.sleep_for_slot(turn)
            pause = 0.0
        else:
            pause = 0.0
            step = waiting.popleft()
            payload = _payload(step, means)
            means.log.begin(step.row, payload)
            crew.send(step, payload, alone=width == 1)
    means.log.settle()
    return receipts, stop


def _payload(step: Step, means: Means) -> dict[str, object]:
    system_id = step.course.own_key or step.system_id or means.new_token()
    return {**step.course.wire(), "SystemId": system_id}


def _note(row: Row, outcome: Outcome, means: Means) -> None:
    match outcome:
        case Created(course_id=course_id):
            end = End(state=State.CREATED, course_id=course_id)
        case Rejected():
            end = End(state=State.REJECTED, reason="the API refused it")
        case Deferred(reason=reason):
            end = End(state=State.DEFERRED, reason=reason)
        case InDoubt(reason=reason):
            end = End(state=State.IN_DOUBT, reason=reason)
        case _:
            assert_never(outcome)
    means.log.end(row, end)
    if isinstance(outcome, Rejected):
        means.log.tell([_finding(row, error, means.columns) for error in outcome.errors])
    about = {"event": "course", "row": row.number, "key": row.key, "status": end.state.value}
    _LOGGER.info("row %s: %s", row.number, end.state.value, extra=about)


def _finding(row: Row, error: ApiError, columns: Mapping[str, Column]) -> Finding:
    """Put the API's words at the user's cell."""
    entry = property_of(error.property_name or "")
    column = columns.get(entry.name) if entry else None
    return Finding(
        code="api",
        message=error.message,
        severity="fault",
        stage="send",
        row=row.number,
        cell=column.cell(row.number) if column else None,
        column=column.header if column else None,
        property_name=entry.name if entry else error.property_name,
        value=error.attempted_value,
    )
