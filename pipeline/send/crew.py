"""Courses in flight: one at a time while answers come quickly, several while they are slow."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.api import Client, Settled
    from pipeline.model import Step

    Landing = tuple[Step, Mapping[str, object], Settled]


class Crew:
    """Sends courses and brings back what became of them. Threads are daemons: a killed run waits for none."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._landed: queue.SimpleQueue[Callable[[], Landing]] = queue.SimpleQueue()
        self.in_flight = 0

    def send(self, step: Step, payload: Mapping[str, object], *, alone: bool) -> None:
        """Send one course, in this thread when it goes alone."""
        self.in_flight += 1
        if alone:
            self._fly(step, payload)
        else:
            threading.Thread(target=self._fly, args=(step, payload), daemon=True).start()

    def landed(self, seconds: float) -> list[Landing]:
        """Return what came back by now, waiting so long for the first; an error in flight is raised here."""
        landings: list[Landing] = []
        while self.in_flight:
            try:
                land = self._landed.get(timeout=0 if landings else min(seconds, threading.TIMEOUT_MAX))
            except queue.Empty:
                break
            self.in_flight -= 1
            landings.append(land())
        return landings

    def _fly(self, step: Step, payload: Mapping[str, object]) -> None:
        try:
            settled = self._client.create_course(payload, row=step.row)
        except Exception as error:  # noqa: BLE001 - it is raised again where the crew lands
            self._landed.put(_raising(error))
        else:
            self._landed.put(lambda: (step, payload, settled))


def _raising(error: Exception) -> Callable[[], Landing]:
    def land() -> Landing:
        raise error

    return land
