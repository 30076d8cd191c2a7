"""A simulated API: a clock that only waiting moves, a way with jitter, a server that counts arrivals."""

from __future__ import annotations

import random
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Those of the API's documentation; every request here is a write, so that all of them count it.
LIMITS: Final = ((1, 0.1), (60, 60.0), (120, 60.0), (5_000, 3_600.0), (5_000, 86_400.0), (200_000, 86_400.0))
RETRY_AFTER_SECONDS: Final = 1  # what a throttled answer tells
_WAY_SECONDS: Final = 0.1  # there, and back again: an answer takes 200 ms
_JITTER_SECONDS: Final = 0.05  # of each way, more or less


class Clock:
    """Stands in for the functions of `time`; moves when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def monotonic(self) -> float:
        """Return the seconds since some moment."""
        return self.seconds

    def monotonic_ns(self) -> int:
        """Return the same in nanoseconds."""
        return int(self.seconds * 1_000_000_000)

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.seconds += seconds

    @contextmanager
    def worn(self) -> Iterator[None]:
        """Let modules that are imported meanwhile take this clock for the machine's, for good."""
        names = ("monotonic", "monotonic_ns", "sleep")
        real = {name: getattr(time, name) for name in names}
        try:
            for name in names:
                setattr(time, name, getattr(self, name))
            yield
        finally:
            for name, function in real.items():
                setattr(time, name, function)


class Api:
    """Creates a course for each request that no limit forbids, and tells what it saw at its door.

    Windows slide and are half open. A throttled request does not count towards the next ones: if it did,
    whoever asks too early could shut himself out for good.
    """

    def __init__(self, clock: Clock, *, seed: str) -> None:
        self._clock = clock
        self._dice = random.Random(seed)  # noqa: S311 - a simulation
        self._served: list[deque[float]] = [deque(maxlen=most) for most, _ in LIMITS]
        self._arrived: list[deque[float]] = [deque(maxlen=most) for most, _ in LIMITS]
        self._created_at: list[float] = []
        self._over = 0
        self._throttled = 0

    def create(self) -> bool:
        """Send one course and wait for its answer; return whether it was created, not throttled."""
        self._travel()
        created = self._receive(self._clock.seconds)
        self._travel()
        return created

    def told(self, courses: int) -> Mapping[str, float]:
        """Return what is compared, after so many courses were sent."""
        assert len(self._created_at) == courses, f"{len(self._created_at)} courses instead of {courses}"
        return {
            "seconds": self._created_at[-1] - self._created_at[0],
            "requests over a limit": self._over,
            "throttled answers": self._throttled,
        }

    def _travel(self) -> None:
        self._clock.sleep(_WAY_SECONDS + self._dice.uniform(-_JITTER_SECONDS, _JITTER_SECONDS))

    def _receive(self, at: float) -> bool:
        self._over += _is_full(self._arrived, at)
        for window in self._arrived:
            window.append(at)
        if _is_full(self._served, at):
            self._throttled += 1
            return False
        for window in self._served:
            window.append(at)
        self._created_at.append(at)
        return True


def least_seconds(courses: int) -> float:
    """Return the least time from the first arrival to the last that no limit forbids."""
    arrivals: list[float] = []
    for number in range(courses):
        earliest = (arrivals[number - most] + seconds for most, seconds in LIMITS if number >= most)
        arrivals.append(max(earliest, default=0.0))
    return arrivals[-1]


def _is_full(windows: list[deque[float]], at: float) -> bool:
    return any(
        len(window) == most and at < window[0] + seconds
        for window, (most, seconds) in zip(windows, LIMITS, strict=True)
    )
