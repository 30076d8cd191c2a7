"""A journal on disk, and values to write into it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pipeline.journal import open_journal
from pipeline.model import Candidate, Finding, Row, RowReport, RunRecord, Source, Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.journal import Journal

TARGET = "spaces.example.com/importer@example.com"


def at(minute: int) -> datetime:
    return datetime(2026, 1, 31, 12, minute, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    opened = open_journal(path)
    yield opened
    opened.close()


def row(number: int, title: str = "Pottery") -> Row:
    return Row(number=number, key=title.casefold(), title=title, business_id=5, course=None)


def record(run_id: str = "run-1", *, minute: int = 0, numbers: tuple[int, ...] = (2, 3)) -> RunRecord:
    fault = Finding(
        code="required",
        message="is blank",
        severity="fault",
        stage="check",
        row=3,
        cell="B3",
        column="Trainer",
        property_name="HostId",
        value=None,
    )
    rows = tuple(
        RowReport(
            number=number,
            key=f"course {number}",
            title=f"Course {number}",
            status=Status.INVALID if number == 3 else Status.NOT_SENT,
            reason="new",
            candidates=(
                Candidate(course_id=8),
                Candidate(course_id=9, title="Pots", created_on="2026-01-12", updated_by="a@example.com"),
            )
            if number == 2
            else (),
            findings=(fault,) if number == 3 else (),
        )
        for number in numbers
    )
    return RunRecord(
        run_id=run_id,
        command="import",
        started_at=at(minute),
        finished_at=None,
        version="0.1.0",
        target=TARGET,
        rehearsal=False,
        source=Source(path="courses.xlsx", sheet="Plan", sha256="ab"),
        rows=rows,
        file_findings=(Finding(code="not-imported", message="Notes", severity="warning", stage="tidy"),),
        stop_code=None,
        stop_reason=None,
        folder="reports/one",
    )
