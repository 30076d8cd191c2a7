"""Carries out a plan: looks, sends, looks again, reads back; everything noted before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.send.matching import Absent
from pipeline.send.means import Means
from pipeline.send.reconcile import look, settle
from pipeline.send.submit import submit
from pipeline.send.verify import verify
from pipeline.send.word import Word, take_word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.api import Stop
    from pipeline.model import Plan, Step

__all__ = ["Means", "Word", "carry_out", "look", "take_word"]


def carry_out(plan: Plan, means: Means, progress: Callable[[], None], *, reads_back: bool) -> Stop | None:
    """Send every course the plan says to create; return why it ended before its end, if it did.

    A course proved absent after its answer was lost is sent once more; the second time it waits for the next
    run.
    """
    steps = plan.to_create
    receipts, stop = submit(steps, means, progress)
    if stop is None:
        absent = _settle_own(steps, means)
        more, stop = submit(absent, means, lambda: None)
        receipts += more
        if absent and stop is None:
            _settle_own(absent, means)
    if reads_back and (stop is None or stop.may_read):
        verify(receipts, means)
    return stop


def _settle_own(steps: Sequence[Step], means: Means) -> list[Step]:
    """Look for what this run sent without a clear answer; return the steps proved absent."""
    own = {(step.course.business_id, step.course.key): step for step in steps}
    doubts = [doubt for doubt in means.doubts() if (doubt.business_id, doubt.key) in own]
    absent = []
    for place in sorted({doubt.business_id for doubt in doubts}):
        here = [doubt for doubt in doubts if doubt.business_id == place]
        rows = {key: step.row for (at, key), step in own.items() if at == place}
        matches = settle(here, means, rows)
        absent += [own[place, match.doubt.key] for match in matches if isinstance(match, Absent)]
    return absent
