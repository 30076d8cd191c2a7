"""A migration of three days under the API's limits, counted at the server's door."""

from __future__ import annotations

from bisect import bisect_left
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from pipeline.errors import Exit
from pipeline.journal.sqlite import PRAGMAS
from pipeline.model import Status
from pipeline.settings import load_settings
from tests.crown.conftest import EVERY
from tests.run.migration import PLACES, TRAVEL_SECONDS, migration, writes_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.run.migration import Migration

SCALE: Final = 1 if EVERY else 20  # so many times fewer courses, and a day: 12,000 take minutes
A_DAY: Final = 5000 // SCALE
COURSES: Final = 12_000 // SCALE
DAY: Final = timedelta(days=1)
# Most, in so many seconds, of courses only: as the API's page has it, but for the size of a day.
DOCUMENTED: Final = (
    (60, 60, True),
    (A_DAY, 86_400, True),
    (1, 0.1, False),
    (120, 60, False),
    (5000, 3600, False),
    (200_000, 86_400, False),
)
ANSWER_SECONDS: Final = 2 * TRAVEL_SECONDS  # the pacer gives away one a minute, and one a course of a burst
AROUND_SECONDS: Final = 60  # for signing in, listing 10,000 courses (which share a minute) and reading back


def put_limits(moved: Migration, limits: Sequence[tuple[int, float, bool]]) -> None:
    """Let the sandbox have these limits."""
    moved.set_limits(
        *({"most": most, "seconds": seconds, "writes_only": only} for most, seconds, only in limits)
    )


def overfull(arrivals: Sequence[dict[str, Any]], most: int, seconds: float, *, writes_only: bool) -> int:
    """Return by how many the fullest window that is shorter than `seconds` has too many arrivals."""
    counted = writes_in(arrivals) if writes_only else [arrival["arrived_at"] for arrival in arrivals]
    ends = (bisect_left(counted, begin + seconds - 1e-6) for begin in counted)
    return max(0, *(end - place - most for place, end in enumerate(ends)))


def least_seconds(courses: int) -> float:
    """Return the least time from the first course to the last: 60 in 60 seconds, 0.1 seconds apart."""
    minutes, more = divmod(courses - 1, 60)
    return minutes * 60 + more * 0.1


def paced_seconds(courses: int) -> float:
    """Return the time it may take one course at a time, each waiting for the answer before."""
    return least_seconds(courses) + ANSWER_SECONDS * (courses // 60 + 60)


def test_a_migration_takes_three_daily_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 02:00 each day one command does all the limits allow; none is broken, each course stands once.

    On days two and three yesterday's window is still full at 02:00: its slots come free one after the other,
    a day after the courses that held them, so that nobody has to start later each day.
    """
    # No power is cut here, and flushing the journal to the disk twice a course takes most of the time.
    monkeypatch.setitem(PRAGMAS, "synchronous", 0)
    with migration(tmp_path, load_settings(writes_a_day=None if EVERY else A_DAY)) as moved:
        moved.write_courses(COURSES)
        if not EVERY:
            put_limits(moved, DOCUMENTED)
        began_at, seen = moved.clock(), 0
        ends = [(A_DAY, Exit.STOPPED), (A_DAY, Exit.STOPPED), (COURSES - 2 * A_DAY, Exit.DONE)]
        for day, (courses, code) in enumerate(ends):
            at = began_at + day * DAY
            moved.clock.wait_until(at)
            report = moved.import_file(f"day-{day + 1}")
            writes = writes_in(moved.arrivals())
            today = writes[seen:]
            assert (report.tally[Status.CREATED], report.exit_code, len(today)) == (courses, code, courses)
            assert sum(sent > (at - DAY).timestamp() for sent in writes[:seen]) == (A_DAY if day else 0)
            took = (moved.clock() - at).total_seconds()
            assert least_seconds(courses) <= took <= paced_seconds(courses) + AROUND_SECONDS
            seen = len(writes)

        moved.clock.wait_until(began_at + 3 * DAY)
        again = moved.import_file("day-4")
        arrivals = moved.arrivals()
        assert (again.exit_code, again.tally[Status.UNCHANGED]) == (Exit.DONE, COURSES)
        assert len(writes_in(arrivals)) == COURSES
        assert {arrival["status"] for arrival in arrivals} == {200}
        for most, seconds, writes_only in DOCUMENTED:
            assert overfull(arrivals, most, seconds, writes_only=writes_only) == 0
        assert moved.in_store() == {
            (PLACES[number % 2], f"Course {number}", f"K-{number}"): 1 for number in range(COURSES)
        }


def test_what_was_created_is_read_back_though_the_days_courses_are_used_up(tmp_path: Path) -> None:
    with migration(tmp_path, load_settings(writes_a_day=5)) as moved:
        moved.write_courses(12)
        assert moved.import_file("day-1").exit_code is Exit.STOPPED
        course, read_back = moved.arrivals()[-2:]
        assert (course["method"], read_back["method"]) == ("POST", "GET")


@pytest.mark.parametrize(
    ("journal_stays", "statuses", "too_many"),
    [
        pytest.param(True, {200}, 0, id="journal stays"),
        pytest.param(False, {200, 409}, 1, id="journal is lost"),
    ],
)
def test_only_the_journal_remembers_yesterdays_window(
    tmp_path: Path, *, journal_stays: bool, statuses: set[int], too_many: int
) -> None:
    """A run a minute early waits for yesterday's slots; without the journal's past it is throttled."""
    with migration(tmp_path, load_settings(writes_a_day=5)) as moved:
        moved.write_courses(12)
        put_limits(moved, [(5, 86_400, True)])
        early = moved.clock() + DAY - timedelta(minutes=1)
        assert moved.import_file("day-1").tally[Status.CREATED] == 5
        if not journal_stays:
            moved.journal_path.unlink()
        moved.clock.wait_until(early)
        moved.import_file("day-2")
        arrivals = moved.arrivals()
        assert {arrival["status"] for arrival in arrivals} == statuses
        assert overfull(arrivals, 5, 86_400, writes_only=True) == too_many
