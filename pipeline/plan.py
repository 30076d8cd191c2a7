"""From checked rows and what the journal knows to steps with reasons. Decides everything, touches nothing."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.model import Action, Candidate, Plan, State, Status, Step
from schemas.course import fold_title
from schemas.properties import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model import Checked, Known, Listed, Row, Target, World
    from schemas.course import Course


_UNANSWERED: Final = "its answer was not recorded"
_OFTEN: Final = 3  # deferrals of one reason in a row; then others go first


def plan_id(checked: Checked, target: Target, *, first: int | None) -> str:
    """Hash what is to be where; not the actions, so that one approval also covers a resumed run."""
    identities = [
        (row.course.business_id, row.course.key, row.course.fingerprint)
        for row in checked.rows
        if row.course is not None
    ]
    whole = json.dumps([checked.source.sha256, checked.source.sheet, target.name, first, identities])
    return hashlib.sha256(whole.encode("ascii")).hexdigest()[:12]


def make_plan(checked: Checked, world: World, *, first: int | None = None) -> Plan:
    """Return a step for every right row, in row order.

    Args:
        checked: the file's rows.
        world: what the journal and the API know of the target.
        first: how many courses to create at most; the rows behind them are left out.
    """
    standing = _Standing(checked, world)
    steps = [standing.hold(_step(row, row.course, world)) for row in checked.rows if row.course is not None]
    plan = Plan(
        id=plan_id(checked, world.target, first=first),
        source=checked.source,
        target=world.target,
        steps=tuple(steps),
    )
    return plan if first is None else _only(first, plan)


def _only(first: int, plan: Plan) -> Plan:
    """Leave out what would go behind the first courses, in the order they go."""
    behind = {step.row.number for step in plan.to_create[first:]}
    reason = f"behind the first {first} that were asked for"
    steps = (
        replace(step, action=Action.HOLD, status=Status.LEFT_OUT, reason=reason)
        if step.row.number in behind
        else step
        for step in plan.steps
    )
    return replace(plan, steps=tuple(steps))


def places_to_look(checked: Checked, known: Mapping[tuple[int, str], Known]) -> set[int]:
    """Return the locations at which something may be sent or is in doubt."""
    return {
        row.course.business_id
        for row in checked.rows
        if row.course is not None
        and (
            (before := known.get((row.course.business_id, row.course.key))) is None
            or before.state is not State.CREATED
        )
    }


class _Standing:
    """The courses that stand at the locations already, by title and by SystemId."""

    def __init__(self, checked: Checked, world: World) -> None:
        self._known = world.known
        in_file = {(row.course.business_id, row.course.key) for row in checked.rows if row.course is not None}
        own = {known.course_id for identity, known in world.known.items() if identity in in_file}
        known_ids = {known.course_id for known in world.known.values()}
        self._ids: dict[tuple[int, str, str], list[int]] = defaultdict(list)
        self._listed = {place: listing.courses for place, listing in world.listings.items() if listing}
        for place, courses in self._listed.items():
            for course_id, listed in courses.items():
                if course_id not in own:
                    self._ids[place, "title", fold_title(listed.title)].append(course_id)
                if course_id not in known_ids:  # else another layout's course may have the same number
                    self._ids[place, "key", listed.system_id or ""].append(course_id)

    def hold(self, step: Step) -> Step:
        """Return the step, held when its course may stand there already and no person said otherwise."""
        if step.action is not Action.CREATE:
            return step
        course = step.course
        known = self._known.get((course.business_id, course.key))
        same = self._ids.get((course.business_id, "title", fold_title(course.title)), [])
        if course.own_key:
            same = sorted({*same, *self._ids.get((course.business_id, "key", course.own_key), [])})
        if not same or (known is not None and known.said_by is not None):
            return step
        ids = ", ".join(map(str, same))
        reason = f"exists already as Id {ids}" if len(same) == 1 else f"may exist already as one of Id {ids}"
        there = self._listed[course.business_id]
        candidates = tuple(_candidate(course_id, there[course_id]) for course_id in same)
        return replace(step, action=Action.HOLD, status=Status.HELD, reason=reason, candidates=candidates)


def _candidate(course_id: int, listed: Listed) -> Candidate:
    return Candidate(
        course_id=course_id,
        title=listed.title,
        created_on=listed.created_on,
        updated_by=listed.updated_by,
    )


def changes(course: Course, payload: Mapping[str, object]) -> tuple[str, ...]:
    """Return the properties in which a course differs from what was sent for it, in the API's order."""
    wire = course.wire()
    return tuple(name for name in PROPERTIES if name != "SystemId" and wire.get(name) != payload.get(name))


def _step(row: Row, course: Course, world: World) -> Step:
    identity = (course.business_id, course.key)
    known, found = world.known.get(identity), identity in world.found
    new = Step(row=row, course=course, action=Action.CREATE, status=Status.NOT_SENT, reason="new")
    if known is None:
        return new
    match known.state:
        case State.REJECTED | State.DEFERRED:
            often = known.deferrals >= _OFTEN
            return replace(
                new,
                reason=f"{known.state} before: {known.reason}",
                deferrals=known.deferrals,
                system_id=str(known.payload["SystemId"]) if "SystemId" in known.payload else None,
                last=often or known.state is State.REJECTED,
            )
        case State.SENDING | State.IN_DOUBT:
            return replace(
                new,
                action=Action.LOOK_UP,
                status=Status.IN_DOUBT,
                reason=known.reason or _UNANSWERED,
                candidates=known.candidates,
            )
        case State.CREATED:
            differing = changes(course, known.payload)
            status = Status.CREATED if found else Status.UNCHANGED
            reason = (
                f"differs from the course that was created in {', '.join(differing)}" if differing else ""
            )
            return replace(
                new,
                action=Action.SKIP,
                status=Status.CHANGED if differing else status,
                reason=reason or ("its answer was lost; found by looking" if found else ""),
                course_id=known.course_id,
                found=found,
            )
