"""What is told of an import to those who were not there: a line, a notice, metrics."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.errors import Exit
from pipeline.model import Ending, FileEnd, Report
from pipeline.report import notice, one_line
from pipeline.report.metrics import write_metrics

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import Finding

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def ending(*ends: FileEnd, code: Exit = Exit.DONE, at: datetime = NOON) -> Ending:
    return Ending(files=ends, exit_code=code, at=at, answers={200: 7, 409: 1, None: 2}, waited_seconds=1.5)


def end_of(report: Report, *, taken_before: bool = False, path: str | None = None) -> FileEnd:
    return FileEnd(path=path or report.source.path, report=report, taken_before=taken_before)


def samples(path: Path) -> dict[tuple[str, ...], float]:
    """Return every sample by its name and the values of its labels, as the reference parser reads them."""
    families = text_string_to_metric_families(path.read_text(encoding="utf-8"))
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_a_file_is_told_in_one_line(report: Report) -> None:
    told = one_line(end_of(report))
    assert told.startswith(f"{report.source.path} (rehearsal): ")
    assert f"code {int(report.exit_code)}" in told
    assert "\n" not in told
    stopped = replace(report, stop_reason="first\nsecond.", rows=())
    assert ": no rows; first second; code " in one_line(end_of(stopped))


def test_a_file_that_was_taken_before_says_when_and_as_what(report: Report) -> None:
    end = end_of(report, taken_before=True)
    assert end.exit_code is Exit.DONE
    assert ": nothing to do; taken before, 20" in one_line(end)
    renamed = end_of(report, taken_before=True, path="another.xlsx")
    assert f"another.xlsx (rehearsal): nothing to do; taken before as {report.source.path}, 20" in one_line(
        renamed
    )


def test_a_name_that_could_command_a_terminal_does_not(report: Report) -> None:
    assert "\x1b" not in one_line(end_of(report, path="a\x1b[2J.csv"))


def test_a_notice_tells_counts_and_nothing_of_any_row(report: Report, blank_host: Finding) -> None:
    told: Any = notice(ending(end_of(report), code=Exit.NEEDS_A_PERSON))
    assert told["type"] == "course_import.ended"
    assert told["timestamp"] == "2026-01-31T12:00:00Z"
    assert told["data"]["exit_code"] == 4
    [file] = told["data"]["files"]
    assert file["tally"]["created"] == sum(row.status == "created" for row in report.rows)
    assert file["report"] == report.folder
    text = json.dumps(told)
    secrets = [row.title for row in report.rows if row.title] + [row.key for row in report.rows if row.key]
    assert secrets
    for secret in [*secrets, blank_host.message]:
        assert json.dumps(secret)[1:-1] not in text


def test_metrics_are_what_a_collector_reads(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "course-import.prom"
    write_metrics(
        ending(end_of(report), end_of(report, taken_before=True, path="b"), code=Exit.IN_DOUBT), path
    )
    told = samples(path)
    assert told["course_import_rows", report.source.path, "created"] == report.tally["created"]  # type: ignore[index]  # a Status is its word
    assert ("course_import_rows", "b", "created") not in told
    assert {name: value for name, value in told.items() if name[0] == "course_import_requests"} == {
        ("course_import_requests", "200"): 7,
        ("course_import_requests", "409"): 1,
        ("course_import_requests", "none"): 2,
    }
    assert told["course_import_limiter_wait_seconds",] == 1.5
    assert told["course_import_exit_code",] == 5
    assert told["course_import_last_run_timestamp_seconds",] == NOON.timestamp()
    assert ("course_import_last_success_timestamp_seconds",) not in told
    assert [file.name for file in tmp_path.iterdir()] == ["course-import.prom"]


def test_the_last_success_stays_while_runs_fail(tmp_path: Path) -> None:
    path = tmp_path / "course-import.prom"
    seen = []
    for minute, code in enumerate((Exit.DONE, Exit.STOPPED, Exit.NEEDS_A_PERSON, Exit.NO_ACCESS)):
        write_metrics(ending(code=code, at=NOON.replace(minute=minute)), path)
        moment = samples(path)["course_import_last_success_timestamp_seconds",]
        seen.append(datetime.fromtimestamp(moment, UTC).minute)
    assert seen == [0, 0, 2, 2]


@pytest.mark.parametrize("before", [b"", b"\xff\xfe", b"course_import_rows{", b"# HELP x"])
def test_whatever_stood_there_before_is_no_reason_to_fail(before: bytes, tmp_path: Path) -> None:
    path = tmp_path / "course-import.prom"
    path.write_bytes(before)
    write_metrics(ending(), path)
    assert samples(path)["course_import_exit_code",] == 0
