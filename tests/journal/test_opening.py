"""A journal is opened as it was left, or refused in words, and says what ails it."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import JournalUnusable
from pipeline.journal import open_journal
from pipeline.journal.tables import SCHEMA_VERSION, UPGRADES
from tests.journal.conftest import in_a_file, record, seen_by_others

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import SecretStr

    from pipeline.journal import Journal
    from tests.postgres import Server

NOBODY = 65534


def test_a_journal_is_opened_again_as_it_was_left(place: Path | SecretStr) -> None:
    first = open_journal(place)
    first.begin_run(record())
    first.close()
    second = open_journal(place)
    assert second.read_run() == record()
    second.close()


def test_a_journal_of_another_version_is_refused_in_words(place: Path | SecretStr) -> None:
    open_journal(place).close()
    seen_by_others(place, "UPDATE meta SET schema_version = 99")
    with pytest.raises(JournalUnusable, match=r"its schema is 99, this program knows \d+.*nothing was sent"):
        open_journal(place)


def test_a_journal_of_an_older_version_is_brought_to_this_one(place: Path | SecretStr) -> None:
    open_journal(place).close()
    added = [
        re.fullmatch(r"ALTER TABLE (\w+) ADD COLUMN (\w+) .*", each) for each in chain(*UPGRADES.values())
    ]
    for statement in added:
        assert statement
        seen_by_others(place, f"ALTER TABLE {statement[1]} DROP COLUMN {statement[2]}")
    seen_by_others(place, "UPDATE meta SET schema_version = 1")
    told = replace(record(), flags=("--strict",))
    with closing(open_journal(place)) as journal:
        journal.begin_run(told)
        assert journal.read_run() == told
    assert seen_by_others(place, "SELECT schema_version FROM meta") == [(SCHEMA_VERSION,)]


def test_a_damaged_journal_is_refused_in_words(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database, and it is longer than a page's head" * 100)
    with pytest.raises(JournalUnusable, match="cannot be used: file is not a database"):
        open_journal(path)


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(JournalUnusable, match="cannot be used"):
        open_journal(tmp_path / "file" / "journal.db")


@in_a_file
def test_a_folder_one_may_not_write_is_told_in_words(journal: Journal, path: Path) -> None:
    """Root may write everywhere, so that it is nobody who tries."""
    journal.begin_run(record())
    for file in (path, path.parent, path.parent.parent):
        file.chmod(0o555)
    me = os.geteuid()
    if me == 0:
        os.seteuid(NOBODY)
    try:
        with pytest.raises(JournalUnusable, match="Without it nothing is sent"):
            open_journal(path)
    finally:
        os.seteuid(me)
        for file in (path.parent.parent, path.parent, path):
            file.chmod(0o755)


@pytest.fixture
def new_place(place: Path | SecretStr, request: pytest.FixtureRequest) -> Iterator[Path | SecretStr]:
    """A place where no journal was made yet."""
    if isinstance(place, Path):
        yield place
        return
    postgres: Server = request.getfixturevalue("postgres")
    empty = postgres.new(empty=True)
    yield empty
    postgres.drop(empty)


def test_several_that_open_a_new_journal_at_once_share_it(new_place: Path | SecretStr) -> None:
    with ThreadPoolExecutor(8) as crowd:
        for opened in crowd.map(open_journal, [new_place] * 8):
            opened.close()


def test_a_journal_in_health_says_nothing(path: Path) -> None:
    with closing(open_journal(path)) as journal:
        assert journal.ailment() is None


def test_a_journal_that_lost_its_tables_says_so(journal: Journal, place: Path | SecretStr) -> None:
    seen_by_others(place, "DROP TABLE meta")
    assert re.search("meta.*Without it nothing is sent", str(journal.ailment()))


def test_a_file_with_a_damaged_page_says_so(path: Path) -> None:
    with closing(open_journal(path)) as journal:
        journal.begin_run(record(numbers=tuple(range(2, 500))))
    with path.open("r+b") as file:
        file.seek(5 * 4096)
        file.write(b"\xff" * 8 * 4096)
    with closing(open_journal(path)) as journal:
        assert journal.ailment()
