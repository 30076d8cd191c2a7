"""One run at a time for each target; the lock frees itself with its process."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import JournalUnusable, RunLocked
from pipeline.journal import locked, open_journal
from tests.journal.conftest import at, in_a_file, on_postgresql
from tests.postgres import cut_others, look, wait_until_alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import SecretStr

    from pipeline.journal import Journal

HOLDER = """
import datetime, pathlib, sys
from pydantic import SecretStr
from pipeline.journal import open_journal
kind, place = sys.argv[1:]
journal = open_journal(pathlib.Path(place) if kind == "file" else SecretStr(place))
with journal.lock("a target", at=datetime.datetime.now(datetime.UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(place: Path | SecretStr) -> Iterator[subprocess.Popen[str]]:
    words = ["file", str(place)] if isinstance(place, Path) else ["address", place.get_secret_value()]
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    end(process)


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def is_refused(journal: Journal, words: str) -> None:
    with pytest.raises(RunLocked, match=words), journal.lock("a target", at=at(0)):
        pass


def test_a_target_that_is_locked_says_by_whom(holder: subprocess.Popen[str], journal: Journal) -> None:
    is_refused(journal, rf"a target: .+@.+, process {holder.pid}, since 2\d{{3}}-.* UTC")
    with journal.lock("another target", at=at(0)):
        pass


def test_a_killed_process_leaves_no_lock(
    holder: subprocess.Popen[str], journal: Journal, place: Path | SecretStr
) -> None:
    """Nor its name: the next one is told by its own."""
    end(holder)
    if not isinstance(place, Path):
        wait_until_alone(place, others=1)
    with journal.lock("a target", at=at(0)), closing(open_journal(place)) as other:
        is_refused(other, rf"process {os.getpid()}, since 2026-01-31 12:00:00 UTC")


def test_a_lock_that_is_given_back_is_free(journal: Journal, place: Path | SecretStr) -> None:
    with journal.lock("a target", at=at(0)):
        pass
    with closing(open_journal(place)) as other, other.lock("a target", at=at(0)):
        is_refused(journal, rf"process {os.getpid()}")


@in_a_file
def test_a_locked_target_is_told_even_when_nobody_left_a_name(
    holder: subprocess.Popen[str], journal: Journal, tmp_path: Path
) -> None:
    assert holder.poll() is None
    for owner in (tmp_path / "state" / "locks").glob("*.owner"):
        owner.write_text("half a na", encoding="utf-8")
    is_refused(journal, r"at work on a target\. Try again later")


@on_postgresql
def test_the_name_of_who_held_a_lock_before_is_not_told(
    holder: subprocess.Popen[str], journal: Journal, database: SecretStr
) -> None:
    """As between taking a lock and writing one's name: the last name there is another session's."""
    assert holder.poll() is None
    look(database, "UPDATE holders SET backend = 0")
    is_refused(journal, r"at work on a target\. Try again later")


@on_postgresql
def test_who_loses_the_connection_loses_lock_and_journal(journal: Journal, database: SecretStr) -> None:
    """And does not get them back by connecting again: another run may be at work there."""
    with closing(open_journal(database)) as other:
        with journal.lock("a target", at=at(0)):
            cut_others(database, "idle")
            with pytest.raises(JournalUnusable, match="Without it nothing is sent"):
                journal.known("a target")
            with (
                closing(open_journal(database)) as third,
                third.lock("a target", at=at(1)),
                pytest.raises(JournalUnusable, match=r"was lost\. Without it nothing is sent"),
            ):
                journal.known("a target")
        with pytest.raises(JournalUnusable):
            other.known("a target")


@on_postgresql
def test_a_connection_lost_while_sending_is_told_as_the_server_told_it(
    journal: Journal, database: SecretStr
) -> None:
    log = journal.log(run_id="run-1", host="spaces.example.com", now=lambda: at(5))
    log.target = "a target"
    log.sending("POST", "/path", row=2)
    cut_others(database, "idle")
    with pytest.raises(JournalUnusable, match=r"administrator command\. Without it nothing is sent"):
        log.sending("POST", "/path", row=3)
    with pytest.raises(JournalUnusable, match=r"was lost\. Without it nothing is sent"):
        log.sending("POST", "/path", row=3)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with (
        pytest.raises(JournalUnusable, match="cannot be used"),
        locked(tmp_path / "file" / "locks", "a target", at=at(0)),
    ):
        pass
