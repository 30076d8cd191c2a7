"""The values that pass between rooms: frozen, and free of any I/O."""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime, time, timedelta

    import pandas as pd

    from pipeline.errors import Exit
    from schemas.course import Course

    # What a file can hold in one cell; None is a blank one.
    Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | None

Severity: TypeAlias = Literal["fault", "warning", "information"]
Stage: TypeAlias = Literal["read", "tidy", "check", "plan", "send"]
NOT_SEEN: Final = "not-seen"  # code of the finding that says the target's courses may not be listed


def shown(cell: Cell) -> str:
    """Return a cell as a sheet shows it: whole numbers without a point, dates as ISO 8601 writes them."""
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    if isinstance(cell, bool):
        return str(cell).upper()
    return "" if cell is None else str(cell)


def letter_of(position: int) -> str:
    """Return the letters Excel gives the column at `position`, counted from 0.

    >>> letter_of(0), letter_of(25), letter_of(26)
    ('A', 'Z', 'AA')
    """
    before, last = divmod(position, 26)
    return (letter_of(before - 1) if before else "") + chr(ord("A") + last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where cells came from."""

    path: str
    sheet: str | None  # None where the format has no sheets
    sha256: str | None  # of the whole file, hexadecimal; None where it could not be read

    @property
    def name(self) -> str:
        """The table as messages call it: "courses.xlsx · Plan"."""
        file_name = "standard input" if self.path == "-" else PurePath(self.path).name
        return file_name if self.sheet is None else f"{file_name} · {self.sheet}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know about a cell, a row or a file, from us or in the API's own words."""

    code: str  # stable, for machines: "required", "tariff-missing", "api"
    message: str  # what is wrong and what to do, in the user's words
    severity: Severity
    stage: Stage
    row: int | None = None  # as Excel shows it; None speaks of the file
    cell: str | None = None  # "G17"
    column: str | None = None  # the header as the user wrote it
    property_name: str | None = None  # the API's name
    value: str | None = None  # what stands in the cell, as text


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the user's that feeds one property."""

    header: str
    letter: str  # "G"

    def cell(self, row: int) -> str:
        """Return the address of this column's cell in `row`, as Excel writes it."""
        return f"{self.letter}{row}"


def finding_at(  # noqa: PLR0913 - a finding has as many parts
    columns: Mapping[str, Column],
    property_name: str,
    row: int,
    *,
    code: str,
    message: str,
    severity: Severity,
    stage: Stage,
    value: str | None,
) -> Finding:
    """Return a finding at a property's cell in `row`; what no column of the user's feeds has no address."""
    column = columns.get(property_name)
    return Finding(
        code=code,
        message=message,
        severity=severity,
        stage=stage,
        row=row,
        cell=column.cell(row) if column else None,
        column=column.header if column else None,
        property_name=property_name,
        value=value,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSheet:
    """A table as the file holds it.

    `cells` is a frame of objects: its index is the row number people see, its columns count from 0 and
    stand in the file's order (position 6 is column G); blank cells are None and blank rows are absent.
    """

    source: Source
    header_row: int
    headers: tuple[str, ...]  # as the user wrote them, one for each column of `cells`
    cells: pd.DataFrame
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TidySheet:
    """The same rows in our columns.

    `frame` has the index of `raw.cells` and one column for every property the file feeds, typed by its kind:
    Int64, boolean or str, missing where the cell was blank or is the subject of a finding. A name in place of
    an Id is in `names`, and missing from `frame` until it is looked up.
    """

    raw: RawSheet
    columns: Mapping[str, Column]  # property name -> the user's column
    frame: pd.DataFrame
    findings: tuple[Finding, ...]
    names: Mapping[str, pd.Series] = field(default_factory=dict)  # property name -> names as typed, by row
    layout: str | None = None  # the name of the other system's layout it was written in


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One location, host or pricing plan that a name can mean."""

    id: int
    name: str
    email: str = ""  # of a host, in lower case
    active: bool = True  # False for a host who is not, and for an archived pricing plan
    business_id: int | None = None  # the location a pricing plan is for; None: all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """What names mean at a target, by the property they stand for; one that is absent was not looked up."""

    entries: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    missing_roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # those the account would need


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row after checking; `course` is there only when no fault stands against it."""

    number: int
    key: str | None  # None without a title or a location
    title: str | None
    business_id: int | None
    course: Course | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A whole file, judged."""

    source: Source
    columns: Mapping[str, Column]  # property name -> the user's column, for what the API will say of it
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]  # those of the file first, then in row order


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHead:
    """What a server told of one image, without the image."""

    status: int  # of HTTP, after redirects
    content_type: str | None  # "image/png", without parameters
    size_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoImageHead:
    """Why nothing is known of an image: it was asked for in vain, or not asked for, for safety's sake."""

    asked: bool
    reason: str


ImageAnswer: TypeAlias = ImageHead | NoImageHead


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
class Step:
    """What will be done with one right row, and why."""

    row: Row
    course: Course
    action: Action
    status: Status  # what the row counts as until something happens to it
    reason: str
    course_id: int | None = None  # of the course that exists already
    found: bool = False  # the Id was found by looking, in this run
    candidates: tuple[int, ...] = ()  # Ids a person has to choose from
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
    candidates: tuple[int, ...] = ()
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run as the journal remembers it."""

    run_id: str
    command: str
    started_at: datetime  # UTC
    finished_at: datetime | None  # None: it was cut off
    version: str
    target: str | None  # None: nothing was to be sent
    rehearsal: bool
    source: Source
    rows: tuple[RowReport, ...]
    file_findings: tuple[Finding, ...]
    stop_code: Exit | None = None  # of what ended the run before its end
    stop_reason: str | None = None  # the same in words
    folder: str | None = None  # where the report files are


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """One input row as every report tells it."""

    number: int
    key: str | None
    title: str | None
    status: Status
    reason: str
    course_id: int | None = None
    found: bool = False  # the Id was found by looking, not told by an answer
    candidates: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(RunRecord):
    """What a run did, as the journal remembers it, and the code its process ends with."""

    exit_code: Exit

    @property
    def tally(self) -> Mapping[Status, int]:
        """How many rows ended in each status, every status being there."""
        counts = Counter(row.status for row in self.rows)
        return {status: counts[status] for status in Status}
