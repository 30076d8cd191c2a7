from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.report import document

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model import Report


def test_document_is_the_golden_one(report: Report, golden: Callable[[str, str], None]) -> None:
    """Keys, order and values are part of the face: a change shows in the golden file."""
    golden("report.json", json.dumps(document(report), ensure_ascii=False, indent=1) + "\n")


def test_cut_off_run_has_no_end(report: Report) -> None:
    """A run that never finished says null, not the time of the report."""
    run = document(replace(report, finished_at=None))["run"]
    assert isinstance(run, dict)
    assert run["finished_at"] is None


def test_refused_file_tells_its_faults_apart(report: Report) -> None:
    """What refuses a file is an error; what is merely not imported is told beside it."""
    warning = report.file_findings[0]
    fault = replace(warning, code="column-missing", severity="fault")
    told = document(replace(report, rows=(), file_findings=(warning, fault)))
    errors, not_imported = told["file_errors"], told["not_imported"]
    assert isinstance(errors, list)
    assert isinstance(not_imported, list)
    assert [entry["code"] for entry in errors] == ["column-missing"]
    assert [entry["code"] for entry in not_imported] == ["not-imported"]
