"""A journal in a PostgreSQL database that several machines share.

The lock of a target is a lock of the session that writes the journal: whoever loses it has lost the journal
too, and sends no more.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from psycopg.errors import Error as DriverError
from sqlalchemy import URL, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from pipeline.errors import JournalUnusable, RunLocked, SettingsRefused
from pipeline.journal.database import Database, unusable, words_of
from pipeline.journal.lock import in_words, me
from pipeline.journal.schema import prepare
from pipeline.journal.texts import keep_every_character

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime, timedelta

    from psycopg import Connection as DriverConnection
    from pydantic import SecretStr
    from sqlalchemy import Connection, Engine

OLDEST: Final = 15  # the oldest version of PostgreSQL this is tried with
# Read back by a test. A commit is on the server's disk before its request leaves.
SESSION: Final = {
    "synchronous_commit": "on",
    "lock_timeout": "30s",
    "idle_session_timeout": "0",  # a run may wait a day for its next slot
    "timezone": "UTC",
}
# By these the server finds out that a machine has gone, and frees its locks; its own habit is two hours.
_SERVER_KEEPALIVE: Final = {
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
# What the address may say otherwise. By the rest this machine finds out that the server has gone.
_CONNECTION: Final = {
    "connect_timeout": "10",  # seconds
    "application_name": "course-import",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",  # milliseconds
}
_SECRET_PARAMETERS: Final = ("password", "sslpassword")
_ROUNDS: Final = 5  # the quickest answer tells the time best
_HOLDERS: Final = """
CREATE TABLE IF NOT EXISTS holders (
    target TEXT PRIMARY KEY,
    backend INTEGER NOT NULL,
    told TEXT NOT NULL
);
COMMENT ON TABLE holders IS 'who took the lock of a target last; it counts while that backend holds the lock';
COMMENT ON COLUMN holders.backend IS 'process number of the session, as in pg_locks';
COMMENT ON COLUMN holders.told IS 'JSON: user, host, process, since';
"""
_HOLD: Final = """
INSERT INTO holders (target, backend, told) VALUES (%(target)s, pg_backend_pid(), %(told)s)
ON CONFLICT (target) DO UPDATE SET backend = excluded.backend, told = excluded.told
"""
_HOLDER: Final = """
SELECT told FROM holders JOIN pg_locks ON pg_locks.pid = holders.backend
WHERE target = %(target)s AND locktype = 'advisory' AND granted AND objsubid = 1
AND ((classid::bigint << 32) | objid::bigint) = %(key)s
"""


class PostgresDatabase(Database):
    """A database of a server; its clock is the one all machines go by."""

    def __init__(self, connection: Connection, url: URL) -> None:
        super().__init__(connection, _place(url))
        self._url = url

    def in_words(self, failure: Exception) -> str:
        """Say what failed, on one line and without a secret."""
        return _in_words(self._url, failure)

    @contextmanager
    def lock(self, target: str, *, at: datetime) -> Iterator[None]:
        """Hold the lock of a target, as long as this very connection lives."""
        held = {"key": _number(target), "target": target}
        with self.transaction() as connection:
            taken = connection.exec_driver_sql("SELECT pg_try_advisory_lock(%(key)s)", held)
            if not taken.scalar_one():
                told = connection.exec_driver_sql(_HOLDER, held).scalar()
                raise RunLocked(f"Another run is at work on {target}{in_words(told)}. Try again later.")
            connection.exec_driver_sql(_HOLD, {"target": target, "told": json.dumps(me(at))})
        try:
            yield
        finally:
            with suppress(JournalUnusable), self.transaction() as connection:  # a lost session has freed it
                connection.exec_driver_sql("SELECT pg_advisory_unlock(%(key)s)", held)

    def offset(self, now: Callable[[], datetime]) -> timedelta:
        """Measure how far the server's clock is ahead; wrong by half an answer time at most."""
        with self.transaction() as connection:
            connection.exec_driver_sql("SELECT clock_timestamp()")  # the first one begins the transaction
            measured = [_glance(connection, now) for _ in range(_ROUNDS)]
        _, offset = min(measured)
        return offset

    def ailments(self, connection: Connection) -> list[str]:
        """Return in words which of the server's settings let it forget."""
        names = ("server_version_num", "synchronous_commit", "fsync")
        settings = {name: str(connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in names}
        return ailments_of(settings)


def ailments_of(settings: Mapping[str, str]) -> list[str]:
    """Return in words what a server's settings say of its health."""
    found = []
    version = int(settings["server_version_num"]) // 10_000
    if version < OLDEST:
        found.append(f"PostgreSQL {version} is too old: it has to be {OLDEST} or newer")
    if settings["synchronous_commit"] == "off":
        found.append("synchronous_commit is off: a power cut takes what was committed last")
    if settings["fsync"] == "off":
        found.append("fsync is off: a power cut may damage the whole database")
    return found


def open_database(address: SecretStr) -> PostgresDatabase:
    """Open the journal at an address, its tables made when there are none.

    Raises:
        JournalUnusable: it cannot be used, or a newer version of this program wrote it.
        SettingsRefused: the address is none.
    """
    try:
        url = make_url(address.get_secret_value()).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise SettingsRefused(
            "The journal's address is none. Write postgresql://user@host/database."
        ) from None
    try:
        return PostgresDatabase(_connected(_engine(url), _place(url)), url)
    # The driver refuses some addresses before it connects: a NUL, a parameter nobody knows.
    except (SQLAlchemyError, DriverError, OSError, ValueError) as failure:
        raise JournalUnusable(_in_words(url, failure)) from None  # the cause may show the address


def _engine(url: URL) -> Engine:
    defaults = {name: value for name, value in _CONNECTION.items() if name not in url.query}
    engine = create_engine(url, poolclass=NullPool, connect_args=defaults, use_native_hstore=False)
    event.listen(engine, "connect", _set_up)
    return engine


def _set_up(driver_connection: DriverConnection[Any], record: object) -> None:
    del record
    if driver_connection.info.server_version >= OLDEST * 10_000:  # else it is refused in words
        for name, value in {**SESSION, **_SERVER_KEEPALIVE}.items():
            driver_connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        driver_connection.commit()  # settings go when their transaction does
    keep_every_character(driver_connection.adapters)


def _connected(engine: Engine, place: str) -> Connection:
    connection = engine.connect()
    try:
        with connection.begin():
            _refuse_older(connection, place)
            # Several may make the tables at once: one after the other.
            making = {"key": _number("the tables of course-import")}
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%(key)s)", making)
            prepare(connection, place)
            if not connection.exec_driver_sql("SELECT to_regclass('holders')").scalar():
                connection.exec_driver_sql(_HOLDERS)
    except BaseException:
        connection.close()
        engine.dispose()
        raise
    return connection


def _refuse_older(connection: Connection, place: str) -> None:
    version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if version < OLDEST:
        raise JournalUnusable(
            f"The journal {place} is on PostgreSQL {version}. It has to be {OLDEST} or newer."
        )


def _glance(connection: Connection, now: Callable[[], datetime]) -> tuple[timedelta, timedelta]:
    """Return how long the server took to tell the time, and how far it is ahead."""
    before = now()
    told = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    after = now()
    return after - before, told - (before + (after - before) / 2)


def _number(name: str) -> int:
    """Return the number of a lock, of 64 bits with a sign."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def _place(url: URL) -> str:
    """Return an address without what may be secret."""
    place = URL.create(
        "postgresql", username=url.username, host=url.host, port=url.port, database=url.database
    )
    return place.render_as_string()


def _in_words(url: URL, failure: Exception) -> str:
    """Say what failed, on one line: some of the server's words come on several, and none may be secret."""
    words = " ".join(words_of(failure).split()).rstrip(".?")
    parameters = (url.query.get(name) for name in _SECRET_PARAMETERS)
    for secret in (str(told) for told in (url.password, *parameters) if told):
        words = words.replace(secret, "***").replace(quote(secret, safe=""), "***")
    return unusable(_place(url), words)
