"""Signed in once, kept, and used by later runs: what is asked, what is said, what a kill leaves."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyotp
import pytest
import requests

from pipeline.errors import Exit
from pipeline.sandbox.accounts import TOTP_SECRET
from tests.cli.conftest import COMMAND, ROOT, course_import
from tests.cli.test_terminal import PATIENCE_SECONDS, break_off, read_until, terminal
from tests.run.conftest import course, write_courses

if TYPE_CHECKING:
    from pipeline.sandbox import Running
    from tests.conftest import Misbehaving

TOKEN_FILE = Path("state/sign-in.token")


def sign_in(url: str, monkeypatch: pytest.MonkeyPatch) -> subprocess.CompletedProcess[str]:
    with monkeypatch.context() as only_now:
        only_now.setenv("NEXUDUS_EMAIL", "importer@example.com")
        only_now.setenv("NEXUDUS_PASSWORD", "sandbox")
        return course_import("sign-in", "--target", url)


def requests_at(url: str) -> list[tuple[str, str]]:
    arrivals = requests.get(f"{url}/_sandbox/requests", timeout=5).json()
    return [(arrival["method"], arrival["path"]) for arrival in arrivals]


def test_later_runs_need_nothing_more(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in = sign_in(sandbox.url, monkeypatch)
    assert signed_in.returncode == Exit.DONE
    assert signed_in.stderr == (
        "course-import: NEXUDUS_PASSWORD is set and goes before what was kept: remove it.\n"
    )
    assert f"importer@example.com is signed in at {sandbox.url}: kept in " in signed_in.stdout
    assert signed_in.stdout.count("\n") == 1
    write_courses(Path("courses.csv"), course("Pottery"))
    tokens = [TOKEN_FILE.read_text(encoding="utf-8")]
    for created, unchanged in ((1, 0), (0, 1)):
        ended = course_import("import", "courses.csv", "--pace", "off", "--yes", "--json")
        assert ended.returncode == Exit.DONE, ended.stderr
        tally = json.loads(ended.stdout)["tally"]
        assert (tally["created"], tally["unchanged"]) == (created, unchanged)
        tokens.append(TOKEN_FILE.read_text(encoding="utf-8"))
    assert len(set(tokens)) == 3
    assert ("POST", "/api/content/courses") in requests_at(sandbox.url)


def test_a_rehearsal_is_forced_all_the_same(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(sandbox.url, monkeypatch)
    before = requests_at(sandbox.url)
    write_courses(Path("courses.csv"), course("Pottery"))
    ended = course_import("import", "courses.csv", "--pace", "off", "--target", "sandbox")
    assert "Rehearsal" in ended.stdout
    assert requests_at(sandbox.url) == before


def test_an_account_in_the_environment_goes_before_what_is_kept(
    sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(sandbox.url, monkeypatch)
    kept = TOKEN_FILE.read_text(encoding="utf-8")
    monkeypatch.setenv("NEXUDUS_URL", sandbox.url)
    monkeypatch.setenv("NEXUDUS_EMAIL", "reader@example.com")
    monkeypatch.setenv("NEXUDUS_PASSWORD", "sandbox")
    write_courses(Path("courses.csv"), course("Pottery"))
    ended = course_import("plan", "courses.csv", "--pace", "off", "--json")
    assert json.loads(ended.stdout)["target"].endswith("/reader@example.com")
    assert TOKEN_FILE.read_text(encoding="utf-8") == kept


def test_a_person_is_asked_for_what_is_not_set(sandbox: Running) -> None:
    """The code is asked for when the API wants one; neither it nor the password shows."""
    with terminal("sign-in", "--target", sandbox.url) as (process, ours):
        read_until(ours, "E-mail:")
        os.write(ours, b"totp@example.com\n")
        shown = read_until(ours, "Password of totp@example.com:")
        os.write(ours, b"sandbox\n")
        shown += read_until(ours, "Code of this moment")
        code = pyotp.TOTP(TOTP_SECRET).now()
        os.write(ours, f"{code[:3]} {code[3:]}\n".encode())
        shown += read_until(ours, "puts off by 15 days.")
        assert process.wait(PATIENCE_SECONDS) == Exit.DONE
    assert code not in shown
    assert "sandbox\r\n" not in shown
    assert json.loads(Path("state/sign-in.json").read_text(encoding="utf-8"))["email"] == "totp@example.com"


def test_a_question_can_be_broken_off(sandbox: Running) -> None:
    with terminal("sign-in", "--target", sandbox.url) as (process, ours):
        read_until(ours, "E-mail:")
        break_off(ours, b"\x03")
        assert process.wait(PATIENCE_SECONDS) == Exit.INTERRUPTED
    assert not Path("state/sign-in.json").exists()


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        pytest.param({}, "Set NEXUDUS_EMAIL, or", id="nothing is set"),
        pytest.param({"NEXUDUS_EMAIL": "a@example.com"}, "Set NEXUDUS_PASSWORD, or", id="no password"),
        pytest.param(
            {"NEXUDUS_EMAIL": "totp@example.com", "NEXUDUS_PASSWORD": "sandbox"},
            "Set NEXUDUS_TOTP, or",
            id="no code",
        ),
    ],
)
def test_without_a_terminal_everything_has_to_be_set(
    environment: dict[str, str], words: str, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ended = course_import("sign-in", "--target", sandbox.url)
    assert ended.returncode == Exit.USAGE
    assert f"Nobody is there to be asked. {words}" in ended.stderr


@pytest.mark.parametrize(
    ("password", "target", "code", "words"),
    [
        pytest.param("wrong", None, Exit.NO_ACCESS, "were not accepted", id="a wrong password"),
        pytest.param(
            "sandbox", "http://x.example.com", Exit.NO_ACCESS, "in the clear", id="an address without TLS"
        ),
        pytest.param(
            "sandbox", "sandbox", Exit.DONE, "a rehearsal signs in by itself", id="the embedded sandbox"
        ),
    ],
)
def test_nothing_is_kept_of_what_does_not_sign_in_anywhere(
    password: str,
    target: str | None,
    code: Exit,
    words: str,
    sandbox: Running,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NEXUDUS_EMAIL", "importer@example.com")
    monkeypatch.setenv("NEXUDUS_PASSWORD", password)
    ended = course_import("sign-in", "--target", target or sandbox.url)
    assert ended.returncode == code
    assert words in ended.stdout + ended.stderr
    assert not list(Path("state").glob("sign-in.json"))


def test_an_api_that_gives_nothing_to_renew_with_is_told(
    misbehaving: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehaving.answer(200, json.dumps({"access_token": "a"}))
    misbehaving.answer(200, json.dumps({"Id": 1, "Email": "importer@example.com"}))
    ended = sign_in(misbehaving.url, monkeypatch)
    assert ended.returncode == Exit.NO_ACCESS
    assert "gave no refresh token. Nothing was kept." in ended.stderr
    assert not Path("state/sign-in.json").exists()


def test_a_keyring_is_used_where_there_is_one(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyrings.InFile")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert "kept in the system's keyring until" in sign_in(sandbox.url, monkeypatch).stdout
    assert not TOKEN_FILE.exists()
    write_courses(Path("courses.csv"), course("Pottery"))
    for _ in range(2):
        ended = course_import("import", "courses.csv", "--pace", "off", "--yes")
        assert ended.returncode == Exit.DONE, ended.stderr
    assert len(json.loads(Path("keyring.json").read_text(encoding="utf-8"))) == 1


def test_no_keyring_is_loaded_where_none_is_asked(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyring that cannot even be made shows when one is loaded."""
    sign_in(sandbox.url, monkeypatch)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no.such.Keyring")
    write_courses(Path("courses.csv"), course("Pottery"))
    assert course_import("import", "courses.csv", "--pace", "off", "--yes").returncode == Exit.DONE


