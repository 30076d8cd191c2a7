"""A journal, in a file and on PostgreSQL, and values to write into it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.journal import open_journal
from pipeline.model import Candidate, Finding, Row, RowReport, RunRecord, Source, Status
from tests.postgres import look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import SecretStr

    from pipeline.journal import Journal

TARGET = "spaces.example.com/importer@example.com"
in_a_file = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("place", ["postgresql"], indirect=True)


def at(minute: int) -> datetime:
    return datetime(2026, 1, 31, 12, minute, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a journal in a file is."""
    return tmp_path / "state" / "journal.db"


@pytest.fixture
def journal(place: Path | SecretStr) -> Iterator[Journal]:
    opened = open_journal(place)
    yield opened
    opened.close()


def seen_by_others(place: Path | SecretStr, query: str) -> list[tuple[Any, ...]]:
    """Return what another program reads in a journal, or does to it."""
    if not isinstance(place, Path):
        return look(place, query)
    with closing(sqlite3.connect(place)) as other, other:
        return other.execute(query).fetchall()


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
