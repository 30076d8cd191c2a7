"""Values of ours as rows of the journal's tables, and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import Exit
from pipeline.model import (
    Candidate,
    Doubt,
    Finding,
    Known,
    PastRequest,
    RowReport,
    RunRecord,
    Source,
    State,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import RowMapping

UNANSWERED: Final = "its answer was not recorded"


def of_finding(run_id: str, finding: Finding) -> dict[str, Any]:
    """Return a finding as a row of its table."""
    return {
        "run_id": run_id,
        "row": finding.row,
        "cell": finding.cell,
        "column": finding.column,
        "property_name": finding.property_name,
        "value": finding.value,
        "code": finding.code,
        "message": finding.message,
        "severity": finding.severity,
        "stage": finding.stage,
    }


def of_candidates(candidates: Iterable[Candidate]) -> str:
    """Return candidates as their column holds them."""
    return json.dumps([asdict(candidate) for candidate in candidates])


def to_candidates(text: str) -> tuple[Candidate, ...]:
    """Return candidates from their column; the first version kept bare Ids."""
    return tuple(
        Candidate(course_id=told) if isinstance(told, int) else Candidate(**told) for told in json.loads(text)
    )


def to_known(cells: RowMapping) -> Known:
    """Return what is known of a course from its row."""
    return Known(
        state=State(cells["state"]),
        payload=json.loads(cells["payload"]),
        course_id=cells["course_id"],
        reason=cells["reason"],
        candidates=to_candidates(cells["candidates"]),
        deferrals=cells["deferrals"],
        said_by=cells["said_by"],
    )


def to_doubt(cells: RowMapping) -> Doubt:
    """Return a course in doubt from its row, joined with the snapshot of the run that sent it."""
    return Doubt(
        business_id=cells["business_id"],
        key=cells["key"],
        payload=json.loads(cells["payload"]),
        reason=cells["reason"],
        since=datetime.fromisoformat(cells["ended_at"]),
        snapshot=None if cells["ids"] is None else frozenset(json.loads(cells["ids"])),
    )


def to_past(cells: RowMapping) -> PastRequest:
    """Return a request that counts from its row."""
    answered_at = cells["answered_at"]
    return PastRequest(
        method=cells["method"],
        path=cells["path"],
        answered_at=datetime.fromisoformat(answered_at) if answered_at else None,
    )


def of_run(record: RunRecord) -> dict[str, Any]:
    """Return a run as a row of its table."""
    return {
        "run_id": record.run_id,
        "command": record.command,
        "target": record.target,
        "rehearsal": record.rehearsal,
        "path": record.source.path,
        "sheet": record.source.sheet,
        "sha256": record.source.sha256,
        "started_at": record.started_at.isoformat(),
        "finished_at": None,
        "stop_code": record.stop_code,
        "stop_reason": record.stop_reason,
        "version": record.version,
        "folder": record.folder,
        "flags": json.dumps(record.flags),
        "content": record.content,
    }


def of_row(run_id: str, row: RowReport) -> dict[str, Any]:
    """Return a row of the file as a row of its table."""
    return {
        "run_id": run_id,
        "number": row.number,
        "key": row.key,
        "title": row.title,
        "status": row.status,
        "reason": row.reason,
        "course_id": row.course_id,
        "found": row.found,
        "candidates": of_candidates(row.candidates),
        "business_id": row.business_id,
    }


def to_record(
    run: RowMapping, rows: Sequence[RowMapping], findings: Sequence[RowMapping], *, unanswered: set[int]
) -> RunRecord:
    """Return a run from the tables' rows; `unanswered` are numbers of rows without a recorded answer."""
    told: dict[int | None, list[Finding]] = {}
    for cells in findings:
        values = {name: value for name, value in cells.items() if name not in ("run_id", "position")}
        told.setdefault(cells["row"], []).append(Finding(**values))
    return RunRecord(
        run_id=run["run_id"],
        command=run["command"],
        started_at=datetime.fromisoformat(run["started_at"]),
        finished_at=datetime.fromisoformat(run["finished_at"]) if run["finished_at"] else None,
        version=run["version"],
        target=run["target"],
        rehearsal=run["rehearsal"],
        source=Source(path=run["path"], sheet=run["sheet"], sha256=run["sha256"]),
        rows=tuple(
            _to_row(cells, tuple(told.get(cells["number"], ())), unanswered=cells["number"] in unanswered)
            for cells in rows
        ),
        file_findings=tuple(told.get(None, ())),
        stop_code=None if run["stop_code"] is None else Exit(run["stop_code"]),
        stop_reason=run["stop_reason"],
        folder=run["folder"],
        flags=tuple(json.loads(run["flags"] or "[]")),
        content=run["content"],
    )


def _to_row(cells: RowMapping, told: tuple[Finding, ...], *, unanswered: bool) -> RowReport:
    return RowReport(
        number=cells["number"],
        key=cells["key"],
        title=cells["title"],
        status=Status.IN_DOUBT if unanswered else Status(cells["status"]),
        reason=UNANSWERED if unanswered else cells["reason"],
        course_id=cells["course_id"],
        found=cells["found"],
        candidates=to_candidates(cells["candidates"]),
        business_id=cells["business_id"],
        findings=told,
    )
