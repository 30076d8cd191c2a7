"""One report with something of everything, and golden files to hold what comes out of it.

`RENEW_GOLDEN=1 .venv/bin/pytest tests/report` writes them anew; read their diff before committing it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Exit
from pipeline.model import Candidate, Finding, Report, RowReport, Source, Status

if TYPE_CHECKING:
    from collections.abc import Callable

_GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Hold a text against the golden file of that name."""

    def hold(name: str, text: str) -> None:
        path = _GOLDEN / name
        if os.environ.get("RENEW_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), f"{name} differs; see tests/report/conftest.py"

    return hold


@pytest.fixture(scope="session")
def blank_host() -> Finding:
    return Finding(
        code="required",
        message="is blank. Fill in: Who hosts the course: name, e-mail or Id (for example 1414980011).",
        severity="fault",
        stage="check",
        row=3,
        cell="C3",
        column="Trainer",
        property_name="HostId",
    )


@pytest.fixture(scope="session")
def report(blank_host: Finding) -> Report:
    """A rehearsal in which every status occurs."""
    long_summary = Finding(
        code="too-long",
        message="has 412 characters, 12 more than the 400 that fit.",
        severity="fault",
        stage="check",
        row=3,
        cell="H3",
        column="Summary",
        property_name="SummaryText",
        value="Keep your books in order. " * 16,
    )
    unused_tariff = Finding(
        code="tariff-unused",
        message="is given, but the course is not Paid: the API will keep it without asking for payment.",
        severity="warning",
        stage="check",
        row=2,
        cell="G2",
        column="Pricing plan",
        property_name="TariffId",
        value="1414990021",
    )
    unknown_location = Finding(
        code="api",
        message="is not a known location.",
        severity="fault",
        stage="send",
        row=4,
        property_name="Business",
        value="1414974999",
    )
    notes = Finding(
        code="not-imported",
        message='spring courses.xlsx · Plan: the column "Internal notes" (P) is not imported.',
        severity="warning",
        stage="read",
        cell="P1",
        column="Internal notes",
    )
    rows = (
        replace(
            _row(2, "Bookkeeping basics", Status.CREATED, ""),
            course_id=87654321,
            findings=(unused_tariff,),
        ),
        replace(_row(3, "Fiscalité et TVA", Status.INVALID, ""), findings=(blank_host, long_summary)),
        replace(_row(4, "簿記の基礎", Status.REJECTED, "the API refused it"), findings=(unknown_location,)),
        replace(_row(5, "Cold mail", Status.UNCHANGED, ""), course_id=1414999999999, found=True),
        _row(6, "Cold calls", Status.CHANGED, "differs from the course that was created in SummaryText"),
        replace(
            _row(7, "Pottery", Status.HELD, "exists already as Id 87654001"),
            candidates=(
                Candidate(
                    course_id=87654001,
                    title="Pottery",
                    created_on="2026-01-12T17:03:11",
                    updated_by="ops@example.com",
                ),
            ),
        ),
        _row(8, "Yoga", Status.DEFERRED, "throttled (HTTP 409)"),
        _row(9, "Sourdough", Status.IN_DOUBT, "no answer within 60 seconds"),
        _row(10, "Wine", Status.NOT_SENT, "new"),
        replace(_row(11, None, Status.LEFT_OUT, "behind the first 9 that were asked for"), key=None),
    )
    return Report(
        run_id="20260302T093000Z-1",
        command="import",
        started_at=datetime(2026, 3, 2, 10, 30, tzinfo=timezone(timedelta(hours=1))),
        finished_at=datetime(2026, 3, 2, 9, 31, 12, 345678, tzinfo=UTC),
        version="0.1.0",
        target="sandbox:6f1c9a52-0d4e-4b7a-9c3f-2e8d51b7a604/importer@example.com",
        rehearsal=True,
        source=Source(path="plans/spring courses.xlsx", sheet="Plan", sha256="ab" * 32),
        rows=rows,
        file_findings=(notes,),
        stop_reason="throttled (HTTP 409); trying again did not help",
        exit_code=Exit.STOPPED,
        folder="reports/20260302T093000Z-spring courses",
    )


def _row(number: int, title: str | None, status: Status, reason: str) -> RowReport:
    return RowReport(number=number, key=f"SP-{number}", title=title, status=status, reason=reason)
