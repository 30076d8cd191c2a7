"""A PostgreSQL server for tests: the one that is named, else one of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
from pydantic import SecretStr

from pipeline.journal import open_journal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg.rows import TupleRow

# Read before any test gets an environment of its own. Whoever it names has to be allowed to make databases.
GIVEN: Final = os.environ.get("COURSE_IMPORT_TEST_POSTGRES")
_DEBIAN: Final = "/usr/lib/postgresql"
# Nobody needs what tests leave behind a power cut.
_FORGETFUL: Final = ("fsync=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=16MB")


class Server:
    """Gives each test a database of its own, made from one that has the journal's tables already."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._prefix = f"test_{uuid.uuid4().hex[:8]}"
        self._made = 0
        self._template = self._database_of()
        with closing(open_journal(self.address(self._template))):
            pass

    def address(self, database: str, **parts: str) -> SecretStr:
        """Return the address of a database; `user` and `password` may be others than the server's."""
        head, _, tail = self._address.partition("://")
        place, _, query = tail.partition("?")
        who, _, where = place.rpartition("/")[0].rpartition("@")
        if parts:
            who = ":".join(parts.values())
        return SecretStr(f"{head}://{who}@{where}/{database}?{query}")

    def new(self, *, empty: bool = False) -> SecretStr:
        """Return the address of a new database, with or without the tables."""
        return self.address(self._database_of(None if empty else self._template))

    def drop(self, address: SecretStr) -> None:
        """Take a database away, whoever uses it."""
        name = address.get_secret_value().partition("?")[0].rpartition("/")[2]
        self.do(f"DROP DATABASE {name} WITH (FORCE)")

    def do(self, statement: str) -> None:
        """Carry out a statement that no transaction may hold."""
        with self._connected() as connection:
            connection.execute(statement.encode())

    def close(self) -> None:
        """Take away what is left."""
        self.do(f"DROP DATABASE {self._template} WITH (FORCE)")

    def _database_of(self, template: str | None = None) -> str:
        self._made += 1
        name = f"{self._prefix}_{self._made}"
        self.do(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return name

    def _connected(self) -> psycopg.Connection[TupleRow]:
        return psycopg.connect(self._address, autocommit=True)


def look(address: SecretStr, query: str) -> list[tuple[Any, ...]]:
    """Return what somebody else sees in a database, or does to it."""
    with psycopg.connect(address.get_secret_value(), autocommit=True) as other:
        found = other.execute(query.encode())
        return found.fetchall() if found.description else []


def cut_others(address: SecretStr, state: str) -> None:
    """End every other session of a database that is in a state, as its keeper may."""
    query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    own = "datname = current_database() AND pid <> pg_backend_pid()"
    look(address, f"{query} WHERE {own} AND state = '{state}'")


def wait_until_alone(address: SecretStr, others: int = 0) -> None:
    """Return once no more than so many others use a database: the server sees a little later who has died."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    query += "AND backend_type = 'client backend'"
    while look(address, query)[0][0] > others + 1:
        pass


@contextmanager
def own_server() -> Iterator[str]:
    """Run a server of this machine's on a socket; its language sorts texts as people do."""
    programs = programs_here()
    assert programs, "CI has to have PostgreSQL"
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # pytest's folders have names too long for a socket
    owner: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL}
    if os.geteuid() == 0:  # whom PostgreSQL's programs refuse
        shutil.chown(folder, "postgres", "postgres")
        owner |= {"user": "postgres", "group": "postgres", "extra_groups": []}
    words = ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
    icu = ["--locale-provider=icu", "--icu-locale=en-US"]
    control: list[str | Path] = [programs / "pg_ctl", "--pgdata", folder / "data", "--silent", "--wait"]
    options = [f"-c {setting}" for setting in (*_FORGETFUL, "listen_addresses=")]
    try:
        subprocess.run([programs / "initdb", "--pgdata", folder / "data", *words, *icu], check=True, **owner)
        started: list[str | Path] = [
            "--log",
            folder / "log",
            "--options",
            " ".join([*options, f"-k {folder}"]),
            "start",
        ]
        subprocess.run([*control, *started], check=True, **owner)
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            subprocess.run([*control, "--mode", "immediate", "stop"], check=True, **owner)
    finally:
        shutil.rmtree(folder)


def programs_here() -> Path | None:
    """Return the folder of the newest PostgreSQL server on this machine."""
    debian = sorted(Path(_DEBIAN).glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else shutil.which("initdb")
    return Path(found).parent if found else None
