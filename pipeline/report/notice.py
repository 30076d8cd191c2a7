"""The notice that tells another program how an import ended: counts and paths, nothing of any row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.report.document import moment
from pipeline.report.words import EXIT_MEANINGS

if TYPE_CHECKING:
    from pipeline.model import Ending, FileEnd


def notice(ending: Ending) -> dict[str, object]:
    """Return what is posted, as JSON knows it; type, timestamp and data as Standard Webhooks has them."""
    return {
        "type": "course_import.ended",
        "timestamp": moment(ending.at),
        "data": {
            "exit_code": int(ending.exit_code),
            "meaning": EXIT_MEANINGS[ending.exit_code],
            "files": [_file(end) for end in ending.files],
        },
    }


def _file(end: FileEnd) -> dict[str, object]:
    report = end.report
    return {
        "path": end.path,
        "run": report.run_id,
        "rehearsal": report.rehearsal,
        "exit_code": int(end.exit_code),
        "taken_before": end.taken_before,
        "tally": {str(status): count for status, count in report.tally.items()},
        "report": report.folder,
    }
