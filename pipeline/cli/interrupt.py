"""Ctrl-C and SIGTERM: the first one lets the request in flight be finished and recorded."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self

from pipeline.api import Stop
from pipeline.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_STOPS: Final = {
    signal.SIGINT: Stop(code=Exit.INTERRUPTED, reason="interrupted with Ctrl-C"),
    signal.SIGTERM: Stop(code=Exit.TERMINATED, reason="ended by SIGTERM"),
}


_GLANCE_SECONDS: Final = 0.05  # how much later than its signal a sleep may end


class Interrupt:
    """Remembers that the run is to end.

    A signal is heard between any two steps of the main thread: no lock is taken here, not even an event's,
    for the step that was broken off may hold it.
    """

    def __init__(self) -> None:
        self._stop: Stop | None = None
        self._asking = False
        self.waited_seconds = 0.0  # for slots under the API's limits

    @contextmanager
    def listening(self) -> Iterator[Self]:
        """Take over both signals for a while; the second one of either ends the process where it stands."""
        before = {number: signal.signal(number, self._hear) for number in _STOPS}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def sleep(self, seconds: float) -> None:
        """Sleep, but no longer than until the run is to end."""
        until = time.monotonic() + seconds
        while not self.is_told() and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _GLANCE_SECONDS))

    def sleep_for_slot(self, seconds: float) -> None:
        """Sleep the same way, and count it."""
        begun = time.monotonic()
        self.sleep(seconds)
        self.waited_seconds += time.monotonic() - begun

    def is_told(self) -> bool:
        """Tell whether the run is to end."""
        return self._stop is not None

    def stop(self) -> Stop | None:
        """Return why the run is to end, if it is."""
        return self._stop

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Let even the first signal break off what a person is asked; nothing is in flight then.

        Raises:
            KeyboardInterrupt: it came, or had come before the question.
        """
        self._asking = True
        try:
            if self.is_told():
                raise KeyboardInterrupt
            yield
        finally:
            self._asking = False

    def _hear(self, number: int, frame: FrameType | None) -> None:
        del frame
        again = self.is_told()
        stop = self._stop = _STOPS[signal.Signals(number)]
        if self._asking:
            raise KeyboardInterrupt
        if again:
            raise SystemExit(int(stop.code))
