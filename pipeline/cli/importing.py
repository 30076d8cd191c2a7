"""The commands that walk a whole file: check, plan and import."""

from __future__ import annotations

import sys

from pipeline.cli.flags import (
    AllOrNothing,
    AsJson,
    CheckImages,
    File,
    Files,
    First,
    LogFormat,
    MaxFaulty,
    MaxNew,
    MaxShrink,
    MaxWait,
    Metrics,
    NoProgress,
    Notify,
    NoVerify,
    Pace,
    PlanId,
    Quiet,
    ReportDir,
    Said,
    StateDir,
    Strict,
    Target,
    Unattended,
    Verbose,
    Wait,
    Yes,
    reads_a_file,
)


@reads_a_file
def check(
    file: File,
    *,
    said: Said,
    check_images: CheckImages = False,
    strict: Strict = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    report_dir: ReportDir = None,
) -> None:
    """Check FILE: every fault at its cell. Sends nothing."""
    from pipeline import run
    from pipeline.cli import console, entrance, log, ordering, workplace
    from pipeline.cli.interrupt import Interrupt

    settings = ordering.settings_of(said, connects=False, report_dir=report_dir)
    order, seen = ordering.order_with_report(
        "check",
        file,
        said,
        settings,
        check_images=check_images,
        strict=strict,
    )
    with log.run_log(order.folder, order.run_id, verbose=False), Interrupt().listening() as interrupt:
        told = run.check_file(
            order, now=entrance.now, look_up=workplace.looking_up(order, settings, interrupt)
        )
    console.tell(told, seen, as_json=as_json, quiet=quiet)


@reads_a_file
def plan(
    file: File,
    *,
    said: Said,
    check_images: CheckImages = False,
    first: First = None,
    all_or_nothing: AllOrNothing = False,
    strict: Strict = False,
    max_new: MaxNew = None,
    max_faulty: MaxFaulty = None,
    max_shrink: MaxShrink = None,
    target: Target = None,
    pace: Pace = None,
    no_verify: NoVerify = False,
    state_dir: StateDir = None,
    report_dir: ReportDir = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Tell what an import of FILE would do, and how long it would take. Sends nothing."""
    from pipeline import run
    from pipeline.cli import console, log, ordering, workplace
    from pipeline.cli.interrupt import Interrupt

    settings = ordering.settings_of(
        said,
        target=target,
        pace=pace,
        state_dir=state_dir,
        report_dir=report_dir,
        max_new=max_new,
        max_faulty=max_faulty,
        max_shrink=max_shrink,
        verify=False if no_verify else None,
    )
    order, seen = ordering.order_with_report(
        "plan",
        file,
        said,
        settings,
        check_images=check_images,
        strict=strict,
        first=first,
        all_or_nothing=all_or_nothing,
    )
    with (
        log.run_log(order.folder, order.run_id, verbose=verbose),
        Interrupt().listening() as interrupt,
        workplace.quiet_house(settings, interrupt) as house,
    ):
        told = run.plan_file(order, house)
    console.tell(told, seen, as_json=as_json, quiet=quiet)


@reads_a_file
def import_(
    files: Files,
    *,
    said: Said,
    check_images: CheckImages = False,
    first: First = None,
    all_or_nothing: AllOrNothing = False,
    strict: Strict = False,
    plan_id: PlanId = None,
    max_new: MaxNew = None,
    max_faulty: MaxFaulty = None,
    max_shrink: MaxShrink = None,
    target: Target = None,
    pace: Pace = None,
    max_wait: MaxWait = None,
    wait: Wait = False,
    no_verify: NoVerify = False,
    yes: Yes = False,
    unattended: Unattended = False,
    state_dir: StateDir = None,
    report_dir: ReportDir = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_progress: NoProgress = False,
    log_format: LogFormat = "text",
    metrics: Metrics = None,
    notify: Notify = None,
) -> None:
    """Check each FILE and create its courses, each exactly once. Run it again to resume."""
    from pipeline.cli import batch, env_file, log, ordering

    with log.lines(log_format):
        env_file.warn()
        settings = ordering.settings_of(
            said,
            target=target,
            pace=pace,
            state_dir=state_dir,
            report_dir=report_dir,
            max_new=max_new,
            max_faulty=max_faulty,
            max_shrink=max_shrink,
            max_wait=max_wait,
            wait=wait or None,
            verify=False if no_verify else None,
            notify=notify,
        )
        errand = batch.Errand(
            said=said,
            settings=settings,
            options={
                "first": first,
                "all_or_nothing": all_or_nothing,
                "strict": strict,
                "plan_id": plan_id,
            },
            check_images=check_images,
            yes=yes or unattended,
            once=unattended,
            as_json=as_json,
            quiet=quiet,
            verbose=verbose,
            progress=not (quiet or no_progress or verbose) and sys.stderr.isatty(),
            metrics=metrics,
        )
        batch.run_errand(files, errand)
