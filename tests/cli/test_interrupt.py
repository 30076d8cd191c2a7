"""Signals, as a run hears them."""

from __future__ import annotations

import signal

import pytest

from pipeline.cli.interrupt import Interrupt
from pipeline.errors import Exit

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
