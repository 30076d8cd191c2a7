"""An import of one file or of many: each is taken in turn; all are told of when they are through."""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, NoReturn

import typer

from pipeline import run
from pipeline.cli import console, log, ordering, workplace
from pipeline.cli.afterwards import tell_afterwards
from pipeline.cli.entrance import now
from pipeline.cli.interrupt import Interrupt
from pipeline.errors import CourseImportError, Exit, UsageError, first_of
from pipeline.model import NOT_AGREED, Ending, FileEnd
from pipeline.read import files_in
from pipeline.report import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.cli.flags import Said
    from pipeline.model import Plan
    from pipeline.run import House, Order
    from pipeline.settings import Settings

# What ends a file with one of these ends those behind it too, unless it lies in the file itself.
_FOR_ALL: Final = frozenset(
    {Exit.USAGE, Exit.NO_ACCESS, Exit.LOCKED, Exit.STOPPED, Exit.INTERRUPTED, Exit.TERMINATED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What was typed of an import."""

    said: Said
    settings: Settings
    options: Mapping[str, Any]  # of an order
    check_images: bool
    yes: bool  # nobody is asked
    once: bool  # each content is taken once, and told in a line
    as_json: bool
    quiet: bool
    verbose: bool
    progress: bool
    metrics: Path | None


@dataclass(slots=True)
class Came:
    """What came of an import so far."""

    ends: list[FileEnd] = field(default_factory=list)
    codes: set[Exit] = field(default_factory=set)
    answers: Counter[int | None] = field(default_factory=Counter)

    @property
    def code(self) -> Exit:
        """The code that speaks for all files."""
        return first_of(self.codes)


def run_errand(places: Sequence[Path], errand: Errand) -> NoReturn:
    """Import what is meant by files and folders, tell what came of it, and end with its code.

    Raises:
        typer.Exit: with that code.
        CourseImportError: journal, target or report folder cannot be used at all.
    """
    files = _files_of(places)
    many = len(places) > 1 or any(place.is_dir() for place in places)
    if many and errand.options["plan_id"] is not None:
        raise UsageError("--plan approves one file. Name that one alone.")
    came, interrupt = Came(), Interrupt()
    tell = partial(_tell, errand=errand, came=came, alone=not (many or errand.once))
    try:
        with _counted(came), interrupt.listening(), _house(errand, interrupt) as house:
            _take_all(files, errand, house, came, tell)
    finally:
        if errand.as_json and (many or came.ends):
            _tell_failure(console.show_documents(came.ends, many=many), came)
        tell_afterwards(_ending(came, interrupt), errand.settings, metrics=errand.metrics)
    raise typer.Exit(came.code)


@contextmanager
def _house(errand: Errand, interrupt: Interrupt) -> Iterator[House]:
    if errand.settings.rehearsal and not errand.quiet:
        log.say("Rehearsal against the sandbox: nothing reaches production.", event="rehearsal")

    def ask(plan: Plan) -> None:
        console.ask(plan, interrupt, yes=errand.yes, quiet=errand.quiet)

    with (
        console.progress(shown=errand.progress and not log.is_for_machines()) as progress,
        workplace.open_house(errand.settings, interrupt, consent=ask, progress=progress) as house,
    ):
        yield house


def _tell(end: FileEnd, *, errand: Errand, came: Came, alone: bool) -> None:
    if log.is_for_machines():
        log.say(one_line(end), event="ended", run=end.report.run_id, code=int(end.exit_code), file=end.path)
    failure = None
    if alone and not errand.as_json:
        failure = console.show_report(end.report, as_json=False, quiet=errand.quiet)
    elif not errand.as_json:
        failure = console.show_end(end, quiet=errand.quiet)
    _tell_failure(failure, came)


def _tell_failure(failure: str | None, came: Came) -> None:
    if failure:
        came.codes.add(Exit.NO_ACCESS)
        log.say(f"course-import: {failure}", event="no-report", level=logging.ERROR)


def _files_of(places: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files that are meant; what is left out of a folder is told.

    Raises:
        UsageError: a folder cannot be read.
    """
    try:
        taken, left = files_in(places)
    except OSError as failure:
        raise UsageError(f"{failure.filename} cannot be read: {failure.strerror}.") from failure
    if left:
        log.say(f"Left out, no tables: {', '.join(map(str, left))}", event="left-out")
    if not taken:
        log.say("There is no file to import: nothing to do.", event="nothing-to-do")
    return taken


def _take_all(
    files: Sequence[Path],
    errand: Errand,
    house: House,
    came: Came,
    tell: Callable[[FileEnd], None],
) -> None:
    """Import each file in turn; `tell` hears of each.

    What stops one file at the target stops those behind it; they are named.

    Raises:
        CourseImportError: journal, target or report folder cannot be used at all.
    """
    target = cache(lambda: _sign_in(house, came))
    waiting = list(files)
    while waiting:
        order = _order(waiting.pop(0), errand)
        before = run.taken_before(order, house, target) if errand.once else None
        if before is None:
            end = _import(order, errand, house, came)
        else:
            end = FileEnd(path=str(order.path), report=before, taken_before=True)
        came.ends.append(end)
        came.codes.add(end.exit_code)
        tell(end)
        if waiting and _stops_all(end):
            log.say(f"Not begun: {', '.join(map(str, waiting))}", event="not-begun", level=logging.WARNING)
            return


@contextmanager
def _counted(came: Came) -> Iterator[None]:
    """Count how the command ends, however it ends."""
    try:
        yield
    except CourseImportError as refused:
        came.codes.add(refused.exit_code)
        raise
    except Exception:
        came.codes.add(Exit.BUG)
        raise
    except BaseException:  # a second signal
        came.codes.add(Exit.INTERRUPTED)
        raise


def _ending(came: Came, interrupt: Interrupt) -> Ending:
    """Return what came of it all, for those who were not there."""
    return Ending(
        files=tuple(came.ends),
        exit_code=came.code,
        at=now(),
        answers=came.answers,
        waited_seconds=interrupt.waited_seconds,
    )


def _order(file: Path, errand: Errand) -> Order:
    return ordering.order_of(
        "import",
        file,
        errand.said,
        errand.settings,
        run_id=workplace.new_run_id(),
        folder=errand.settings.report_dir,
        **errand.options,
    )


def _import(order: Order, errand: Errand, house: House, came: Came) -> FileEnd:
    order, seen = ordering.with_report(order, errand.settings, check_images=errand.check_images)
    try:
        with (
            log.run_log(order.folder, order.run_id, verbose=errand.verbose),
            workplace.report_in_any_case(house.journal, order.run_id, seen),
        ):
            report = run.import_file(order, house)
    finally:
        _count_answers(order.run_id, house, came)
    _tell_failure(workplace.write_files(report, seen), came)
    return FileEnd(path=str(order.path), report=report, taken_before=False)


def _sign_in(house: House, came: Came) -> str:
    run_id = workplace.new_run_id()
    try:
        return run.name_of_target(house, run_id)
    finally:
        _count_answers(run_id, house, came)


def _count_answers(run_id: str, house: House, came: Came) -> None:
    with suppress(CourseImportError):  # the journal broke: that is told already
        came.answers.update(house.journal.count_answers(run_id))


def _stops_all(end: FileEnd) -> bool:
    """Tell whether an end speaks of the target or the command, not of its file."""
    own = {finding.code for finding in end.report.file_findings} & NOT_AGREED
    stop = None if end.taken_before else end.report.stop_code
    return stop in _FOR_ALL and not own
