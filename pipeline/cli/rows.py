"""The commands that speak of one row."""

from __future__ import annotations

import typer

from pipeline.cli.flags import (
    AsJson,
    Created,
    File,
    NotCreated,
    RowNumber,
    Said,
    StateDir,
    Target,
    reads_a_file,
)
from pipeline.errors import UsageError


@reads_a_file
def explain(
    file: File,
    row: RowNumber,
    *,
    said: Said,
    target: Target = None,
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell one row's life: its cells, what is sent, what an import would do, and every request so far."""
    from pipeline import run
    from pipeline.cli import console, entrance, ordering, workplace
    from pipeline.cli.interrupt import Interrupt

    settings = ordering.settings_of(said, connects=False, target=target, state_dir=state_dir)
    order = ordering.order_of(
        "explain", file, said, settings, run_id=workplace.new_run_id(), folder=settings.report_dir
    )
    with Interrupt().listening() as interrupt:
        outlook = run.Outlook(
            target="the sandbox" if settings.rehearsal else settings.address,
            is_meant=lambda name: entrance.is_meant(name, settings),
            look_up=lambda wanted: workplace.look_up(order, settings, interrupt, wanted),
            remember=workplace.remembering(settings),
        )
        life = run.explain_row(order, row, outlook)
    console.show(life, as_json=as_json)


@reads_a_file
def resolve(
    file: File,
    row: RowNumber,
    *,
    said: Said,
    created: Created = None,
    not_created: NotCreated = False,
    target: Target = None,
    state_dir: StateDir = None,
) -> None:
    """Record your word on a row that is held or in doubt."""
    from pipeline import run
    from pipeline.cli import ordering, workplace
    from pipeline.cli.interrupt import Interrupt
    from pipeline.send import Word

    if (created is None) is not not_created:
        raise UsageError("Say one of --created ID and --not-created.")
    settings = ordering.settings_of(said, target=target, state_dir=state_dir)
    order = ordering.order_of(
        "resolve", file, said, settings, run_id=workplace.new_run_id(), folder=settings.report_dir
    )
    word = Word(created_id=created, by=workplace.somebody())
    with Interrupt().listening() as interrupt, workplace.quiet_house(settings, interrupt) as house:
        typer.echo(run.resolve_row(order, house, row, word))
