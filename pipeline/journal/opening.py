"""A journal opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.journal.journal import Journal
from pipeline.journal.sqlite import open_file

if TYPE_CHECKING:
    from pathlib import Path


def open_journal(path: Path) -> Journal:
    """Open the journal, made new when there is none.

    Raises:
        JournalUnusable: the file cannot be used, or a newer version of this program wrote it.
    """
    return Journal(open_file(path))
