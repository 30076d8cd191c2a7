"""The command line: what can be typed, what is printed, how the process ends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipeline.errors import CourseImportError, Exit, UsageError, first_of

app = typer.Typer(
    name="course-import",
    help="Bring a spreadsheet of planned courses into Nexudus, each course exactly once.",
    epilog=(
        "Without an account every run is a rehearsal against a sandbox on this machine. "
        "Settings, exit codes and the report are told in the README."
    ),
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,  # rich would cost more than all the rest of --help
    pretty_exceptions_enable=False,
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A workbook or a CSV file; - is standard input.")]
Sheet = Annotated[str | None, typer.Option(metavar="NAME", help="The sheet; else the one that fits.")]
Encoding = Annotated[str | None, typer.Option(metavar="NAME", help="The encoding of a CSV file.")]
Delimiter = Annotated[str | None, typer.Option(metavar="CHAR", help="What divides its cells; or tab, space.")]
Quote = Annotated[str | None, typer.Option(metavar="CHAR", help="What stands around its texts; or none.")]
Layout = Annotated[
    str | None, typer.Option(metavar="NAME|FILE", help="Another system's columns; 'none' for our own.")
]
Given = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PROPERTY=VALUE", help="The same for all rows; repeat it."),
]
Alias = Annotated[
    list[str] | None, typer.Option(metavar="NAME=ID", help="What a name in the file means; repeat it.")
]
Aliases = Annotated[Path | None, typer.Option(metavar="FILE", help="Many of them, as CSV or TOML.")]
CheckImages = Annotated[bool, typer.Option("--check-images", help="Ask whether each picture is there.")]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings count as faults.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print report.json instead of the summary.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but what went wrong.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Tell every request on stderr.")]
ReportDir = Annotated[Path | None, typer.Option(metavar="DIR", help="Receives one folder a run.")]
StateDir = Annotated[Path | None, typer.Option(metavar="DIR", help="Keeps journal and sandbox.")]
Limits = Literal["documented", "off"]
Target = Annotated[str | None, typer.Option(metavar="sandbox|URL", help="Who receives the courses.")]


@app.callback(invoke_without_command=True)
def _version(
    *, version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False
) -> None:
    if version:
        from pipeline import __version__

        typer.echo(f"course-import {__version__}")
        raise typer.Exit


@app.command(epilog="Example: course-import check courses.xlsx --sheet Plan")
def check(
    file: File,
    *,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    quote: Quote = None,
    layout: Layout = None,
    given: Given = None,
    alias: Alias = None,
    aliases: Aliases = None,
    check_images: CheckImages = False,
    strict: Strict = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    report_dir: ReportDir = None,
) -> None:
    """Check FILE: every fault at its cell. Sends nothing."""
    from pipeline import run
    from pipeline.cli import console, said, workplace
    from pipeline.cli.interrupt import Interrupt
    from pipeline.settings import load_settings

    settings = load_settings(
        connects=False, report_dir=report_dir, encoding=encoding, delimiter=delimiter, quote=quote
    )
    run_id, folder = workplace.new_run(file, settings)
    seen = workplace.Seen(settings)
    order = run.Order(
        command="check",
        path=file,
        run_id=run_id,
        folder=folder,
        seen=seen,
        reading=workplace.reading_of(settings, sheet),
        layout=layout,
        given=said.given(given or ()),
        aliases=said.aliases(aliases, alias or ()),
        look_at_images=workplace.image_looks(settings) if check_images else None,
        strict=strict,
    )
    with workplace.run_log(folder, verbose=False), Interrupt().listening() as interrupt:
        told = run.check_file(
            order, now=workplace.now, look_up=workplace.looking_up(order, settings, interrupt)
        )
    console.tell(told, seen, as_json=as_json, quiet=quiet)


@app.command(
    "import",
    epilog=(
        "Examples: course-import import courses.xlsx (a rehearsal) · "
        "NEXUDUS_TOKEN=… course-import import courses.xlsx --first 3 · "
        "course-import import courses.csv --yes --json (for a scheduler)"
    ),
)
def import_(
    file: File,
    *,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    quote: Quote = None,
    layout: Layout = None,
    given: Given = None,
    alias: Alias = None,
    aliases: Aliases = None,
    check_images: CheckImages = False,
    first: Annotated[int | None, typer.Option(min=0, metavar="N", help="Create N courses at most.")] = None,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Send nothing when any row has a fault.")
    ] = False,
    strict: Strict = False,
    target: Target = None,
    pace: Annotated[
        str | None, typer.Option(metavar="documented|off", help="'off' is for a loopback target only.")
    ] = None,
    max_wait: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Stop when the next slot is further away: 90s, 2h.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for a slot however long it takes.")] = False,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Do not read created courses back to compare them.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before the first course is sent.")] = False,
    state_dir: StateDir = None,
    report_dir: ReportDir = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="Draw no progress bar.")] = False,
) -> None:
    """Check FILE and create its courses, each exactly once. Run it again to resume."""
    from pipeline import run
    from pipeline.cli import console, said, workplace
    from pipeline.cli.interrupt import Interrupt
    from pipeline.settings import load_settings

    settings = load_settings(
        encoding=encoding,
        delimiter=delimiter,
        quote=quote,
        target=target,
        pace=pace,
        state_dir=state_dir,
        report_dir=report_dir,
        max_wait=max_wait,
        wait=wait or None,
        verify=False if no_verify else None,
    )
    run_id, folder = workplace.new_run(file, settings)
    seen = workplace.Seen(settings)
    order = run.Order(
        command="import",
        path=file,
        run_id=run_id,
        folder=folder,
        seen=seen,
        reading=workplace.reading_of(settings, sheet),
        layout=layout,
        given=said.given(given or ()),
        aliases=said.aliases(aliases, alias or ()),
        look_at_images=workplace.image_looks(settings) if check_images else None,
        strict=strict,
        first=first,
        all_or_nothing=all_or_nothing,
    )
    if settings.rehearsal and not quiet:
        typer.echo("Rehearsal against the sandbox: nothing reaches production.", err=True)
    with (
        workplace.run_log(folder, verbose=verbose),
        Interrupt().listening() as interrupt,
        console.progress(shown=not (quiet or no_progress or verbose) and sys.stderr.isatty()) as progress,
        workplace.open_house(
            settings,
            interrupt,
            consent=lambda plan: console.ask(plan, interrupt, yes=yes, quiet=quiet),
            progress=progress,
        ) as house,
        workplace.report_in_any_case(house.journal, run_id, seen),
    ):
        told = run.import_file(order, house)
    console.tell(told, seen, as_json=as_json, quiet=quiet)


@app.command(epilog="Example: course-import resolve courses.xlsx 17 --created 1414985001")
def resolve(
    file: File,
    row: Annotated[int, typer.Argument(min=1, metavar="ROW", help="The row's number as Excel shows it.")],
    *,
    created: Annotated[int | None, typer.Option(min=1, metavar="ID", help="It exists under this Id.")] = None,
    not_created: Annotated[
        bool, typer.Option("--not-created", help="It does not exist: send it next time.")
    ] = False,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    quote: Quote = None,
    layout: Layout = None,
    given: Given = None,
    alias: Alias = None,
    aliases: Aliases = None,
    target: Target = None,
    state_dir: StateDir = None,
) -> None:
    """Record your word on a row that is held or in doubt."""
    from pipeline import run
    from pipeline.cli import said, workplace
    from pipeline.cli.interrupt import Interrupt
    from pipeline.send import Word
    from pipeline.settings import load_settings

    if (created is None) is not not_created:
        raise UsageError("Say one of --created ID and --not-created.")
    settings = load_settings(
        target=target, state_dir=state_dir, encoding=encoding, delimiter=delimiter, quote=quote
    )
    order = run.Order(
        command="resolve",
        path=file,
        run_id=workplace.new_run_id(),
        folder=settings.report_dir,
        reading=workplace.reading_of(settings, sheet),
        layout=layout,
        given=said.given(given or ()),
        aliases=said.aliases(aliases, alias or ()),
    )
    word = Word(created_id=created, by=workplace.somebody())
    with (
        Interrupt().listening() as interrupt,
        workplace.open_house(
            settings, interrupt, consent=lambda _plan: None, progress=lambda _total: lambda: None
        ) as house,
    ):
        typer.echo(run.resolve_row(order, house, row, word))


@app.command(epilog="Example: course-import report 20260131T101500Z-3f9a")
def report(
    run_id: Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run's id; else the last.")] = None,
    *,
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Show the last run's summary, or that of RUN, and where its files are."""
    from pipeline import run
    from pipeline.cli import console, workplace
    from pipeline.settings import load_settings

    settings = load_settings(connects=False, state_dir=state_dir)
    with workplace.reading_journal(settings) as journal:
        told = run.read_report(journal, run_id)
    console.tell(told, workplace.Seen(settings), as_json=as_json, quiet=False, again=True)


