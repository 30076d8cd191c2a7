from __future__ import annotations

import logging
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from pipeline.sandbox import serve, start

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.conftest import Caller, SignIn

_FOREGROUND = """
import sys
from pathlib import Path
from pipeline.sandbox import serve
serve(Path(sys.argv[1]), port=0, announce=lambda url: print(url, flush=True))
"""


def test_restart_forgets_nothing(tmp_path: Path, signed_in: SignIn, course: dict[str, object]) -> None:
    """The store's id, courses, both tokens and the next Id survive; the store is one file when closed."""
    path = tmp_path / "new" / "folder" / "store.db"
    with start(path, limits="off") as sandbox:
        caller = signed_in(url=sandbox.url)
        refresh_token = caller.ask_token(username="admin@example.com").json()["refresh_token"]
        course_id = caller.create(course).json()["Value"]["Id"]
        store_id = caller.get("/_sandbox/store").json()
        whole = caller.get(f"/api/content/courses/{course_id}").json()
    assert [entry.name for entry in path.parent.iterdir()] == ["store.db"]
    with start(path, limits="off") as sandbox:
        caller.url = sandbox.url
        assert caller.get("/_sandbox/store").json() == store_id
        assert caller.get(f"/api/content/courses/{course_id}").json() == whole
        assert caller.create(course).json()["Value"]["Id"] == course_id + 1
        renewed = caller.ask_token(grant_type="refresh_token", refresh_token=refresh_token)
        assert renewed.status_code == 200


def test_two_stores_have_two_ids(tmp_path: Path, stranger: Caller) -> None:
    ids = {stranger.get("/_sandbox/store").json()["id"]}
    for name in ("one.db", "two.db"):
        with start(tmp_path / name) as sandbox:
            stranger.url = sandbox.url
            ids.add(stranger.get("/_sandbox/store").json()["id"])
    assert len(ids) == 3


def test_stopping_frees_port_and_thread(tmp_path: Path) -> None:
    """Stopping twice does no harm, and the same port can be used again at once."""
    before = threading.active_count()
    sandbox = start(tmp_path / "store.db")
    port = int(sandbox.url.rpartition(":")[2])
    sandbox.stop()
    sandbox.stop()
    assert threading.active_count() == before
    with start(tmp_path / "store.db", port=port) as again:
        assert again.url == sandbox.url


def test_nothing_is_printed(
    tmp_path: Path, stranger: Caller, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A sandbox beside its caller is silent, takes no signal and logs no request."""
    caplog.set_level(logging.INFO)
    hands_on = signal.getsignal(signal.SIGINT)
    with start(tmp_path / "store.db") as sandbox:
        stranger.url = sandbox.url
        stranger.get("/api/auth/me")
        assert signal.getsignal(signal.SIGINT) is hands_on
    assert capfd.readouterr() == ("", "")
    assert not [entry for entry in caplog.records if entry.name == "uvicorn.access"]


def test_answers_on_an_open_connection_do_not_wait(stranger: Caller) -> None:
    """Fifty requests take far less than the 40 ms each that a delayed acknowledgement would cost."""
    began = time.perf_counter()
    for _ in range(50):
        stranger.send("POST", "/api/content/courses", json={})
    assert time.perf_counter() - began < 1.5


def test_taken_port_is_told(tmp_path: Path) -> None:
    """Both ways to start say so at once, announce nothing and make no store."""
    announced: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        told = rf"port {port}: Address already in use\. Choose another port"
        with pytest.raises(OSError, match=told):
            start(tmp_path / "store.db", port=port)
        with pytest.raises(OSError, match=told):
            serve(tmp_path / "store.db", port=port, announce=announced.append)
    assert announced == []
    assert list(tmp_path.iterdir()) == []


def test_file_that_is_no_store_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "courses.xlsx"
    path.write_bytes(b"PK not a database " * 200)
    with pytest.raises(OSError, match=r"courses\.xlsx: file is not a database\. Name another file"):
        start(path)
    assert path.read_bytes() == b"PK not a database " * 200


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OSError, match=r"cannot keep its courses in .*store\.db"):
        start(tmp_path / "taken" / "store.db")


def test_newer_store_is_refused(tmp_path: Path) -> None:
    """A file with a schema version of the future is left as it is."""
    path = tmp_path / "store.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 2")
    database.close()
    with pytest.raises(OSError, match="a newer version of the sandbox wrote it"):
        start(path)


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C reaches a child there by other means")
def test_foreground_serves_until_ctrl_c(tmp_path: Path, stranger: Caller) -> None:
    """It announces its address, answers, and an interrupt ends it quietly."""
    command = [sys.executable, "-c", _FOREGROUND, str(tmp_path / "store.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as foreground:
        assert foreground.stdout is not None
        stranger.url = foreground.stdout.readline().strip()
        assert stranger.get("/api/auth/me").status_code == 401
        foreground.send_signal(signal.SIGINT)
        assert foreground.communicate(timeout=20) == ("", "")
    assert foreground.returncode == 0
