"""Who decides when the next course may leave; time and the API are simulated, the deciding is real.

Each function takes how many courses to send, such as "10,600", and a seed for the jitter. All keep one
request in flight, and send a throttled course again when the answer's Retry-After has passed.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tests.bench.contenders.simulated import LIMITS, RETRY_AFTER_SECONDS, Api, Clock, least_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import PreparedRequest, Response

    Send: TypeAlias = Callable[[], None]  # one course, until it is created
    Work: TypeAlias = Callable[[], Mapping[str, float]]

_URL: Final = "https://spaces.example.com/api/content/courses"


def least_possible(sizes: str, seed: str) -> Work:
    """Nobody: the limits alone, with answers that come at once."""
    del seed
    return lambda: {_named(courses, "seconds"): least_seconds(courses) for courses in _numbers(sizes)}


def ours(sizes: str, seed: str) -> Work:
    """`Pacer`, with the limits of the settings' defaults."""
    from pipeline.api.pacing import Pacer
    from pipeline.cli.entrance import limits_of
    from pipeline.settings import load_settings

    limits = limits_of(load_settings(connects=False))
    assert {(limit.most, limit.seconds) for limit in limits} == set(LIMITS), "these are not the defaults"
    clock = Clock()

    def begin(api: Api) -> Send:
        pacer = Pacer(limits, clock.monotonic)

        def send() -> None:
            created = False
            while not created:
                while (wait := pacer.wait_seconds(write=True)) > 0:
                    clock.sleep(wait)
                pacer.sent(write=True)
                created = api.create()
                pacer.answered(write=True)
                if not created:
                    pacer.throttled(RETRY_AFTER_SECONDS)

        return send

    return _work(sizes, seed, clock, begin)


def pyrate_limiter(sizes: str, seed: str) -> Work:
    """`Limiter.try_acquire` with a list of rates, as its documentation begins."""
    clock = Clock()
    with clock.worn():
        # It takes its clock while it is imported; the bench has it in an environment of its own.
        from pyrate_limiter import (
            Duration,
            Limiter,
            Rate,
        )

    def begin(api: Api) -> Send:
        # Those that bind; two rates of one interval, or one that is never reached, it does not take.
        rates = [Rate(1, 100), Rate(60, Duration.MINUTE), Rate(5_000, Duration.DAY)]
        limiter = Limiter(rates)

        def attempt() -> bool:
            limiter.try_acquire("courses")
            return api.create()

        return _again(attempt, clock)

    return _work(sizes, seed, clock, begin)


def requests_ratelimiter(sizes: str, seed: str) -> Work:
    """`LimiterSession` with rates a second, a minute and a day, told that 409 means throttled."""
    clock = Clock()
    with clock.worn():
        # The same.
        from requests_ratelimiter import (
            LimiterSession,
        )

    def begin(api: Api) -> Send:
        session = LimiterSession(per_second=10, per_minute=60, per_day=5_000, limit_statuses=[409, 429])
        session.trust_env = False
        session.mount("https://", _line_to(api))
        return _again(lambda: session.post(_URL, json={"Title": "Bookkeeping"}).ok, clock)

    return _work(sizes, seed, clock, begin)


def sleep_one_second(sizes: str, seed: str) -> Work:
    """A course, its answer, a second's sleep: one a second is 60 a minute."""
    clock = Clock()

    def begin(api: Api) -> Send:
        send_one = _again(api.create, clock)

        def send() -> None:
            send_one()
            clock.sleep(1)

        return send

    return _work(sizes, seed, clock, begin)


def retry_when_throttled(sizes: str, seed: str) -> Work:
    """As fast as it goes."""
    clock = Clock()
    return _work(sizes, seed, clock, lambda api: _again(api.create, clock))


def _work(sizes: str, seed: str, clock: Clock, begin: Callable[[Api], Send]) -> Work:
    """Return the work that sends each of these many courses to an API of its own."""

    def work() -> Mapping[str, float]:
        told: dict[str, float] = {}
        for courses in _numbers(sizes):
            api = Api(clock, seed=f"{seed} {courses}")
            send = begin(api)
            for _ in range(courses):
                send()
            told |= {_named(courses, what): value for what, value in api.told(courses).items()}
        return told

    return work


def _again(attempt: Callable[[], bool], clock: Clock) -> Send:
    def send() -> None:
        while not attempt():
            clock.sleep(RETRY_AFTER_SECONDS)

    return send


def _line_to(api: Api) -> Any:  # noqa: ANN401 - requests is loaded by whom it is measured for
    """Return what carries a session's requests to the simulated API."""
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPResponse

    wait = {"Retry-After": f"{RETRY_AFTER_SECONDS}"}

    class Line(HTTPAdapter):
        def send(self, request: PreparedRequest, *_: object, **__: object) -> Response:
            if api.create():
                answer = HTTPResponse(BytesIO(b"{}"), status=200, preload_content=False)
            else:
                answer = HTTPResponse(BytesIO(), status=409, headers=wait, preload_content=False)
            return self.build_response(request, answer)

    return Line()


def _numbers(sizes: str) -> list[int]:
    return [int(size) for size in sizes.split(",")]


def _named(courses: int, what: str) -> str:
    return f"{courses:,} courses, {what}"
