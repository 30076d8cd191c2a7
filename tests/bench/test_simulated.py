"""What the simulated API counts, and who stays within its limits there."""

from __future__ import annotations

import time

import pytest

from tests.bench.contenders import pace
from tests.bench.contenders.simulated import Api, Clock, least_seconds


@pytest.mark.parametrize(
    ("courses", "seconds"),
    [(1, 0), (10, 0.9), (60, 5.9), (61, 60), (120, 65.9), (600, 545.9), (5001, 86_400)],
)
def test_the_least_time_is_what_the_limits_leave(courses: int, seconds: float) -> None:
    assert least_seconds(courses) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("pause_seconds", "throttled"),
    [pytest.param(0.0, 1, id="sixty-one in a minute"), pytest.param(1.0, 0, id="one in a second")],
)
def test_the_sixty_first_write_of_a_minute_is_throttled(pause_seconds: float, throttled: int) -> None:
    clock = Clock()
    api = Api(clock, seed="1")
    created = 0
    for _ in range(61):
        created += api.create()
        clock.sleep(pause_seconds)
    assert created == 61 - throttled
    told = api.told(created)
    assert (told["throttled answers"], told["requests over a limit"]) == (throttled, throttled)


def test_time_that_is_imported_while_the_clock_is_worn_stands_still() -> None:
    clock = Clock()
    real = time.sleep
    with clock.worn():
        from time import monotonic_ns, sleep  # noqa: PLC0415 - that is what is tested
    sleep(5)
    assert monotonic_ns() == 1_000_005 * 10**9
    assert time.sleep is real


def test_ours_keeps_the_limits_and_retrying_does_not() -> None:
    ours, retrying = (contender("100", "1")() for contender in (pace.ours, pace.retry_when_throttled))
    assert ours["100 courses, requests over a limit"] == ours["100 courses, throttled answers"] == 0
    assert retrying["100 courses, requests over a limit"] > 0
    assert pace.least_possible("100", "1")()["100 courses, seconds"] <= ours["100 courses, seconds"] < 73
