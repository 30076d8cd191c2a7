"""A journal opened, wherever it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SettingsRefused
from pipeline.journal.journal import Journal
from pipeline.journal.sqlite import open_file

if TYPE_CHECKING:
    from pydantic import SecretStr


def open_journal(place: Path | SecretStr) -> Journal:
    """Open the journal in a file, or the one at the address of a PostgreSQL database, made new if need be.

    Raises:
        JournalUnusable: it cannot be used, or a newer version of this program wrote it.
        SettingsRefused: the address is none, or what speaks to PostgreSQL is not installed.
    """
    if isinstance(place, Path):
        return Journal(open_file(place))
    try:
        from pipeline.journal.postgres import open_database  # noqa: PLC0415 - an extra, not always installed
    except ImportError as missing:
        raise SettingsRefused(
            "A journal on PostgreSQL needs psycopg, which is not installed. "
            "Install it with: pip install 'course-import[postgresql]'"
        ) from missing
    return Journal(open_database(place))
