"""The words all reports share: for a status, for the end of a run, for a finding."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final

from pipeline.errors import Exit
from pipeline.model import State, Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.model import Candidate, Finding, Report, Source

REHEARSAL: Final = "Rehearsal against the sandbox: nothing reached production."

_STATUS_WORDS: Final[Mapping[Status, str]] = {
    Status.CREATED: "created",
    Status.UNCHANGED: "unchanged",
    Status.CHANGED: "changed since",  # the file was changed after the course had been created
    Status.HELD: "held",
    Status.INVALID: "faulty",
    Status.REJECTED: "refused",
    Status.DEFERRED: "deferred",
    Status.IN_DOUBT: "in doubt",
    Status.NOT_SENT: "not sent",
    Status.LEFT_OUT: "left out",
}

EXIT_MEANINGS: Final[Mapping[Exit, str]] = {
    Exit.DONE: "all rows are created, or there was nothing to do",
    Exit.BUG: "something broke in this program; run.log has the details",
    Exit.USAGE: "the command could not be understood",
    Exit.FILE_REFUSED: "the file needs correcting; nothing was sent",
    Exit.NEEDS_A_PERSON: "finished; some rows need a person",
    Exit.IN_DOUBT: "some rows are in doubt; run again, it looks before it sends",
    Exit.NO_ACCESS: "no access: see settings, token and role",
    Exit.LOCKED: "another run was at work; try later",
    Exit.STOPPED: "stopped early; run again later",
    Exit.INTERRUPTED: "interrupted; run again to go on",
    Exit.TERMINATED: "interrupted; run again to go on",
}


_ZONE: Final = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")
_LEFT_OUT: Final = frozenset({"not-imported", "rows-left-out", "sheet-not-read"})


def left_out(finding: Finding) -> bool:
    """Return whether a finding tells of something the file holds and no course is made of."""
    return finding.code in _LEFT_OUT and finding.severity != "fault"


def status_word(status: Status, report: Report) -> str:
    """Return what people call `status`; check and plan send nothing, so that there a row is right or new."""
    if status is Status.NOT_SENT and report.command in ("check", "plan"):
        return "right" if report.forecast is None else "new"
    return status_name(status)


def status_name(status: Status) -> str:
    """Return what people call `status` in any report."""
    return _STATUS_WORDS[status]


def state_word(state: State) -> str:
    """Return what people call the state of a course."""
    return "being sent" if state is State.SENDING else _STATUS_WORDS[Status(state.value)]


def duration(requests: int, seconds: float, finish_at: datetime) -> str:
    """Tell how long sending takes and when it ends; more than a day when the daily limit is met."""
    whole = timedelta(seconds=round(seconds))
    return f" with {requests} requests in about {whole} (h:mm:ss), until {finish_at:%Y-%m-%d %H:%M} UTC"


def candidate_line(candidate: Candidate) -> str:
    """Return a candidate in one line: `Id 7 "Pottery", created on …, last changed by …`."""
    title = "" if candidate.title is None else f' "{candidate.title}"'
    parts = [f"Id {candidate.course_id}{title}"]
    if candidate.created_on is not None:
        zone = "" if _ZONE.search(candidate.created_on) else " (the API tells no zone)"
        parts.append(f"created on {candidate.created_on}{zone}")
    if candidate.updated_by is not None:
        parts.append(f"last changed by {candidate.updated_by}")
    return ", ".join(parts)


def finding_line(finding: Finding, source: Source) -> str:
    """Return a finding in one line: `Plan!G17 (Trainer): is blank. Fill in: …`.

    A row's number shows in the address; without one, the line stands under the row's own heading. What is
    said of the whole file names the file itself.
    """
    if finding.row is None:
        return finding.message
    name = finding.column or finding.property_name or ""
    where = name
    if finding.cell is not None:
        address = finding.cell if source.sheet is None else f"{source.sheet}!{finding.cell}"
        where = f"{address} ({name})" if name else address
    marks = [where] if where else []
    if finding.severity != "fault":
        marks.append(finding.severity)
    return ": ".join([", ".join(marks), finding.message]) if marks else finding.message


def in_utc(moment: datetime) -> str:
    """Return a moment as people read it, with its zone: `2026-03-02 09:30:00 UTC`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
