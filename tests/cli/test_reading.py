"""How a file is to be read, as it is typed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from pipeline.errors import Exit
from tests.cli.conftest import COMMAND, course_import

TABLE = "Title,Location,Trainer,Order,Access\nBücher,1414974955,1414980011,1,Public\n"


@pytest.mark.parametrize("flags", [("check",), ("import", "--pace", "off")], ids=["check", "import"])
def test_a_dash_is_standard_input(flags: tuple[str, ...], tmp_path: Path) -> None:
    ended = course_import(*flags, "-", stdin=TABLE)
    assert ended.returncode == Exit.DONE, ended.stderr
    assert "File: -\n" in ended.stdout
    assert ended.stdout.endswith("course-import import -\n")
    [folder] = (tmp_path / "reports").iterdir()
    assert folder.name.endswith("Z-stdin")


def test_standard_input_is_called_so() -> None:
    ended = course_import("check", "-", stdin="Title,Notes\n")
    assert ended.returncode == Exit.FILE_REFUSED
    assert "standard input" in ended.stdout


def test_a_closed_standard_input_is_told() -> None:
    ended = subprocess.run(
        ["bash", "-c", '"$@" <&-', "bash", *COMMAND, "check", "-"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == Exit.FILE_REFUSED
    assert "Nothing comes in on standard input." in ended.stdout


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        pytest.param({}, "'Ž'", id="nothing said"),
        pytest.param({"encoding": "mac_roman"}, "'é'", id="encoding"),
        pytest.param({"quote": "'"}, "Ž", id="quote"),
        pytest.param({"delimiter": "tab"}, "no-header", id="delimiter"),
    ],
)
def test_what_is_said_of_a_file_outweighs_what_is_found(said: dict[str, str], outcome: str) -> None:
    Path("courses.csv").write_bytes(TABLE.replace("Bücher", "'Ž'").encode("cp1250"))
    flags = [word for name, value in said.items() for word in (f"--{name}", value)]
    report = json.loads(course_import("check", "courses.csv", "--json", *flags).stdout)
    told = [row["title"] for row in report["rows"]] or [fault["code"] for fault in report["file_errors"]]
    assert told == [outcome]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("check", "x.csv", "--encoding", "klingon"), "--encoding: is no encoding"),
        (("import", "x.csv", "--delimiter", "ab"), "--delimiter: has to be one character"),
        (("resolve", "x.csv", "2", "--not-created", "--quote", "''"), "--quote: has to be one character"),
    ],
    ids=["check", "import", "resolve"],
)
def test_what_cannot_be_said_of_a_file_is_wrong_usage(words: tuple[str, ...], message: str) -> None:
    ended = course_import(*words)
    assert ended.returncode == Exit.USAGE
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_limit_is_set_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_IMPORT_MAX_CELL_CHARACTERS", "5")
    ended = course_import("check", "-", stdin=TABLE)
    assert ended.returncode == Exit.FILE_REFUSED
    assert "5 characters" in " ".join(ended.stdout.split())
