"""What was meant, what was answered; survives a power cut."""

from __future__ import annotations

from pipeline.journal.journal import Journal, open_journal
from pipeline.journal.run_log import RunLog

__all__ = ["Journal", "RunLog", "open_journal"]
