"""Two runs at once for one target: each course exists exactly once, and a dead run holds nobody up."""

from __future__ import annotations

import signal
from contextlib import closing
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Exit
from pipeline.journal import open_journal
from tests.crown.conftest import COURSES, ids_in, in_store, scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crown.conftest import Scene

COUNT = 10
IN_THE_MIDDLE = 20  # the step of the network at which some courses are sent and some are not


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path / "shared", count=COUNT) as at_rest:
        yield at_rest


def check_each_exists_once(shared: Scene) -> None:
    there = in_store(shared.store)
    assert {course: len(ids) for course, ids in there.items()} == dict.fromkeys(COURSES[:COUNT], 1)
    assert ids_in(shared.known()) == there


def test_two_runs_started_at_once_create_each_course_once(shared: Scene) -> None:
    """Whoever comes second is told so, or finds everything done."""
    runs = [shared.start_and_halt(0) for _ in range(2)]
    for run in runs:
        run.go_on()
    ends = [run.end() for run in runs]
    assert sorted(code for code, _, _ in ends) in ([0, 0], [0, Exit.LOCKED]), ends
    check_each_exists_once(shared)


def test_a_run_is_refused_while_another_is_at_work_and_not_once_it_is_dead(shared: Scene) -> None:
    """The refusal names the process that holds the lock; SIGKILL frees it, and the next run finishes."""
    holder = shared.start_and_halt(IN_THE_MIDDLE)
    before = in_store(shared.store)
    code, _, printed = shared.start().end()
    assert code == Exit.LOCKED
    assert f"process {holder.process_id}" in printed.replace("\n", " ")
    assert in_store(shared.store) == before
    assert 0 < len(before) < COUNT
    holder.kill()
    assert holder.end()[0] == -signal.SIGKILL
    shared.import_file()
    check_each_exists_once(shared)


def test_a_journal_made_by_several_at_once_serves_them_all(tmp_path: Path) -> None:
    """The first run ever and the second one may come together."""
    together = Barrier(4)
    failures: list[Exception] = []

    def make() -> None:
        together.wait()
        try:
            with closing(open_journal(tmp_path / "journal.db")) as journal:
                journal.known("nobody")
        except Exception as failure:  # noqa: BLE001 - told in the test's own thread
            failures.append(failure)

    makers = [Thread(target=make) for _ in range(together.parties)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert failures == []
