"""From what the journal remembers of a run to its report, with the code the process ends with."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from pipeline.errors import Exit, first_of
from pipeline.model import NOT_SEEN, Report, Status

if TYPE_CHECKING:
    from pipeline.model import RowReport, RunRecord

_CUT_OFF: Final = "the run is still going on, or was cut off before its end"
_CODES: Final = {
    Status.CREATED: Exit.DONE,
    Status.UNCHANGED: Exit.DONE,
    Status.LEFT_OUT: Exit.DONE,
    Status.CHANGED: Exit.NEEDS_A_PERSON,
    Status.HELD: Exit.NEEDS_A_PERSON,
    Status.INVALID: Exit.NEEDS_A_PERSON,
    Status.REJECTED: Exit.NEEDS_A_PERSON,
    Status.IN_DOUBT: Exit.IN_DOUBT,
    Status.DEFERRED: Exit.STOPPED,
    Status.NOT_SENT: Exit.STOPPED,
}


def report_of(record: RunRecord) -> Report:
    """Return the report of a run; one that was cut off says so."""
    told = {field.name: getattr(record, field.name) for field in fields(record)}
    if record.finished_at is None:
        told["stop_reason"] = _CUT_OFF
    return Report(**told, exit_code=_exit_code(record))


def _exit_code(record: RunRecord) -> Exit:
    statuses = {row.status for row in record.rows}
    if record.command == "check":
        statuses.discard(Status.NOT_SENT)  # that is what a right row is called when nothing is to be sent
        stopped = {record.stop_code} if record.stop_code else set()
        return first_of(stopped | ({Exit.FILE_REFUSED} if statuses else {Exit.DONE}))
    if record.stop_code is Exit.FILE_REFUSED:
        return Exit.FILE_REFUSED
    early = {record.stop_code} if record.stop_code else set()
    blind = any(finding.code == NOT_SEEN for finding in record.file_findings)
    rows = (row for row in record.rows if not (record.command == "plan" and row.status is Status.NOT_SENT))
    return first_of({_code(row, blind=blind) for row in rows} | early)


def _code(row: RowReport, *, blind: bool) -> Exit:
    """Return what a row asks for; a doubt with nothing left to look at asks for a person."""
    if row.status is Status.IN_DOUBT and (row.candidates or blind):
        return Exit.NEEDS_A_PERSON
    return _CODES[row.status]
