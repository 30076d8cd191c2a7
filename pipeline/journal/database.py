"""What a journal asks of the database its tables are in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import JournalUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta

    from sqlalchemy import Connection


class Database(ABC):
    """One connection, and where it leads in words that hold no secret."""

    def __init__(self, connection: Connection, place: str) -> None:
        self.connection = connection
        self.place = place

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commit what is done within.

        Raises:
            JournalUnusable: it could not be done, or the connection is lost; a lost one never comes back.
        """
        # SQLAlchemy would connect again, and whoever lost the connection may have lost the target's lock.
        if self.connection.invalidated:
            raise JournalUnusable(f"The journal {self.place} was lost. Without it nothing is sent.")
        failed: JournalUnusable | None = None
        try:
            with self.connection.begin():
                try:
                    yield self.connection
                except self.connection.dialect.loaded_dbapi.Error as failure:  # of the driver's own cursor
                    failed = JournalUnusable(self.in_words(failure))
                    raise failed from failure
        except SQLAlchemyError as failure:  # a connection that is lost fails on the way back once more
            raise failed or JournalUnusable(self.in_words(failure)) from failure

    def in_words(self, failure: Exception) -> str:
        """Say what failed."""
        return unusable(self.place, words_of(failure))

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
        self.connection.engine.dispose()

    @abstractmethod
    def lock(self, target: str, *, at: datetime) -> AbstractContextManager[None]:
        """Hold the lock of a target.

        Raises:
            RunLocked: somebody else holds it; the text says who, where and since when.
            JournalUnusable: the lock cannot be made.
        """

    @abstractmethod
    def offset(self, now: Callable[[], datetime]) -> timedelta:
        """Measure how far the clock of all who share the journal is ahead of this machine's."""

    @abstractmethod
    def ailments(self, connection: Connection) -> list[str]:
        """Return in words what is wrong with the database's health."""


def words_of(failure: Exception) -> str:
    """Return what failed, in the driver's words where it has some."""
    return str(getattr(failure, "orig", None) or failure)


def unusable(place: str, words: str) -> str:
    """Say that a journal cannot be used."""
    return f"The journal {place} cannot be used: {words}. Without it nothing is sent."
