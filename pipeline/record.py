"""What a run writes down before anything is sent: its file, its rows, and what is planned for each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.model import NOT_SEEN, Finding, RowReport, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.model import Checked, Plan, Row, RunRecord, Step


def judged(record: RunRecord, checked: Checked) -> RunRecord:
    """Return `record` with the rows of a checked file, none of them sent."""
    told: dict[int | None, list[Finding]] = {}
    for finding in checked.findings:
        told.setdefault(finding.row, []).append(finding)
    return replace(
        record,
        source=checked.source,
        rows=tuple(_row(row, told.get(row.number, ())) for row in checked.rows),
        file_findings=tuple(told.get(None, ())),
    )


def planned(record: RunRecord, plan: Plan) -> RunRecord:
    """Return `record` with what the plan says of each row, and for whom it is made."""
    steps = {step.row.number: step for step in plan.steps}
    rows = tuple(
        replace(
            row,
            status=step.status,
            reason=step.reason,
            course_id=step.course_id,
            found=step.found,
            candidates=step.candidates,
            findings=(*row.findings, *_deferred_often(step)),
        )
        if (step := steps.get(row.number))
        else row
        for row in record.rows
    )
    return replace(record, target=plan.target.name, rehearsal=plan.target.rehearsal, rows=rows)


def _deferred_often(step: Step) -> tuple[Finding, ...]:
    """Say of a course that the API keeps failing on it, and that others go first."""
    if not (step.last and step.deferrals):
        return ()
    message = f"was {step.reason}, {step.deferrals} times running. It goes after all others."
    row = step.row.number
    return (Finding(code="deferred-often", message=message, severity="information", stage="plan", row=row),)


def unseen(record: RunRecord, places: Iterable[int]) -> RunRecord:
    """Return `record` with a warning when the courses at some locations could not be seen."""
    if not list(places):
        return record
    message = (
        "The account lacks the role Course-List: courses that exist already cannot be seen, and a lost "
        "answer will wait for a person."
    )
    finding = Finding(code=NOT_SEEN, message=message, severity="warning", stage="plan")
    return replace(record, file_findings=(*record.file_findings, finding))


def _row(row: Row, told: Sequence[Finding]) -> RowReport:
    return RowReport(
        number=row.number,
        key=row.key,
        title=row.title,
        business_id=row.business_id,
        # A row whose names were not looked up has no course, and no fault either.
        status=Status.INVALID if any(finding.severity == "fault" for finding in told) else Status.NOT_SENT,
        reason="",
        findings=tuple(told),
    )
