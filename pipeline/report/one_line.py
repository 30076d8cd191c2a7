"""One line for one file, for those who import many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.report.shown import visible
from pipeline.report.words import in_utc, status_name

if TYPE_CHECKING:
    from pipeline.model import FileEnd, Report


def one_line(end: FileEnd) -> str:
    """Return what came of a file: `courses.csv: 24 created, 3 faulty; code 4; report in reports/…`."""
    report = end.report
    told = _counts(report)
    if end.taken_before:
        at = in_utc(report.finished_at or report.started_at)
        name = "" if report.source.path == end.path else f" as {report.source.path}"
        parts = ["nothing to do", f"taken before{name}, {at}: {told}, code {int(report.exit_code)}"]
    else:
        stop = " ".join((report.stop_reason or "").split()).removesuffix(".")
        parts = [told, *([stop] if stop else []), f"code {int(report.exit_code)}"]
    parts += [f"report in {report.folder}"] if report.folder else []
    rehearsal = " (rehearsal)" if report.rehearsal else ""
    return visible(f"{end.path}{rehearsal}: {'; '.join(parts)}")


def _counts(report: Report) -> str:
    counts = [f"{count} {status_name(status)}" for status, count in report.tally.items() if count]
    return ", ".join(counts) or "no rows"
