"""The commands a report gives to be typed, with what has to be said again each time."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from pipeline.model import NOT_SEEN, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.model import Candidate, Report, RowReport, Source

_ANY: Final = "ID"  # where the person knows it
_SEVERAL: Final = 2
# What a command about one row has to be told again; the others say how much is sent, and how.
_OF_A_ROW: Final = frozenset(
    {
        "--encoding",
        "--delimiter",
        "--quote",
        "--layout",
        "--set",
        "--alias",
        "--aliases",
        "--target",
        "--state-dir",
    }
)


def command_line(command: str, source: Source, flags: Iterable[str], *, row: int | None = None) -> str:
    """Return a command for the same file and sheet.

    Args:
        command: `import`, for one.
        source: whichever sheet it was, it is the one that is meant.
        flags: as `RunRecord` has them.
        row: for a command about one row.
    """
    path = source.path
    # Or it would be an option; but for `-` itself, which is standard input.
    words = [f"./{path}" if path.startswith("-") and path != "-" else path]
    words += [] if row is None else [str(row)]
    words += [] if source.sheet is None else ["--sheet", source.sheet]
    words += [word for flag in flags for word in _words(flag)]
    return f"course-import {command} {shlex.join(words)}"


def resolve_command(row: RowReport, report: Report) -> str | None:
    """Return the command that says which course a row is, if it waits for a person's word."""
    answers = resolve_commands(row, report)
    if len(row.candidates) < _SEVERAL:
        return answers[0] if answers else None
    return _answer(f"--created={_ANY}", row.number, report.source, report.flags)


def resolve_commands(row: RowReport, report: Report) -> tuple[str, ...]:
    """Return what to type for a row that waits for a person's word: one command for each answer."""
    waits = row.status in (Status.HELD, Status.IN_DOUBT)
    if row.status is Status.IN_DOUBT and not row.candidates:  # the next run looks for it, where it may look
        waits = any(finding.code == NOT_SEEN for finding in report.file_findings)
    return answers_to(row.number, row.candidates, report.source, report.flags) if waits else ()


def answers_to(
    number: int, candidates: Iterable[Candidate], source: Source, flags: Iterable[str]
) -> tuple[str, ...]:
    """Return the commands that say which of the candidates a row is, and that it is none of them."""
    ids = [str(candidate.course_id) for candidate in candidates] or [_ANY]
    answers = (*(f"--created={course_id}" for course_id in ids), "--not-created")
    return tuple(_answer(answer, number, source, flags) for answer in answers)


def _answer(answer: str, number: int, source: Source, flags: Iterable[str]) -> str:
    own = [flag for flag in flags if flag.partition("=")[0] in _OF_A_ROW]
    return command_line("resolve", source, [*own, answer], row=number)


def _words(flag: str) -> Iterator[str]:
    """Yield a flag as people type it: `--name value`."""
    name, has_value, value = flag.partition("=")
    if value.startswith("-"):
        yield flag
    else:
        yield name
        if has_value:
            yield value
