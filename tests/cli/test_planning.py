"""plan, explain and what was agreed to, as they are typed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipeline.cli.entrance import is_meant
from pipeline.errors import Exit
from pipeline.settings import load_settings
from tests.cli.conftest import course_import
from tests.run.conftest import course, write_courses


def test_a_plan_is_shown_approved_and_explained() -> None:
    """Each command gives the next one, with what was typed; another plan is refused."""
    write_courses(Path("courses.csv"), course("Pottery", HostId="Jon Smyth"), course("Weaving"))
    typed = ("--alias", "Jon Smyth=1414980015", "--encoding", "utf-8")
    planned = course_import("plan", "courses.csv", *typed, "--first", "1")
    assert planned.returncode == Exit.DONE, planned.stderr
    assert "1 new, 1 left out" in planned.stdout
    assert re.search(r"Plan [0-9a-f]{12}: an import would send 1 course with", planned.stdout)
    command = planned.stdout.splitlines()[-1].strip()
    shown = re.fullmatch(
        r"course-import import courses\.csv --encoding utf-8 --alias 'Jon Smyth=1414980015' --first 1 "
        r"--plan ([0-9a-f]{12})",
        command,
    )
    assert shown is not None, command
    other = course_import("import", "courses.csv", *typed, "--plan", shown[1])
    assert other.returncode == Exit.STOPPED
    assert other.stdout.endswith(
        "  course-import plan courses.csv --encoding utf-8 --alias 'Jon Smyth=1414980015'\n"
    )
    agreed = course_import("import", "courses.csv", *typed, "--first", "1", "--plan", shown[1])
    assert agreed.returncode == Exit.DONE, agreed.stdout
    explained = json.loads(course_import("explain", "courses.csv", "2", *typed, "--json").stdout)
    assert explained["payload"]["HostId"] == 1414980015
    assert explained["plan"]["status"] == "unchanged"
    [memory] = explained["journal"]
    assert [request["http_status"] for run in memory["runs"] for request in run["requests"]] == [200]


def test_a_plan_for_machines_is_one_document() -> None:
    write_courses(Path("courses.csv"), course("Pottery"), course("Weaving", HostId=""))
    ended = course_import("plan", "courses.csv", "--json", "--max-faulty", "10 %")
    assert ended.returncode == Exit.STOPPED
    told = json.loads(ended.stdout)
    assert told["plan"]["courses"] == 1
    assert [fault["code"] for fault in told["file_errors"]] == ["max-faulty"]
    assert told["tally"]["not_sent"] == told["tally"]["invalid"] == 1


def test_explaining_needs_neither_journal_nor_account(tmp_path: Path) -> None:
    """And leaves none behind."""
    write_courses(Path("courses.csv"), course("Pottery"))
    ended = course_import("explain", "courses.csv", "2")
    assert ended.returncode == Exit.DONE, ended.stderr
    assert ended.stdout.startswith('Row 2 of courses.csv: "Pottery"\n')
    assert "There is no journal yet" in ended.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["courses.csv"]
    nowhere = course_import("explain", "courses.csv", "7")
    assert nowhere.returncode == Exit.USAGE
    assert "courses.csv has no course in row 7" in nowhere.stderr


@pytest.mark.parametrize(
    ("target", "settings", "meant"),
    [
        ("sandbox:6f1c/importer@example.com", {}, True),
        ("spaces.nexudus.com/ops@example.com", {}, False),
        ("spaces.nexudus.com/ops@example.com", {"token": "t"}, True),
        ("spaces.nexudus.com/ops@example.com", {"email": "Ops@example.com", "password": "p"}, True),
        ("spaces.nexudus.com/ops@example.com", {"email": "me@example.com", "password": "p"}, False),
        ("spaces.nexudus.com/ops@example.com", {"token": "t", "target": "https://vm.example.com"}, False),
        ("sandbox:6f1c/importer@example.com", {"token": "t"}, False),
        ("sandbox:6f1c/importer@example.com", {"token": "t", "target": "http://127.0.0.1:8899"}, True),
    ],
)
def test_which_target_of_the_journals_is_meant(
    target: str, settings: dict[str, str], meant: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in set(settings) - {"target"}:
        monkeypatch.setenv(f"NEXUDUS_{name.upper()}", settings[name])
    assert is_meant(target, load_settings(target=settings.get("target"))) is meant
