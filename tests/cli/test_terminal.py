"""What only a terminal shows, signals, and the sandbox in the foreground."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import subprocess
import termios
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from pipeline.errors import Exit
from tests.cli.conftest import COMMAND, course_import
from tests.run.conftest import course, write_courses

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from tests.conftest import Misbehaving

PATIENCE_SECONDS = 30


@contextmanager
def terminal(*words: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run course-import on a terminal of its own; give the process and the terminal's other end."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - Ctrl-C has to reach it
    )
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(ours: int, wanted: str) -> str:
    """Read from a terminal until something shows, or until its process ended; fail when nothing does."""
    shown = b""
    while wanted.encode() not in shown:
        readable, _, _ = select.select([ours], [], [], PATIENCE_SECONDS)
        assert readable, shown.decode()
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    return shown.decode()


def break_off(ours: int, key: bytes) -> None:
    """Press a key until the question is left, as people do.

    A signal that comes between CPython's look for one and its wait for input is heard with the next.
    """
    for _ in range(5):
        os.write(ours, key)
        while select.select([ours], [], [], 3)[0]:
            if b"\n" in os.read(ours, 4096):
                return
    pytest.fail("the question stays")


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("answer", "code", "sent"),
    [pytest.param("y", Exit.DONE, 1, id="yes"), pytest.param("n", Exit.STOPPED, 0, id="no")],
)
def test_a_person_is_asked_before_the_first_course_goes_to_a_real_target(
    answer: str, code: Exit, sent: int, misbehaving: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEXUDUS_TOKEN", "t")
    write_courses(Path("courses.csv"), course("Pottery"))
    misbehaving.answer(200, json.dumps({"Id": 1, "Email": "importer@example.com"}))
    misbehaving.answer(404, "")
    misbehaving.answer(200, json.dumps({"Records": [], "TotalItems": 0, "TotalPages": 0}))
    misbehaving.answer(200, json.dumps({"Value": {"Id": 7}, "WasSuccessful": True}))
    with terminal("import", "courses.csv", "--target", misbehaving.url, "--no-verify") as (process, ours):
        asked = read_until(ours, "[y/N]")
        assert "1 course will be created at" in asked
        assert "as importer@example.com" in asked
        os.write(ours, f"{answer}\n".encode())
        assert "\x1b[2K" not in asked.partition("created at")[2]  # nothing wipes the question away
        read_until(ours, "Next:")
        assert process.wait(PATIENCE_SECONDS) == code
    assert sum(b"POST /api/content/courses" in request for request in misbehaving.requests) == sent


@pytest.mark.parametrize(
    ("key", "code"),
    [
        pytest.param(b"\x03", Exit.INTERRUPTED, id="Ctrl-C"),
        pytest.param(b"\x04", Exit.STOPPED, id="Ctrl-D"),
    ],
)
def test_a_question_can_be_broken_off(
    key: bytes, code: Exit, misbehaving: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was sent, and the report says so."""
    monkeypatch.setenv("NEXUDUS_TOKEN", "t")
    write_courses(Path("courses.csv"), course("Pottery"))
    misbehaving.answer(200, json.dumps({"Id": 1, "Email": "importer@example.com"}))
    misbehaving.answer(404, "")
    misbehaving.answer(200, json.dumps({"Records": [], "TotalItems": 0, "TotalPages": 0}))
    with terminal("import", "courses.csv", "--target", misbehaving.url) as (process, ours):
        read_until(ours, "[y/N]")
        break_off(ours, key)
        read_until(ours, "Next:")
        assert process.wait(PATIENCE_SECONDS) == code
    [written] = Path().glob("reports/*/report.json")
    assert json.loads(written.read_text(encoding="utf-8"))["tally"]["not_sent"] == 1


def test_a_terminal_shows_progress() -> None:
    write_courses(Path("courses.csv"), course("Pottery"))
    with terminal("import", "courses.csv", "--pace", "off") as (process, ours):
        shown = read_until(ours, "Next:")
        process.wait(PATIENCE_SECONDS)
    assert "Sending" in shown


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, Exit.INTERRUPTED), (signal.SIGTERM, Exit.TERMINATED)]
)
def test_the_first_signal_lets_the_request_in_flight_be_recorded(number: signal.Signals, code: Exit) -> None:
    """The steady pace leaves a second between two courses."""
    write_courses(Path("courses.csv"), *(course(f"Course {n}") for n in range(30)))
    process = subprocess.Popen([*COMMAND, "import", "courses.csv", "--quiet"])
    until(lambda: any("row 2: 200" in log.read_text() for log in Path().glob("reports/*/run.log")))
    process.send_signal(number)
    assert process.wait(PATIENCE_SECONDS) == code
    [written] = Path().glob("reports/*/report.json")
    tally = json.loads(written.read_text(encoding="utf-8"))["tally"]
    assert tally["created"] >= 1
    assert tally["in_doubt"] == 0
    assert tally["created"] + tally["not_sent"] == 30


def test_the_second_signal_ends_the_process_where_it_stands(
    misbehaving: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer does not come; the row it was for is in doubt."""
    monkeypatch.setenv("NEXUDUS_TOKEN", "t")
    asked, over = threading.Event(), threading.Event()

    def keep_silent(_connection: socket.socket) -> None:
        asked.set()
        over.wait(PATIENCE_SECONDS)

    misbehaving.answer(200, json.dumps({"Id": 1, "Email": "importer@example.com"}))
    misbehaving.answer(404, "")
    misbehaving.answer(200, json.dumps({"Records": [], "TotalItems": 0, "TotalPages": 0}))
    misbehaving.scripts.append(keep_silent)
    write_courses(Path("courses.csv"), course("Pottery"), course("Weaving"))
    words = ("import", "courses.csv", "--target", misbehaving.url, "--yes", "--quiet")
    process = subprocess.Popen([*COMMAND, *words])
    assert asked.wait(PATIENCE_SECONDS)
    process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_SECONDS) == Exit.TERMINATED
    over.set()
    assert len(list(Path().glob("reports/*/report.json"))) == 1
    rows = json.loads(course_import("report", "--json").stdout)["rows"]
    assert [row["status"] for row in rows] == ["in_doubt", "not_sent"]


def test_the_sandbox_runs_in_the_foreground_until_ctrl_c() -> None:
    process = subprocess.Popen([*COMMAND, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().rpartition(" ")[2].strip()
    form = {"grant_type": "password", "username": "admin@example.com", "password": "sandbox"}
    assert requests.post(f"{url}/api/token", data=form, timeout=5).status_code == 200
    port = url.rpartition(":")[2]
    taken = course_import("sandbox", "--port", port)
    assert taken.returncode == Exit.USAGE
    assert "The sandbox cannot start" in taken.stderr
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_SECONDS) == Exit.DONE
    process.stdout.close()
