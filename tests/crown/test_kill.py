"""A run killed at any step of its way: the next one finishes it, and each course exists exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
import requests

from pipeline.model import State
from tests.crown.conftest import COURSES, EVERY, ids_in, in_store, scene, spread
from tests.postgres import wait_until_alone

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import SecretStr

    from tests.crown.conftest import Scene
    from tests.postgres import Server

SLOTS: Final = 8  # tests that share the kill points; in a sample each has one
FEW_SLOTS: Final = 2 * SLOTS if EVERY else 3  # the same, with a journal on PostgreSQL
_SLOW_SECONDS: Final = 1.1  # answers that take longer than a second send several courses at once
_MAY_BE_THERE: Final = frozenset({State.CREATED, State.SENDING, State.IN_DOUBT})


@pytest.fixture(scope="session")
def steps(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many steps a run takes that nobody kills."""
    with scene(tmp_path_factory.mktemp("quiet") / "run") as quiet:
        return quiet.import_file()


@pytest.fixture(scope="session")
def steps_on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> int:
    """The same with a journal on PostgreSQL, where locks are steps too."""
    with scene(tmp_path_factory.mktemp("quiet") / "run", address=postgres.new()) as quiet:
        return quiet.import_file()


def check_the_journal_tells_the_truth(after_kill: Scene) -> None:
    """What it calls created is there; what is there it calls created, or has under way."""
    known, there = after_kill.known(), in_store(after_kill.store)
    created = ids_in(known)
    assert created == {course: there.get(course) for course in created}
    assert {course for course in there if known[course].state not in _MAY_BE_THERE} == set()


def check_the_next_run_finishes(after_kill: Scene, count: int) -> None:
    after_kill.import_file()
    there = in_store(after_kill.store)
    assert {course: len(there.get(course, [])) for course in COURSES[:count]} == dict.fromkeys(
        COURSES[:count], 1
    )
    assert ids_in(after_kill.known()) == there


@pytest.mark.parametrize("slot", range(SLOTS))
def test_a_run_killed_at_any_step_is_finished_by_the_next(slot: int, steps: int, tmp_path: Path) -> None:
    for step in spread(range(1, steps + 1), SLOTS)[slot::SLOTS]:
        check_a_run_killed_at(step, tmp_path / f"step {step}")


@pytest.mark.parametrize("slot", range(FEW_SLOTS))
def test_the_same_with_a_journal_on_postgresql(
    slot: int, steps_on_postgresql: int, tmp_path: Path, postgres: Server
) -> None:
    """The server lives on and takes back what was not committed."""
    for step in spread(range(steps_on_postgresql, 0, -1), FEW_SLOTS)[slot::FEW_SLOTS]:
        address = postgres.new()
        check_a_run_killed_at(step, tmp_path / f"step {step}", address)
        postgres.drop(address)


def check_a_run_killed_at(step: int, folder: Path, address: SecretStr | None = None) -> None:
    with scene(folder, address=address) as killed:
        killed.die_at(step)
        if address:
            wait_until_alone(address)
        check_the_journal_tells_the_truth(killed)
        check_the_next_run_finishes(killed, len(COURSES))


TWICE: Final = [
    (first, second) for first in (10, 30, 50, 70, 90) for second in (5, 20, 40, 60) if first + second < 95
]


@pytest.mark.parametrize(("first", "second"), spread(TWICE, 3))
def test_a_run_killed_while_it_resumes_is_finished_all_the_same(
    first: int, second: int, steps: int, tmp_path: Path
) -> None:
    """Killed after the first per cent of the steps, and again after the second."""
    with scene(tmp_path / "twice") as killed:
        for per_cent in (first, second):
            killed.die_at(steps * per_cent // 100)
            check_the_journal_tells_the_truth(killed)
        check_the_next_run_finishes(killed, len(COURSES))


def test_a_run_killed_with_several_courses_in_flight_is_finished(tmp_path: Path) -> None:
    """The first course goes alone; its answer is slow, so the next four leave together."""
    slow = {"kind": "delay", "every": True, "method": "POST", "path": "/api/content/courses"}
    for step in range(45, 60, 3):  # how soon several are in flight, the machine decides
        with scene(tmp_path / f"wide-{step}", count=10) as killed:
            wish = {"faults": [{**slow, "seconds": _SLOW_SECONDS}]}
            requests.put(f"{killed.url}/_sandbox/faults", json=wish, timeout=5).raise_for_status()
            killed.die_at(step)
            under_way = [known for known in killed.known().values() if known.state is State.SENDING]
            if len(under_way) > 1:
                check_the_journal_tells_the_truth(killed)
                check_the_next_run_finishes(killed, 10)
                return
    pytest.fail("several courses were never in flight together")
