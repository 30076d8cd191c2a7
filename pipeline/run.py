"""The corridor: each command a short walk through the rooms."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline import __version__
from pipeline.api import Stop
from pipeline.check import check
from pipeline.check.strict import strictly
from pipeline.errors import CourseImportError, Exit, FileRefused, JournalUnusable, UsageError
from pipeline.model import Finding, RunRecord, Source, Status, World
from pipeline.plan import make_plan, places_to_look
from pipeline.read import Reading, read_sheet
from pipeline.record import judged, planned, unseen
from pipeline.report.verdict import report_of
from pipeline.send import Means, carry_out, look, take_word
from pipeline.tidy import tidy

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from pipeline.api import Client
    from pipeline.journal import Journal, RunLog
    from pipeline.model import Checked, Plan, Report, Target
    from pipeline.send import Word


DAY: Final = timedelta(hours=24)  # the longest of the API's windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a user asked for."""

    command: str
    path: Path
    run_id: str
    folder: Path  # receives the report files
    reading: Reading = field(default_factory=Reading)
    strict: bool = False
    first: int | None = None
    all_or_nothing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The real parts a run works with; `cli` and tests choose them."""

    journal: Journal
    host: str
    sign_in: Callable[[RunLog], tuple[Client, Target]]
    lock: Callable[[Target], AbstractContextManager[None]]  # one run at a time for a target
    consent: Callable[[Plan], None]  # asks before the first course leaves; raises when it may not
    progress: Callable[[int], Callable[[], None]]  # how many courses go -> called once for each
    interrupted: Callable[[], Stop | None]
    new_token: Callable[[], str]
    now: Callable[[], datetime]
    settle_seconds: float  # how long after a lost answer a course may still appear
    reads_back: bool  # whether created courses are compared with what was sent


def check_file(order: Order, *, now: Callable[[], datetime]) -> Report:
    """Judge a file; send nothing, remember nothing."""
    record, _ = _judge(order, now)
    return report_of(replace(record, finished_at=now()))


def import_file(order: Order, house: House) -> Report:
    """Create the courses of a file at the target, each once; return the report as the journal has it.

    Raises:
        JournalUnusable: nothing can be remembered, so nothing was sent; or the journal broke on the way, and
            what could not be written down is in doubt for the next run.
    """
    record, checked = _judge(order, house.now)
    if checked is None:
        house.journal.begin_run(record)
        return _end(order, house, Stop(code=Exit.FILE_REFUSED, reason="the file was refused"))
    with ExitStack() as held:
        try:
            _refuse_the_lot(order, record)
            means, target = _at_the_target(order, house, checked, held)
            record, plan = _plan(order, record, checked, means, target)
            house.consent(plan)
        except JournalUnusable:
            raise
        except CourseImportError as refused:
            house.journal.begin_run(record)
            return _end(order, house, Stop(code=refused.exit_code, reason=str(refused)))
        house.journal.begin_run(record)
        return _end(order, house, _carry_out(plan, means, house))


def resolve_row(order: Order, house: House, number: int, word: Word) -> str:
    """Record a person's word on a row that is held or in doubt; return what follows from it.

    Raises:
        FileRefused: the file cannot be read.
        UsageError: there is nothing to decide about this row, or the word cannot be true.
    """
    record, checked = _judge(order, house.now)
    if checked is None:
        raise FileRefused(*record.file_findings)
    with ExitStack() as held:
        means, _ = _at_the_target(order, house, checked, held)
        return take_word(checked, number, word, means)


def read_report(journal: Journal, run_id: str | None = None) -> Report:
    """Return the report of a run, else of the last one, as the journal has it.

    Raises:
        UsageError: the journal knows no such run.
    """
    record = journal.read_run(run_id)
    if record is None:
        raise UsageError(f"The journal knows no run {run_id}." if run_id else "Nothing was imported yet.")
    return report_of(record)


def _at_the_target(order: Order, house: House, checked: Checked, held: ExitStack) -> tuple[Means, Target]:
    """Sign in and take the target's lock, which `held` gives back at the end."""
    log = house.journal.log(run_id=order.run_id, host=house.host, now=house.now)
    client, target = house.sign_in(log)
    held.enter_context(house.lock(target))
    log.target = target.name
    house.journal.doubt_unanswered(target.name, at=house.now())
    # Only now nobody else adds to what counts against the limits.
    since = house.now() - DAY
    client.gate.remember(house.journal.requests_since(since, host=house.host, target=target.name))
    client.created_lately = house.journal.created_since(target.name, since)
    means = Means(
        client=client,
        log=log,
        known=lambda: house.journal.known(target.name),
        doubts=lambda: house.journal.doubts(target.name),
        columns=checked.columns,
        new_token=house.new_token,
        now=house.now,
        settle_seconds=house.settle_seconds,
    )
    return means, target


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


def _judge(order: Order, now: Callable[[], datetime]) -> tuple[RunRecord, Checked | None]:
    """Read, tidy and check; return the run's record, and the checked rows unless the file was refused."""
    record = RunRecord(
        run_id=order.run_id,
        command=order.command,
        started_at=now(),
        finished_at=None,
        version=__version__,
        target=None,
        rehearsal=False,
        source=Source(path=str(order.path), sheet=order.reading.sheet, sha256=None),
        rows=(),
        file_findings=(),
        folder=str(order.folder),
    )
    try:
        checked = check(tidy(read_sheet(order.path, order.reading)))
        if order.strict:
            checked = strictly(checked)
    except FileRefused as refused:
        return replace(record, file_findings=refused.problems, stop_code=Exit.FILE_REFUSED), None
    return judged(record, checked), checked
