from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sandbox import start
from pipeline.sandbox.limits import WINDOWS, Limits, Window

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import requests

    from tests.sandbox.conftest import Caller, Clock

    Limit = Callable[[object], requests.Response]

_BEGAN = datetime(2026, 1, 31, tzinfo=UTC)
_COURSES = "/api/content/courses"


def _at(seconds: float) -> datetime:
    return _BEGAN + timedelta(seconds=seconds)


def _admitted(limits: Limits, method: str, path: str, times: list[float]) -> int:
    return sum(limits.admit(method, path, _at(seconds)) == 0 for seconds in times)


@pytest.mark.parametrize(
    ("most", "seconds", "step", "method"),
    [
        pytest.param(60, 60, 0.5, "POST", id="60 writes a minute"),
        pytest.param(120, 60, 0.25, "GET", id="120 requests a minute"),
        pytest.param(5_000, 3_600, 0.6, "GET", id="5,000 requests an hour"),
        pytest.param(5_000, 86_400, 1.5, "DELETE", id="5,000 writes a day"),
    ],
)
def test_documented_windows(most: int, seconds: float, step: float, method: str) -> None:
    """As many as documented come in, the next must wait until the first has left the window."""
    limits = Limits(WINDOWS["documented"])
    assert _admitted(limits, method, _COURSES, [number * step for number in range(most)]) == most
    wait = limits.admit(method, _COURSES, _at(most * step))
    assert wait == pytest.approx(seconds - most * step)
    assert limits.admit(method, _COURSES, _at(most * step + wait)) == 0


def test_a_day_has_room_for_200_000_requests() -> None:
    day = next(window for window in WINDOWS["documented"] if window.most == 200_000)
    assert day == Window(most=200_000, seconds=86_400)


def test_one_request_fits_into_100_ms_and_the_next_comes_exactly_then() -> None:
    """The window is half open, and no rounding closes it."""
    limits = Limits((Window(most=1, seconds=0.1),))
    assert _admitted(limits, "GET", "/", [number / 10 for number in range(1_000)]) == 1_000
    assert limits.admit("GET", "/", _at(99.999999)) == pytest.approx(0.000001)


@pytest.mark.parametrize(
    ("method", "path", "admitted"),
    [
        ("POST", "/api/content/courses", 1),
        ("PUT", "/api/content/coursesections", 1),
        ("DELETE", "/api/content/courses/7", 1),
        ("GET", "/api/content/courses", 2),
        ("POST", "/api/token", 2),
    ],
)
def test_writes_are_changes_of_content(method: str, path: str, admitted: int) -> None:
    limits = Limits((Window(most=1, seconds=60, writes_only=True),))
    assert _admitted(limits, method, path, [1, 2]) == admitted


@given(
    windows=st.lists(
        st.builds(Window, most=st.integers(1, 4), seconds=st.integers(1, 30), writes_only=st.booleans()),
        max_size=3,
    ),
    steps=st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["GET", "POST"])), max_size=40),
)
def test_a_request_is_admitted_when_every_window_has_room(
    windows: list[Window], steps: list[tuple[int, str]]
) -> None:
    """The same as counting all requests admitted before; the wait told is the least that is enough."""
    limits, now, before = Limits(windows), 0, list[tuple[float, str]]()

    def fits(method: str, at: float) -> bool:
        return all(
            sum(
                at - seconds < window.seconds and (other == "POST" or not window.writes_only)
                for seconds, other in before
            )
            < window.most
            for window in windows
            if method == "POST" or not window.writes_only
        )

    for step, method in steps:
        now += step
        wait = limits.admit(method, _COURSES, _at(now))
        assert (wait == 0) == fits(method, now)
        assert fits(method, now + wait)
        assert wait == 0 or not fits(method, now + wait - 0.5)
        if wait == 0:
            before.append((now, method))


def test_sandbox_has_the_documented_limits_unless_told_otherwise(tmp_path: Path, stranger: Caller) -> None:
    """Its answers to the second of two requests at once are the documented one, and no limit at all."""
    for options, told in (({}, WINDOWS["documented"]), ({"limits": "off"}, WINDOWS["off"])):
        with start(tmp_path / "store.db", **options) as sandbox:  # type: ignore[arg-type]  # a table's options
            stranger.url = sandbox.url
            windows = stranger.get("/_sandbox/limits").json()["windows"]
        assert tuple(Window(**window) for window in windows) == told


