"""The corridor: each command a short walk through the rooms."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline import __version__
from pipeline.api import Stop, read_directory
from pipeline.check import NOTHING_LOOKED_UP, check, names_to_look_up
from pipeline.check.images import image_addresses, with_images
from pipeline.check.strict import strictly
from pipeline.errors import CourseImportError, Exit, FileRefused, JournalUnusable, UsageError
from pipeline.model import Finding, RunRecord, Source, Status, World, shown
from pipeline.plan import make_plan, places_to_look
from pipeline.read import Reading, read_sheet
from pipeline.record import judged, planned, unseen
from pipeline.report.verdict import report_of
from pipeline.send import Means, carry_out, look, take_word
from pipeline.tidy import layout_of, tidy
from schemas.layouts import draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from pipeline.api import Client
    from pipeline.journal import Journal, RunLog
    from pipeline.model import Checked, Directory, ImageAnswer, Plan, Report, Target, TidySheet
    from pipeline.send import Word


_SAMPLE: Final = 200  # rows that show what a column holds
DAY: Final = timedelta(hours=24)  # the longest of the API's windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a user asked for."""

    command: str
    path: Path
    run_id: str
    folder: Path  # receives the report files
    seen: Callable[[TidySheet], None] = lambda _sheet: None  # told what the file holds, for those who show it
    reading: Reading = field(default_factory=Reading)
    layout: str | None = None  # a layout's name or file; found out when None
    given: Mapping[str, str] = field(default_factory=dict)  # properties that are the same for all rows
    aliases: Mapping[str, int] = field(default_factory=dict)  # Ids for names, folded
    look_at_images: Callable[[Iterable[str]], Mapping[str, ImageAnswer]] | None = None  # None: nobody looks
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


def check_file(
    order: Order, *, now: Callable[[], datetime], look_up: Callable[[frozenset[str]], Directory] | None = None
) -> Report:
    """Judge a file; send nothing, remember nothing.

    Args:
        order: what was asked for.
        now: the clock.
        look_up: reads the lists that say what names mean; None: names are not looked up.
    """
    record, sheet = _read(order, now)
    if sheet is not None:
        wanted = names_to_look_up(sheet, order.aliases)
        directory = NOTHING_LOOKED_UP
        try:
            if wanted and look_up:
                directory = look_up(wanted)
        except CourseImportError as refused:  # what can be judged without it is told all the same
            record = replace(record, stop_code=refused.exit_code, stop_reason=str(refused))
        record, _ = _judge(order, record, sheet, directory)
    return report_of(replace(record, finished_at=now()))


def import_file(order: Order, house: House) -> Report:
    """Create the courses of a file at the target, each once; return the report as the journal has it.

    Raises:
        JournalUnusable: nothing can be remembered, so nothing was sent; or the journal broke on the way, and
            what could not be written down is in doubt for the next run.
    """
    record, sheet = _read(order, house.now)
    if sheet is None:
        return _refused(order, house, record)
    with ExitStack() as held:
        try:
            means, target, directory = _with_names(order, house, sheet, held)
            record, checked = _judge(order, record, sheet, directory)
            if checked is None:
                return _refused(order, house, record)
            _refuse_the_lot(order, record)
            if means is None or target is None:
                means, target = _at_the_target(order, house, sheet, held)
            record, plan = _plan(order, record, checked, means, target)
            house.consent(plan)
        except JournalUnusable:
            raise
        except CourseImportError as refused:
            if not record.rows:  # it never came to judging them
                record, _ = _judge(order, record, sheet, NOTHING_LOOKED_UP)
            house.journal.begin_run(record)
            return _end(order, house, Stop(code=refused.exit_code, reason=str(refused)))
        house.journal.begin_run(record)
        return _end(order, house, _carry_out(plan, means, house))


def look_up_names(order: Order, house: House, wanted: frozenset[str]) -> Directory:
    """Read the lists at the target that say what names mean; a run may be under way meanwhile."""
    log = house.journal.log(run_id=order.run_id, host=house.host, now=house.now)
    client, target = house.sign_in(log)
    log.target = target.name
    return read_directory(client, wanted)


def draft_layout(path: Path, reading: Reading) -> tuple[str, str | None]:
    """Return a first layout for a file, and what is to be said when it is in a known one already.

    Raises:
        FileRefused: the file cannot be read.
    """
    raw = read_sheet(path, reading)
    _, notes = layout_of(raw, None)
    cells = raw.cells.head(_SAMPLE).to_numpy()
    sample = [dict(zip(raw.headers, (shown(cell) or None for cell in row), strict=True)) for row in cells]
    return draft(raw.headers, sample, path.name), notes[0].message if notes else None


def resolve_row(order: Order, house: House, number: int, word: Word) -> str:
    """Record a person's word on a row that is held or in doubt; return what follows from it.

    Raises:
        FileRefused: the file cannot be read.
        UsageError: there is nothing to decide about this row, or the word cannot be true.
    """
    record, sheet = _read(order, house.now)
    if sheet is None:
        raise FileRefused(*record.file_findings)
    with ExitStack() as held:
        means, _, directory = _with_names(order, house, sheet, held)
        record, checked = _judge(order, record, sheet, directory)
        if checked is None:
            raise FileRefused(*record.file_findings)
        if means is None:
            means, _ = _at_the_target(order, house, sheet, held)
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


def _with_names(
    order: Order, house: House, sheet: TidySheet, held: ExitStack
) -> tuple[Means | None, Target | None, Directory]:
    """Look up what names mean, at the target; without names the rows are judged before anybody signs in."""
    wanted = names_to_look_up(sheet, order.aliases)
    if not wanted:
        return None, None, NOTHING_LOOKED_UP
    means, target = _at_the_target(order, house, sheet, held)
    return means, target, read_directory(means.client, wanted)


def _at_the_target(order: Order, house: House, sheet: TidySheet, held: ExitStack) -> tuple[Means, Target]:
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
        columns=sheet.columns,
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


def _refused(order: Order, house: House, record: RunRecord) -> Report:
    house.journal.begin_run(record)
    return _end(order, house, Stop(code=Exit.FILE_REFUSED, reason="the file was refused"))


def _read(order: Order, now: Callable[[], datetime]) -> tuple[RunRecord, TidySheet | None]:
    """Read and tidy; return the run's record, and the sheet unless the file was refused."""
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
    notes: tuple[Finding, ...] = ()
    try:
        raw = read_sheet(order.path, order.reading)
        layout, notes = layout_of(raw, order.layout)
        sheet = tidy(replace(raw, findings=(*notes, *raw.findings)), layout, order.given)
    except FileRefused as refused:
        return _refuse(record, refused, *notes), None
    order.seen(sheet)
    return record, sheet


def _judge(
    order: Order, record: RunRecord, sheet: TidySheet, directory: Directory
) -> tuple[RunRecord, Checked | None]:
    """Check; return the run's record with its rows, and these unless the file was refused."""
    try:
        checked = check(sheet, directory, order.aliases)
        if order.look_at_images is not None:
            checked = with_images(checked, sheet, order.look_at_images(image_addresses(checked, sheet)))
        if order.strict:
            checked = strictly(checked)
    except FileRefused as refused:
        return _refuse(record, refused), None
    return judged(record, checked), checked


def _refuse(record: RunRecord, refused: FileRefused, *notes: Finding) -> RunRecord:
    return replace(record, file_findings=(*refused.problems, *notes), stop_code=Exit.FILE_REFUSED)
