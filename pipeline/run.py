"""The corridor: each command a short walk through the rooms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.api import Stop
from pipeline.check import check
from pipeline.check.strict import strictly
from pipeline.errors import CourseImportError, Exit, FileRefused, UsageError
from pipeline.model import Finding, RunRecord, Source, Status
from pipeline.plan import make_plan
from pipeline.read import read_sheet
from pipeline.record import judged, planned
from pipeline.report.verdict import report_of
from pipeline.send import Means, submit
from pipeline.tidy import tidy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from pipeline.api import Client
    from pipeline.journal import Journal, RunLog
    from pipeline.model import Checked, Plan, Report, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a user asked for."""

    command: str
    path: Path
    run_id: str
    folder: Path  # receives the report files
    sheet: str | None = None
    strict: bool = False
    first: int | None = None
    all_or_nothing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The real parts a run works with; `cli` and tests choose them."""

    journal: Journal
    host: str
    sign_in: Callable[[RunLog], tuple[Client, Target]]
    consent: Callable[[Plan], None]  # asks before the first course leaves; raises when it may not
    progress: Callable[[int], Callable[[], None]]  # how many courses go -> called once for each
    interrupted: Callable[[], Stop | None]
    new_token: Callable[[], str]
    now: Callable[[], datetime]


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
        return report_of(replace(record, finished_at=house.now()))
    log = house.journal.log(run_id=order.run_id, host=house.host, now=house.now)
    try:
        _refuse_the_lot(order, record)
        client, target = house.sign_in(log)
        log.target = target.name
        plan = make_plan(checked, target=target, known=house.journal.known(target.name), first=order.first)
        record = planned(record, plan)
        house.consent(plan)
    except CourseImportError as refused:
        house.journal.begin_run(record)
        return _end(order, house, Stop(code=refused.exit_code, reason=str(refused)))
    house.journal.begin_run(record)
    means = Means(
        client=client,
        log=log,
        columns=checked.columns,
        new_token=house.new_token,
        progress=house.progress(len(plan.to_create)),
    )
    return _end(order, house, submit(plan, means) or house.interrupted())


def read_report(journal: Journal, run_id: str | None = None) -> Report:
    """Return the report of a run, else of the last one, as the journal has it.

    Raises:
        UsageError: the journal knows no such run.
    """
    record = journal.read_run(run_id)
    if record is None:
        raise UsageError(f"The journal knows no run {run_id}." if run_id else "Nothing was imported yet.")
    return report_of(record)


def _end(order: Order, house: House, stop: Stop | None) -> Report:
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
        source=Source(path=str(order.path), sheet=order.sheet, sha256=None),
        rows=(),
        file_findings=(),
        stop_code=None,
        stop_reason=None,
        folder=str(order.folder),
    )
    try:
        checked = check(tidy(read_sheet(order.path, sheet=order.sheet)))
        if order.strict:
            checked = strictly(checked)
    except FileRefused as refused:
        return replace(record, file_findings=refused.problems, stop_code=Exit.FILE_REFUSED), None
    return judged(record, checked), checked
