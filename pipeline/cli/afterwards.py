"""Telling those who were not there how an import ended: metrics for a collector, a notice to an address."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING

from pipeline.api.notice import post_notice
from pipeline.cli import log
from pipeline.errors import AccessRefused
from pipeline.report import notice

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import Ending
    from pipeline.settings import Settings


def tell_afterwards(ending: Ending, settings: Settings, *, metrics: Path | None) -> None:
    """Write metrics and send a notice, where they are asked for; what fails is told and changes no code."""
    if metrics is not None:
        from pipeline.report.metrics import write_metrics

        try:
            write_metrics(ending, metrics)
        except OSError as failure:
            _warn(f"The metrics cannot be written to {metrics}: {failure.strerror or failure}.")
    if settings.notify is not None and settings.notify_secret is not None:
        try:
            post_notice(
                settings.notify,
                notice(ending),
                notice_id=f"course-import-{uuid.uuid4()}",
                secret=settings.notify_secret,
                at=ending.at,
            )
        except AccessRefused as failure:
            _warn(str(failure))


def _warn(text: str) -> None:
    log.say(f"course-import: {text}", event="not-told", level=logging.WARNING)
