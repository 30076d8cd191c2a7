"""What was agreed to before anything may be sent: that all rows are right, a plan, limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import FileRefused, NotAgreed
from pipeline.model import MAX_FAULTY, MAX_NEW, MAX_SHRINK, OTHER_PLAN, Finding, Status
from pipeline.plan import plan_id

if TYPE_CHECKING:
    from pipeline.model import Checked, Plan, RunRecord, Target
    from pipeline.run.orders import Order


def agree_to_rows(order: Order, record: RunRecord) -> None:
    """Let judged rows pass.

    Raises:
        FileRefused: one has a fault, and it was to be all or nothing.
        NotAgreed: too many have.
    """
    rows, faulty = len(record.rows), sum(row.status is Status.INVALID for row in record.rows)
    if order.all_or_nothing and faulty:
        message = f"{faulty} of {rows} rows have faults, so nothing was sent: all or nothing."
        raise FileRefused(Finding(code="all-or-nothing", message=message, severity="fault", stage="plan"))
    if order.max_faulty is not None and rows and 100 * faulty / rows > order.max_faulty:
        raise _not_agreed(
            MAX_FAULTY,
            f"{faulty} of {rows} rows have faults, {100 * faulty / rows:.3g} %, and --max-faulty allows "
            f"{order.max_faulty:g} %. Nothing was sent: is it the right file? Else correct the rows, or "
            "raise the limit.",
        )


def agree_to_size(order: Order, record: RunRecord, before: int | None) -> None:
    """Let so many rows pass, `before` being how many there were last time.

    Raises:
        NotAgreed: too many are gone.
    """
    rows = len(record.rows)
    if order.max_shrink is None or before is None or rows >= before:
        return
    gone = 100 * (before - rows) / before
    if gone > order.max_shrink:
        raise _not_agreed(
            MAX_SHRINK,
            f"{rows} rows are left of {before} when this file was last sent, {gone:.3g} % fewer, and "
            f"--max-shrink allows {order.max_shrink:g} %. Nothing was sent: is it the whole file? Else raise "
            "the limit for once.",
        )


def agree_to_plan(order: Order, checked: Checked, target: Target) -> None:
    """Let the plan of these rows pass.

    Raises:
        NotAgreed: another one was approved.
    """
    now = plan_id(checked, target, first=order.first)
    if order.plan_id not in (None, now):
        raise _not_agreed(
            OTHER_PLAN,
            f"the plan is {now} now, not {order.plan_id} as approved: the file, its names, the target or the "
            "flags have changed since. Nothing was sent. Look at the new plan before you approve it.",
        )


def agree_to_number(order: Order, plan: Plan) -> None:
    """Let so many courses pass.

    Raises:
        NotAgreed: they are too many.
    """
    count = len(plan.to_create)
    if order.max_new is not None and count > order.max_new:
        raise _not_agreed(
            MAX_NEW,
            f"{count} courses would be sent, and --max-new allows {order.max_new}. Nothing was sent: is it "
            "the right file and target? Else raise the limit, or send fewer with --first.",
        )


def _not_agreed(code: str, message: str) -> NotAgreed:
    return NotAgreed(Finding(code=code, message=message, severity="fault", stage="plan"))
