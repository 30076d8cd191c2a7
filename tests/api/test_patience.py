"""How often and how long the same request is tried."""

from __future__ import annotations

import pytest

from pipeline.api.answers import Again, NoAnswer
from pipeline.api.patience import Patience


class Sleeper:
    """Notes how long it was asked to sleep."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.hurried_after = 1000

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def hurried(self) -> bool:
        return len(self.slept) >= self.hurried_after


def again(wait_seconds: float | None = None) -> Again:
    return Again(reply=NoAnswer(never_sent=True, reason=""), reason="throttled", wait_seconds=wait_seconds)


def attempts(results: list[object], sleeper: Sleeper, **caps: float) -> tuple[object, int]:
    """Return the last result, and how many were asked for."""
    left = list(results)
    patience = Patience(
        max_attempts=int(caps.get("max_attempts", 5)),
        max_seconds=caps.get("max_seconds", 100),
        sleep=sleeper.sleep,
        hurried=sleeper.hurried,
    )
    last = patience.persist(lambda: left.pop(0))
    return last, len(results) - len(left)


def test_an_answer_ends_the_waiting() -> None:
    sleeper = Sleeper()
    assert attempts([again(1), "answered", "never asked"], sleeper) == ("answered", 2)


@pytest.mark.parametrize("told", [0.0, 0.25, 7.0])
def test_a_told_wait_is_kept_with_a_small_margin(told: float) -> None:
    sleeper = Sleeper()
    attempts([again(told), "answered"], sleeper)
    assert sleeper.slept == pytest.approx([told + 0.05])


def test_without_a_told_wait_it_grows_with_jitter_up_to_a_cap() -> None:
    waits = []
    for _ in range(20):
        sleeper = Sleeper()
        attempts([again()] * 12, sleeper, max_attempts=12, max_seconds=1e6)
        waits.append(sleeper.slept)
    longest = [max(wait[n] for wait in waits) for n in range(11)]
    assert longest[0] <= 1
    assert longest[4] > 1
    assert max(longest) <= 30
    assert len({wait[10] for wait in waits}) > 1


def test_attempts_are_capped() -> None:
    last, asked = attempts([again(1)] * 9, Sleeper(), max_attempts=3)
    assert isinstance(last, Again)
    assert asked == 3


def test_the_whole_time_is_capped() -> None:
    """A wait that would end too late is not begun."""
    sleeper = Sleeper()
    last, asked = attempts([again(40)] * 9, sleeper, max_attempts=9, max_seconds=100)
    assert isinstance(last, Again)
    assert asked == 3
    assert sum(sleeper.slept) <= 100


def test_a_run_that_is_to_end_does_not_try_again() -> None:
    sleeper = Sleeper()
    sleeper.hurried_after = 1
    _, asked = attempts([again(1)] * 9, sleeper)
    assert asked == 2
