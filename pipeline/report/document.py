"""report.json: the report for machines. Its keys are part of the face: new ones may come, none may change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pipeline.report.commands import resolve_commands
from pipeline.report.words import left_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.model import Candidate, Finding, Forecast, Report, RowReport

_FORMAT: Final = 1


def document(report: Report) -> dict[str, object]:
    """Return the report as JSON knows it: text, numbers, lists, objects; times as RFC 3339 has them."""
    not_imported = [finding for finding in report.file_findings if left_out(finding)]
    file_errors, notes = _split(finding for finding in report.file_findings if not left_out(finding))
    return {
        "format": _FORMAT,
        "run": {
            "id": report.run_id,
            "started_at": moment(report.started_at),
            "finished_at": None if report.finished_at is None else moment(report.finished_at),
            "version": report.version,
        },
        "target": report.target,
        "rehearsal": report.rehearsal,
        "source": {
            "path": report.source.path,
            "sheet": report.source.sheet,
            "sha256": report.source.sha256,
            "rows": len(report.rows),
        },
        "exit_code": int(report.exit_code),
        "stop_reason": report.stop_reason,
        "folder": report.folder,
        "plan": None if report.forecast is None else _plan(report.forecast),
        "tally": {str(status): count for status, count in report.tally.items()},
        "rows": [_row(row, report) for row in report.rows],
        "file_errors": file_errors,
        "not_imported": [finding_entry(finding) for finding in not_imported],
        "notes": notes,
    }


def _plan(forecast: Forecast) -> dict[str, object]:
    return {
        "id": forecast.plan_id,
        "courses": forecast.courses,
        "requests": forecast.requests,
        "seconds": round(forecast.seconds, 1),
        "finish_at": moment(forecast.finish_at),
    }


def _row(row: RowReport, report: Report) -> dict[str, object]:
    errors, warnings = _split(row.findings)
    return {
        "row": row.number,
        "key": row.key,
        "title": row.title,
        "status": str(row.status),
        "reason": row.reason,
        "id": row.course_id,
        "found": row.found,
        "candidates": [candidate.course_id for candidate in row.candidates],
        "candidate_courses": [candidate_course(candidate) for candidate in row.candidates],
        "resolve": list(resolve_commands(row, report)),
        "errors": errors,
        "warnings": warnings,
    }


def candidate_course(candidate: Candidate) -> dict[str, object]:
    """Return a candidate with the API's own words for what it tells."""
    return {
        "id": candidate.course_id,
        "title": candidate.title,
        "created_on": candidate.created_on,
        "updated_by": candidate.updated_by,
    }


def _split(findings: Iterable[Finding]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return the faults, and everything milder."""
    faults: list[dict[str, object]] = []
    milder: list[dict[str, object]] = []
    for finding in findings:
        (faults if finding.severity == "fault" else milder).append(finding_entry(finding))
    return faults, milder


def finding_entry(finding: Finding) -> dict[str, object]:
    """Return a finding by its parts."""
    return {
        "column": finding.column,
        "cell": finding.cell,
        "property_name": finding.property_name,
        "message": finding.message,
        "attempted_value": finding.value,
        "code": finding.code,
        "severity": finding.severity,
        "stage": finding.stage,
    }


def moment(at: datetime) -> str:
    """Return a time in UTC as RFC 3339 has it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
