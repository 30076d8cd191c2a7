"""Metrics of an import, as a textfile that node_exporter collects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile
from prometheus_client.parser import text_string_to_metric_families

from pipeline.errors import Exit

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import Ending

_SUCCESS: Final = "course_import_last_success_timestamp_seconds"
_FINISHED: Final = frozenset({Exit.DONE, Exit.NEEDS_A_PERSON})


def write_metrics(ending: Ending, path: Path) -> None:
    """Write the metrics of a command; the time of the last success stays when this was none.

    The file appears whole or not at all, as a collector that comes at any moment needs it.

    Raises:
        OSError: it cannot be written.
    """
    registry = CollectorRegistry()

    def gauge(name: str, told: str, *labels: str) -> Gauge:
        return Gauge(f"course_import_{name}", told, labels, registry=registry)

    rows = gauge("rows", "Rows of a file by what became of them, nothing to do left out.", "file", "status")
    for end in ending.files:
        for status, count in {} if end.taken_before else end.report.tally.items():
            rows.labels(file=end.path, status=status).set(count)
    requests = gauge(
        "requests", "Requests of the last import by HTTP status, none being no answer.", "answer"
    )
    for answer, count in ending.answers.items():
        requests.labels(answer="none" if answer is None else str(answer)).set(count)
    gauge("limiter_wait_seconds", "Time the last import waited for slots under the API's limits.").set(
        ending.waited_seconds
    )
    gauge("exit_code", "Exit code of the last import.").set(int(ending.exit_code))
    gauge("last_run_timestamp_seconds", "When the last import ended.").set(ending.at.timestamp())
    success = ending.at.timestamp() if ending.exit_code in _FINISHED else _last_success(path)
    if success is not None:
        Gauge(_SUCCESS, "When an import last ended with code 0 or 4.", registry=registry).set(success)
    write_to_textfile(str(path), registry)


def _last_success(path: Path) -> float | None:
    """Return the time of the last success from the file as it was; None when it tells none."""
    try:
        families = list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):  # there is none yet, or somebody wrote something else there
        return None
    return next(
        (sample.value for family in families for sample in family.samples if sample.name == _SUCCESS), None
    )
