"""The journal's tables made, brought to this version, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, inspect, select, update

from pipeline.errors import JournalUnusable
from pipeline.journal.tables import SCHEMA_VERSION, UPGRADES, meta, metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection


def prepare(connection: Connection, place: str) -> None:
    """Make or upgrade the tables, within a transaction in which nobody else does.

    Raises:
        JournalUnusable: a newer version of this program made them.
    """
    version = _version_of(connection)
    if version is None:
        metadata.create_all(connection)
        connection.execute(insert(meta), {"schema_version": SCHEMA_VERSION})
    elif version < SCHEMA_VERSION:
        _upgrade(connection, version)
    elif version > SCHEMA_VERSION:
        raise JournalUnusable(
            f"The journal {place} was written by a newer version of course-import (its schema is {version}, "
            f"this program knows {SCHEMA_VERSION}). Use that version; nothing was sent."
        )


def _version_of(connection: Connection) -> int | None:
    """Return the schema version of a journal, None of a new one."""
    if not inspect(connection).has_table(meta.name):
        return None
    return int(connection.execute(select(meta.c.schema_version)).scalar_one())


def _upgrade(connection: Connection, version: int) -> None:
    for later in range(version + 1, SCHEMA_VERSION + 1):
        for statement in UPGRADES[later]:
            connection.exec_driver_sql(statement)
    connection.execute(update(meta).values(schema_version=SCHEMA_VERSION))
