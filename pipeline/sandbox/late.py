"""Courses that exist but that lists do not show yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wait:
    until: datetime
    lists: int  # how many more lists come without the course


class LateCourses:
    """Which courses lists leave out, and for how long."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._waits: dict[int, _Wait] = {}

    def hide(self, course_id: int, *, seconds: float, lists: int) -> None:
        """Keep a course out of lists for some seconds and for some lists, whichever takes longer."""
        self._waits[course_id] = _Wait(until=self._clock() + timedelta(seconds=seconds), lists=lists)

    def hidden(self) -> tuple[int, ...]:
        """Return the courses to leave out of one list, which counts by being asked for."""
        if not self._waits:
            return ()
        now = self._clock()
        late = {key: wait for key, wait in self._waits.items() if wait.lists > 0 or now < wait.until}
        self._waits = {key: replace(wait, lists=wait.lists - 1) for key, wait in late.items()}
        return tuple(late)

    def show_all(self) -> None:
        """Leave nothing out any more."""
        self._waits.clear()
