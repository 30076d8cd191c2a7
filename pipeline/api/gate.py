"""The one way out: every request keeps the pace and is on the disk before it leaves."""

from __future__ import annotations

import logging
import math
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from pipeline.api.answers import THROTTLED, Answer, Stop, again_when_reading
from pipeline.api.signin import TOKEN_PATH
from pipeline.errors import Exit, StoppedEarly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from pipeline.api.answers import Reply
    from pipeline.api.connection import Connection
    from pipeline.api.pacing import Pacer
    from pipeline.model import PastRequest, Quota, Row

_LOGGER: Final = logging.getLogger(__name__)
_TOLD: Final = 2000  # characters of an answer that are kept for `explain`
_QUICK_SECONDS: Final = 1.0  # answers that come within this leave nothing to gain from several in flight
_NEWEST: Final = 0.3  # the weight of the newest answer in the usual answer time


class RequestLog(Protocol):
    """Where every request is written down: the journal."""

    def sending(self, method: str, path: str, *, row: int | None) -> int:
        """Note that a request leaves now, on disk before it does; return its number."""

    def answered(self, number: int, *, status: int | None, told: str) -> None:
        """Note what came back; may reach the disk with the next `sending` or `settle`."""

    def settle(self) -> None:
        """Bring everything noted so far to the disk: nothing will leave for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long and how wide requests may go.

    `sleep` waits so many seconds and may return early when the run is to end; `hurried` tells that it is;
    `sleep_for_slot` waits for the limits, for those who count that by itself.
    """

    max_wait_seconds: float  # for a slot; infinite: as long as it takes
    most_in_flight: int
    sleep: Callable[[float], None]
    hurried: Callable[[], bool]
    now: Callable[[], datetime]
    sleep_for_slot: Callable[[float], None] | None = None


class Gate:
    """Lets requests out, from several threads if need be, each when the limits allow it."""

    def __init__(self, connection: Connection, *, pacer: Pacer, log: RequestLog, bounds: Bounds) -> None:
        self.host = connection.host
        self._connection = connection
        self._pacer = pacer
        self._log = log
        self._bounds = bounds
        self._door = threading.RLock()  # one request passes it at a time
        self._answer_seconds = 0.0  # the usual time until a course is answered
        self._read_seconds = 0.0  # the last time until a reading was answered, for a first forecast

    def exchange(
        self,
        method: str,
        path: str,
        *,
        row: Row | None = None,
        **parts: Any,  # noqa: ANN401 - handed on to Connection.exchange
    ) -> Reply:
        """Wait for a slot, note the request, send it once, note its answer.

        Raises:
            StoppedEarly: the run is to end, or the next slot is too far away; nothing was sent.
            JournalUnusable: what was to be noted could not be.
        """
        write = _is_write(method, path)
        number = self._leave(method, path, row=row.number if row else None)
        begun = self._pacer.clock()
        reply = self._connection.exchange(method, path, **parts)
        with self._door:
            self._pacer.answered(write=write)
            self._learn(self._pacer.clock() - begun, write=write)
            if isinstance(reply, Answer) and reply.status in THROTTLED:
                told = again_when_reading(reply, now=self._bounds.now())
                self._pacer.throttled((told and told.wait_seconds) or 0.0)
        if isinstance(reply, Answer):
            # What signing in answers is secret.
            status, words = reply.status, "" if path == TOKEN_PATH else reply.body[:_TOLD]
        else:
            status, words = None, reply.reason
        self._log.answered(number, status=status, told=words)
        _LOGGER.info(
            "%s %s%s: %s",
            method,
            path,
            f" for row {row.number}" if row else "",
            status or words,
            extra={"event": "request", **({"row": row.number, "key": row.key} if row else {})},
        )
        return reply

    def turn(self, *, write: bool = True) -> float | Stop:
        """Return in how many seconds a request may leave, infinite until an answer; or why none may."""
        if self._bounds.hurried():
            return Stop(code=Exit.STOPPED, reason="the run is ending")
        with self._door:
            wait = self._pacer.wait_seconds(write=write)
        if math.isfinite(wait) and wait > self._bounds.max_wait_seconds:
            at = self._bounds.now() + timedelta(seconds=wait)
            return Stop(
                code=Exit.STOPPED,
                reason=f"the API's limits leave no slot before {at:%Y-%m-%d %H:%M} UTC; --wait waits for it",
                may_read=write,
            )
        return wait

    def sleep(self, seconds: float) -> None:
        """Sleep, with everything noted on the disk; less long when the run is to end."""
        self._log.settle()
        self._bounds.sleep(seconds)

    def sleep_for_slot(self, seconds: float) -> None:
        """Sleep as `sleep` does until the limits let a request leave."""
        self._log.settle()
        (self._bounds.sleep_for_slot or self._bounds.sleep)(seconds)

    def remember(self, past: Iterable[PastRequest]) -> None:
        """Count requests of earlier runs against the limits."""
        ages: dict[bool, list[float]] = {True: [], False: []}
        now = self._bounds.now()
        for request in past:
            age = 0.0 if request.answered_at is None else (now - request.answered_at).total_seconds()
            ages[_is_write(request.method, request.path)].append(age)
        for write, seconds in ages.items():
            self._pacer.remember(seconds, write=write)

    def forecast(self, writes: int) -> float:
        """Return how many seconds so many more courses will take."""
        usual = self._answer_seconds or self._read_seconds
        return self._pacer.forecast(writes, answer_seconds=usual)

    def quotas(self) -> tuple[Quota, ...]:
        """Return what each of the API's limits leaves now."""
        with self._door:
            return self._pacer.quotas()

    @property
    def width(self) -> int:
        """How many courses should be in flight: one, or as many as slow answers need to keep the pace."""
        usual, even = self._answer_seconds, self._pacer.even_seconds
        if usual <= _QUICK_SECONDS:
            return 1
        return (
            int(min(self._bounds.most_in_flight, usual / even + 1)) if even else self._bounds.most_in_flight
        )

    def _leave(self, method: str, path: str, *, row: int | None) -> int:
        """Wait until a request may leave; count it and note it as one step."""
        write = _is_write(method, path)
        while True:
            turn = self.turn(write=write)
            if isinstance(turn, Stop):
                raise StoppedEarly(turn.reason)
            if turn > 0:
                self.sleep_for_slot(min(turn, _QUICK_SECONDS) if math.isinf(turn) else turn)
                continue
            with self._door:
                if self._pacer.wait_seconds(write=write) <= 0:  # nobody was quicker
                    number = self._log.sending(method, path, row=row)
                    self._pacer.sent(write=write)
                    return number

    def _learn(self, seconds: float, *, write: bool) -> None:
        """Keep the usual answer times, and spread what is in flight evenly over them."""
        if not write:
            self._read_seconds = seconds
            return
        known = self._answer_seconds
        self._answer_seconds = seconds if not known else known + _NEWEST * (seconds - known)
        self._pacer.spread(self._answer_seconds / self.width if self.width > 1 else 0.0)


def _is_write(method: str, path: str) -> bool:
    return method != "GET" and path != TOKEN_PATH
