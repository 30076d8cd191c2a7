"""No window of any limit is ever broken at the server's door, and no time is given away."""

from __future__ import annotations

from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.api.pacing import Limit, Pacer


class Clock:
    """A clock that only moves when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def arrivals_under(limits: tuple[Limit, ...], jitters: list[tuple[float, float]]) -> list[float]:
    """Send writes as fast as a pacer allows; return when each one reached the server.

    `jitters` holds for every request how long it travels, and how long its answer takes to come back.
    """
    clock = Clock()
    pacer = Pacer(limits, clock)
    arrivals = []
    for there, back in jitters:
        while (wait := pacer.wait_seconds(write=True)) > 0:
            clock.seconds += wait
        pacer.sent(write=True)
        arrivals.append(clock.seconds + there)
        clock.seconds += there + back
        pacer.answered(write=True)
    return arrivals


def most_in_any_window(arrivals: list[float], seconds: float) -> int:
    """Return the most arrivals in any window that is shorter than `seconds`."""
    return max(bisect_right(arrivals, start + seconds - 1e-6) - place for place, start in enumerate(arrivals))


STEADY = (Limit(most=1, seconds=1.0, writes_only=True),)
TABLE = (
    Limit(most=1, seconds=0.1, writes_only=False),
    Limit(most=5, seconds=3.0, writes_only=True),
    Limit(most=9, seconds=10.0, writes_only=False),
)
travel = st.floats(0, 2, allow_nan=False)


@given(st.lists(st.tuples(travel, travel), min_size=1, max_size=60))
def test_no_window_is_broken_whatever_the_jitter(jitters: list[tuple[float, float]]) -> None:
    arrivals = arrivals_under(TABLE, jitters)
    for limit in TABLE:
        assert most_in_any_window(arrivals, limit.seconds) <= limit.most


def test_bursts_are_used() -> None:
    """Five writes go within half a second; the sixth waits for the window of the first answer."""
    arrivals = arrivals_under(TABLE, [(0.0, 0.0)] * 6)
    assert arrivals == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 3.0])


def test_the_steady_pace_is_one_write_a_second() -> None:
    arrivals = arrivals_under(STEADY, [(0.1, 0.1)] * 4)
    assert arrivals == pytest.approx([0.1, 1.3, 2.5, 3.7])


def test_reads_do_not_count_against_the_limits_of_writes() -> None:
    pacer = Pacer(STEADY, Clock())
    pacer.sent(write=False)
    pacer.answered(write=False)
    assert pacer.wait_seconds(write=True) == 0
    pacer.sent(write=True)
    pacer.answered(write=True)
    assert pacer.wait_seconds(write=False) == 0
    assert pacer.wait_seconds(write=True) == 1


def test_an_unanswered_request_holds_its_place() -> None:
    pacer = Pacer(STEADY, Clock())
    pacer.sent(write=True)
    assert pacer.wait_seconds(write=True) == float("inf")


def test_what_each_limit_leaves_is_told() -> None:
    """Reading counts where every request does; a request counts until it left its window."""
    clock = Clock()
    minute = Limit(most=2, seconds=60, writes_only=True)
    pacer = Pacer((minute, Limit(most=4, seconds=3600, writes_only=False)), clock)
    pacer.remember([50.0], write=True)
    pacer.sent(write=True)
    pacer.sent(write=False)
    told = [(quota.left, quota.frees_in_seconds) for quota in pacer.quotas()]
    assert told == [(0, 10.0), (1, 0.0)]
    clock.seconds = 10.0
    assert [quota.left for quota in pacer.quotas()] == [1, 1]
