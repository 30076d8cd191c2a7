"""Everything there is to tell of one row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pipeline.check import NOTHING_LOOKED_UP, check, names_to_look_up
from pipeline.check.origins import origins_with_names
from pipeline.errors import CourseImportError, UsageError
from pipeline.model import Action, RowLife, Status, Target, World
from pipeline.plan import make_plan
from pipeline.run.judging import opened
from pipeline.tidy import tidy
from pipeline.tidy.origins import origins_of, why_left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.model import Candidate, Checked, Directory, Memory, Row
    from pipeline.run.orders import Order
    from schemas.course import Course

_NOT_KEYED: Final = "SystemId is left out above: a row without a key of its own gets a token when it is sent."
_NOT_LOOKED: Final = (
    "Whether such a course stands at the target already was not looked at; course-import plan looks."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fate:
    """What an import would do with a row, and why."""

    status: Status
    action: Action | None
    reason: str
    candidates: tuple[Candidate, ...] = ()
    system_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Where an import would go, and whom explaining may ask."""

    target: str  # in words
    is_meant: Callable[[str], bool]  # tells of a target's name in the journal whether it is this one
    look_up: Callable[[frozenset[str]], Directory]  # what names mean; asked only when the file has names
    remember: Callable[[int, str], tuple[Memory, ...]] | None  # of a course; None: there is no journal


def explain_row(order: Order, number: int, outlook: Outlook) -> RowLife:
    """Return a row's life: its cells, what each became, its payload, and what the journal remembers.

    Raises:
        FileRefused: the file cannot be read.
        UsageError: there is no such row.
    """
    raw, layout, _ = opened(order)
    if number not in raw.cells.index:
        rows = _rows(raw.cells.index.tolist())
        raise UsageError(f"{raw.source.name} has no course in row {number}{rows}.")
    sheet = tidy(raw, layout, order.given)
    origins = origins_of(raw, sheet, layout, order.given, number)
    life = RowLife(
        source=raw.source,
        number=number,
        target=outlook.target,
        origins=origins,
        status=Status.LEFT_OUT,
        flags=order.flags,
    )
    if layout is not None and number not in sheet.frame.index:
        return replace(life, reason=why_left_out(raw, layout, number))
    directory, notes = _directory(names_to_look_up(sheet, order.aliases), outlook)
    checked = check(sheet, directory, order.aliases)
    [row] = [row for row in checked.rows if row.number == number]
    memories = _memories(row, outlook, notes)
    fate = _fate(row, checked, [each for each in memories if outlook.is_meant(each.target)])
    payload = _payload(row.course, fate, notes) if row.course else None
    notes += [_NOT_LOOKED] if fate.action is Action.CREATE else []
    return replace(
        life,
        key=row.key,
        title=row.title,
        origins=origins_with_names(origins, sheet, directory, order.aliases, number),
        findings=tuple(finding for finding in checked.findings if finding.row == number),
        payload=payload,
        status=fate.status,
        action=fate.action,
        reason=fate.reason,
        candidates=fate.candidates,
        memories=memories,
        notes=tuple(notes),
    )


def _rows(rows: Sequence[int]) -> str:
    return f": its courses stand in rows {rows[0]} to {rows[-1]}" if rows else ""


def _directory(wanted: frozenset[str], outlook: Outlook) -> tuple[Directory, list[str]]:
    """Look names up; what can be told without them is told all the same."""
    if not wanted:
        return NOTHING_LOOKED_UP, []
    try:
        return outlook.look_up(wanted), []
    except CourseImportError as refused:
        return NOTHING_LOOKED_UP, [f"Names were not looked up: {refused}"]


def _memories(row: Row, outlook: Outlook, notes: list[str]) -> tuple[Memory, ...]:
    """Return what the journal remembers of a row's course; note why it was not asked."""
    if outlook.remember is None:
        notes.append("There is no journal yet: nothing was ever imported from here.")
    elif row.key is None or row.business_id is None:
        notes.append(
            "The journal knows a course by its location and its title or key: one is not known here."
        )
    else:
        return outlook.remember(row.business_id, row.key)
    return ()


def _payload(course: Course, fate: _Fate, notes: list[str]) -> Mapping[str, object]:
    """Return what is sent, with the SystemId where it is known before."""
    system_id = course.own_key or fate.system_id
    if system_id is None:
        notes.append(_NOT_KEYED)
        return course.wire()
    return {**course.wire(), "SystemId": system_id}


def _fate(row: Row, checked: Checked, memories: Sequence[Memory]) -> _Fate:
    """Return what a plan says by the journal alone; a row it held once it is likely to hold again."""
    if row.course is None:
        told = [finding for finding in checked.findings if finding.row == row.number]
        faults = sum(finding.severity == "fault" for finding in told)
        reason = "see what is found in it" if faults else "it has a name that was not looked up"
        return _Fate(status=Status.INVALID if faults else Status.NOT_SENT, action=None, reason=reason)
    memory = memories[-1] if memories else None
    identity = (row.course.business_id, row.course.key)
    known = {identity: memory.known} if memory and memory.known else {}
    name = memory.target if memory else ""
    target = Target(name=name, url="", account=name.rpartition("/")[2], rehearsal=False)
    plan = make_plan(checked, World(target=target, known=known))
    [step] = [step for step in plan.steps if step.row.number == row.number]
    last = memory.appearances[-1] if memory and memory.appearances else None
    if not known and last is not None and last.status is Status.HELD:
        return _Fate(status=last.status, action=Action.HOLD, reason=last.reason, candidates=last.candidates)
    return _Fate(
        status=step.status,
        action=step.action,
        reason=step.reason,
        candidates=step.candidates,
        system_id=step.system_id,
    )
