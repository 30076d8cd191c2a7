"""Every command that needs the journal, from two machines that share one on PostgreSQL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from pipeline.errors import Exit
from tests.cli.conftest import course_import
from tests.postgres import look
from tests.run.conftest import course, write_courses

if TYPE_CHECKING:
    from pydantic import SecretStr

    from pipeline.sandbox import Running

YES = ("--pace", "off", "--yes")


@pytest.fixture(autouse=True)
def shared(database: SecretStr, sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> SecretStr:
    """The journal's address, with a password nobody asks for; a file of one course; somebody's account."""
    head, tail = database.get_secret_value().split("@", 1)
    monkeypatch.setenv("COURSE_IMPORT_JOURNAL_URL", f"{head}:hush@{tail}")
    monkeypatch.setenv("COURSE_IMPORT_TARGET", sandbox.url)
    monkeypatch.setenv("NEXUDUS_EMAIL", "importer@example.com")
    monkeypatch.setenv("NEXUDUS_PASSWORD", "sandbox")
    write_courses(Path("courses.csv"), course("Pottery"))
    return database


def on(machine: str, *words: str, code: Exit = Exit.DONE) -> str:
    """Return what a command prints on a machine with a state folder of its own, which is no secret."""
    ended = course_import(*words, "--state-dir", machine)
    assert ended.returncode == code, ended.stderr
    assert "hush" not in ended.stdout + ended.stderr
    return ended.stdout if code in (Exit.DONE, Exit.NEEDS_A_PERSON) else ended.stdout + ended.stderr


def told(machine: str, *words: str, code: Exit = Exit.DONE) -> Any:  # noqa: ANN401 - a document of JSON
    return json.loads(on(machine, *words, "--json", code=code))


def test_what_one_machine_did_the_other_knows() -> None:
    """Report, plan, explain and import agree, and no journal is made in a state folder."""
    assert "Nothing was imported yet" in on("second", "report", code=Exit.USAGE)
    first = told("first", "import", "courses.csv", *YES)
    assert first["tally"]["created"] == 1
    assert told("second", "report") == first
    assert told("second", "plan", "courses.csv", "--pace", "off")["tally"]["unchanged"] == 1
    [memory] = told("second", "explain", "courses.csv", "2")["journal"]
    assert [request["http_status"] for run in memory["runs"] for request in run["requests"]] == [200]
    again = told("second", "import", "courses.csv", *YES)
    assert again["tally"]["unchanged"] == 1
    assert [path.name for path in Path().glob("*/journal.db")] == []


def test_a_word_that_was_said_on_one_machine_holds_on_the_other(shared: SecretStr) -> None:
    """The journal is lost, the row is held; a person says that it is the course that stands there."""
    on("first", "import", "courses.csv", *YES)
    look(shared, "DELETE FROM courses")
    held = told("second", "import", "courses.csv", *YES, code=Exit.NEEDS_A_PERSON)
    [row] = held["rows"]
    assert row["status"] == "held"
    on("first", "resolve", "courses.csv", "2", "--created", str(row["candidates"][0]))
    [row] = told("second", "import", "courses.csv", *YES)["rows"]
    assert row["status"] == "unchanged"


def test_a_journal_that_cannot_be_reached_is_told_and_nothing_is_sent(
    sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_IMPORT_JOURNAL_URL", "postgresql://ann:hush@127.0.0.1:9/courses")
    printed = on("first", "import", "courses.csv", *YES, code=Exit.STOPPED)
    assert "The journal postgresql://ann@127.0.0.1:9/courses cannot be used:" in printed
    assert requests.get(f"{sandbox.url}/_sandbox/requests", timeout=5).json() == []


def test_an_address_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_IMPORT_JOURNAL_URL", "mysql://ann:hush@db.example.com/courses")
    printed = on("first", "import", "courses.csv", code=Exit.NO_ACCESS)
    assert "COURSE_IMPORT_JOURNAL_URL: is no address of a PostgreSQL database." in printed


def test_a_file_that_was_taken_on_one_machine_is_not_taken_again_on_the_other() -> None:
    """It is told with the run that took it."""
    first = told("first", "import", "courses.csv", "--unattended", *YES)
    again = told("second", "import", "courses.csv", "--unattended", *YES)
    assert (again["taken_before"], again["run"]) == (True, first["run"])