def test_throttled_request_is_told_when_to_come_again(limits: Limit, admin: Caller, clock: Clock) -> None:
    """409 without a body; the time in whole seconds, rounded up; the request is logged, but not done."""
    limits({"windows": [{"most": 1, "seconds": 3}]})
    admin.get("/api/auth/me")
    clock.advance(0.75)
    answer = admin.create({})
    assert (answer.status_code, answer.content, answer.headers["Retry-After"]) == (409, b"", "3")
    clock.advance(2.24)
    assert admin.create({}).headers["Retry-After"] == "1"
    clock.advance(0.01)
    assert admin.create({}).status_code == 400
    seen = [arrival["status"] for arrival in admin.get("/_sandbox/requests").json()]
    assert seen == [200, 200, 409, 409, 400]


def test_throttled_request_is_not_counted(limits: Limit, stranger: Caller, clock: Clock) -> None:
    """Who keeps asking too early gets in as soon as anybody would."""
    limits({"limits": "documented"})
    statuses = []
    for _ in range(5):
        statuses.append(stranger.get("/api/auth/me").status_code)
        clock.advance(0.05)
    assert statuses == [401, 409, 401, 409, 401]


def test_newest_clients_meet_429(limits: Limit, stranger: Caller, clock: Clock) -> None:
    """With a fraction in words that is never too short."""
    limits({"limits": "documented", "answer": 429})
    stranger.get("/api/auth/me")
    clock.advance(0.034)
    answer = stranger.get("/api/auth/me")
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, False)
    assert answer.json() == {"Message": "Too many requests. Wait 0.07 seconds"}


def test_control_door_knows_no_limits(limits: Limit, stranger: Caller) -> None:
    limits({"windows": [{"most": 1, "seconds": 3}]})
    assert [stranger.get("/_sandbox/store").status_code for _ in range(3)] == [200, 200, 200]
    assert stranger.get("/api/auth/me").status_code == 401


def test_limits_are_shown_as_they_can_be_put(limits: Limit, stranger: Caller) -> None:
    wish = {"answer": 429, "windows": [{"most": 60, "seconds": 0.5, "writes_only": True}]}
    assert limits(wish).json() == wish
    assert stranger.get("/_sandbox/limits").json() == wish
    assert limits({"limits": "off"}).json() == {"answer": 409, "windows": []}


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        pytest.param([], "The limits must be a JSON object, as in {…}.", id="list"),
        pytest.param({}, "The limits: limits must be one of documented, off.", id="nothing"),
        pytest.param({"limits": []}, "The limits: limits must be one of documented, off.", id="no name"),
        pytest.param({"limits": "off", "answer": 418}, "The limits: answer must be 409 or 429.", id="418"),
        pytest.param(
            {"limits": "off", "windows": []},
            "The limits: limits has no meaning here. Leave it out.",
            id="name and windows",
        ),
        pytest.param({"windows": {}}, "The limits: windows must be a list, as in […].", id="no list"),
        pytest.param(
            {"windows": [{"most": 1, "seconds": 1}, 7]},
            "Window 2 must be a JSON object, as in {…}.",
            id="no window",
        ),
        pytest.param(
            {"windows": [{"seconds": 1}]},
            "Window 1: most must be a whole number from 1 to 1000000000.",
            id="no count",
        ),
        pytest.param(
            {"windows": [{"most": True, "seconds": 1}]},
            "Window 1: most must be a whole number from 1 to 1000000000.",
            id="true is no number",
        ),
        pytest.param(
            {"windows": [{"most": 1, "seconds": -1}]},
            "Window 1: seconds must be a number from 0 to 1000000000.",
            id="less than no time",
        ),
        pytest.param(
            {"windows": [{"most": 1, "seconds": 1, "writes_only": 1}]},
            "Window 1: writes_only must be true or false.",
            id="number as flag",
        ),
        pytest.param(
            {"windows": [{"most": 1, "seconds": 1, "per": "hour"}]},
            "Window 1: per has no meaning here. Leave it out.",
            id="unknown field",
        ),
    ],
)
def test_unclear_limits_are_told_and_change_nothing(
    limits: Limit,
    stranger: Caller,
    wish: object,
    told: str,
) -> None:
    before = stranger.get("/_sandbox/limits").json()
    answer = limits(wish)
    assert (answer.status_code, answer.json()["Message"]) == (400, told)
    assert stranger.get("/_sandbox/limits").json() == before


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_told(stranger: Caller, body: bytes) -> None:
    for path in ("/_sandbox/limits", "/_sandbox/faults"):
        answer = stranger.send("PUT", path, data=body)
        assert answer.status_code == 400
        assert answer.json()["Message"].startswith("This is not JSON: ")
