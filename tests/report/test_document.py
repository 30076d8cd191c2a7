from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from pipeline.model import Forecast
from pipeline.report import document

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model import Report, Severity


def test_document_is_the_golden_one(report: Report, golden: Callable[[str, str], None]) -> None:
    """Keys, order and values are part of the face: a change shows in the golden file."""
    golden("report.json", json.dumps(document(report), ensure_ascii=False, indent=1) + "\n")


def test_cut_off_run_has_no_end(report: Report) -> None:
    """A run that never finished says null, not the time of the report."""
    run = document(replace(report, finished_at=None))["run"]
    assert isinstance(run, dict)
    assert run["finished_at"] is None


def test_plan_is_told_to_machines(report: Report) -> None:
    forecast = Forecast(
        plan_id="5d324e77385a",
        courses=18,
        requests=27,
        seconds=21.0499,
        finish_at=datetime(2026, 3, 2, 10, 31, 12, tzinfo=timezone(timedelta(hours=1))),
    )
    assert document(replace(report, forecast=forecast))["plan"] == {
        "id": "5d324e77385a",
        "courses": 18,
        "requests": 27,
        "seconds": 21.0,
        "finish_at": "2026-03-02T09:31:12Z",
    }


@pytest.mark.parametrize(
    ("code", "severity", "place"),
    [
        ("column-missing", "fault", "file_errors"),
        ("not-imported", "warning", "not_imported"),
        ("rows-left-out", "information", "not_imported"),
        ("sheet-not-read", "information", "not_imported"),
        ("hidden", "information", "notes"),
        ("encoding", "warning", "notes"),
        pytest.param("not-imported", "fault", "file_errors", id="it refuses the file"),
    ],
)
def test_what_is_said_of_the_file_is_said_once_and_in_its_place(
    code: str, severity: Severity, place: str, report: Report
) -> None:
    finding = replace(report.file_findings[0], code=code, severity=severity)
    told = document(replace(report, file_findings=(finding,)))
    for name in ("file_errors", "not_imported", "notes"):
        entries = told[name]
        assert isinstance(entries, list)
        assert [entry["code"] for entry in entries] == ([code] if name == place else [])
