"""The summary on a terminal: what happened, what needs someone, what to do next."""

from __future__ import annotations

import textwrap
import unicodedata
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from pipeline.model import Status
from pipeline.report.advice import next_step
from pipeline.report.shown import visible
from pipeline.report.words import REHEARSAL, finding_line, left_out, status_word

if TYPE_CHECKING:
    from pipeline.model import Report, RowReport

_FINDINGS_SHOWN: Final = 20  # a screenful; the report has all
_INDENT: Final = "  "  # doubled where a finding runs on
_NO_BREAK: Final = "\xa0"  # keeps a number beside its word
_TITLE_LIMIT: Final = 40  # characters: enough to know a course by
_LINE_LIMIT: Final = 400  # characters: a cell may hold 32,767, and a message may quote it

# Their reason tells what no finding does.
_REASON_COUNTS: Final = frozenset({Status.CHANGED, Status.HELD, Status.DEFERRED, Status.IN_DOUBT})


def summary(report: Report, *, width: int = 60) -> str:
    """Return the report as plain text whose lines fit `width` terminal columns.

    Rows that need someone come first, then those with mere warnings, both in row order. A path, an address
    or a command longer than `width` stands on a line of its own, so that it can be copied whole.
    """
    parts = (
        _opening(report, width),
        _counts(report, width),
        _rows(report, width),
        _file(report, width),
        _closing(report, width),
    )
    return "\n\n".join("\n".join(part) for part in parts if part)


def _opening(report: Report, width: int) -> list[str]:
    if report.target is None:
        first = ["Check only: nothing was sent." if report.command == "check" else "Nothing was sent."]
    else:
        first = [REHEARSAL] if report.rehearsal else []
        account = report.target.rpartition("/")[2]
        first += _labelled("Target:", f"sandbox ({account})" if report.rehearsal else report.target, width)
    sheet = "" if report.source.sheet is None else f", sheet {report.source.sheet}"
    return [*first, *_labelled("File:", f"{report.source.path}{sheet}", width)]


def _counts(report: Report, width: int) -> list[str]:
    counts = {status: count for status, count in report.tally.items() if count}
    if report.command == "check":
        right, faulty = counts.pop(Status.NOT_SENT, 0), counts.pop(Status.INVALID, 0)
        told = [f"{right} {'row is' if right == 1 else 'rows are'} right"]
        told += [f"{faulty} {'has' if faulty == 1 else 'have'} faults"] if faulty else []
    else:
        told = []
    told += [f"{count} {status_word(status, report)}" for status, count in counts.items()]
    together = ", ".join(words.replace(" ", _NO_BREAK) for words in told) if report.rows else "No rows."
    lines = [line.replace(_NO_BREAK, " ") for line in _wrapped(together, width)]
    label = "Not finished" if report.finished_at is None else "Stopped"
    stop = "" if report.stop_reason is None else f"{label}: {report.stop_reason}"
    return [*lines, *(piece for line in stop.splitlines() for piece in _wrapped(line, width))]


def _rows(report: Report, width: int) -> list[str]:
    lines: list[str] = []
    left = _FINDINGS_SHOWN
    needy = [row for row in report.rows if _needs_someone(row)]
    warned = [row for row in report.rows if row.findings and not _needs_someone(row)]
    for heading, rows in (("", needy), ("Warnings only:", warned)):
        if heading and rows and left > 0:
            lines += ["", heading] if lines else [heading]
        for row in rows:
            told = _told(row, report)
            if left > 0:
                lines += _wrapped(_heading(row, report), width)
                lines += [piece for line in told[:left] for piece in _wrapped(line, width, indent=_INDENT)]
            left -= len(told)
    if left < 0:
        lines.append(f"… and {-left} more" + (" in the report" if report.folder else ""))
    return lines


def _heading(row: RowReport, report: Report) -> str:
    title = "" if row.title is None else f' "{_cut(row.title, _TITLE_LIMIT)}"'
    return f"Row {row.number}{title}, {status_word(row.status, report)}:"


def _told(row: RowReport, report: Report) -> list[str]:
    """Return what there is to tell about a row, one line each."""
    reason = [row.reason] if row.status in _REASON_COUNTS and row.reason else []
    return [*reason, *(finding_line(finding, report.source) for finding in row.findings)]


def _needs_someone(row: RowReport) -> bool:
    return row.status in _REASON_COUNTS or any(finding.severity == "fault" for finding in row.findings)


def _file(report: Report, width: int) -> list[str]:
    lines = []
    for heading, out in (("The file itself:", False), ("Not imported:", True)):
        told = [
            finding_line(finding, report.source)
            for finding in report.file_findings
            if left_out(finding) is out
        ]
        lines += [heading] if told else []
        lines += [piece for line in told for piece in _wrapped(line, width, indent=_INDENT)]
    return lines


def _closing(report: Report, width: int) -> list[str]:
    where = _labelled("Report:", str(PurePath(report.folder, "report.xlsx")), width) if report.folder else []
    advice, command = next_step(report)
    run = _labelled("Run:", report.run_id, width) if report.target else []
    lines = [*where, *run, *_wrapped(f"Next: {advice}", width)]
    return lines if command is None else [*lines, _INDENT + visible(command)]


def _labelled(label: str, text: str, width: int) -> list[str]:
    """Return `text` behind its label, or uncut on a line below when both do not fit."""
    text = visible(text)
    line = f"{label} {text}"
    return [line] if len(_spread(line)) <= width else [label, _INDENT + text]


def _wrapped(text: str, width: int, *, indent: str = "") -> list[str]:
    spread = _spread(visible(_cut(text, _LINE_LIMIT)))
    lines = textwrap.wrap(
        spread,
        # A wide character at the end of a line has lost the column that stood behind it.
        width - 1 if _SPREAD in spread else width,
        initial_indent=indent,
        subsequent_indent=indent * 2,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_SPREAD, "") for line in lines]


# Stands behind each character that is two columns wide (Chinese, Japanese, Korean, most emoji): textwrap then
# counts both columns, and may break the line there, which is right for writing without spaces.
_SPREAD: Final = "\v"


def _spread(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        character + _SPREAD if unicodedata.east_asian_width(character) in "WF" else character
        for character in text
    )


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
