"""The summary on a terminal: what happened, what needs someone, what to do next."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from pipeline.model import NOT_AGREED, Status
from pipeline.report.advice import advice
from pipeline.report.commands import resolve_command, resolve_commands
from pipeline.report.lines import INDENT, cut, labelled, wrapped
from pipeline.report.shown import visible
from pipeline.report.words import (
    REHEARSAL,
    candidate_line,
    duration,
    finding_line,
    left_out,
    status_word,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipeline.model import Report, RowReport

_TOLD: Final = 20  # things, a screenful; the report has all
_CANDIDATES_SHOWN: Final = 5  # of one row
_NO_BREAK: Final = "\xa0"  # keeps a number beside its word
_TITLE_LIMIT: Final = 40  # characters: enough to know a course by

_ONLY: Final = {"check": "Check", "plan": "Plan"}  # commands that send nothing
_FILES: Final = {
    "report.xlsx": "Report:",
    "report.html": "Page:",
    "to-fix.xlsx": "To fix:",
    "to-fix.csv": "To fix:",
}
_HOW_TO_ANSWER: Final = (
    "A resolve command under a row says that the row is that course. If it is another one, type "
    "--not-created in place of --created and its Id."
)
# Their reason tells what no finding does.
_REASON_COUNTS: Final = frozenset({Status.CHANGED, Status.HELD, Status.DEFERRED, Status.IN_DOUBT})


def summary(report: Report, *, width: int = 60, files: Collection[str] = ("report.xlsx",)) -> str:
    """Return the report as plain text whose lines fit `width` terminal columns.

    Rows that need someone come first, then those with mere warnings, both in row order. A path, an address
    or a command longer than `width` stands on a line of its own, so that it can be copied whole.

    Args:
        report: what there is to tell.
        width: in terminal columns.
        files: names of those that are in its folder.
    """
    parts = (
        _opening(report, width),
        [*_counts(report, width), *_forecast(report, width)],
        _rows(report, width),
        _answers(report, width),
        _file(report, width),
        _closing(report, width, files),
    )
    return "\n\n".join("\n".join(part) for part in parts if part)


def _opening(report: Report, width: int) -> list[str]:
    if report.command in _ONLY:
        first = [f"{_ONLY[report.command]} only: nothing was sent."]
    elif report.target is None:
        first = ["Nothing was sent."]
    else:
        first = [REHEARSAL] if report.rehearsal else []
    if report.target is not None:
        account = report.target.rpartition("/")[2]
        first += labelled("Target:", f"sandbox ({account})" if report.rehearsal else report.target, width)
    sheet = "" if report.source.sheet is None else f", sheet {report.source.sheet}"
    return [*first, *labelled("File:", f"{report.source.path}{sheet}", width)]


def _counts(report: Report, width: int) -> list[str]:
    counts = {status: count for status, count in report.tally.items() if count}
    if report.command == "check":
        right, faulty = counts.pop(Status.NOT_SENT, 0), counts.pop(Status.INVALID, 0)
        told = [f"{right} {'row is' if right == 1 else 'rows are'} right"]
        told += [f"{faulty} {'has' if faulty == 1 else 'have'} faults"] if faulty else []
    else:
        new = counts.pop(Status.NOT_SENT, 0) if report.forecast else 0
        told = [f"{new} new"] if new else []
    told += [f"{count} {status_word(status, report)}" for status, count in counts.items()]
    together = ", ".join(words.replace(" ", _NO_BREAK) for words in told) if report.rows else "No rows."
    lines = [line.replace(_NO_BREAK, " ") for line in wrapped(together, width)]
    label = "Not finished" if report.finished_at is None else "Stopped"
    stop = "" if report.stop_reason is None else f"{label}: {report.stop_reason}"
    return [*lines, *(piece for line in stop.splitlines() for piece in wrapped(line, width))]


def _forecast(report: Report, width: int) -> list[str]:
    told = report.forecast
    if told is None:
        return []
    courses = "1 course" if told.courses == 1 else f"{told.courses} courses"
    what = "an import would send nothing."
    if told.courses:
        time = duration(told.requests, told.seconds, told.finish_at)
        what = f"an import would send {courses}{time} if it began now."
    return wrapped(f"Plan {told.plan_id}: {what}", width)


def _rows(report: Report, width: int) -> list[str]:
    lines: list[str] = []
    left, more = _TOLD, 0
    needy = [row for row in report.rows if _needs_someone(row)]
    warned = [row for row in report.rows if row.findings and not _needs_someone(row)]
    for heading, rows in (("", needy), ("Warnings only:", warned)):
        if heading and rows and left > 0:
            lines += ["", heading] if lines else [heading]
        for row in rows:
            told = _told(row, report)
            command = resolve_command(row, report)
            shown = told[: max(left, 0)]
            if left > 0:
                lines += wrapped(_heading(row, report), width)
                lines += [line for text in shown for line in wrapped(text, width, indent=INDENT)]
                lines += [] if command is None else [INDENT * 2 + visible(command)]
            more += len(told) - len(shown)
            left -= len(shown) + (command is not None)
    if more:
        lines.append(f"… and {more} more; {_all_of(report)}")
    return lines


def _all_of(report: Report) -> str:
    return "report.json has all" if report.folder else "--json shows all"


def _heading(row: RowReport, report: Report) -> str:
    title = "" if row.title is None else f' "{cut(row.title, _TITLE_LIMIT)}"'
    return f"Row {row.number}{title}, {status_word(row.status, report)}:"


def _told(row: RowReport, report: Report) -> list[str]:
    """Return what there is to tell about a row, one text each."""
    told = [row.reason] if row.status in _REASON_COUNTS and row.reason else []
    shown = [candidate_line(candidate) for candidate in row.candidates[:_CANDIDATES_SHOWN]]
    if row.status is Status.HELD and len(row.candidates) == 1:
        told, shown = [f"exists already as {shown[0]}"], []
    more = len(row.candidates) - _CANDIDATES_SHOWN
    shown += [f"… and {more} more; {_all_of(report)}"] if more > 0 else []
    return [*told, *shown, *(finding_line(finding, report.source) for finding in row.findings)]


def _answers(report: Report, width: int) -> list[str]:
    """Tell once how to answer for the rows that wait for a person's word."""
    if not any(resolve_commands(row, report) for row in report.rows):
        return []
    return wrapped(_HOW_TO_ANSWER, width)


def _needs_someone(row: RowReport) -> bool:
    return row.status in _REASON_COUNTS or any(finding.severity == "fault" for finding in row.findings)


def _file(report: Report, width: int) -> list[str]:
    lines = []
    for heading, out in (("The file itself:", False), ("Not imported:", True)):
        told = [
            finding_line(finding, report.source)
            for finding in report.file_findings
            if left_out(finding) is out and finding.code not in NOT_AGREED  # told as what stopped it
        ]
        lines += [heading] if told else []
        lines += [piece for line in told for piece in wrapped(line, width, indent=INDENT)]
    return lines


def _closing(report: Report, width: int, files: Collection[str]) -> list[str]:
    lines = []
    for name, label in _FILES.items():
        if report.folder and name in files:
            lines += labelled(label, str(PurePath(report.folder, name)), width)
    lines += labelled("Run:", report.run_id, width) if report.target and report.forecast is None else []
    text, command = advice(report)
    lines += wrapped(f"Next: {text}", width)
    return lines if command is None else [*lines, INDENT + visible(command)]
