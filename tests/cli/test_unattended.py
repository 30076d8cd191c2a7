"""What a scheduler sees: files of a folder, each once; lines of JSON; metrics; a notice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.cli import run_command_line
from pipeline.errors import Exit
from tests.cli.conftest import COMMAND, SAMPLES, course_import
from tests.run.conftest import course, write_courses

if TYPE_CHECKING:
    from pipeline.sandbox import Running
    from tests.conftest import Misbehaving

SECRET = "a key of thirty-two bytes or more"


@pytest.fixture
def exports() -> Path:
    folder = Path("exports")
    folder.mkdir()
    write_courses(folder / "a.csv", course("Pottery", Key="A"), course("Weaving", Key="B"))
    write_courses(folder / "b.csv", course("Sourdough", Key="C"), course("", Key="D"))
    (folder / "notes.pdf").write_text("x", encoding="ascii")
    return folder


def objects(text: str) -> list[dict[str, Any]]:
    """Return what each line says; every one of them has to be JSON."""
    return [json.loads(line) for line in text.splitlines()]


def test_each_file_of_a_folder_is_taken_once(exports: Path) -> None:
    before = {path.name: path.read_bytes() for path in exports.iterdir()}
    first = course_import("import", exports, "--unattended", "--pace", "off")
    assert first.returncode == Exit.NEEDS_A_PERSON, first.stderr
    lines = first.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("exports/a.csv (rehearsal): 2 created; code 0; report in ")
    assert lines[1].startswith("exports/b.csv (rehearsal): 1 created, 1 faulty; code 4; report in ")
    assert "Left out, no tables: exports/notes.pdf" in first.stderr
    again = course_import("import", exports, "--unattended", "--pace", "off")
    assert again.returncode == Exit.DONE
    assert [line.split("; ")[0] for line in again.stdout.splitlines()] == [
        "exports/a.csv (rehearsal): nothing to do",
        "exports/b.csv (rehearsal): nothing to do",
    ]
    assert len(list(Path("reports").iterdir())) == 2
    assert {path.name: path.read_bytes() for path in exports.iterdir()} == before


def test_a_changed_file_is_compared_by_keys(exports: Path) -> None:
    course_import("import", exports / "a.csv", "--unattended", "--pace", "off")
    write_courses(exports / "a.csv", course("Weaving", Key="B"), course("Glazing", Key="E"))
    changed = course_import("import", exports / "a.csv", "--unattended", "--pace", "off", "--json")
    report = json.loads(changed.stdout)
    assert [(row["key"], row["status"]) for row in report["rows"]] == [("B", "unchanged"), ("E", "created")]
    once_more = course_import("import", exports / "a.csv", "--unattended", "--pace", "off", "--json")
    told = json.loads(once_more.stdout)
    assert (told["taken_before"], told["exit_code"], told["run"]) == (True, 0, report["run"])


def test_every_line_is_json_and_tells_run_row_and_key(exports: Path) -> None:
    ended = course_import("import", exports, "--unattended", "--pace", "off", "--log-format", "json")
    told = objects(ended.stderr)
    assert {"time", "level", "event", "run", "message"} <= set.intersection(*(set(line) for line in told))
    [request] = [line for line in told if line.get("key") == "B" and line["event"] == "request"]
    [end] = [line for line in told if line.get("key") == "B" and line["event"] == "course"]
    assert (request["row"], end["row"], end["status"]) == (3, 3, "created")
    ends = [line for line in told if line["event"] == "ended"]
    assert [(line["file"], line["code"]) for line in ends] == [("exports/a.csv", 0), ("exports/b.csv", 4)]
    assert request["run"] == ends[0]["run"]
    assert "importer@example.com" not in ended.stderr


@pytest.mark.parametrize(
    ("words", "environment", "code"),
    [
        (("gone.csv",), {}, Exit.FILE_REFUSED),
        (("courses.csv", "--target", "http://127.0.0.1:9"), {"NEXUDUS_TOKEN": "hush"}, Exit.STOPPED),
        (("courses.csv", "--max-wait", "soon"), {}, Exit.USAGE),
        (("courses.csv",), {"NEXUDUS_EMAIL": "me@example.com"}, Exit.NO_ACCESS),
        (("courses.csv", "--notify", "http://example.com"), {}, Exit.NO_ACCESS),
        (("courses.csv", "--notify", "https://example.com"), {}, Exit.NO_ACCESS),
    ],
    ids=["no file", "no network", "wrong flag", "half an account", "notice in the clear", "no key"],
)
def test_errors_are_json_too(
    words: tuple[str, ...], environment: dict[str, str], code: Exit, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_courses(Path("courses.csv"), course("Pottery"))
    for name, value in {**environment, "COURSE_IMPORT_MAX_ATTEMPTS": "1"}.items():
        monkeypatch.setenv(name, value)
    ended = course_import("import", *words, "--unattended", "--log-format", "json")
    assert ended.returncode == code
    told = objects(ended.stderr)
    assert told[-1]["code"] == code
    assert told[-1]["event"] in ("refused", "ended")
    assert "hush" not in ended.stderr + ended.stdout
    assert "me@example.com" not in ended.stderr


def test_a_bug_is_json_too_wherever_it_strikes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise KeyError("midway")

    write_courses(Path("courses.csv"), course("Pottery"))
    monkeypatch.setattr("pipeline.cli.batch.run.taken_before", broken)
    words = ["course-import", "import", "courses.csv", "--unattended", "--log-format", "json"]
    monkeypatch.setattr(sys, "argv", words)
    assert run_command_line() == Exit.BUG
    told = objects(capsys.readouterr().err)
    assert (told[-1]["event"], told[-1]["code"]) == ("bug", 1)


def test_metrics_and_a_notice_tell_how_it_ended(
    exports: Path, misbehaving: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehaving.answer(500)
    monkeypatch.setenv("COURSE_IMPORT_NOTIFY_SECRET", SECRET)
    ended = course_import(
        *("import", exports / "a.csv", "--unattended", "--pace", "off", "--quiet"),
        *("--metrics", "run.prom", "--notify", misbehaving.url),
    )
    assert (ended.returncode, ended.stdout) == (Exit.DONE, "")  # that nobody took the notice changes nothing
    assert ended.stderr == "course-import: The notice was answered with HTTP 500.\n"
    assert 'course_import_rows{file="exports/a.csv",status="created"} 2.0' in Path("run.prom").read_text()
    told = json.loads(misbehaving.requests[0].partition(b"\r\n\r\n")[2])
    assert told["data"]["files"][0]["tally"]["created"] == 2


def test_metrics_that_cannot_be_written_are_told(exports: Path) -> None:
    ended = course_import(
        *("import", exports / "a.csv", "--unattended", "--pace", "off", "--metrics", "no/folder/run.prom")
    )
    assert ended.returncode == Exit.DONE
    assert "The metrics cannot be written to no/folder/run.prom: No such file" in ended.stderr


def test_what_stops_at_the_target_is_not_tried_for_every_file(
    exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEXUDUS_TOKEN", "hush")
    monkeypatch.setenv("COURSE_IMPORT_MAX_ATTEMPTS", "1")
    ended = course_import(
        *("import", exports, "--unattended", "--target", "http://127.0.0.1:9", "--metrics", "run.prom")
    )
    assert ended.returncode == Exit.STOPPED
    assert len(ended.stdout.splitlines()) == 1
    assert "Not begun: exports/b.csv" in ended.stderr
    assert "course_import_exit_code 8.0" in Path("run.prom").read_text()


def test_what_lies_in_one_file_does_not_stop_the_others(exports: Path) -> None:
    (exports / "a.csv").write_bytes(b"\x00\x01\x02" * 50)
    (exports / "b.csv").unlink()
    write_courses(exports / "c.csv", course("Sourdough"), course("Knitting"))
    write_courses(exports / "d.csv", course("Baking"))
    ended = course_import("import", exports, "--unattended", "--pace", "off", "--max-new", "1")
    assert ended.returncode == Exit.STOPPED
    assert [line.rpartition("code ")[2][0] for line in ended.stdout.splitlines()] == ["3", "8", "0"]


def test_an_empty_folder_is_nothing_to_do() -> None:
    Path("exports").mkdir()
    ended = course_import("import", "exports", "--unattended", "--json")
    assert (ended.returncode, json.loads(ended.stdout)) == (Exit.DONE, [])
    assert "There is no file to import: nothing to do." in ended.stderr


def test_a_plan_approves_one_file() -> None:
    ended = course_import("import", SAMPLES / "courses.csv", SAMPLES / "courses.xlsx", "--plan", "abc")
    assert ended.returncode == Exit.USAGE
    assert "--plan approves one file" in ended.stderr


def test_a_signal_ends_the_file_under_way_and_those_behind_it(
    exports: Path, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEXUDUS_EMAIL", "importer@example.com")
    monkeypatch.setenv("NEXUDUS_PASSWORD", "sandbox")
    monkeypatch.setenv("COURSE_IMPORT_REQUEST_SPACING_SECONDS", "0.5")
    words = [
        *COMMAND,
        "import",
        str(exports),
        "--unattended",
        "--target",
        sandbox.url,
        "--log-format",
        "json",
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if json.loads(line)["event"] == "request":
                process.send_signal(signal.SIGTERM)
                break
        out, rest = process.communicate(timeout=60)
    assert process.returncode == Exit.TERMINATED
    assert "ended by SIGTERM; code 143" in out
    assert any(line["event"] == "not-begun" for line in objects(rest))
