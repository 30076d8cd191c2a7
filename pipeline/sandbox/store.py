"""What the sandbox remembers: one SQLite file that survives restarts."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.sandbox.answers import Json
    from pipeline.sandbox.paging import Page

_VERSION: Final = 1  # of the tables below; kept in the file's user_version
_LAST_ID_BEFORE: Final = 1_414_985_000  # Ids look like the API's, in size

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS about (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    store_id TEXT NOT NULL               -- UUID of this store; a new one after every wipe
);
CREATE TABLE IF NOT EXISTS courses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice, not even after a wipe
    business_id INTEGER NOT NULL,
    title_folded TEXT NOT NULL,          -- for a search without regard to case
    created_on TEXT NOT NULL,            -- UTC, ISO 8601 to the second, without a zone
    course TEXT NOT NULL                 -- JSON, all that reading it gives back but its Id
);
CREATE TABLE IF NOT EXISTS access_tokens (
    hash TEXT PRIMARY KEY,               -- SHA-256 of the token, hexadecimal
    email TEXT NOT NULL,                 -- of the account
    expires_at REAL NOT NULL             -- seconds since the epoch
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refresh_tokens (
    email TEXT NOT NULL,                 -- of the account
    client TEXT NOT NULL,                -- client id; one living refresh token for each account and client
    hash TEXT NOT NULL UNIQUE,           -- SHA-256 of the token, hexadecimal
    expires_at REAL NOT NULL,            -- seconds since the epoch
    PRIMARY KEY (email, client)
) WITHOUT ROWID;
INSERT INTO sqlite_sequence SELECT 'courses', {last_id}
    WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'courses');
PRAGMA user_version = {version};
"""

