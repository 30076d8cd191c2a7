"""How fast courses go under the API's documented limits, and how often those are broken on the way."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from tests.bench.measuring import OURS, Bound, Comparison, Figure, child

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LEAST: Final = "the least possible"
_CONTENDERS: Final[Mapping[str, str]] = {
    _LEAST: "least_possible",
    OURS: "ours",
    "pyrate-limiter": "pyrate_limiter",
    "requests-ratelimiter": "requests_ratelimiter",
    "sleep one second": "sleep_one_second",
    "retry when throttled": "retry_when_throttled",
}
_WHAT: Final = ("seconds", "requests over a limit", "throttled answers")
_SIZES: Final = (10, 60, 61, 100, 600, 2_500, 5_000, 12_000)
_QUICK_SIZES: Final = (10, 60, 61, 600, 2_500)
_MOST_OVER_LEAST: Final[Mapping[int, float]] = {600: 1.04, 2_500: 1.012}
_NOTES: Final = (
    "Simulated: each way takes 50 to 150 ms, one request is in flight, there is a value for each seed.",
    "Seconds pass from the first course's arrival to the last one's. The limits slide at the server's door:",
    "60 writes a minute, 5,000 a day; 1 request in 100 ms, 120 a minute, 5,000 an hour, 200,000 a day.",
    "A request is over a limit when as many as may had arrived in the window before it, throttled or not.",
    "Few courses take longer than the limits ask for: each waits for the answer before, and course-import",
    "lets 100 ms pass after it, so that no jitter brings two requests within 100 ms.",
    "pyrate-limiter and requests-ratelimiter count from the sending: jitter pushes requests over a limit.",
    "Neither waits as Retry-After says by itself; by default neither remembers what an earlier run sent.",
)


def compare(*, quick: bool) -> Comparison:
    """Send each number of courses with each contender, once for each seed."""
    sizes = _QUICK_SIZES if quick else _SIZES
    seeds = range(1, 3 if quick else 6)
    asked = [
        (function, ",".join(map(str, sizes)), f"{seed}")
        for function in _CONTENDERS.values()
        for seed in seeds
    ]
    with ThreadPoolExecutor(os.cpu_count()) as side_by_side:  # time is simulated: none takes it from another
        answers = side_by_side.map(
            lambda words: child(f"tests.bench.contenders.pace:{words[0]}", *words[1:]), asked
        )
        told = {contender: [next(answers) for _ in seeds] for contender in _CONTENDERS}
    return Comparison(
        name="pace",
        title="Pace under the documented limits, simulated",
        figures=tuple(
            figure for courses in sizes for what in _WHAT for figure in _figures(courses, what, told)
        ),
        bounds=tuple(bound for courses in sizes for bound in _bounds(courses)),
        notes=_NOTES,
    )


def _figures(courses: int, what: str, told: Mapping[str, list[Mapping[str, float]]]) -> Iterator[Figure]:
    case = f"{courses:,} courses"
    for contender, seeds in told.items():
        values = tuple(seed[name] for seed in seeds if (name := f"{case}, {what}") in seed)
        if values:
            yield Figure(case=case, contender=contender, what=what, values=values)


def _bounds(courses: int) -> Iterator[Bound]:
    case = f"{courses:,} courses"
    for what in _WHAT[1:]:
        yield Bound(case=case, what=what, contender=OURS, at_most=0)
    if courses in _MOST_OVER_LEAST:
        at_most = _MOST_OVER_LEAST[courses]
        yield Bound(case=case, what="seconds", contender=OURS, reference=_LEAST, at_most=at_most)
