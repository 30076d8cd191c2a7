"""What those who send courses have in common: an errand, a watch, and how both are measured."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import requests

from tests.bench.contenders.closed import closed_at_first
from tests.bench.contenders.faults import Sandbox
from tests.bench.scripts import CASES, COURSES_PATH, courses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.bench.scripts import Case, Course

_CONNECT_SECONDS: Final = 10
_READ_SECONDS: Final = 60
_MOST_RUNS: Final = 5  # of a program that can go on where it stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Courses to be sent, and how."""

    url: str
    token: str
    courses: list[Course]
    folder: Path  # keeps what a program has to know when it is run again
    read_timeout_seconds: float = _READ_SECONDS

    def post(self, session: requests.Session, course: Course) -> None:
        """Send one course; return when the API says that it was created.

        Raises:
            requests.RequestException: it says anything else, or nothing.
        """
        answer = session.post(
            self.url + COURSES_PATH,
            json=course,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=(_CONNECT_SECONDS, self.read_timeout_seconds),
        )
        answer.raise_for_status()
        if not answer.json()["WasSuccessful"]:
            raise requests.RequestException("the API says that it did not create the course")


class Stopwatch:
    """Runs from its first start to its last stop."""

    def __init__(self) -> None:
        self._begun: tuple[float, float] | None = None
        self._ended = (0.0, 0.0)

    def start(self) -> None:
        """Begin, unless it runs already."""
        if self._begun is None:
            self._begun = (time.perf_counter(), time.process_time())

    def stop(self) -> None:
        """End, so far."""
        self._ended = (time.perf_counter(), time.process_time())

    def told(self, rows: int) -> Mapping[str, float]:
        """Return what so many rows took."""
        if self._begun is None:
            raise RuntimeError("nothing was sent")
        seconds, cpu_seconds = (end - begin for end, begin in zip(self._ended, self._begun, strict=True))
        return {"rows a second": rows / seconds, "CPU ms a row": cpu_seconds / rows * 1000}


# Sends what it can and returns whether there is nothing more it could do if it were run again.
Program: TypeAlias = Callable[[Errand, Stopwatch], bool]


def speed(place: str, url: str, token: str, folder: str, count: str) -> Callable[[], Mapping[str, float]]:
    """Send so many courses to a stub, which has to know all of them in the end."""
    send = _program(place)
    errand = Errand(url=url, token=token, courses=courses(int(count)), folder=Path(folder))

    def work() -> Mapping[str, float]:
        watch = Stopwatch()
        if not send(errand, watch):
            raise RuntimeError("it did not send everything")
        head = {"Authorization": f"Bearer {token}"}
        created = requests.get(f"{url}/created", headers=head, timeout=_CONNECT_SECONDS).json()
        if created != len(errand.courses):
            raise RuntimeError(f"{created} courses for {len(errand.courses)} rows")
        return watch.told(len(errand.courses))

    return work


def faults(place: str, url: str, folder: str, every: str) -> Callable[[], Mapping[str, float]]:
    """Play each script of faults, or each so-many-th, at a sandbox; count how they end."""
    send = _program(place)

    def work() -> Mapping[str, float]:
        played = CASES[:: int(every)]
        right = missing = twice = 0
        for number, case in enumerate(played):
            own = Path(folder) / str(number)
            own.mkdir()
            counts = _play(case, send, url, own)
            missing += counts.count(0)
            twice += sum(count > 1 for count in counts)
            right += set(counts) == {1}
        return {
            "ended right": right,
            "ended wrong": len(played) - right,
            "courses missing": missing,
            "courses twice or more": twice,
        }

    return work


def _play(case: Case, send: Program, url: str, folder: Path) -> list[int]:
    """Play one case; return how often each course is there in the end."""
    sandbox = Sandbox(url)
    token = sandbox.play(case)
    with closed_at_first(url, case.refused_seconds) as address:
        errand = Errand(
            url=address,
            token=token,
            courses=courses(case.courses),
            folder=folder,
            read_timeout_seconds=case.read_timeout_seconds,
        )
        runs = 1
        while not send(errand, Stopwatch()) and runs < _MOST_RUNS:
            time.sleep(case.refused_seconds)  # nobody starts again at once where nothing answers
            runs += 1
    there = sandbox.titles()
    counts = [there[str(course["Title"])] for course in errand.courses]
    if there.total() != sum(counts):
        raise RuntimeError(f"courses that nobody was to send: {there}")
    return counts


def _program(place: str) -> Program:
    module, _, name = place.partition(":")
    program: Program = getattr(importlib.import_module(module), name)()
    return program
