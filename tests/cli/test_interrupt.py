"""Signals, as a run hears them."""

from __future__ import annotations

import itertools
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.cli.interrupt import Interrupt
from pipeline.errors import Exit

if TYPE_CHECKING:
    from types import FrameType

SIGNALS = [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_the_first_signal_is_remembered_and_the_second_ends_the_process(
    number: signal.Signals, code: Exit
) -> None:
    with Interrupt().listening() as interrupt:
        assert interrupt.stop() is None
        signal.raise_signal(number)
        stop = interrupt.stop()
        assert stop is not None
        assert stop.code is code
        with pytest.raises(SystemExit) as ended:
            signal.raise_signal(number)
        assert ended.value.code == code


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_the_first_signal_breaks_off_a_question(number: signal.Signals, code: Exit) -> None:
    with Interrupt().listening() as interrupt:
        with pytest.raises(KeyboardInterrupt), interrupt.asking():
            signal.raise_signal(number)
        stop = interrupt.stop()
        assert stop is not None
        assert stop.code is code


def test_nobody_is_asked_once_a_signal_came() -> None:
    asked = False
    with Interrupt().listening() as interrupt:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt), interrupt.asking():
            asked = True
    assert not asked


class Sleeper(threading.Thread):
    """Sleeps, and hears SIGTERM after so many steps of it, those of the library's own code among them."""

    def __init__(self, steps: int) -> None:
        super().__init__(daemon=True)  # one that never ends is left behind
        self.heard = False
        self._left = steps
        self._interrupt = Interrupt()

    def run(self) -> None:
        sys.settrace(self._step)
        self._interrupt.sleep(0.05)
        sys.settrace(None)

    def _step(self, frame: FrameType, _event: str, _argument: object) -> Any:  # noqa: ANN401 - as sys.settrace has it
        self._left -= 1
        if self._left < 0 and not self.heard:
            self.heard = True
            self._interrupt._hear(signal.SIGTERM, frame)  # noqa: SLF001 - as the interpreter does
        return self._step


def test_a_signal_is_heard_after_any_step_of_a_sleep() -> None:
    """None of them holds a lock that hearing it waits for."""
    for steps in itertools.count():
        (sleeper := Sleeper(steps)).start()
        sleeper.join(5)
        assert not sleeper.is_alive(), f"a signal after step {steps} is waited for without end"
        if not sleeper.heard:
            break
    assert steps > 5
