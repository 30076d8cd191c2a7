"""Slow answers: several courses are in flight, and each is still created once and written down."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import requests

from pipeline.api import Stop
from pipeline.errors import Exit
from tests.run.conftest import break_with, course, titles, write_courses

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.sandbox import Running
    from tests.run.conftest import Tester

SLOW = {"kind": "delay", "every": True, "seconds": 1.1}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_courses(tmp_path / "courses.csv", *(course(f"Course {number}") for number in range(8)))


def arrivals(sandbox: Running) -> list[float]:
    log = requests.get(f"{sandbox.url}/_sandbox/requests", timeout=5).json()
    return [entry["arrived_at"] for entry in log if entry["method"] == "POST" and "courses" in entry["path"]]


def test_the_first_course_goes_alone_and_the_others_together(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    tester.clock = time.monotonic
    tester.reads_back = False
    break_with(sandbox.url, SLOW)
    report = tester.import_file(path, sandbox.url)
    assert {row.status.value for row in report.rows} == {"created"}
    assert sorted(titles(sandbox.url)) == [f"Course {number}" for number in range(8)]
    assert len({row.course_id for row in report.rows}) == 8
    first, second, *others = arrivals(sandbox)
    assert second - first >= 1.1
    assert others[-1] - second < 6 * 1.1 / 2


def test_what_is_in_flight_is_written_down_when_the_run_has_to_stop(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    """Ctrl-C while several are in flight: their answers are waited for."""
    tester.clock = time.monotonic
    begun: list[None] = []

    def interrupt_at_the_fourth() -> str:
        begun.append(None)
        if len(begun) == 4:
            tester.stop = Stop(code=Exit.INTERRUPTED, reason="interrupted with Ctrl-C")
        return f"token-{len(begun)}"

    tester.new_token = interrupt_at_the_fourth
    break_with(sandbox.url, SLOW)
    report = tester.import_file(path, sandbox.url)
    assert report.exit_code is Exit.INTERRUPTED
    assert {row.status.value for row in report.rows} <= {"created", "not_sent", "deferred"}
    there = {row.title for row in report.rows if row.status.value == "created"}
    assert len(there) >= 3
    assert there == set(titles(sandbox.url))


def test_a_stop_in_one_flight_lets_the_others_land(path: Path, tester: Tester, sandbox: Running) -> None:
    tester.clock = time.monotonic
    break_with(sandbox.url, SLOW, {"kind": "html", "at": 3})
    report = tester.import_file(path, sandbox.url)
    assert report.exit_code is Exit.STOPPED
    created = {row.title for row in report.rows if row.status.value == "created"}
    assert created == set(titles(sandbox.url))
    assert [row.status.value for row in report.rows].count("in_doubt") == 1
