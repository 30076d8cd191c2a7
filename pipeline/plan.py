"""From checked rows and what the journal knows to steps with reasons. Decides everything, touches nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.model import Action, Plan, State, Status, Step
from schemas.properties import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model import Checked, Known, Row, Target
    from schemas.course import Course


def make_plan(
    checked: Checked,
    *,
    target: Target,
    known: Mapping[tuple[int, str], Known],
    first: int | None = None,
) -> Plan:
    """Return a step for every right row, in row order.

    Args:
        checked: the file's rows.
        target: who is to receive the courses.
        known: what the journal knows of this target, by location and key.
        first: how many courses to create at most; the rows behind them are left out.
    """
    steps = []
    to_create = 0
    for row in checked.rows:
        if row.course is None:
            continue
        step = _step(row, row.course, known.get((row.course.business_id, row.course.key)))
        if step.action is Action.CREATE and first is not None and to_create >= first:
            reason = f"behind the first {first} that were asked for"
            step = replace(step, action=Action.HOLD, status=Status.LEFT_OUT, reason=reason)
        to_create += step.action is Action.CREATE
        steps.append(step)
    return Plan(id=_plan_id(checked, target, first), source=checked.source, target=target, steps=tuple(steps))


def changes(course: Course, payload: Mapping[str, object]) -> tuple[str, ...]:
    """Return the properties in which a course differs from what was sent for it, in the API's order."""
    wire = course.wire()
    return tuple(name for name in PROPERTIES if name != "SystemId" and wire.get(name) != payload.get(name))


def _step(row: Row, course: Course, known: Known | None) -> Step:
    if known is None:
        return Step(row=row, course=course, action=Action.CREATE, status=Status.NOT_SENT, reason="new")
    match known.state:
        case State.REJECTED | State.DEFERRED:
            return Step(
                row=row,
                course=course,
                action=Action.CREATE,
                status=Status.NOT_SENT,
                reason=f"{known.state} before",
                system_id=str(known.payload["SystemId"]),
                last=known.state is State.REJECTED,
            )
        case State.SENDING | State.IN_DOUBT:
            reason = known.reason or "its answer was not recorded"
            return Step(row=row, course=course, action=Action.LOOK_UP, status=Status.IN_DOUBT, reason=reason)
        case State.CREATED:
            differing = changes(course, known.payload)
            return Step(
                row=row,
                course=course,
                action=Action.SKIP,
                status=Status.CHANGED if differing else Status.UNCHANGED,
                reason=f"differs from the course that was created in {', '.join(differing)}"
                if differing
                else "",
                course_id=known.course_id,
            )


def _plan_id(checked: Checked, target: Target, first: int | None) -> str:
    """Hash what is to be where; not the actions, so that one approval also covers a resumed run."""
    identities = [
        (row.course.business_id, row.course.key, row.course.fingerprint)
        for row in checked.rows
        if row.course is not None
    ]
    whole = json.dumps([checked.source.sha256, checked.source.sheet, target.name, first, identities])
    return hashlib.sha256(whole.encode("ascii")).hexdigest()[:12]
