"""The command that tells what keeps an import from working on this machine."""

from __future__ import annotations

import json
import shutil

import typer

from pipeline.cli.flags import EverySetting, OneDocument, ReportDir, StateDir, Target
from pipeline.errors import SettingsRefused


def doctor(
    *,
    target: Target = None,
    state_dir: StateDir = None,
    report_dir: ReportDir = None,
    as_json: OneDocument = False,
    verbose: EverySetting = False,
) -> None:
    """Tell what works here: settings, access, roles, clock, quota, journal, disk. Creates no course."""
    from pipeline import report, run
    from pipeline.cli import console, workplace
    from pipeline.cli.interrupt import Interrupt
    from pipeline.run.doctoring import not_examined
    from pipeline.settings import load_settings
    from pipeline.settings.sources import shown_settings

    flags = {"target": target, "state_dir": state_dir, "report_dir": report_dir}
    try:
        settings = load_settings(connects=False, **flags)
    except SettingsRefused as refused:
        checkup = not_examined(refused)
    else:
        with Interrupt().listening() as interrupt:
            practice = run.Practice(
                run_id=workplace.new_run_id(),
                open_journal=lambda: workplace.journal_of(settings),
                open_house=lambda: workplace.quiet_house(settings, interrupt),
                free_bytes=lambda folder: shutil.disk_usage(folder).free,
            )
            checkup = run.examine(settings, shown_settings(settings, flags), practice)
    if as_json:
        typer.echo(json.dumps(report.checkup_document(checkup, every_setting=verbose), indent=2))
    else:
        typer.echo(report.checkup_text(checkup, width=console.width(), every_setting=verbose))
    raise typer.Exit(checkup.exit_code)
