"""The commands beside the way of a file: report, template, layout, sandbox."""

from __future__ import annotations

import typer

from pipeline.cli.flags import (
    AsJson,
    Delimiter,
    Encoding,
    Faults,
    File,
    Limits,
    Out,
    Port,
    Quote,
    RunId,
    Said,
    Sheet,
    StateDir,
    Store,
    Target,
)
from pipeline.errors import UsageError


def report(run_id: RunId = None, *, state_dir: StateDir = None, as_json: AsJson = False) -> None:
    """Show the last run's summary, or that of RUN, and where its files are."""
    from pipeline import run
    from pipeline.cli import console, workplace
    from pipeline.settings import load_settings

    settings = load_settings(connects=False, state_dir=state_dir)
    with workplace.reading_journal(settings) as journal:
        told = run.read_report(journal, run_id)
    console.tell(told, workplace.Seen(settings), as_json=as_json, quiet=False, again=True)


def template(out: Out, *, target: Target = None, state_dir: StateDir = None) -> None:
    """Write the blank workbook people fill in, with the target's names to choose from."""
    from pipeline import run
    from pipeline.cli import entrance, workplace
    from pipeline.cli.interrupt import Interrupt
    from pipeline.settings import load_settings
    from pipeline.template import write_template

    if out.exists():
        raise UsageError(f"{out} is there already. Name a new file.")
    settings = load_settings(target=target, state_dir=state_dir)
    order = run.Order(command="template", path=out, run_id=workplace.new_run_id(), folder=settings.report_dir)
    with Interrupt().listening() as interrupt:
        directory = workplace.look_up(
            order, settings, interrupt, frozenset(("BusinessId", "HostId", "TariffId"))
        )
    source = "the sandbox" if settings.rehearsal else settings.address
    try:
        write_template(out, directory, source=source, today=entrance.now().date())
    except OSError as failure:
        raise UsageError(f"{out} cannot be written: {failure.strerror or failure}.") from failure
    typer.echo(f"{out} is written, with the names of {source}. Fill it in, then: course-import check {out}")


def layout(
    file: File,
    *,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    quote: Quote = None,
) -> None:
    """Print a first layout for a file in unknown columns, to be edited; its doubts are comments."""
    from pipeline import run
    from pipeline.cli import ordering

    said = Said(sheet=sheet, encoding=encoding, delimiter=delimiter, quote=quote)
    settings = ordering.settings_of(said, connects=False)
    text, known = run.draft_layout(file, ordering.reading_of(settings, sheet))
    if known:
        typer.echo(f"course-import: {known}", err=True)
    typer.echo(text, nl=False)


def sandbox(
    *,
    port: Port = 0,
    store: Store = None,
    limits: Limits = "documented",
    faults: Faults = None,
    state_dir: StateDir = None,
) -> None:
    """Run the stand-in for the API in the foreground, until Ctrl-C."""
    from pipeline import sandbox as room
    from pipeline.cli import entrance
    from pipeline.settings import load_settings

    path = store or entrance.store_path(load_settings(connects=False, state_dir=state_dir))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        room.serve(
            path,
            port=port,
            announce=lambda url: typer.echo(f"The sandbox listens at {url}"),
            limits=limits,
            faults=faults,
        )
    except OSError as failure:
        raise UsageError(f"The sandbox cannot start: {failure}") from failure
