"""What is typed, what is printed, how the process ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from pipeline import __version__
from pipeline.cli import run_command_line
from pipeline.errors import Exit
from tests.cli.conftest import COMMAND, SAMPLES, course_import, course_import_anew
from tests.run.conftest import course, write_courses

if TYPE_CHECKING:
    from tests.conftest import Misbehaving

TOKEN = json.dumps({"access_token": "t"})
ME = json.dumps({"Id": 1, "Email": "importer@example.com"})
NOTHING = json.dumps({"Records": [], "TotalItems": 0, "TotalPages": 0})
CREATED = json.dumps({"Value": {"Id": 7}, "Errors": None, "WasSuccessful": True})


def test_the_samples_are_created_once_and_unchanged_after(tmp_path: Path) -> None:
    first = course_import("import", SAMPLES / "courses.xlsx", "--pace", "off")
    assert first.returncode == Exit.DONE, first.stderr
    assert "24 created" in first.stdout
    assert "Rehearsal" in first.stdout
    assert "Rehearsal" in first.stderr
    again = course_import("import", SAMPLES / "courses.csv", "--pace", "off")
    assert again.returncode == Exit.DONE
    assert "24 unchanged" in again.stdout
    folders = sorted((tmp_path / "reports").iterdir())
    assert [re.sub(r"^\d{8}T\d{6}Z", "TIME", folder.name) for folder in folders] == ["TIME-courses"] * 2 or (
        folders[1].name.endswith("-courses-2")
    )
    assert {file.name for file in folders[0].iterdir()} == {
        "report.html",
        "report.json",
        "report.xlsx",
        "run.log",
    }


def test_every_mistake_is_named_and_the_good_rows_go(tmp_path: Path) -> None:
    path = SAMPLES / "courses-with-mistakes.xlsx"
    ended = course_import("import", path, "--pace", "off", "--json")
    assert ended.returncode == Exit.NEEDS_A_PERSON
    report = json.loads(ended.stdout)
    assert report["rehearsal"] is True
    assert report["tally"]["created"] + report["tally"]["invalid"] == report["source"]["rows"]
    assert report["exit_code"] == 4
    [folder] = (tmp_path / "reports").iterdir()
    assert json.loads((folder / "report.json").read_text(encoding="utf-8")) == report
    sheet = openpyxl.load_workbook(folder / "report.xlsx").worksheets[0]
    assert sheet.max_row == report["source"]["rows"] + 1


def test_check_sends_nothing_and_tells_whether_the_file_is_right() -> None:
    assert course_import("check", SAMPLES / "courses.csv").returncode == Exit.DONE
    faulty = course_import("check", SAMPLES / "courses-with-mistakes.xlsx")
    assert faulty.returncode == Exit.FILE_REFUSED
    assert "B3 (Location): is blank" in faulty.stdout
    assert course_import("report").returncode == Exit.USAGE


def test_report_shows_the_last_run_or_the_one_asked_for() -> None:
    write_courses(Path("one.csv"), course("Pottery"))
    write_courses(Path("two.csv"), course("Weaving"))
    ran = [course_import("import", name, "--pace", "off", "--json") for name in ("one.csv", "two.csv")]
    one, two = (json.loads(ended.stdout) for ended in ran)
    assert json.loads(course_import("report", "--json").stdout) == two
    assert json.loads(course_import("report", one["run"]["id"], "--json").stdout) == one
    unknown = course_import("report", "no-such-run")
    assert unknown.returncode == Exit.USAGE
    assert "knows no run no-such-run" in unknown.stderr


def test_quiet_says_nothing_when_all_is_well() -> None:
    ended = course_import("import", SAMPLES / "courses.csv", "--pace", "off", "--quiet")
    assert (ended.returncode, ended.stdout, ended.stderr) == (Exit.DONE, "", "")


def test_verbose_tells_every_request_but_no_secret() -> None:
    write_courses(Path("courses.csv"), course("Pottery"))
    ended = course_import("import", "courses.csv", "--pace", "off", "--verbose")
    assert "POST /api/content/courses for row 2: 200" in ended.stderr
    assert "Bearer" not in ended.stderr


def test_nothing_is_sent_to_a_real_target_when_nobody_can_be_asked(
    misbehaving: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEXUDUS_TOKEN", "hush")
    write_courses(Path("courses.csv"), course("Pottery"))
    for body in (ME, "", NOTHING):
        misbehaving.answer(200, body)
    refused = course_import("import", "courses.csv", "--target", misbehaving.url)
    assert refused.returncode == Exit.USAGE
    assert "1 course will be created at http://127.0.0.1:" in refused.stdout
    assert "--yes" in refused.stdout
    for body in (ME, "", NOTHING, CREATED):
        misbehaving.answer(200, body)
    agreed = course_import("import", "courses.csv", "--target", misbehaving.url, "--yes", "--no-verify")
    assert agreed.returncode == Exit.DONE
    assert "1 created" in agreed.stdout
    assert "Rehearsal" not in agreed.stdout + agreed.stderr
    everything = "".join(
        file.read_text(encoding="utf-8", errors="replace") for file in Path().rglob("*") if file.is_file()
    )
    assert "hush" not in everything + refused.stdout + refused.stderr + agreed.stdout + agreed.stderr


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        pytest.param(("import",), Exit.USAGE, "FILE", id="no file named"),
        pytest.param(
            ("import", "x.csv", "--first", "-1"), Exit.USAGE, "--first", id="an option out of range"
        ),
        pytest.param(("import", "x.csv", "--pace", "fast"), Exit.USAGE, "--pace", id="a flag's value"),
        pytest.param(("import", "missing.csv"), Exit.FILE_REFUSED, "missing.csv", id="no such file"),
        pytest.param(("check", "."), Exit.FILE_REFUSED, "folder", id="a folder"),
        pytest.param(("nonsense",), Exit.USAGE, "nonsense", id="no such command"),
        pytest.param(
            ("report", "--state-dir", "x" * 300), Exit.STOPPED, "cannot be used", id="no such folder can be"
        ),
    ],
)
def test_what_cannot_be_done_is_told_in_words(words: tuple[str, ...], code: Exit, message: str) -> None:
    ended = course_import(*words)
    assert ended.returncode == code
    assert message in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_a_report_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("", encoding="ascii")
    ended = course_import("check", SAMPLES / "courses.csv")
    assert ended.returncode == Exit.NO_ACCESS
    assert "report folder" in ended.stderr


def test_a_journal_that_cannot_be_used_is_told_and_nothing_is_sent(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("", encoding="ascii")
    ended = course_import("import", SAMPLES / "courses.csv")
    assert ended.returncode == Exit.STOPPED
    assert "Without it nothing is sent" in ended.stderr


@pytest.mark.parametrize("contents", [b"", b"half-an-i", b"\xff"], ids=["nothing", "half", "no text"])
def test_a_client_id_that_is_none_is_told(
    contents: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "client-id").write_bytes(contents)
    monkeypatch.setattr(sys, "argv", ["course-import", "import", str(SAMPLES / "courses.csv")])
    assert run_command_line() == Exit.NO_ACCESS
    assert "client-id cannot be used" in " ".join(capsys.readouterr().out.split())


def test_the_client_id_is_made_once_and_kept(tmp_path: Path) -> None:
    write_courses(Path("courses.csv"), course("Pottery"))
    course_import("import", "courses.csv", "--pace", "off")
    made = (tmp_path / "state" / "client-id").read_text(encoding="ascii")
    course_import("import", "courses.csv", "--pace", "off")
    assert (tmp_path / "state" / "client-id").read_text(encoding="ascii") == made


def test_a_terminal_that_knows_few_letters_shows_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    write_courses(Path("courses.csv"), course("陶芸", HostId=""))
    ended = course_import_anew("check", "courses.csv")
    assert "\\u9676\\u82b8" in ended.stdout


def test_a_bug_is_one_line_to_the_user_and_a_traceback_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise KeyError("title")

    monkeypatch.setattr("pipeline.run.judging.tidy", broken)
    monkeypatch.setattr(sys, "argv", ["course-import", "check", str(SAMPLES / "courses.csv")])
    assert run_command_line() == Exit.BUG
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert "a bug of ours (KeyError)" in printed.err
    [log] = tmp_path.glob("reports/*/run.log")
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_a_bug_outside_a_run_is_written_to_the_state_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise KeyError("run")

    monkeypatch.setattr("pipeline.settings.load_settings", broken)
    monkeypatch.setattr(sys, "argv", ["course-import", "report"])
    assert run_command_line() == Exit.BUG
    assert "bug.log" in capsys.readouterr().err
    [log] = tmp_path.rglob("bug.log")
    assert "KeyError" in log.read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_is_told_after_what_was_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    write_courses(Path("courses.csv"), course("Pottery"))
    monkeypatch.setattr("pipeline.cli.workplace.write_report", full)
    monkeypatch.setattr(sys, "argv", ["course-import", "import", "courses.csv", "--pace", "off"])
    assert run_command_line() == Exit.NO_ACCESS
    printed = capsys.readouterr()
    assert "1 created" in printed.out
    assert "No space left on device" in printed.err


def test_a_word_on_a_held_row_is_taken(tmp_path: Path) -> None:
    """The journal is lost, the row is held; a person says that it is the course that stands there."""
    write_courses(Path("courses.csv"), course("Pottery"))
    course_import("import", "courses.csv", "--pace", "off")
    for file in (tmp_path / "state").glob("journal.db*"):
        file.unlink()
    held = json.loads(course_import("import", "courses.csv", "--pace", "off", "--json").stdout)
    [row] = held["rows"]
    assert row["status"] == "held"
    both = course_import("resolve", "courses.csv", "2", "--created", "1", "--not-created")
    assert both.returncode == Exit.USAGE
    said = course_import("resolve", "courses.csv", "2", "--created", str(row["candidates"][0]))
    assert said.returncode == Exit.DONE, said.stderr
    assert f"Row 2 is now known as created, Id {row['candidates'][0]}" in said.stdout
    again = json.loads(course_import("import", "courses.csv", "--pace", "off", "--json").stdout)
    assert again["rows"][0]["status"] == "unchanged"


def test_a_broken_sandbox_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "sandbox.db").write_bytes(b"no database" * 1000)
    ended = course_import("import", SAMPLES / "courses.csv")
    assert ended.returncode == Exit.NO_ACCESS
    assert "The sandbox cannot start" in ended.stderr


def test_json_is_ascii_so_that_no_terminal_or_pipe_garbles_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_courses(Path("courses.csv"), course("Pottery 😀"))
    monkeypatch.setattr(sys, "argv", ["course-import", "check", "courses.csv", "--json"])
    assert run_command_line() == Exit.DONE
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert json.loads(printed)["rows"][0]["title"] == "Pottery 😀"


def test_an_output_that_cannot_be_written_is_told() -> None:
    write_courses(Path("courses.csv"), course("Pottery"))
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(
            [*COMMAND, "check", "courses.csv"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == Exit.NO_ACCESS
    assert "the output cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_names_of_files_may_be_odd(tmp_path: Path) -> None:
    """Long, beginning with a dash, with letters of a shell."""
    long, wide, odd = "x" * 240 + ".csv", "簿" * 80 + ".csv", "-dash $HOME `id`.csv"
    for name in (long, wide, odd):
        write_courses(tmp_path / name, course("Pottery"))
    assert course_import("check", long).returncode == Exit.DONE
    assert course_import("check", wide).returncode == Exit.DONE
    ended = course_import("check", "--", odd)
    assert ended.returncode == Exit.DONE, ended.stderr
    assert "course-import import './-dash $HOME `id`.csv'" in ended.stdout


def test_report_leaves_files_that_are_there_alone(tmp_path: Path) -> None:
    """Somebody may have made notes in them; and it finds them from any folder."""
    write_courses(Path("courses.csv"), course("Pottery"))
    course_import("import", "courses.csv", "--pace", "off")
    [workbook] = tmp_path.glob("reports/*/report.xlsx")
    workbook.write_bytes(b"with my notes")
    (tmp_path / "elsewhere").mkdir()
    ended = subprocess.run(
        [*COMMAND, "report"], cwd=tmp_path / "elsewhere", capture_output=True, text=True, check=True
    )
    assert str(workbook) in ended.stdout
    assert workbook.read_bytes() == b"with my notes"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_journal_that_breaks_midway_leaves_the_report_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise KeyError("midway")

    write_courses(Path("courses.csv"), course("Pottery"))
    monkeypatch.setattr("pipeline.send.submit", broken)
    monkeypatch.setattr(sys, "argv", ["course-import", "import", "courses.csv", "--pace", "off"])
    assert run_command_line() == Exit.BUG
    assert "a bug of ours (KeyError)" in capsys.readouterr().err
    assert len(list(tmp_path.glob("reports/*/report.json"))) == 1


def test_help_is_quick_because_it_loads_nothing_heavy() -> None:
    code = (
        "import sys; from pipeline.cli import run_command_line; sys.argv = ['course-import', '--help'];"
        "run_command_line(); print(sorted({'pandas', 'pandera', 'rich', 'sqlalchemy', 'requests', 'pydantic',"
        "'openpyxl', 'uvicorn'} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert ended.stdout.endswith("[]\n")
    assert "sandbox" in ended.stdout


def test_the_version_is_told_once() -> None:
    """By the package, by pyproject.toml and by the command."""
    assert course_import("--version").stdout == f"course-import {__version__}\n"
    pyproject = (SAMPLES.parent / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{__version__}"' in pyproject
