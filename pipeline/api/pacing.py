"""How fast requests may follow each other, so that no window of the API's limits can be broken.

A request may leave only when, for every limit, fewer than `most` requests are unanswered or were answered
less than `seconds` ago. Counting from the answer, not from the sending, makes this hold at the server's door
whatever the network's jitter: the next arrival is never before the answer of the one `most` places earlier,
which is never before that one's own arrival.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `most` requests in any `seconds`."""

    most: int
    seconds: float
    writes_only: bool  # POST, PUT and DELETE on content; otherwise every request


STEADY: Final = (Limit(most=1, seconds=1.0, writes_only=True),)


class Pacer:
    """Tells how long a request has to wait. Not thread-safe.

    Args:
        limits: every limit that holds.
        clock: seconds of a clock that only goes forward.
    """

    def __init__(self, limits: Sequence[Limit], clock: Callable[[], float]) -> None:
        self._clock = clock
        self._windows = [(limit, _Window()) for limit in limits]

    def wait_seconds(self, *, write: bool) -> float:
        """Return how long until a request may leave; 0 when it may leave now, infinite until an answer."""
        now = self._clock()
        waits = (window.wait(limit, now) for limit, window in self._windows if write or not limit.writes_only)
        return max(waits, default=0.0)

    def sent(self, *, write: bool) -> None:
        """Count a request that leaves now."""
        for window in self._counting(write=write):
            window.unanswered += 1

    def answered(self, *, write: bool) -> None:
        """Count the answer of a request, or that it was given up."""
        for window in self._counting(write=write):
            window.unanswered -= 1
            window.answered_at.append(self._clock())

    def _counting(self, *, write: bool) -> list[_Window]:
        return [window for limit, window in self._windows if write or not limit.writes_only]


class _Window:
    """The requests that count against one limit."""

    __slots__ = ("answered_at", "unanswered")

    def __init__(self) -> None:
        self.answered_at: deque[float] = deque()
        self.unanswered = 0

    def wait(self, limit: Limit, now: float) -> float:
        while self.answered_at and self.answered_at[0] <= now - limit.seconds:
            self.answered_at.popleft()
        surplus = self.unanswered + len(self.answered_at) - limit.most
        if surplus < 0:
            return 0.0
        if surplus >= len(self.answered_at):
            return float("inf")
        return self.answered_at[surplus] + limit.seconds - now
