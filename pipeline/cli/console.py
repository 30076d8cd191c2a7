"""What a person sees and is asked: the summary, the question before the first course, the progress bar."""

from __future__ import annotations

import json
import logging
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipeline.cli import log
from pipeline.errors import Exit, StoppedEarly, UsageError, first_of
from pipeline.report.words import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.cli.interrupt import Interrupt
    from pipeline.cli.workplace import Seen
    from pipeline.model import FileEnd, Plan, Report, RowLife


def tell(told: Report, seen: Seen, *, as_json: bool, quiet: bool, again: bool = False) -> None:
    """Write the report's files, print it, and end with its code; `again`: files that are there stay."""
    from pipeline.cli import workplace

    failures = [
        workplace.write_files(told, seen, again=again),
        show_report(told, as_json=as_json, quiet=quiet),
    ]
    for failure in filter(None, failures):
        log.say(f"course-import: {failure}", event="no-report", level=logging.ERROR)
    raise typer.Exit(first_of({told.exit_code, Exit.NO_ACCESS} if any(failures) else {told.exit_code}))


def show_report(told: Report, *, as_json: bool, quiet: bool) -> str | None:
    """Print a report; return in words why it could not be printed."""
    from pipeline import report as room

    if as_json:
        return _print(json.dumps(room.document(told), indent=2))
    if quiet and told.exit_code is Exit.DONE:
        return None
    return _print(room.summary(told, width=width(), files=_names_in(told.folder)))


def show_end(end: FileEnd, *, quiet: bool) -> str | None:
    """Print what came of one file of many in a line; return in words why it could not be printed."""
    from pipeline import report as room

    return None if quiet and end.exit_code is Exit.DONE else _print(room.one_line(end))


def show_documents(ends: Sequence[FileEnd], *, many: bool) -> str | None:
    """Print the reports of an import as JSON, as a list when many files were asked for."""
    from pipeline import report as room

    documents = [
        room.document(end.report) | ({"exit_code": 0, "taken_before": True} if end.taken_before else {})
        for end in ends
    ]
    told: object = documents if many else next(iter(documents), None)
    return _print(json.dumps(told, indent=2))


def _print(text: str) -> str | None:
    try:
        typer.echo(text)
    except BrokenPipeError:
        raise
    except OSError as full:
        return f"the output cannot be written: {full}"
    return None


def show(life: RowLife, *, as_json: bool) -> None:
    """Print a row's life."""
    from pipeline import report as room

    if as_json:
        typer.echo(json.dumps(room.life_document(life), indent=2))
    else:
        typer.echo(room.life_text(life, width=width()))


def width() -> int:
    """Return the columns a text may have."""
    return min(max(shutil.get_terminal_size().columns, 40), 100)


def _names_in(folder: str | None) -> list[str]:
    """Return the names of a report's files that are there."""
    return [] if folder is None else [path.name for path in Path(folder).glob("*.*")]


def ask(plan: Plan, interrupt: Interrupt, *, yes: bool, quiet: bool) -> None:
    """Show what is about to be sent; ask when the target is no sandbox."""
    count = len(plan.to_create)
    if not count:
        return
    courses = "1 course" if count == 1 else f"{count} courses"
    told = plan.estimate
    time = "" if told is None else duration(told.requests, told.seconds, told.finish_at)
    what = f"{courses} will be created at {plan.target.url} as {plan.target.account}{time}."
    may_go = plan.target.rehearsal or yes
    if not may_go and (log.is_for_machines() or not sys.stdin.isatty()):
        raise UsageError(f"{what} Nobody is there to be asked: add --yes to send them.")
    if not (may_go and quiet):
        log.say(what, event="plan")
    if may_go:
        return
    try:
        with interrupt.asking():
            agreed = typer.confirm("Send them?", err=True)
    except (typer.Abort, KeyboardInterrupt):  # the end of the input; Ctrl-C
        typer.echo(err=True)  # what follows begins a line of its own
        agreed = False
    if not agreed:
        raise StoppedEarly("you did not say yes; nothing was sent")


@contextmanager
def progress(*, shown: bool) -> Iterator[Callable[[int], Callable[[], None]]]:
    """Give a progress bar, on a terminal only."""
    if not shown:
        yield lambda _total: lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)

    def begin(total: int) -> Callable[[], None]:
        bar.start()  # not before: it would wipe away what a person is asked
        task = bar.add_task("Sending", total=total)
        return lambda: bar.advance(task)

    try:
        yield begin
    finally:
        bar.stop()
