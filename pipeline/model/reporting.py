"""What a run did, as the journal remembers it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.errors import Exit
from pipeline.model.sending import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.model.sending import Candidate
    from pipeline.model.sheets import Finding, Source

# Codes of findings that stopped a run before it sent anything.
OTHER_PLAN: Final = "other-plan"
MAX_NEW: Final = "max-new"
MAX_FAULTY: Final = "max-faulty"
MAX_SHRINK: Final = "max-shrink"
NOT_AGREED: Final = frozenset({OTHER_PLAN, MAX_NEW, MAX_FAULTY, MAX_SHRINK})
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
    content: str | None = None  # hash of the file and of how it is read; None: it could not be read
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEnd:
    """What came of one file of an import."""

    path: str  # as it was meant now
    report: Report  # of the run that took it
    taken_before: bool  # that run was an earlier one, and there was nothing to add to it

    @property
    def exit_code(self) -> Exit:
        """The code this file asks for now."""
        return Exit.DONE if self.taken_before else self.report.exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What came of a whole import command, for those who were not there to see it."""

    files: tuple[FileEnd, ...]  # those that were begun
    exit_code: Exit  # of the command
    at: datetime  # UTC
    answers: Mapping[int | None, int]  # requests by HTTP status; None: no answer
    waited_seconds: float  # for slots under the API's limits