@app.command(epilog="Example: course-import template courses.xlsx")
def template(
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="The workbook to write.")],
    *,
    target: Target = None,
    state_dir: StateDir = None,
) -> None:
    """Write the blank workbook people fill in, with the target's names to choose from."""
    from pipeline import run
    from pipeline.cli import workplace
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
        write_template(out, directory, source=source, today=workplace.now().date())
    except OSError as failure:
        raise UsageError(f"{out} cannot be written: {failure.strerror or failure}.") from failure
    typer.echo(f"{out} is written, with the names of {source}. Fill it in, then: course-import check {out}")


@app.command(epilog="Example: course-import layout export.csv > mine.toml")
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
    from pipeline.cli import workplace
    from pipeline.settings import load_settings

    settings = load_settings(connects=False, encoding=encoding, delimiter=delimiter, quote=quote)
    text, known = run.draft_layout(file, workplace.reading_of(settings, sheet))
    if known:
        typer.echo(f"course-import: {known}", err=True)
    typer.echo(text, nl=False)


@app.command(epilog="Example: course-import sandbox --port 8899")
def sandbox(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    store: Annotated[Path | None, typer.Option(metavar="FILE", help="Keeps its courses.")] = None,
    limits: Annotated[
        Limits, typer.Option(metavar="documented|off", help="The API's limits, or none.")
    ] = "documented",
    faults: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What shall break, such as samples/bad-day.json.")
    ] = None,
    state_dir: StateDir = None,
) -> None:
    """Run the stand-in for the API in the foreground, until Ctrl-C."""
    from pipeline import sandbox as room
    from pipeline.cli import workplace
    from pipeline.settings import load_settings

    path = store or workplace.store_path(load_settings(connects=False, state_dir=state_dir))
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


def run_command_line() -> int:
    """Run what was typed; return the code the process ends with. No traceback ever reaches the user."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal may not know every letter of a title
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except SystemExit as ended:
        return _flushed(ended.code if isinstance(ended.code, int) else Exit.DONE)
    except CourseImportError as refused:
        typer.echo(f"course-import: {refused}", err=True)
        return refused.exit_code
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as bug:  # noqa: BLE001 - the last door: whatever it is, the user gets one line
        from pipeline.cli import workplace

        typer.echo(f"course-import: {workplace.bug_outside_a_run(bug)}", err=True)
        return Exit.BUG
    return Exit.DONE


def _flushed(code: int) -> int:
    """Return `code` once all that was printed is out."""
    try:
        sys.stdout.flush()
    except OSError as failure:
        sys.stdout = sys.stderr  # the interpreter would try once more at its end
        typer.echo(f"course-import: the output cannot be written: {failure}", err=True)
        return first_of({Exit(code), Exit.NO_ACCESS})
    return code
