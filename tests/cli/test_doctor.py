"""What the doctor prints, and what it ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import Exit
from tests.cli.conftest import course_import
from tests.run.conftest import course, write_courses


def test_every_check_has_a_line_that_begins_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readable at 60 columns; settings with their source, secrets masked."""
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NEXUDUS_TOKEN", "hush-token")
    Path(".env").write_text("COURSE_IMPORT_MAX_NEW=5\n", encoding="utf-8")
    Path("course-import.toml").write_text("max_attempts = 3\n", encoding="utf-8")
    ended = course_import("doctor", "--target", "sandbox", "--state-dir", "s")
    assert (ended.returncode, ended.stderr) == (Exit.DONE, "")
    lines = ended.stdout.splitlines()
    assert lines[0].startswith("Rehearsal: the sandbox on this machine")
    assert max(map(len, lines)) <= 60
    checks = [line.split()[:2] for line in lines[2:] if not line.startswith(" ")]
    assert [word for word, _ in checks] == ["ok"] * 8
    assert "NEXUDUS_TOKEN = set (environment)" in ended.stdout
    assert "COURSE_IMPORT_TARGET = sandbox (flag)" in ended.stdout
    assert "COURSE_IMPORT_MAX_NEW = 5 (.env)" in ended.stdout
    assert "COURSE_IMPORT_MAX_ATTEMPTS = 3 (course-import.toml)" in ended.stdout
    assert "(default)" not in ended.stdout
    assert "COURSE_IMPORT_MAX_WAIT = 600s (default)" in course_import("doctor", "--verbose").stdout
    assert "hush" not in ended.stdout


def test_one_document_for_machines() -> None:
    write_courses(Path("courses.csv"), course("Pottery"))
    course_import("import", "courses.csv", "--pace", "off")
    ended = course_import("doctor", "--json")
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["format"], told["exit_code"], told["rehearsal"]) == (0, 1, 0, True)
    checks = {check["check"]: check for check in told["checks"]}
    assert {check["health"] for check in checks.values()} == {"ok"}
    assert "this account last created a course on 2" in checks["roles"]["told"]
    assert [setting["name"] for setting in told["settings"]] == ["COURSE_IMPORT_STATE_DIR"]


@pytest.mark.parametrize(
    ("environment", "words", "code", "told"),
    [
        pytest.param(
            {"COURSE_IMPORT_PACE": "fast"},
            (),
            Exit.NO_ACCESS,
            "fault    settings: COURSE_IMPORT_PACE: can be",
            id="a setting that cannot be used",
        ),
        pytest.param(
            {"NEXUDUS_TOKEN": "t", "COURSE_IMPORT_MAX_ATTEMPTS": "1"},
            ("--target", "http://127.0.0.1:9"),
            Exit.NO_ACCESS,
            "fault    access: 127.0.0.1:9: the host refused",
            id="no access",
        ),
        pytest.param(
            {}, ("--state-dir", "broken"), Exit.STOPPED, "fault    journal: The journal", id="a journal"
        ),
    ],
)
def test_a_fault_is_the_exit_code(
    environment: dict[str, str],
    words: tuple[str, ...],
    code: Exit,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    Path("broken").mkdir()
    Path("broken/journal.db").write_bytes(b"no journal" * 500)
    ended = course_import("doctor", *words)
    assert ended.returncode == code
    assert told in ended.stdout


def test_a_password_in_an_address_is_not_shown() -> None:
    ended = course_import("doctor", "--target", "https://me:hush@x.example.com")
    assert ended.returncode == Exit.NO_ACCESS
    assert "hush" not in ended.stdout + ended.stderr
