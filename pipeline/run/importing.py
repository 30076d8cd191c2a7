"""The whole way: read, judge, plan, send, report; and the same way up to the plan."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.api import Stop, list_courses
from pipeline.check import NOTHING_LOOKED_UP
from pipeline.errors import CourseImportError, Exit, JournalUnusable, NotAgreed, UsageError
from pipeline.model import Forecast, World
from pipeline.plan import make_plan, places_to_look
from pipeline.record import planned, unseen
from pipeline.report.verdict import report_of
from pipeline.run.agreed import agree_to_number, agree_to_plan, agree_to_rows, agree_to_size
from pipeline.run.arriving import at_the_target, with_names
from pipeline.run.judging import judge, read
from pipeline.send import carry_out, look

if TYPE_CHECKING:
    from pipeline.journal import Journal
    from pipeline.model import Checked, Plan, Report, RunRecord, Target, TidySheet
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
            agree_to_rows(order, record)
            if means is None or target is None:
                means, target = at_the_target(order, house, sheet, held)
            agree_to_plan(order, checked, target)
            agree_to_size(order, record, house.journal.last_size_of(str(order.path), target.name))
            world = _look(checked, means, target)
            plan = make_plan(checked, world, first=order.first)
            estimate = means.client.estimate(len(plan.to_create), reads_back=house.reads_back)
            plan = replace(plan, estimate=estimate)
            record = _with_steps(record, plan, world)
            agree_to_number(order, plan)
            house.consent(plan)
        except JournalUnusable:
            raise
        except CourseImportError as refused:
            if not record.rows:  # it never came to judging them
                record, _ = judge(order, record, sheet, NOTHING_LOOKED_UP)
            house.journal.begin_run(_with_problem(record, refused))
            return _end(order, house, Stop(code=refused.exit_code, reason=str(refused)))
        house.journal.begin_run(record)
        return _end(order, house, _carry_out(plan, means, house))


def plan_file(order: Order, house: House) -> Report:
    """Tell what an import would do: send nothing, settle no doubt, and write down no run.

    The target is looked at alone there, so that limits hold and nobody changes meanwhile what is told; so a
    plan waits for no other run, but is refused while one is at work.

    Raises:
        JournalUnusable: what was asked of the API cannot be noted.
    """
    record, sheet = read(order, house.now)
    if sheet is not None:
        with ExitStack() as held:
            record = _looked_ahead(order, house, record, sheet, held)
    return report_of(replace(record, finished_at=house.now()))


def _looked_ahead(
    order: Order, house: House, record: RunRecord, sheet: TidySheet, held: ExitStack
) -> RunRecord:
    """Return the record with what would become of its rows, and why an import would stop before sending."""
    try:
        means, target, directory = with_names(order, house, sheet, held)
        record, checked = judge(order, record, sheet, directory)
        if checked is None:
            return record
        if means is None or target is None:
            means, target = at_the_target(order, house, sheet, held)
        world = _glance(checked, means, target)
        plan = make_plan(checked, world, first=order.first)
        record = replace(_with_steps(record, plan, world), forecast=_forecast(order, house, plan, means))
        agree_to_rows(order, record)
        agree_to_size(order, record, house.journal.last_size_of(str(order.path), target.name))
        agree_to_number(order, plan)
    except JournalUnusable:
        raise
    except CourseImportError as refused:
        if not record.rows:  # it never came to judging them
            record, _ = judge(order, record, sheet, NOTHING_LOOKED_UP)
        stop = house.interrupted() or Stop(code=refused.exit_code, reason=str(refused))
        return replace(_with_problem(record, refused), stop_code=stop.code, stop_reason=stop.reason)
    return record


def read_report(journal: Journal, run_id: str | None = None) -> Report:
    """Return the report of a run, else of the last one, as the journal has it.

    Raises:
        UsageError: the journal knows no such run.
    """
    record = journal.read_run(run_id)
    if record is None:
        raise UsageError(f"The journal knows no run {run_id}." if run_id else "Nothing was imported yet.")
    return report_of(record)


def _look(checked: Checked, means: Means, target: Target) -> World:
    """Look at the world once, settling first what is in doubt."""
    listings, found = look(places_to_look(checked, means.known()), means)
    return World(target=target, known=means.known(), found=found, listings=listings)


def _glance(checked: Checked, means: Means, target: Target) -> World:
    """Look at the world, and leave what is in doubt as it is."""
    known = means.known()
    places = sorted(places_to_look(checked, known))
    listings = {place: list_courses(means.client, place) for place in places}
    means.log.settle()
    return World(target=target, known=known, listings=listings)


def _forecast(order: Order, house: House, plan: Plan, means: Means) -> Forecast:
    """Return what carrying out a plan takes; an import has to look as well, as the plan did."""
    estimate = means.client.estimate(len(plan.to_create), reads_back=house.reads_back)
    return Forecast(
        plan_id=plan.id,
        courses=len(plan.to_create),
        requests=house.journal.count_requests(order.run_id) + estimate.requests,
        seconds=estimate.seconds,
        finish_at=estimate.finish_at,
    )


def _with_steps(record: RunRecord, plan: Plan, world: World) -> RunRecord:
    blind = [place for place, listing in world.listings.items() if listing is None]
    return unseen(planned(record, plan), blind)


def _with_problem(record: RunRecord, refused: CourseImportError) -> RunRecord:
    """Return the record with what was not agreed to, for machines to tell it from other endings."""
    if not isinstance(refused, NotAgreed):
        return record
    return replace(record, file_findings=(*record.file_findings, refused.problem))


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


def _refused(order: Order, house: House, record: RunRecord) -> Report:
    house.journal.begin_run(record)
    return _end(order, house, Stop(code=Exit.FILE_REFUSED, reason="the file was refused"))
