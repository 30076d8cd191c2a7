"""What the page asks of people: corrections, decisions, and what is merely worth a look."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.model import Status
from pipeline.report.causes import best_start, causes_of
from pipeline.report.commands import resolve_commands
from pipeline.report.words import candidate_line, left_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeVar

    from pipeline.model import Finding, Report, RowReport, Severity
    from pipeline.report.causes import Cause

    T = TypeVar("T")

_LISTED_AT_MOST: Final = 1_000  # entries of one list, those behind a disclosure counted too


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A cell, or cells one below the other, as Excel writes them."""

    text: str  # "G17", "G17:G25"
    row: int  # the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is said of some cells of one column."""

    column: str | None  # the user's word for it
    message: str
    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to mend, or to look at."""

    rows: int
    effect: str  # what mending it brings; "" where that goes without saying
    by_api: bool  # the API said so
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer to a question, and the command that gives it."""

    told: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A row that waits for a person's word."""

    row: RowReport
    choices: tuple[Choice, ...]


def headline(causes: Sequence[Cause]) -> str | None:
    """Return in one sentence what corrections bring; None where there is nothing to correct."""
    corrections, rows = sum(cause.corrections for cause in causes), sum(cause.cleared for cause in causes)
    if not causes:
        return None
    start = best_start(causes)
    if start is None or start[0] == corrections:
        return f"{_corrections(corrections)} {_count(rows, 'row')}."
    return f"{_corrections(start[0])} {start[1]} of {_count(rows, 'row')}; {corrections} clear them all."


def tasks(causes: Sequence[Cause]) -> tuple[Task, ...]:
    """Return what is to be corrected in the rows, in the order of its causes."""
    return tuple(_task(cause, _effect(cause)) for cause in causes)


def milder(report: Report) -> tuple[Task, ...]:
    """Return what keeps no row from being sent: warnings, then what is merely told."""
    severities: tuple[Severity, ...] = ("warning", "information")
    return tuple(_task(cause, "") for severity in severities for cause in causes_of(report.rows, severity))


def file_faults(report: Report) -> list[str]:
    """Return what is wrong with the file itself."""
    return [finding.message for finding in report.file_findings if finding.severity == "fault"]


def notes(report: Report) -> list[str]:
    """Return what else there is to know about the file."""
    return [
        finding.message
        for finding in report.file_findings
        if finding.severity != "fault" and not left_out(finding)
    ]


def questions(report: Report) -> dict[Status, tuple[Question, ...]]:
    """Return the rows that wait for a decision, by their status."""
    asked = {
        status: tuple(
            Question(row=row, choices=_choices(row, report)) for row in report.rows if row.status is status
        )
        for status in (Status.HELD, Status.IN_DOUBT, Status.CHANGED)
    }
    return {status: rows for status, rows in asked.items() if rows}


def remaining(entries: Sequence[T], shown: int) -> tuple[Sequence[T], Sequence[T], int]:
    """Return what a list shows at once, what it shows on request, and how many there is no room for."""
    return entries[:shown], entries[shown:_LISTED_AT_MOST], max(0, len(entries) - _LISTED_AT_MOST)


def addresses_of(findings: Iterable[Finding]) -> tuple[Address, ...]:
    """Return where findings stand, neighbouring rows of one column as a range.

    >>> from dataclasses import replace
    >>> from pipeline.model import Finding
    >>> blank = Finding(code="required", message="is blank", severity="fault", stage="check")
    >>> cells = [replace(blank, row=row, cell=f"G{row}") for row in (2, 3, 7)]
    >>> [address.text for address in addresses_of(cells)]
    ['G2:G3', 'G7']
    """
    runs: list[list[int]] = []
    letters: list[str] = []
    for finding in findings:
        letter, row = (finding.cell or "").rstrip(string.digits), finding.row or 0
        if runs and letters[-1] == letter and runs[-1][1] in {row - 1, row}:
            runs[-1][1] = row
        else:
            runs.append([row, row])
            letters.append(letter)
    return tuple(
        Address(text=_range(letter, first, last), row=first)
        for letter, (first, last) in zip(letters, runs, strict=True)
    )


def _range(letter: str, first: int, last: int) -> str:
    if letter:
        return f"{letter}{first}" if first == last else f"{letter}{first}:{letter}{last}"
    return f"row {first}" if first == last else f"rows {first} to {last}"


def _task(cause: Cause, effect: str) -> Task:
    by_message: dict[str, list[Finding]] = {}
    for finding in cause.findings:
        by_message.setdefault(finding.message, []).append(finding)
    first = cause.findings[0]
    return Task(
        rows=len(cause.rows),
        effect=effect,
        by_api=first.stage == "send" and first.severity == "fault",
        remarks=tuple(
            Remark(
                column=first.column or first.property_name, message=message, addresses=addresses_of(findings)
            )
            for message, findings in by_message.items()
        ),
    )


def _effect(cause: Cause) -> str:
    rows = len(cause.rows)
    if (rows, cause.corrections, cause.cleared) == (1, 1, 1):
        return ""
    if not cause.cleared:
        also = "this row has" if rows == 1 else "these rows have"
        return f"{_count(cause.corrections, 'correction')}; {also} other faults too."
    cleared = _count(rows, "row") if cause.cleared == rows else f"{cause.cleared} of {_count(rows, 'row')}"
    return f"{_corrections(cause.corrections)} {cleared}."


def _corrections(count: int) -> str:
    return "1 correction clears" if count == 1 else f"{count} corrections clear"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _choices(row: RowReport, report: Report) -> tuple[Choice, ...]:
    """Return the answers a person can give; none where the next run looks for itself."""
    commands = resolve_commands(row, report)
    if not commands:
        return ()
    told = [f"It is {candidate_line(candidate)}" for candidate in row.candidates]
    other = {0: "It does not exist", 1: "It is another course"}.get(len(told), "It is none of these")
    told = [*(told or ["It exists, under the Id you found"]), f"{other}: the next import sends the row"]
    return tuple(Choice(told=answer, command=command) for answer, command in zip(told, commands, strict=True))
