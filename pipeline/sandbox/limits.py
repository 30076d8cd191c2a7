"""How many requests the sandbox serves in which time, as the API documents it."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from pipeline.sandbox.answers import THROTTLED
from pipeline.sandbox.wishes import UnclearError, Wish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from pipeline.sandbox.answers import Json

LimitsName: TypeAlias = Literal["documented", "off"]

_WRITES: Final = frozenset({"POST", "PUT", "DELETE"})
_WRITTEN: Final = "/api/content"  # a sign-in is a POST but writes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most `most` requests arrive within any stretch of `seconds`, however it is placed."""

    most: int
    seconds: float
    writes_only: bool = False


_DOCUMENTED: Final = (
    Window(most=60, seconds=60, writes_only=True),
    Window(most=5_000, seconds=86_400, writes_only=True),
    Window(most=1, seconds=0.1),
    Window(most=120, seconds=60),
    Window(most=5_000, seconds=3_600),
    Window(most=200_000, seconds=86_400),
)
WINDOWS: Final[Mapping[str, tuple[Window, ...]]] = {"documented": _DOCUMENTED, "off": ()}


class Limits:
    """The windows in force and who came lately.

    All callers share them: to the sandbox everybody is one client. A throttled request is not counted: what
    the API does is unknown, but if it were, a client that asks too early could shut itself out for ever.
    """

    def __init__(self, windows: Sequence[Window], *, status: int = 409) -> None:
        """Begin to count; `status` is what a throttled request is answered with."""
        self.status = status
        self._windows = windows
        self._counted: list[tuple[Window, timedelta, deque[datetime]]] = [
            (window, timedelta(seconds=window.seconds), deque(maxlen=window.most)) for window in windows
        ]

    def admit(self, method: str, path: str, at: datetime) -> float:
        """Count a request and return 0; or leave it out and return in how many seconds there is room for it.

        Windows are half open: a request exactly `seconds` after another one is no longer in its window.
        """
        is_write = method in _WRITES and path.startswith(_WRITTEN)
        counted = [entry for entry in self._counted if is_write or not entry[0].writes_only]
        waits = [
            (arrivals[0] + length - at).total_seconds()
            for window, length, arrivals in counted
            if len(arrivals) == window.most
        ]
        wait = max([0.0, *waits])
        if not wait:
            for _, _, arrivals in counted:
                arrivals.append(at)
        return wait

    def told(self) -> Json:
        """Return what `limits_in` would read as these limits."""
        return {"answer": self.status, "windows": [asdict(window) for window in self._windows]}


def limits_in(wish: object) -> Limits:
    """Return limits that nobody has used yet, from {"limits": name} or {"windows": [window, …]}.

    Either may have an "answer": 409, the documented one, or 429, which the newest clients have met.

    Raises:
        UnclearError: it is not as said; the text tells where.
    """
    asked = Wish(wish, "The limits")
    status = asked.whole("answer", 409)
    if status not in THROTTLED:
        raise UnclearError("The limits: answer must be 409 or 429.")
    if "windows" in asked:
        entries = enumerate(asked.entries("windows"), start=1)
        windows = tuple(_window(Wish(entry, f"Window {number}")) for number, entry in entries)
    else:
        windows = WINDOWS[asked.choice("limits", WINDOWS)]
    asked.end()
    return Limits(windows, status=status)


def _window(asked: Wish) -> Window:
    window = Window(
        most=asked.whole("most"),
        seconds=asked.number("seconds"),
        writes_only=asked.flag("writes_only", default=False),
    )
    asked.end()
    return window
