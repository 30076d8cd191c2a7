"""One sandbox for all tests of a worker, wiped before each; its clock moves only when a test says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import requests

from pipeline.sandbox import start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.sandbox import Running

_TIMEOUT_SECONDS = 10
_ACCOUNT_OF_TESTS = "admin@example.com"


@dataclass
class Clock:
    """A clock that stands still."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the time it shows."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move on."""
        self.now += timedelta(seconds=seconds)


class Caller:
    """Somebody who sends requests to a sandbox over one connection."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def send(self, method: str, path: str, **what: Any) -> requests.Response:  # noqa: ANN401 - as requests has it
        """Send one request and return its answer, whatever it is."""
        return self.session.request(
            method, self.url + path, timeout=_TIMEOUT_SECONDS, allow_redirects=False, **what
        )

    def get(self, path: str, **query: object) -> requests.Response:
        """Get a path with a query."""
        return self.send("GET", path, params=query)

    def ask_token(self, **form: str) -> requests.Response:
        """Ask for a token with a form, as the password grant unless the form says otherwise."""
        return self.send("POST", "/api/token", data={"grant_type": "password", "password": "sandbox"} | form)

    def create(self, course: object) -> requests.Response:
        """Post a course."""
        return self.send("POST", "/api/content/courses", json=course)


class SignIn(Protocol):
    """What the fixture `signed_in` gives."""

    def __call__(self, account: str = ..., url: str = ...) -> Caller:
        """Return a caller who holds a token of an account."""


@pytest.fixture(scope="session")
def standing_clock() -> Clock:
    return Clock(now=datetime(2026, 1, 31, 12, 30, 15, tzinfo=UTC))


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, standing_clock: Clock) -> Iterator[Running]:
    with start(
        tmp_path_factory.mktemp("sandbox") / "store.db", clock=standing_clock, limits="off"
    ) as sandbox:
        yield sandbox


@pytest.fixture
def clock(standing_clock: Clock) -> Clock:
    standing_clock.now = datetime(2026, 1, 31, 12, 30, 15, tzinfo=UTC)
    return standing_clock


@pytest.fixture
def stranger(running: Running, clock: Clock) -> Iterator[Caller]:
    """A caller without a token, at a sandbox just wiped."""
    assert clock.now.tzinfo is UTC
    caller = Caller(running.url)
    with caller.session:
        caller.send("DELETE", "/_sandbox/store")
        yield caller


@pytest.fixture
def signed_in(stranger: Caller) -> Iterator[SignIn]:
    callers = []

    def sign_in(account: str = _ACCOUNT_OF_TESTS, url: str = stranger.url) -> Caller:
        caller = Caller(url)
        callers.append(caller)
        token = caller.ask_token(username=account).json()["access_token"]
        caller.session.headers["Authorization"] = f"Bearer {token}"
        return caller

    yield sign_in
    for caller in callers:
        caller.session.close()


@pytest.fixture
def admin(signed_in: SignIn) -> Caller:
    return signed_in()


@pytest.fixture
def course() -> dict[str, object]:
    """The least a course needs."""
    return {
        "BusinessId": 1414974955,
        "HostId": 1414980011,
        "Title": "Bookkeeping basics",
        "DisplayOrder": 10,
        "Visibility": 1,
    }


@pytest.fixture
def limits(stranger: Caller) -> Iterator[Callable[[object], requests.Response]]:
    """Asks the sandbox for limits; when the test is over there are none."""
    yield lambda wish: stranger.send("PUT", "/_sandbox/limits", json=wish)
    stranger.send("PUT", "/_sandbox/limits", json={"limits": "off"})


@pytest.fixture
def faults(stranger: Caller) -> Iterator[Callable[..., requests.Response]]:
    """Asks the sandbox for faults; when the test is over there are none."""
    yield lambda *wishes: stranger.send("PUT", "/_sandbox/faults", json={"faults": wishes})
    stranger.send("PUT", "/_sandbox/faults", json=[])
