"""Sends the courses of a plan, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from pipeline.model import Created, Deferred, Finding, InDoubt, Rejected, State
from schemas.properties import property_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.api import Client, Stop
    from pipeline.journal import RunLog
    from pipeline.model import ApiError, Column, Outcome, Plan, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What sending works with."""

    client: Client
    log: RunLog
    columns: Mapping[str, Column]  # property name -> the user's column
    new_token: Callable[[], str]  # for courses without a key of their own
    progress: Callable[[], None]  # called once a course


def submit(plan: Plan, means: Means) -> Stop | None:
    """Send every course the plan says to create; return why it ended before its end, if it did.

    The payload is on the disk before its request leaves, the outcome before the next one's. No course is
    sent a second time here: one without a clear answer stays in doubt.
    """
    for step in plan.to_create:
        if not means.client.wait_for_turn():
            break
        row, course = step.row, step.course
        payload = {**course.wire(), "SystemId": course.own_key or step.system_id or means.new_token()}
        means.log.begin(row, payload)
        settled = means.client.create_course(payload, row=row.number)
        _note(row, settled.outcome, means)
        means.progress()
        if settled.stop is not None:
            means.log.settle()
            return settled.stop
    means.log.settle()
    return None


def _note(row: Row, outcome: Outcome, means: Means) -> None:
    match outcome:
        case Created(course_id=course_id):
            means.log.end(row, State.CREATED, reason="", course_id=course_id)
        case Rejected(errors=errors):
            means.log.end(row, State.REJECTED, reason="the API refused it")
            means.log.tell([_finding(row, error, means.columns) for error in errors])
        case Deferred(reason=reason):
            means.log.end(row, State.DEFERRED, reason=reason)
        case InDoubt(reason=reason):
            means.log.end(row, State.IN_DOUBT, reason=reason)
        case _:
            assert_never(outcome)


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
