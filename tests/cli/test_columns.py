"""What is said of a file's columns and names on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import Exit
from pipeline.read import read_sheet
from schemas.layouts import load_layout
from tests.cli.conftest import course_import

LEGACY = Path(__file__).parents[2] / "samples" / "legacy"
GIVEN = ("--set", "location=London Shoreditch", "--set", "HostId=Jon Smyth")


def test_an_export_is_imported_with_what_it_lacks_and_an_alias() -> None:
    """In a rehearsal names mean what the sandbox says."""
    aliases = ("--alias", "Jon Smyth=1414980015")
    ended = course_import("import", str(LEGACY / "moodle.csv"), "--pace", "off", "--json", *GIVEN, *aliases)
    assert ended.returncode == Exit.DONE, ended.stderr
    told = json.loads(ended.stdout)
    assert told["tally"]["created"] == len(told["rows"]) == 6
    assert {note["code"] for note in told["notes"]} == {"layout"}


def test_aliases_come_from_a_file_too() -> None:
    Path("aliases.csv").write_text("name,id\nJon Smyth,1414980015\n", encoding="utf-8")
    ended = course_import(
        "import",
        str(LEGACY / "moodle.csv"),
        "--pace",
        "off",
        *GIVEN,
        "--aliases",
        "aliases.csv",
        "--first",
        "1",
    )
    assert ended.returncode == Exit.DONE, ended.stdout


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        pytest.param(("--set", "HostId"), "write PROPERTY=VALUE", id="no value"),
        pytest.param(("--set", "Hots=1"), 'no property is called "Hots". Nearest: HostId.', id="no property"),
        pytest.param(("--set", "Host=1", "--set", "HostId=2"), "HostId is set twice.", id="twice"),
        pytest.param(
            ("--set", "Visibility=open", "--set", "HostId=1"),
            '--set Visibility=open is "open"',
            id="no such value",
        ),
        pytest.param(("--layout", "moodel"), "Nearest: moodle.", id="no layout"),
        pytest.param(("--alias", "Jon"), "Jon", id="no alias"),
    ],
)
def test_what_cannot_be_meant_is_a_wrong_command(flags: tuple[str, ...], words: str) -> None:
    Path("courses.csv").write_text("Title,BusinessId,DisplayOrder\nBooks,1,1\n", encoding="utf-8")
    ended = course_import("check", "courses.csv", "--set", "TariffId=1", *flags)
    assert ended.returncode == Exit.USAGE
    assert words in ended.stderr


def test_what_is_set_and_has_a_column_is_said_twice() -> None:
    Path("courses.csv").write_text("Title,Trainer\nBooks,1\n", encoding="utf-8")
    ended = course_import("check", "courses.csv", "--set", "HostId=1")
    assert ended.returncode == Exit.FILE_REFUSED
    assert '"Trainer" (B1) and --set HostId say the same thing.' in " ".join(ended.stdout.split())


def test_a_template_is_written_once() -> None:
    ended = course_import("template", "new.xlsx")
    assert ended.returncode == Exit.DONE, ended.stderr
    assert ended.stdout.startswith("new.xlsx is written, with the names of the sandbox.")
    assert Path("new.xlsx").stat().st_size > 5000
    again = course_import("template", "new.xlsx")
    assert again.returncode == Exit.USAGE
    assert "new.xlsx is there already" in again.stderr
    nowhere = course_import("template", "nowhere/new.xlsx")
    assert nowhere.returncode == Exit.USAGE
    assert "cannot be written" in nowhere.stderr


def test_a_first_layout_is_drafted_and_can_be_used() -> None:
    """What it prints is a layout, and reads the file it was made for."""
    Path("own.csv").write_text("Kurs,Title,Order\nA-1,Brot,1\nA-2,Salz,2\n", encoding="utf-8")
    ended = course_import("layout", "own.csv")
    assert (ended.returncode, ended.stderr) == (Exit.DONE, "")
    layout = load_layout(ended.stdout, "mine.toml")
    assert set(layout.properties) == {"Title", "DisplayOrder"}
    Path("mine.toml").write_text(ended.stdout, encoding="utf-8")
    given = ("--set", "BusinessId=1414974955", "--set", "HostId=1414980011", "--set", "Visibility=Hidden")
    checked = course_import("check", "own.csv", "--layout", "mine.toml", *given)
    assert checked.returncode == Exit.DONE, checked.stdout
    assert len(read_sheet(Path("own.csv")).cells) == 2


def test_a_file_in_a_known_layout_needs_none() -> None:
    ended = course_import("layout", str(LEGACY / "moodle.csv"))
    assert ended.returncode == Exit.DONE
    assert "this looks like Moodle course upload" in ended.stderr


def test_pictures_are_asked_for_when_told_to() -> None:
    Path("courses.csv").write_text(
        "Title,Location,Trainer,Order,Access,Image\nBooks,1414974955,1414980011,1,Public,http://127.0.0.1:9/a.png\n",
        encoding="utf-8",
    )
    ended = course_import("check", "courses.csv", "--check-images", "--json")
    assert ended.returncode == Exit.DONE
    (warning,) = json.loads(ended.stdout)["rows"][0]["warnings"]
    assert (warning["code"], warning["cell"]) == ("image-dead", "F2")


def test_a_check_never_sends_a_token_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUDUS_TOKEN", "hush")
    monkeypatch.setenv("NEXUDUS_URL", "http://vm.example.com")
    Path("courses.csv").write_text(
        "Title,Location,Trainer,Order,Access\nBooks,Lisbon,1,x,Public\n", encoding="utf-8"
    )
    ended = course_import("check", "courses.csv", "--json")
    assert ended.returncode == Exit.NO_ACCESS
    told = json.loads(ended.stdout)
    assert "would send passwords in the clear" in told["stop_reason"]
    assert [error["cell"] for row in told["rows"] for error in row["errors"]] == ["D2"]
