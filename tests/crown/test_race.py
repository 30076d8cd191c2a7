"""Two runs at once for one target: each course exists exactly once, and a dead run holds nobody up."""

from __future__ import annotations

import signal
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Exit
from pipeline.journal import open_journal
from tests.crown.conftest import COURSES, ids_in, in_store, scene
from tests.postgres import cut_others, wait_until_alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import SecretStr

    from tests.crown.conftest import Scene
    from tests.crown.mortal import MortalRun

COUNT = 10
IN_THE_MIDDLE = 20  # the step of the network at which some courses are sent and some are not


@pytest.fixture
def shared(tmp_path: Path, place: Path | SecretStr) -> Iterator[Scene]:
    address = None if isinstance(place, Path) else place
    with scene(tmp_path / "shared", count=COUNT, address=address) as at_rest:
        yield at_rest


@pytest.fixture
def two_machines(tmp_path: Path, database: SecretStr) -> Iterator[Scene]:
    """Two with a state folder each, who share nothing but the journal and the target."""
    with scene(tmp_path / "shared", count=COUNT, address=database) as at_rest:
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
    kill(holder, shared)
    shared.import_file()
    check_each_exists_once(shared)


def test_two_machines_at_once_create_each_course_once(two_machines: Scene) -> None:
    """The one that comes second is refused, by the name of the first, and sends nothing."""
    first = two_machines.start_and_halt(IN_THE_MIDDLE, machine="first")
    code, _, printed = two_machines.start(machine="second").end()
    assert code == Exit.LOCKED
    assert f"process {first.process_id}" in printed.replace("\n", " ")
    first.go_on()
    assert first.end()[0] == Exit.DONE
    check_each_exists_once(two_machines)


def test_two_machines_started_at_once_create_each_course_once(two_machines: Scene) -> None:
    runs = [two_machines.start_and_halt(0, machine=machine) for machine in ("first", "second")]
    for run in runs:
        run.go_on()
    ends = [run.end() for run in runs]
    assert sorted(code for code, _, _ in ends) in ([0, 0], [0, Exit.LOCKED]), ends
    check_each_exists_once(two_machines)


def test_another_machine_goes_on_where_one_died(two_machines: Scene) -> None:
    first = two_machines.start_and_halt(IN_THE_MIDDLE, machine="first")
    before = in_store(two_machines.store)
    assert 0 < len(before) < COUNT
    kill(first, two_machines)
    code, _, printed = two_machines.start(machine="second").end()
    assert code == Exit.DONE, printed
    check_each_exists_once(two_machines)
    assert before.items() <= in_store(two_machines.store).items()


def test_who_loses_the_journal_sends_nothing_more(two_machines: Scene) -> None:
    """Its session was cut, and its lock with it: another machine may be at work already."""
    first = two_machines.start_and_halt(IN_THE_MIDDLE, machine="first")
    assert not isinstance(two_machines.journal, Path)
    cut_others(two_machines.journal, "idle")
    before = in_store(two_machines.store)
    first.go_on()
    code, _, printed = first.end()
    assert code == Exit.STOPPED
    assert "Without it nothing is sent" in " ".join(printed.split())
    assert len(in_store(two_machines.store)) <= len(before) + 1  # the one that had its leave already
    assert two_machines.start(machine="second").end()[0] == Exit.DONE
    check_each_exists_once(two_machines)


def kill(run: MortalRun, at_rest: Scene) -> None:
    """Kill a run, and wait until its locks are free: a server sees a little later who has died."""
    run.kill()
    assert run.end()[0] == -signal.SIGKILL
    if not isinstance(at_rest.journal, Path):
        wait_until_alone(at_rest.journal)


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
