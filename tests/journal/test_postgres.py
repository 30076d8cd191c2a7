"""What is PostgreSQL's alone: its session, its clock, its address that may hold a password."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from pipeline.api import Bounds, Connection, Gate, Limit, Pacer
from pipeline.errors import JournalUnusable
from pipeline.journal import open_journal
from pipeline.journal.postgres import SESSION, ailments_of
from tests.journal.conftest import at
from tests.postgres import look

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Server

PASSWORD = "pa%20ss%3Aword"
HOST = "spaces.example.com"


def test_every_commit_reaches_the_servers_disk(database: SecretStr) -> None:
    """Whatever the database itself is set to; read back in a session that has committed and failed since."""
    name = database.get_secret_value().partition("?")[0].rpartition("/")[2]
    look(database, f"ALTER DATABASE {name} SET synchronous_commit = off")
    with closing(open_journal(database)) as journal:
        with pytest.raises(JournalUnusable), journal._transaction() as connection:  # noqa: SLF001 - this session
            connection.exec_driver_sql("SELECT 1 / 0")
        with journal._transaction() as connection:  # noqa: SLF001 - the same
            read_back = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in SESSION}
        assert read_back == {
            "synchronous_commit": "on",
            "lock_timeout": "30s",
            "idle_session_timeout": "0",
            "timezone": "UTC",
        }
        assert "synchronous_commit" not in str(journal.ailment())


HEALTHY = {"server_version_num": "150003", "synchronous_commit": "on", "fsync": "on"}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({}, []),
        ({"server_version_num": "170002", "synchronous_commit": "remote_apply"}, []),
        ({"server_version_num": "140009"}, ["PostgreSQL 14 is too old"]),
        ({"synchronous_commit": "off"}, ["synchronous_commit is off"]),
        ({"fsync": "off"}, ["fsync is off"]),
        ({"fsync": "off", "synchronous_commit": "off"}, ["synchronous_commit is off", "fsync is off"]),
    ],
    ids=["healthy", "newer", "old", "commit", "fsync", "two"],
)
def test_a_server_that_may_forget_says_so(setting: dict[str, str], words: list[str]) -> None:
    found = ailments_of({**HEALTHY, **setting})
    assert [ailment[: len(word)] for ailment, word in zip(found, words, strict=True)] == words


def test_a_server_is_asked_how_it_is(database: SecretStr) -> None:
    [(fsync,)] = look(database, "SHOW fsync")
    with closing(open_journal(database)) as journal:
        assert (journal.ailment() is None) is (fsync == "on")


def behind(seconds: float) -> datetime:
    """Tell the time as a machine does whose clock is so many seconds behind."""
    return datetime.now(UTC) - timedelta(seconds=seconds)


@pytest.mark.parametrize(("first", "second"), [(-30, 0), (30, 0), (0, 30), (15, -15)])
def test_requests_of_a_machine_with_another_clock_count_at_their_true_age(
    first: float, second: float, database: SecretStr
) -> None:
    """One request a minute: the second machine waits a minute after the first one's."""
    with closing(open_journal(database)) as one, closing(open_journal(database)) as other:
        their_clock = one.common_clock(lambda: behind(first))
        log = one.log(run_id="one", host=HOST, now=their_clock)
        log.target = "target"
        log.answered(log.sending("POST", "/api/content/courses", row=2), status=200, told="")
        log.settle()
        our_clock = other.common_clock(lambda: behind(second))
        with closing(
            Connection("http://127.0.0.1:9", connect_timeout_seconds=1, read_timeout_seconds=1)
        ) as nobody:
            gate = Gate(
                nobody,
                pacer=Pacer((Limit(most=1, seconds=60, writes_only=False),), lambda: 0.0),
                log=other.log(run_id="other", host=HOST, now=our_clock),
                bounds=Bounds(
                    max_wait_seconds=600,
                    most_in_flight=1,
                    sleep=lambda _: None,
                    hurried=lambda: False,
                    now=our_clock,
                ),
            )
            since = our_clock() - timedelta(hours=1)
            gate.remember(other.requests_since(since, host=HOST, target="target"))
            assert gate.turn() == pytest.approx(60, abs=5)


def test_a_journal_in_a_file_goes_by_this_machines_clock(path: Path) -> None:
    with closing(open_journal(path)) as journal:
        assert journal.common_clock(lambda: at(5))() == at(5)


def test_a_refused_password_is_told_without_it(postgres: Server) -> None:
    postgres.do("DROP ROLE IF EXISTS stranger")
    address = postgres.address("postgres", user="stranger", password=PASSWORD)
    with pytest.raises(JournalUnusable, match="Without it nothing is sent") as refused:
        open_journal(address)
    assert "stranger" in str(refused.value)
    assert_no_secret(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://ann:{PASSWORD}@127.0.0.1:9/courses",
        f"postgresql://ann:{PASSWORD}@127.0.0.1:9/courses?nonsense=1",
        f"postgresql://ann@127.0.0.1:9/courses?password={PASSWORD}",
        f"postgresql://ann@127.0.0.1:9/courses?password={PASSWORD}&connect_timeout={PASSWORD}",
    ],
    ids=["refused", "parameter", "in the query", "in two places"],
)
def test_a_server_that_cannot_be_reached_is_told_without_the_password(address: str) -> None:
    with pytest.raises(
        JournalUnusable, match=r"postgresql://ann@127\.0\.0\.1:9/.*nothing is sent"
    ) as refused:
        open_journal(SecretStr(address))
    assert_no_secret(refused.value)


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"postgresql://ann:{PASSWORD}@127.0.0.1:{mute.getsockname()[1]}/courses?connect_timeout=1"
        with pytest.raises(JournalUnusable, match=r"timeout.*nothing is sent") as refused:
            open_journal(SecretStr(address))
    assert_no_secret(refused.value)


def assert_no_secret(failure: BaseException) -> None:
    """Neither in its words, nor in those of what caused it."""
    told: BaseException | None = failure
    while told is not None:
        for form in (PASSWORD, "pa ss:word"):
            assert form not in f"{told} {told!r}"
        told = told.__cause__
    assert failure.__suppress_context__


def test_a_place_is_told_without_a_secret(database: SecretStr, postgres: Server) -> None:
    name = database.get_secret_value().partition("?")[0].rpartition("/")[2]
    address = postgres.address(name, user="postgres", password=PASSWORD)
    with closing(open_journal(address)) as journal:
        assert journal.place.startswith("postgresql://postgres@")
        assert journal.place.endswith(f"/{name}")


WITHOUT_PSYCOPG = """
import sys
sys.modules["psycopg"] = None
from pydantic import SecretStr
from pipeline.errors import Exit, SettingsRefused
from pipeline.journal import open_journal
try:
    open_journal(SecretStr("postgresql://ann:secret@127.0.0.1:9/courses"))
except SettingsRefused as refused:
    print(int(refused.exit_code), refused)
"""


def test_without_psycopg_it_is_told_how_to_install_it() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_PSYCOPG], capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout == (
        "6 A journal on PostgreSQL needs psycopg, which is not installed. "
        "Install it with: pip install 'course-import[postgresql]'\n"
    )
