"""Stops a run before the same trouble is met by every row behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from pipeline.api import Stop
from pipeline.errors import Exit
from pipeline.model import Created, Deferred, InDoubt, Rejected
from schemas.properties import property_of

if TYPE_CHECKING:
    from pipeline.model import Outcome

ENOUGH: Final = 5  # rows running; fewer may be a burst, which was seen to pass


class Breaker:
    """Counts rows running that met the same fault, when the fault is not the row's own."""

    def __init__(self) -> None:
        self._fault: str | None = None
        self._count = 0

    def judge(self, outcome: Outcome) -> Stop | None:
        """Return why the run should stop after this outcome, if it should."""
        fault = _fault_of(outcome)
        self._count = self._count + 1 if fault is not None and fault == self._fault else 1
        self._fault = fault
        if fault is None or self._count < ENOUGH:
            return None
        return Stop(code=Exit.STOPPED, reason=f"{ENOUGH} rows running met the same trouble: {fault}")


def _fault_of(outcome: Outcome) -> str | None:
    """Return the fault that is not the row's own; a refusal that names a property is."""
    match outcome:
        case Created():
            return None
        case Rejected(errors=errors):
            own = any(property_of(error.property_name or "") for error in errors)
            return None if own else "; ".join(error.message for error in errors)
        case Deferred(reason=reason) | InDoubt(reason=reason):
            return reason
        case _:
            assert_never(outcome)