def test_a_kept_sign_in_that_is_refused_ends_with_no_access(
    sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(sandbox.url, monkeypatch)
    requests.delete(f"{sandbox.url}/_sandbox/store", timeout=5)
    write_courses(Path("courses.csv"), course("Pottery"))
    ended = course_import("import", "courses.csv", "--pace", "off", "--yes")
    assert ended.returncode == Exit.NO_ACCESS
    assert "sign in again with course-import sign-in" in " ".join(ended.stdout.split()).lower()
    assert sign_in(sandbox.url, monkeypatch).returncode == Exit.DONE
    assert course_import("import", "courses.csv", "--pace", "off", "--yes").returncode == Exit.DONE


def test_two_runs_at_once_do_not_break_each_other(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(sandbox.url, monkeypatch)
    write_courses(Path("courses.csv"), course("Pottery"))
    words = [*COMMAND, "plan", "courses.csv", "--pace", "off", "--quiet"]
    running = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in running]
    # Each has to wait for the next one's lock only as long as the plan itself needs it.
    assert [code for _, code in ended if code not in (Exit.DONE, Exit.LOCKED)] == [], ended
    assert course_import("plan", "courses.csv", "--pace", "off").returncode == Exit.DONE


# Runs course-import, which is killed at a moment of its way.
MORTAL = """
import os, pathlib, signal, sys
from pipeline.api import Connection
from pipeline.cli import run_command_line

moment, exchange, replace = sys.argv.pop(1), Connection.exchange, pathlib.Path.replace

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def answered(self, method, path, **parts):
    reply = exchange(self, method, path, **parts)
    if path == "/api/token":
        die()
    return reply

def replaced(self, target):
    replace(self, target)
    die()

match moment:
    case "answered":
        Connection.exchange = answered
    case "written":
        os.fsync = die
    case "to be replaced":
        pathlib.Path.replace = die
    case "replaced":
        pathlib.Path.replace = replaced
run_command_line()
"""


@pytest.mark.parametrize(
    ("moment", "new"),
    [
        pytest.param("answered", False, id="between the answer and the keeping"),
        pytest.param("written", False, id="before the new file is on the disk"),
        pytest.param("to be replaced", False, id="before it takes the old one's place"),
        pytest.param("replaced", True, id="after it took the old one's place"),
    ],
)
def test_a_killed_run_leaves_the_old_token_or_the_new_one(
    moment: str, new: bool, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one is dead by then: the next run says so in words, and a new sign-in mends it."""
    sign_in(sandbox.url, monkeypatch)
    before = json.loads(TOKEN_FILE.read_text(encoding="utf-8"))
    write_courses(Path("courses.csv"), course("Pottery"))
    words = ("import", "courses.csv", "--pace", "off", "--yes", "--quiet")
    killed = subprocess.run([sys.executable, "-c", MORTAL, moment, *words], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    after = json.loads(TOKEN_FILE.read_text(encoding="utf-8"))
    assert after == {**before, "refresh_token": after["refresh_token"]}
    assert (after != before) is new
    assert {stat.S_IMODE(path.stat().st_mode) for path in Path("state").glob("sign-in.[jt]*")} == {0o600}
    following = course_import(*words)
    assert following.returncode == (Exit.DONE if new else Exit.NO_ACCESS)
    assert new or "course-import sign-in --target" in following.stdout
    assert sign_in(sandbox.url, monkeypatch).returncode == Exit.DONE
    assert course_import(*words).returncode == Exit.DONE
    assert {path.name for path in Path("state").glob("sign-in.*")} == {
        "sign-in.json",
        "sign-in.lock",
        "sign-in.token",
    }
