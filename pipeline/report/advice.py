"""What to do next, and the command to type for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.errors import Exit
from pipeline.model import NOT_AGREED, OTHER_PLAN, Status
from pipeline.report.commands import command_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model import Forecast, Report

_AGAIN: Final = "run the same command again"
_NEXT: Final[Mapping[Exit, str]] = {
    Exit.DONE: "nothing to do.",
    Exit.BUG: f"{_AGAIN}. If it ends like this once more, hand on run.log",
    Exit.USAGE: "correct the command; course-import --help shows how.",
    Exit.FILE_REFUSED: f"correct what is named above and {_AGAIN}",
    Exit.NEEDS_A_PERSON: f"correct what is named above and {_AGAIN}; no course is created twice",
    Exit.IN_DOUBT: f"{_AGAIN}; it looks up the rows in doubt before it sends anything",
    Exit.NO_ACCESS: f"put settings, token or role right and {_AGAIN}",
    Exit.LOCKED: f"wait until the other run has ended, then {_AGAIN}",
    Exit.STOPPED: f"{_AGAIN} later; it goes on where this run stopped",
    Exit.INTERRUPTED: f"{_AGAIN}; it goes on where this run stopped",
    Exit.TERMINATED: f"{_AGAIN}; it goes on where this run stopped",
}


def advice(report: Report) -> tuple[str, str | None]:
    """Return what to do next, and the command to type for it, if there is one."""
    command = _command(report.command, report)
    stopped_by = {finding.code for finding in report.file_findings}
    if OTHER_PLAN in stopped_by:
        return "look at the plan as it is now:", _command("plan", report)
    if NOT_AGREED & stopped_by:
        return f"do as is said above and {_AGAIN}:", command
    if report.forecast is not None:
        return _of_a_plan(report, report.forecast)
    faulty = report.tally[Status.INVALID] + report.tally[Status.REJECTED] > 0
    match report.exit_code:
        case Exit.DONE if report.command == "check":
            return "import the file:", _command("import", report)
        case Exit.DONE if report.rehearsal:
            account = "set NEXUDUS_EMAIL and NEXUDUS_PASSWORD, or NEXUDUS_TOKEN, for production"
            elsewhere = [flag for flag in report.flags if not flag.startswith("--target=")]
            return f"{account} and {_AGAIN}:", command_line(report.command, report.source, elsewhere)
        case Exit.NEEDS_A_PERSON if not faulty:
            return f"decide about the rows named above, then {_AGAIN}:", command
        case Exit.DONE | Exit.USAGE:
            return _NEXT[report.exit_code], None
        case _:
            return f"{_NEXT[report.exit_code]}:", command


def _of_a_plan(report: Report, forecast: Forecast) -> tuple[str, str | None]:
    send = _command("import", report, f"--plan={forecast.plan_id}")
    needy = report.exit_code is Exit.NEEDS_A_PERSON
    if forecast.courses and needy:
        return "import what is right, or see to what is named above first and plan again:", send
    if forecast.courses or report.exit_code is Exit.IN_DOUBT:
        return "import exactly this:", send
    if needy:
        return "see to what is named above and plan again:", _command("plan", report)
    return _NEXT[Exit.DONE], None


def _command(command: str, report: Report, *flags: str) -> str:
    return command_line(command, report.source, (*report.flags, *flags))