_FOUND: Final = """
FROM courses
WHERE (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))
    AND id NOT IN (SELECT value FROM json_each(:hidden))
    AND (:business_id IS NULL OR business_id = :business_id)
    AND (:title IS NULL OR instr(title_folded, :title))
    AND (:created_from IS NULL OR created_on >= :created_from)
    AND (:created_to IS NULL OR created_on <= :created_to)
"""
_COUNT: Final = f"SELECT count(*) {_FOUND}"
_ORDERS: Final = {"Id": "id", "Title": "title_folded, id", "CreatedOn": "created_on, id"}
_PAGES: Final = {
    field: f"SELECT id, course {_FOUND} ORDER BY {columns} LIMIT :size OFFSET :offset"
    for field, columns in _ORDERS.items()
}
ORDER_FIELDS: Final = frozenset(_ORDERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which courses a list shows; None asks for nothing in particular."""

    ids: tuple[int, ...] | None = None
    hidden: tuple[int, ...] = ()  # left out whatever else is wanted
    business_id: int | None = None
    title: str | None = None  # a part of it, folded
    created_from: str | None = None  # both as `created_on` is kept, both included
    created_to: str | None = None
    order: str = "Id"  # one of ORDER_FIELDS


class Store:
    """An open store; one connection, used by one thread at a time.

    Every change is a transaction of its own. The write-ahead log is not flushed to the disk each time: a
    sandbox survives its own end, not a power cut.
    """

    def __init__(self, path: Path) -> None:
        """Open the file at `path`, made when it is missing.

        Raises:
            OSError: the file cannot be used as a store; the text says why.
        """
        try:
            self._database = _open(path)
        except (sqlite3.Error, OSError) as error:
            raise OSError(
                f"The sandbox cannot keep its courses in {path}: {error}. "
                "Name another file, or move this one away."
            ) from error

    def close(self) -> None:
        """Write everything into the one file."""
        self._database.close()

    def store_id(self) -> str:
        """Return the UUID of this store."""
        row = self._database.execute("SELECT store_id FROM about").fetchone()
        return str(row[0])

    def wipe(self) -> None:
        """Forget all courses and tokens and become another store."""
        with self._transaction():
            for statement in (
                "DELETE FROM courses",
                "DELETE FROM access_tokens",
                "DELETE FROM refresh_tokens",
            ):
                self._database.execute(statement)
            self._database.execute("UPDATE about SET store_id = ?", (str(uuid4()),))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        with self._database:
            yield

    def add_course(self, course: Json) -> int:
        """Keep a course; return its new Id."""
        title = str(course["Title"]).casefold().encode("utf-8", "replace").decode()
        added = self._database.execute(
            "INSERT INTO courses (business_id, title_folded, created_on, course) VALUES (?, ?, ?, ?)",
            (course["BusinessId"], title, course["CreatedOn"], json.dumps(course)),
        )
        return int(added.lastrowid or 0)

    def course(self, course_id: int) -> Json | None:
        """Return one course as the API gives it back."""
        row = self._database.execute("SELECT id, course FROM courses WHERE id = ?", (course_id,)).fetchone()
        return None if row is None else _read(row)

    def courses(self, wanted: Wanted, page: Page) -> tuple[list[Json], int]:
        """Return the courses of one page and how many are wanted in all."""
        ids = None if wanted.ids is None else json.dumps(wanted.ids)
        hidden = json.dumps(wanted.hidden)
        asked = asdict(wanted) | {"ids": ids, "hidden": hidden, "size": page.size, "offset": page.offset}
        (total,) = self._database.execute(_COUNT, asked).fetchone()
        return [_read(row) for row in self._database.execute(_PAGES[wanted.order], asked)], total

    def remove_course(self, course_id: int) -> bool:
        """Remove a course; return whether there was one."""
        return self._database.execute("DELETE FROM courses WHERE id = ?", (course_id,)).rowcount > 0

    def keep_access(self, token_hash: str, *, email: str, expires_at: float) -> None:
        """Remember a bearer token."""
        self._database.execute("INSERT INTO access_tokens VALUES (?, ?, ?)", (token_hash, email, expires_at))

    def access_owner(self, token_hash: str, *, at: float) -> str | None:
        """Return the e-mail of a bearer token that lives at a time in seconds since the epoch."""
        row = self._database.execute(
            "SELECT email FROM access_tokens WHERE hash = ? AND expires_at > ?", (token_hash, at)
        ).fetchone()
        return None if row is None else str(row[0])

    def keep_refresh(self, token_hash: str, *, email: str, client: str, expires_at: float) -> None:
        """Remember a refresh token; it takes the place of the one this account and client had."""
        self._database.execute(
            "REPLACE INTO refresh_tokens VALUES (?, ?, ?, ?)", (email, client, token_hash, expires_at)
        )

    def refresh_owner(self, token_hash: str, *, at: float) -> tuple[str, str] | None:
        """Return e-mail and client of a refresh token that lives at a time in seconds since the epoch."""
        row = self._database.execute(
            "SELECT email, client FROM refresh_tokens WHERE hash = ? AND expires_at > ?", (token_hash, at)
        ).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))

    def forget_tokens(self, *, expired_at: float) -> None:
        """Drop every token that is expired at a time in seconds since the epoch."""
        self._database.execute("DELETE FROM access_tokens WHERE expires_at <= ?", (expired_at,))
        self._database.execute("DELETE FROM refresh_tokens WHERE expires_at <= ?", (expired_at,))


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        _refuse_newer(database)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(_TABLES.format(last_id=_LAST_ID_BEFORE, version=_VERSION))
        database.execute("INSERT OR IGNORE INTO about VALUES (1, ?)", (str(uuid4()),))
    except (sqlite3.Error, OSError):
        database.close()
        raise
    return database


def _refuse_newer(database: sqlite3.Connection) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > _VERSION:
        raise OSError("a newer version of the sandbox wrote it")


def _read(row: tuple[int, str]) -> Json:
    course_id, course = row
    return {"Id": course_id, **json.loads(course)}
