"""The whole way: read, judge, plan, send, report."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.api import Stop
from pipeline.check import NOTHING_LOOKED_UP
from pipeline.errors import CourseImportError, Exit, FileRefused, JournalUnusable, UsageError
from pipeline.model import Finding, Status, World
from pipeline.plan import make_plan, places_to_look
from pipeline.record import planned, unseen
from pipeline.report.verdict import report_of
from pipeline.run.arriving import at_the_target, with_names
from pipeline.run.judging import judge, read
from pipeline.send import carry_out, look

if TYPE_CHECKING:
    from pipeline.journal import Journal
    from pipeline.model import Checked, Plan, Report, RunRecord, Target
    from pipeline.run.orders import House, Order
    from pipeline.send import Means


def import_file(order: Order, house: House) -> Report:
    """Create the courses of a file at the target, each once; return the report as the journal has it.

    Raises:
        JournalUnusable: nothing can be remembered, so nothing was sent; or the journal broke on the way, and
            what could not be written down is in doubt for the next run.
    """
    record, sheet = read(order, house.now)
    if sheet is None:
        return _refused(order, house, record)
    with ExitStack() as held:
        try:
            means, target, directory = with_names(order, house, sheet, held)
            record, checked = judge(order, record, sheet, directory)
            if checked is None:
                return _refused(order, house, record)
            _refuse_the_lot(order, record)
            if means is None or target is None:
                means, target = at_the_target(order, house, sheet, held)
            record, plan = _plan(order, record, checked, means, target)
            house.consent(plan)
        except JournalUnusable:
            raise
        except CourseImportError as refused:
            if not record.rows:  # it never came to judging them
                record, _ = judge(order, record, sheet, NOTHING_LOOKED_UP)
            house.journal.begin_run(record)
            return _end(order, house, Stop(code=refused.exit_code, reason=str(refused)))
        house.journal.begin_run(record)
        return _end(order, house, _carry_out(plan, means, house))


def read_report(journal: Journal, run_id: str | None = None) -> Report:
    """Return the report of a run, else of the last one, as the journal has it.

    Raises:
        UsageError: the journal knows no such run.
    """
    record = journal.read_run(run_id)
    if record is None:
        raise UsageError(f"The journal knows no run {run_id}." if run_id else "Nothing was imported yet.")
    return report_of(record)


def _plan(
    order: Order, record: RunRecord, checked: Checked, means: Means, target: Target
) -> tuple[RunRecord, Plan]:
    """Look at the world once, then decide."""
    listings, found = look(places_to_look(checked, means.known()), means)
    world = World(target=target, known=means.known(), found=found, listings=listings)
    plan = make_plan(checked, world, first=order.first)
    plan = replace(plan, estimate=means.client.estimate(len(plan.to_create)))
    return unseen(planned(record, plan), [place for place, seen in listings.items() if seen is None]), plan


def _carry_out(plan: Plan, means: Means, house: House) -> Stop | None:
    try:
        stop = carry_out(plan, means, house.progress(len(plan.to_create)), reads_back=house.reads_back)
    except JournalUnusable:
        raise
    except CourseImportError as refused:
        stop = Stop(code=refused.exit_code, reason=str(refused))
    means.log.settle()
    return stop


def _end(order: Order, house: House, stop: Stop | None) -> Report:
    stop = house.interrupted() or stop
    house.journal.end_run(order.run_id, at=house.now(), stop=(stop.code, stop.reason) if stop else None)
    return read_report(house.journal, order.run_id)


def _refuse_the_lot(order: Order, record: RunRecord) -> None:
    faulty = sum(row.status is Status.INVALID for row in record.rows)
    if order.all_or_nothing and faulty:
        message = f"{faulty} of {len(record.rows)} rows have faults, so nothing was sent: all or nothing."
        raise FileRefused(Finding(code="all-or-nothing", message=message, severity="fault", stage="plan"))


def _refused(order: Order, house: House, record: RunRecord) -> Report:
    house.journal.begin_run(record)
    return _end(order, house, Stop(code=Exit.FILE_REFUSED, reason="the file was refused"))
