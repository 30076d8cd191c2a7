"""What is to be done with courses, what came of it, and what is known of the target."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.model.sheets import Row, Source
    from schemas.course import Course


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Who receives the courses: a journal never mixes two of them.

    `name` is "host/account", or "sandbox:<store id>/account" for a stand-in, so that a rehearsal can never
    mark a course as sent to production.
    """

    name: str
    url: str
    account: str
    rehearsal: bool


class Action(enum.StrEnum):
    """What a plan means to do with one row."""

    CREATE = "create"
    SKIP = "skip"
    LOOK_UP = "look up"
    HOLD = "hold"


class State(enum.StrEnum):
    """Where a course stands on its way; see the drawing in `pipeline/journal.py`."""

    SENDING = "sending"
    CREATED = "created"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    IN_DOUBT = "in_doubt"


class Status(enum.StrEnum):
    """How one row ended; the words of every report, in the order they are told."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    HELD = "held"
    INVALID = "invalid"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    IN_DOUBT = "in_doubt"
    NOT_SENT = "not_sent"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A course at the target that a row may be, as the API tells it; what it does not tell is None."""

    course_id: int
    title: str | None = None
    created_on: str | None = None  # as the API gave it: its zone is known only where one is written
    updated_by: str | None = None  # who changed it last, or made it; the API keeps no other name


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What will be done with one right row, and why."""

    row: Row
    course: Course
    action: Action
    status: Status  # what the row counts as until something happens to it
    reason: str
    course_id: int | None = None  # of the course that exists already
    found: bool = False  # the Id was found by looking, in this run
    candidates: tuple[Candidate, ...] = ()  # a person has to choose from them
    system_id: str | None = None  # the token an earlier attempt carried
    deferrals: int = 0  # times in a row it was deferred for the same reason
    last: bool = False  # refused or deferred too often before: goes after all others


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What carrying out a plan will take at the API's pace."""

    requests: int
    seconds: float
    finish_at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything a run would do; made without any I/O."""

    id: str
    source: Source
    target: Target
    steps: tuple[Step, ...]  # in row order
    estimate: Estimate | None = None

    @property
    def to_create(self) -> tuple[Step, ...]:
        """The steps that send a course, in the order they go: in row order, those refused before last."""
        steps = (step for step in self.steps if step.action is Action.CREATE)
        return tuple(sorted(steps, key=lambda step: step.last))


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """The course exists under this Id."""

    course_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiError:
    """One entry of the API's Errors[], in its own words."""

    property_name: str | None
    message: str
    attempted_value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The API refused the course: surely not created."""

    errors: tuple[ApiError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """Surely not applied, and not the row's own fault: may be sent again."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InDoubt:
    """No clear answer: the course may or may not exist."""

    reason: str


Outcome: TypeAlias = Created | Rejected | Deferred | InDoubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the journal knows of a course: the last thing meant for it, and what came of it."""

    state: State
    payload: Mapping[str, object]  # as it was sent, SystemId included
    course_id: int | None
    reason: str
    candidates: tuple[Candidate, ...] = ()
    deferrals: int = 0  # times in a row it was deferred for the same reason
    said_by: str | None = None  # the person whose word this is


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A course that was sent without a clear answer."""

    business_id: int
    key: str
    payload: Mapping[str, object]
    reason: str
    since: datetime  # when its answer was given up
    snapshot: frozenset[int] | None  # the location's Ids before it was sent; None: they could not be seen

    @property
    def system_id(self) -> str:
        """The key or token it was sent with."""
        return str(self.payload["SystemId"])


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRequest:
    """A request that counts against the API's limits."""

    method: str
    path: str
    answered_at: datetime | None  # None: no answer was recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One course as the API lists it."""

    title: str
    system_id: str | None
    created_on: str | None = None  # as the API gave it
    updated_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All courses of one location, by Id."""

    business_id: int
    courses: Mapping[int, Listed]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What was seen before planning, by location and key: the journal, and the courses that stand there."""

    target: Target
    known: Mapping[tuple[int, str], Known]
    found: frozenset[tuple[int, str]] = frozenset()  # adopted by looking, in this run
    listings: Mapping[int, Listing | None] = field(default_factory=dict)  # None: may not be listed
