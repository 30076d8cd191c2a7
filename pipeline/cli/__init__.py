"""The command line: what can be typed, what is printed, how the process ends."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pipeline.cli import beside, env_file, health, importing, rows, signing
from pipeline.errors import CourseImportError, Exit, first_of

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


@app.callback(invoke_without_command=True)
def _before_every_command(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        from pipeline import __version__

        typer.echo(f"course-import {__version__}")
        raise typer.Exit
    if context.invoked_subcommand != "import":  # which says it where its own words go
        env_file.warn()


# In the order of --help.
app.command(epilog="Example: course-import check courses.xlsx --sheet Plan")(importing.check)
app.command(epilog="Example: course-import plan courses.xlsx, then: … import courses.xlsx --plan ID")(
    importing.plan
)
app.command(
    "import",
    epilog=(
        "Examples: course-import import courses.xlsx (a rehearsal) · "
        "NEXUDUS_TOKEN=… course-import import courses.xlsx --first 3 · "
        "course-import import courses.csv --yes --json (for a scheduler)"
    ),
)(importing.import_)
app.command(epilog="Example: course-import explain courses.xlsx 17")(rows.explain)
app.command(epilog="Example: course-import resolve courses.xlsx 17 --created 1414985001")(rows.resolve)
app.command(epilog="Example: course-import report 20260131T101500Z-3f9a")(beside.report)
app.command(epilog="Example: course-import template courses.xlsx")(beside.template)
app.command(epilog="Example: course-import layout export.csv > mine.toml")(beside.layout)
app.command("sign-in", epilog="Example: course-import sign-in (once; runs then need no password)")(
    signing.sign_in
)
app.command(epilog="Example: course-import sandbox --port 8899")(beside.sandbox)
app.command(epilog="Example: course-import doctor --target sandbox")(health.doctor)


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
        from pipeline.cli import log

        typer.echo(f"course-import: {log.bug_outside_a_run(bug)}", err=True)
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
