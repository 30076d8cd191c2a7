"""600 courses under the documented limits: nothing over a limit, hardly any time given away."""

from __future__ import annotations

import random
from bisect import bisect_left

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.api.pacing import Pacer
from pipeline.cli.entrance import limits_of
from pipeline.settings import load_settings


def documented() -> list[tuple[int, float]]:
    return [(limit.most, limit.seconds) for limit in limits_of(load_settings())]


def optimum(courses: int) -> float:
    """Return the least time from first to last arrival: 60 a minute under sliding windows, 0.1 s apart."""
    arrivals: list[float] = []
    for number in range(courses):
        earliest = arrivals[-1] + 0.1 if arrivals else 0.0
        arrivals.append(max(earliest, arrivals[number - 60] + 60 if number >= 60 else 0.0))
    return arrivals[-1]


def arrivals_of(courses: int, *, seed: int, jitter_seconds: float = 0.05) -> list[float]:
    """Send courses whose answers take 200 ms, give or take; return when each reached the server."""
    dice = random.Random(seed)  # noqa: S311 - a simulation
    moment = 0.0
    pacer = Pacer(limits_of(load_settings()), lambda: moment)
    arrivals = []
    for _ in range(courses):
        while (wait := pacer.wait_seconds(write=True)) > 0:
            moment += wait
        pacer.sent(write=True)
        arrivals.append(moment + 0.1 + dice.uniform(-jitter_seconds, jitter_seconds))
        moment = arrivals[-1] + 0.1 + dice.uniform(-jitter_seconds, jitter_seconds)
        pacer.answered(write=True)
    return arrivals


def most_over(arrivals: list[float], most: int, seconds: float) -> int:
    """Return by how many a window is overfull at the worst."""
    counts = [bisect_left(arrivals, start + seconds - 1e-6) - place for place, start in enumerate(arrivals)]
    return max(0, max(counts) - most)


@pytest.mark.parametrize(("courses", "at_most"), [(60, 3.1), (600, 1.04), (2500, 1.012)])
def test_hardly_any_time_is_given_away(courses: int, at_most: float) -> None:
    """60 courses go in a burst of 18 seconds: each waits for the answer before, which is all it costs."""
    arrivals = arrivals_of(courses, seed=1)
    assert (arrivals[-1] - arrivals[0]) / optimum(courses) <= at_most


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), jitter=st.floats(0, 0.1))
def test_no_window_at_the_server_is_ever_overfull(seed: int, jitter: float) -> None:
    arrivals = arrivals_of(600, seed=seed, jitter_seconds=jitter)
    for most, seconds in documented():
        assert most_over(arrivals, most, seconds) == 0


def test_a_day_after_a_full_one_still_does_all_it_can() -> None:
    """5,000 courses from 02:00 on yesterday: from 02:00 on today each slot frees a day after its answer."""
    moment = 0.0
    pacer = Pacer(limits_of(load_settings()), lambda: moment)
    for day in range(2):
        moment = max(moment, day * 86_400.0)
        for _ in range(5000):
            while (wait := pacer.wait_seconds(write=True)) > 0:
                assert wait < 600
                moment += wait
            pacer.sent(write=True)
            moment += 0.2
            pacer.answered(write=True)
    assert moment - 86_400 < 5000 * 1.05 + 60


@pytest.mark.parametrize("in_flight", [3, 4])
def test_slow_answers_keep_the_pace_with_several_in_flight(in_flight: int) -> None:
    """600 courses whose answers take 3 seconds go at 57 a minute or more; no long window is overfull."""
    moment = 0.0
    pacer = Pacer(limits_of(load_settings()), lambda: moment)
    pacer.spread(3.0 / in_flight)
    answers: list[float] = []
    arrivals: list[float] = []
    while len(arrivals) < 600:
        wait = pacer.wait_seconds(write=True)
        next_answer = answers[0] if answers else float("inf")
        if wait <= 0 and len(answers) < in_flight:
            pacer.sent(write=True)
            arrivals.append(moment)
            answers.append(moment + 3.0)
        elif len(answers) >= in_flight or moment + wait >= next_answer:
            moment = answers.pop(0)
            pacer.answered(write=True)
        else:
            moment += wait
    assert 600 / ((arrivals[-1] - arrivals[0]) / 60) >= 57
    for most, seconds in documented():
        assert most_over(arrivals, most, seconds) == 0
