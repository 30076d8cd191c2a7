"""What a person sees and is asked: the summary, the question before the first course, the progress bar."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipeline.errors import Exit, StoppedEarly, UsageError, first_of
from pipeline.report.words import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.cli.interrupt import Interrupt
    from pipeline.cli.workplace import Seen
    from pipeline.model import Plan, Report, RowLife


def tell(told: Report, seen: Seen, *, as_json: bool, quiet: bool, again: bool = False) -> None:
    """Write the report's files, print it, and end with its code; `again`: files that are there stay."""
    from pipeline import report as room
    from pipeline.cli import workplace

    failure = workplace.write_files(told, seen, again=again)
    try:
        if as_json:
            typer.echo(json.dumps(room.document(told), indent=2))
        elif not quiet or told.exit_code is not Exit.DONE:
            typer.echo(room.summary(told, width=width(), files=_names_in(told.folder)))
    except BrokenPipeError:
        raise
    except OSError as full:
        failure = f"the output cannot be written: {full}"
    if failure:
        typer.echo(f"course-import: {failure}", err=True)
    raise typer.Exit(first_of({told.exit_code, Exit.NO_ACCESS} if failure else {told.exit_code}))


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
    if not may_go and not sys.stdin.isatty():
        raise UsageError(f"{what} Nobody is there to be asked: add --yes to send them.")
    if not (may_go and quiet):
        typer.echo(what, err=True)
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
