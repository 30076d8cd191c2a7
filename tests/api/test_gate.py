"""Requests leave when the limits allow it, are on the disk before, and count until answered."""

from __future__ import annotations

import itertools
import math
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from pipeline.api import Bounds, Connection, Gate, Limit, Pacer, Stop
from pipeline.api.answers import Answer
from pipeline.errors import StoppedEarly
from pipeline.model import PastRequest
from tests.api.conftest import NOW, Log

if TYPE_CHECKING:
    from tests.conftest import Misbehaving

MINUTE = Limit(most=2, seconds=60, writes_only=True)
COURSES = "/api/content/courses"


class Clock:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.hurried = False

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Scene:
    """A gate to a server, with a clock of its own."""

    def __init__(self, url: str, *limits: Limit, max_wait_seconds: float = 600) -> None:
        self.clock = Clock()
        self.log = Log()
        self.connection = Connection(url, connect_timeout_seconds=2, read_timeout_seconds=2)
        self.pacer = Pacer(limits, self.clock)
        bounds = Bounds(
            max_wait_seconds=max_wait_seconds,
            most_in_flight=4,
            sleep=self.clock.sleep,
            hurried=lambda: self.clock.hurried,
            now=lambda: NOW + timedelta(seconds=self.clock.seconds),
        )
        self.gate = Gate(self.connection, pacer=self.pacer, log=self.log, bounds=bounds)


def past(method: str, path: str, seconds_ago: float | None) -> PastRequest:
    answered = None if seconds_ago is None else NOW - timedelta(seconds=seconds_ago)
    return PastRequest(method=method, path=path, answered_at=answered)


def test_requests_wait_for_their_slot(misbehaving: Misbehaving) -> None:
    scene = Scene(misbehaving.url, MINUTE)
    for _ in range(3):
        misbehaving.answer(200)
        scene.gate.exchange("POST", COURSES)
    assert scene.clock.seconds == pytest.approx(60)
    scene.connection.close()


@pytest.mark.parametrize(
    ("history", "wait"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([("POST", COURSES, 10.0)] * 2, 50, id="two courses"),
        pytest.param([("POST", COURSES, 10.0), ("DELETE", f"{COURSES}/7", 20.0)], 40, id="every write"),
        pytest.param([("POST", COURSES, None)] * 2, 60, id="unanswered: as if answered now"),
        pytest.param([("POST", COURSES, -3600.0)] * 2, 60, id="the clock was set back"),
        pytest.param([("GET", COURSES, 1.0)] * 5, 0, id="readings"),
        pytest.param([("POST", "/api/token", 1.0)] * 5, 0, id="sign-ins"),
        pytest.param([("POST", COURSES, 61.0)] * 5, 0, id="long ago"),
    ],
)
def test_requests_of_earlier_runs_count(
    history: list[tuple[str, str, float | None]], wait: float, misbehaving: Misbehaving
) -> None:
    scene = Scene(misbehaving.url, MINUTE)
    scene.gate.remember(past(*request) for request in history)
    assert scene.gate.turn() == pytest.approx(wait)
    scene.connection.close()


def test_a_slot_too_far_away_stops_the_run_in_words(misbehaving: Misbehaving) -> None:
    scene = Scene(misbehaving.url, MINUTE, max_wait_seconds=30)
    scene.gate.remember([past("POST", COURSES, 10)] * 2)
    turn = scene.gate.turn()
    assert isinstance(turn, Stop)
    assert turn.reason == "the API's limits leave no slot before 2026-01-31 00:00 UTC; --wait waits for it"
    with pytest.raises(StoppedEarly, match="leave no slot"):
        scene.gate.exchange("POST", COURSES)
    assert misbehaving.requests == []
    scene.connection.close()


def test_whoever_waits_as_long_as_it_takes_gets_a_slot(misbehaving: Misbehaving) -> None:
    scene = Scene(misbehaving.url, Limit(most=1, seconds=86_400, writes_only=True), max_wait_seconds=math.inf)
    scene.gate.remember([past("POST", COURSES, 10)])
    misbehaving.answer(200)
    scene.gate.exchange("POST", COURSES)
    assert scene.clock.seconds == pytest.approx(86_390)
    scene.connection.close()


