"""A journal in a file of this machine."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from filelock import FileLock
from sqlalchemy import URL, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from pipeline.errors import JournalUnusable
from pipeline.journal.database import Database, unusable, words_of
from pipeline.journal.lock import locked
from pipeline.journal.schema import prepare

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, Engine

# Read back by a test. FULL: a commit is on the disk before its request leaves, whatever the power does.
PRAGMAS: Final = {"busy_timeout": 30_000, "journal_mode": "wal", "synchronous": 2}
_OPENING_SECONDS: Final = 30


class SqliteFile(Database):
    """A file; the locks of its targets are files beside it, and the clock is this machine's."""

    def __init__(self, connection: Connection, path: Path) -> None:
        super().__init__(connection, str(path))
        self._locks = path.with_name("locks")

    def lock(self, target: str, *, at: datetime) -> AbstractContextManager[None]:
        """Hold the lock of a target."""
        return locked(self._locks, target, at=at)

    def offset(self, now: Callable[[], datetime]) -> timedelta:
        """Return that there is no other clock."""
        del now
        return timedelta(0)

    def ailments(self, connection: Connection) -> list[str]:
        """Return what SQLite finds wrong in its file."""
        found = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
        return [str(words) for words in found if words != "ok"]


def open_file(path: Path) -> SqliteFile:
    """Open the journal's file, made new when there is none.

    Raises:
        JournalUnusable: the file cannot be used, or a newer version of this program wrote it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # One at a time: while a new file is turned to its write-ahead log SQLite does not wait for others.
        with FileLock(path.with_name(f"{path.name}.opening"), timeout=_OPENING_SECONDS):
            return SqliteFile(_connected(_engine(path), str(path)), path)
    except (SQLAlchemyError, OSError) as failure:
        raise JournalUnusable(unusable(str(path), words_of(failure))) from failure


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=StaticPool,
        # IMMEDIATE: two processes that write at once wait for each other instead of failing half-way.
        connect_args={"check_same_thread": False, "isolation_level": "IMMEDIATE"},
    )
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _connected(engine: Engine, place: str) -> Connection:
    connection = engine.connect()
    try:
        with connection.begin():
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # a run that is under way may be writing
            prepare(connection, place)
    except BaseException:
        connection.close()
        engine.dispose()
        raise
    return connection


def _set_pragmas(driver_connection: Any, record: object) -> None:  # noqa: ANN401 - the driver's own type
    del record
    for name, value in PRAGMAS.items():
        driver_connection.execute(f"PRAGMA {name} = {value}")
