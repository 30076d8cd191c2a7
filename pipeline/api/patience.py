"""How often and for how long the same request is tried again; tenacity does the waiting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_result, wait_random_exponential

from pipeline.api.answers import Again

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")
_LONGEST_BACK_OFF: Final = 30.0  # seconds; longer waits are for the server to ask for
_MARGIN: Final = 0.05  # seconds added to what the server told: its clock and ours differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Caps on the attempts at one request.

    `sleep` waits so many seconds and may return early when the run is to end; `hurried` tells that it is.
    """

    max_attempts: int
    max_seconds: float
    sleep: Callable[[float], None]
    hurried: Callable[[], bool]

    def persist(self, attempt: Callable[[], Result | Again]) -> Result | Again:
        """Return the first result that is not `Again`, trying as the caps allow; else the last one."""
        first = attempt()
        if not isinstance(first, Again):
            return first  # the usual case, at no cost
        seen = [first]
        loop = Retrying(
            sleep=self.sleep,
            retry=retry_if_result(lambda result: isinstance(result, Again)),
            wait=_wait_seconds,
            stop=self._spent,
            retry_error_callback=_last_result,
        )
        result: Result | Again = loop(lambda: seen.pop() if seen else attempt())
        return result

    def _spent(self, state: RetryCallState) -> bool:
        """Tell whether the next attempt is one too many, or its wait would end too late.

        Waits count even on a clock that stands still.
        """
        passed = max(state.idle_for, state.seconds_since_start or 0.0)
        return (
            self.hurried()
            or state.attempt_number >= self.max_attempts
            or passed + state.upcoming_sleep > self.max_seconds
        )


_back_off = wait_random_exponential(multiplier=1, max=_LONGEST_BACK_OFF)


def _wait_seconds(state: RetryCallState) -> float:
    """Wait as the server told, else ever longer, with jitter."""
    result = _last_result(state)
    if isinstance(result, Again) and result.wait_seconds is not None:
        return result.wait_seconds + _MARGIN
    return _back_off(state)


def _last_result(state: RetryCallState) -> object:
    return state.outcome.result() if state.outcome else None