def test_a_run_that_is_to_end_lets_nothing_out(misbehaving: Misbehaving) -> None:
    scene = Scene(misbehaving.url)
    scene.clock.hurried = True
    with pytest.raises(StoppedEarly, match="the run is ending"):
        scene.gate.exchange("GET", COURSES)
    scene.connection.close()


def test_a_throttled_caller_waits_as_told_and_goes_evenly_for_a_minute(misbehaving: Misbehaving) -> None:
    scene = Scene(misbehaving.url, Limit(most=60, seconds=60, writes_only=True))
    misbehaving.answer(409, Retry_After="5")
    scene.gate.exchange("POST", COURSES)
    sent_at = []
    for _ in range(60):
        misbehaving.answer(200)
        scene.gate.exchange("POST", COURSES)
        sent_at.append(scene.clock.seconds)
    assert sent_at[0] == pytest.approx(5)
    gaps = [after - before for before, after in itertools.pairwise(sent_at)]
    assert gaps[:59] == pytest.approx([1.0] * 59)
    scene.connection.close()


def test_a_forecast_keeps_the_pace_and_knows_the_past(misbehaving: Misbehaving) -> None:
    scene = Scene(misbehaving.url, MINUTE)
    assert scene.gate.forecast(2) == pytest.approx(0)
    assert scene.gate.forecast(5) == pytest.approx(120)
    scene.gate.remember([past("POST", COURSES, 20)])
    assert scene.gate.forecast(2) == pytest.approx(40)
    assert scene.gate.turn() == 0
    scene.connection.close()


@pytest.mark.parametrize(
    ("answer_seconds", "width"),
    [
        pytest.param(0.2, 1, id="quick"),
        pytest.param(1.0, 1, id="within a second"),
        pytest.param(1.5, 2, id="slow"),
        pytest.param(3.0, 4, id="an image is fetched"),
        pytest.param(20.0, 4, id="no more than allowed"),
    ],
)
def test_as_many_are_in_flight_as_the_pace_needs(
    answer_seconds: float, width: int, misbehaving: Misbehaving
) -> None:
    """And they are spread evenly over the time an answer takes."""
    scene = Scene(misbehaving.url, Limit(most=60, seconds=60, writes_only=True))
    misbehaving.scripts.append(lambda _connection: scene.clock.sleep(answer_seconds))
    scene.gate.exchange("POST", COURSES)
    assert scene.gate.width == width
    scene.pacer.sent(write=True)
    expected = answer_seconds / width if width > 1 else 0
    assert scene.gate.turn() == pytest.approx(expected)
    scene.connection.close()


def test_without_limits_slow_answers_take_all_that_may_be_in_flight(misbehaving: Misbehaving) -> None:
    scene = Scene(misbehaving.url)
    misbehaving.scripts.append(lambda _connection: scene.clock.sleep(1.5))
    scene.gate.exchange("POST", COURSES)
    assert scene.gate.width == 4
    scene.connection.close()


def test_several_threads_never_break_a_limit(misbehaving: Misbehaving) -> None:
    """Each waits its turn at the gate, whoever comes first; here the clock is the real one."""
    connection = Connection(misbehaving.url, connect_timeout_seconds=2, read_timeout_seconds=2)
    bounds = Bounds(
        max_wait_seconds=600, most_in_flight=4, sleep=time.sleep, hurried=lambda: False, now=lambda: NOW
    )
    limit = Limit(most=2, seconds=0.2, writes_only=True)
    gate = Gate(connection, pacer=Pacer((limit,), time.monotonic), log=Log(), bounds=bounds)
    answers = []

    def send() -> None:
        answers.append(gate.exchange("POST", COURSES))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for _ in threads:
        misbehaving.answer(200)
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    connection.close()
    assert all(isinstance(answer, Answer) for answer in answers)
    assert len(answers) == 6
    assert took >= 2 * limit.seconds
