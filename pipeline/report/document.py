"""report.json: the report for machines. Its keys are part of the face: new ones may come, none may change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pipeline.report.words import left_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.model import Finding, Report, RowReport

_FORMAT: Final = 1


def document(report: Report) -> dict[str, object]:
    """Return the report as JSON knows it: text, numbers, lists, objects; times as RFC 3339 has them."""
    not_imported = [finding for finding in report.file_findings if left_out(finding)]
    file_errors, notes = _split(finding for finding in report.file_findings if not left_out(finding))
    return {
        "format": _FORMAT,
        "run": {
            "id": report.run_id,
            "started_at": _moment(report.started_at),
            "finished_at": None if report.finished_at is None else _moment(report.finished_at),
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
        "tally": {str(status): count for status, count in report.tally.items()},
        "rows": [_row(row) for row in report.rows],
        "file_errors": file_errors,
        "not_imported": [_finding(finding) for finding in not_imported],
        "notes": notes,
    }


def _row(row: RowReport) -> dict[str, object]:
    errors, warnings = _split(row.findings)
    return {
        "row": row.number,
        "key": row.key,
        "title": row.title,
        "status": str(row.status),
        "reason": row.reason,
        "id": row.course_id,
        "found": row.found,
        "candidates": list(row.candidates),
        "errors": errors,
        "warnings": warnings,
    }


def _split(findings: Iterable[Finding]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return the faults, and everything milder."""
    faults: list[dict[str, object]] = []
    milder: list[dict[str, object]] = []
    for finding in findings:
        (faults if finding.severity == "fault" else milder).append(_finding(finding))
    return faults, milder


def _finding(finding: Finding) -> dict[str, object]:
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


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
