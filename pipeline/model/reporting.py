"""What a run did, as the journal remembers it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.model.sending import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.errors import Exit
    from pipeline.model.sending import Candidate
    from pipeline.model.sheets import Finding, Source

# Codes of findings that stopped a run before it sent anything.
OTHER_PLAN: Final = "other-plan"
MAX_NEW: Final = "max-new"
MAX_FAULTY: Final = "max-faulty"
NOT_AGREED: Final = frozenset({OTHER_PLAN, MAX_NEW, MAX_FAULTY})
NOT_SEEN: Final = "not-seen"  # code of the finding that says the target's courses may not be listed


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
    flags: tuple[str, ...] = ()  # as they were typed, those that say what is read and where it goes
    forecast: Forecast | None = None  # of a plan; None: nothing was planned, or it was carried out


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What an import would do, by a plan."""

    plan_id: str
    courses: int  # that would be sent
    requests: int  # of every kind
    seconds: float
    finish_at: datetime  # UTC, if it began now


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
    candidates: tuple[Candidate, ...] = ()
    business_id: int | None = None  # the location, where it is known
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
