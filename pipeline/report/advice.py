"""What to do next, and the commands to type for it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from pipeline.errors import Exit
from pipeline.model import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model import Report, Source

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


def next_step(report: Report) -> tuple[str, str | None]:
    """Return what to do next, and the command to type for it."""
    path = _typed(report.source)
    command = f"course-import {report.command} {path}"
    faulty = report.tally[Status.INVALID] + report.tally[Status.REJECTED] > 0
    match report.exit_code:
        case Exit.DONE if report.command == "check":
            return "import the file:", f"course-import import {path}"
        case Exit.DONE if report.rehearsal:
            account = "set NEXUDUS_EMAIL and NEXUDUS_PASSWORD, or NEXUDUS_TOKEN, for production"
            return f"{account} and {_AGAIN}:", command
        case Exit.NEEDS_A_PERSON if not faulty:
            open_rows = report.tally[Status.HELD] + report.tally[Status.IN_DOUBT] > 0
            word = f"course-import resolve {path} ROW --created ID (or --not-created)"
            return "decide about the rows named above" + (
                ":" if open_rows else "."
            ), word if open_rows else None
        case Exit.DONE | Exit.USAGE:
            return _NEXT[report.exit_code], None
        case _:
            return f"{_NEXT[report.exit_code]}:", command


def _typed(source: Source) -> str:
    """Return the file as a shell takes it, with the sheet that is meant."""
    # Or it would be an option; but for `-` itself, which is standard input.
    path = f"./{source.path}" if source.path.startswith("-") and source.path != "-" else source.path
    if source.sheet is None:
        return shlex.quote(path)
    return f"{shlex.quote(path)} --sheet {shlex.quote(source.sheet)}"


def resolve_command(source: Source, row: int, created: int | str | None) -> str:
    """Return the command that takes a person's word on a row.

    Args:
        source: the file.
        row: the row's number.
        created: the Id the course exists under, or what stands for it; None: it does not exist.
    """
    word = "--not-created" if created is None else f"--created {created}"
    return f"course-import resolve {_typed(source)} {row} {word}"
