"""What was meant, what was answered; survives a power cut."""

from __future__ import annotations

from pipeline.journal.journal import Journal
from pipeline.journal.lock import alone, locked, whoami
from pipeline.journal.opening import open_journal
from pipeline.journal.run_log import End, RunLog

__all__ = ["End", "Journal", "RunLog", "alone", "locked", "open_journal", "whoami"]
