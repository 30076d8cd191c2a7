"""How fast requests may follow each other, so that no window of the API's limits can be broken.

A request may leave only when, for every limit, fewer than `most` requests are unanswered or were answered
less than `seconds` ago. Counting from the answer, not from the sending, makes this hold at the server's door
whatever the network's jitter: the next arrival is never before the answer of the one `most` places earlier,
which is never before that one's own arrival.

With several requests in flight a limit of fewer than that cannot be counted from answers. It then becomes a
distance between sendings, which holds for any jitter below that distance less the limit's own window.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.model import Quota

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_SLOW_SECONDS: Final = 60.0  # a throttled caller goes evenly for as long as the API's shortest long window


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `most` requests in any `seconds`."""

    most: int
    seconds: float
    writes_only: bool  # POST, PUT and DELETE on content; otherwise every request


class Pacer:
    """Tells how long a request has to wait. Not thread-safe.

    Args:
        limits: every limit that holds.
        clock: seconds of a clock that only goes forward.
    """

    def __init__(self, limits: Sequence[Limit], clock: Callable[[], float]) -> None:
        self._limits = tuple(limits)
        self.clock = clock
        self._windows = [_Window(limit) for limit in limits]
        self.even_seconds = max(
            (limit.seconds / limit.most for limit in limits if limit.seconds <= _SLOW_SECONDS), default=0
        )
        self._distance = 0.0  # between sendings; 0 while one request is in flight at a time
        self._last_sent = self._last_answered = -float("inf")
        self._held_until = self._slow_until = -float("inf")

    def wait_seconds(self, *, write: bool) -> float:
        """Return how long until a request may leave; 0 when it may leave now, infinite until an answer."""
        now = self.clock()
        waits = [window.wait(now) for window in self._counting(write=write) if not self._is_distance(window)]
        waits.append(self._held_until - now)
        if self._distance:
            waits.append(self._last_sent + self._distance - now)
        if now < self._slow_until:
            waits.append(self._last_answered + self.even_seconds - now)
        return max(0.0, *waits)

    def sent(self, *, write: bool) -> None:
        """Count a request that leaves now."""
        self._last_sent = self.clock()
        for window in self._counting(write=write):
            window.unanswered += 1

    def answered(self, *, write: bool) -> None:
        """Count the answer of a request, or that it was given up."""
        self._last_answered = self.clock()
        for window in self._counting(write=write):
            window.unanswered -= 1
            window.answered_at.append(self._last_answered)

    def remember(self, ages: Iterable[float], *, write: bool) -> None:
        """Count requests of the past: how many seconds ago each was answered."""
        now = self.clock()
        past = sorted(now - max(0.0, age) for age in ages)
        for window in self._counting(write=write):
            window.answered_at = deque(sorted([*past, *window.answered_at]))

    def throttled(self, wait_seconds: float) -> None:
        """Obey a server that throttles all the same: wait as told, then go evenly for a minute."""
        now = self.clock()
        self._held_until = max(self._held_until, now + wait_seconds)
        self._slow_until = self._held_until + _SLOW_SECONDS

    def spread(self, distance_seconds: float) -> None:
        """Let several requests be in flight, `distance_seconds` between sendings; 0 for one at a time."""
        self._distance = distance_seconds

    def forecast(self, writes: int, *, answer_seconds: float) -> float:
        """Return how many seconds `writes` more writes will take from now, one in flight at a time."""
        moment = start = self.clock()
        ahead = Pacer(self._limits, lambda: moment)
        for window, own in zip(ahead._windows, self._windows, strict=True):
            window.answered_at = deque(own.answered_at)
        for _ in range(writes):
            moment += ahead.wait_seconds(write=True)
            ahead.sent(write=True)
            moment += answer_seconds
            ahead.answered(write=True)
        return moment - start

    def quotas(self) -> tuple[Quota, ...]:
        """Return what each limit leaves now."""
        now = self.clock()
        return tuple(window.quota(now) for window in self._windows)

    def _counting(self, *, write: bool) -> list[_Window]:
        return [window for window in self._windows if write or not window.limit.writes_only]

    def _is_distance(self, window: _Window) -> bool:
        return self._distance > 0 and window.limit.seconds <= self._distance


class _Window:
    """The requests that count against one limit."""

    __slots__ = ("answered_at", "limit", "unanswered")

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.answered_at: deque[float] = deque()
        self.unanswered = 0

    def wait(self, now: float) -> float:
        while self.answered_at and self.answered_at[0] <= now - self.limit.seconds:
            self.answered_at.popleft()
        surplus = self.unanswered + len(self.answered_at) - self.limit.most
        if surplus < 0:
            return 0.0
        if surplus >= len(self.answered_at):
            return float("inf")
        return self.answered_at[surplus] + self.limit.seconds - now

    def quota(self, now: float) -> Quota:
        wait = self.wait(now)  # forgets what is no longer in the window
        left = self.limit.most - self.unanswered - len(self.answered_at)
        return Quota(
            most=self.limit.most,
            seconds=self.limit.seconds,
            writes_only=self.limit.writes_only,
            left=max(0, left),
            frees_in_seconds=wait,
        )
