"""No secret is in any output, report, log, journal or process list: the one token file aside."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyotp
import pytest
import requests

from pipeline.errors import Exit
from pipeline.sandbox.accounts import TOTP_SECRET
from tests.cli.conftest import COMMAND, course_import
from tests.cli.test_terminal import PATIENCE_SECONDS, read_until, terminal, until
from tests.run.conftest import course, write_courses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.sandbox import Running

ACCOUNT = "totp@example.com"
TOKEN_FILE = Path("state/sign-in.token")


class Tap:
    """Stands between a caller and a server, and remembers every byte the server answers."""

    def __init__(self, url: str) -> None:
        self._there = (urlsplit(url).hostname, urlsplit(url).port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.answers = b""
        self._open: list[socket.socket] = [self._listener]
        self._threads: list[threading.Thread] = []
        self._start(self._serve)

    def tokens(self) -> list[str]:
        """Return every token the server gave out."""
        found = re.findall(rb'"(?:access|refresh)_token": ?"([^"]+)"', self.answers)
        return [token.decode() for token in found]

    def close(self) -> None:
        for each in self._open:
            with each:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:  # the other side was quicker
                    continue
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)

    def _start(self, work: object, *parts: object) -> None:
        thread = threading.Thread(target=work, args=parts, daemon=True)  # type: ignore[arg-type]  # a method of ours
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
                server = socket.create_connection(self._there)
            except OSError:  # it was closed
                return
            self._open += [caller, server]
            self._start(self._pump, caller, server, lambda _piece: None)
            self._start(self._pump, server, caller, self._remember)

    def _remember(self, piece: bytes) -> None:
        self.answers += piece

    @staticmethod
    def _pump(source: socket.socket, drain: socket.socket, seen: Callable[[bytes], None]) -> None:
        try:
            while piece := source.recv(65536):
                seen(piece)
                drain.sendall(piece)
            drain.shutdown(socket.SHUT_WR)
        except OSError:  # either side hung up
            return


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    """The sandbox's password for this test: its own is a word that stands everywhere."""
    made = f"hush-{secrets.token_hex(8)}"
    monkeypatch.setattr("pipeline.sandbox.signin.PASSWORD", made)
    return made


@pytest.fixture
def tap(password: str, sandbox: Running) -> Iterator[Tap]:
    assert password
    between = Tap(sandbox.url)
    yield between
    between.close()


def command_lines() -> str:
    """Return what every process of this machine was started with."""
    told = ""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            told += path.read_bytes().replace(b"\0", b" ").decode(errors="replace") + "\n"
        except OSError:  # it has ended
            continue
    return told


def break_with(url: str, *faults: dict[str, object]) -> None:
    requests.put(f"{url}/_sandbox/faults", json={"faults": faults}, timeout=5).raise_for_status()


def places_of(told: dict[str, str], hidden: dict[str, str]) -> list[str]:
    """Name every place that shows a secret; a code's six digits count where no digits are around them."""
    return [
        f"{name} in {place}"
        for place, text in told.items()
        for name, secret in hidden.items()
        if re.search(rf"(?<![\d.]){secret}(?!\d)" if secret.isdigit() else re.escape(secret), text)
    ]


def files() -> dict[str, str]:
    return {
        str(path): path.read_bytes().decode("latin-1")
        for path in Path().rglob("*")
        if path.is_file() and path != TOKEN_FILE
    }


def sign_in(url: str, password: str, code: str) -> str:
    """Sign in on a terminal; return what it showed."""
    with terminal("sign-in", "--target", url) as (process, ours):
        shown = ""
        for question, answer in (("E-mail:", ACCOUNT), ("Password of", password), ("Code of", code)):
            shown += read_until(ours, question)
            os.write(ours, f"{answer}\n".encode())
        shown += read_until(ours, "by 15 days.")
        assert process.wait(PATIENCE_SECONDS) == Exit.DONE
    return shown


def import_watched(url: str) -> dict[str, str]:
    """Import with every request told, one answered slowly and one refused; return all that was to be seen."""
    break_with(
        url,
        {"kind": "delay", "seconds": 1.5, "method": "POST", "path": "/api/content/courses"},
        {"kind": "401", "at": 2, "method": "POST", "path": "/api/content/courses"},
    )
    words = ("import", "courses.csv", "--pace", "off", "--yes", "--verbose", "--json")
    process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    arrivals = f"{url}/_sandbox/requests"
    until(lambda: "POST /api/content/courses" in _told(arrivals))
    running = command_lines()
    stdout, stderr = process.communicate(timeout=60)
    assert "pipeline import courses.csv" in running
    assert process.returncode == Exit.DONE, stderr
    return {"the process list": running, "stdout": stdout, "stderr": stderr}


def _told(arrivals: str) -> str:
    return " ".join(f"{each['method']} {each['path']}" for each in requests.get(arrivals, timeout=5).json())


def test_no_secret_is_to_be_found_after_signing_in_once(tap: Tap, password: str) -> None:
    """Signed in with two factors, imported, renewed on the way, examined, explained."""
    code = pyotp.TOTP(TOTP_SECRET).now()
    write_courses(Path("courses.csv"), course("Pottery"), course("Weaving"))
    told = {"sign-in": sign_in(tap.url, password, code), **import_watched(tap.url)}
    for words in (
        ("doctor", "--verbose"),
        ("doctor", "--json", "--verbose"),
        ("report",),
        ("explain", "courses.csv", "2"),
    ):
        ended = course_import(*words)
        told[words[0] + words[-1]] = ended.stdout + ended.stderr
        assert ended.returncode == Exit.DONE, told
    tokens = tap.tokens()
    assert len(tokens) >= 2 * 4  # signed in, a run, renewed by it, the doctor
    assert tokens[-1] in TOKEN_FILE.read_text(encoding="utf-8")
    hidden = {"the password": password, "the code": code, "the code's secret": TOTP_SECRET}
    hidden |= {f"token {number}": token for number, token in enumerate(tokens)}
    assert places_of({**told, **files()}, hidden) == []


def test_no_secret_of_the_environment_is_to_be_found(
    tap: Tap, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = pyotp.TOTP(TOTP_SECRET).now()
    for name, value in (("URL", tap.url), ("EMAIL", ACCOUNT), ("PASSWORD", password), ("TOTP", code)):
        monkeypatch.setenv(f"NEXUDUS_{name}", value)
    write_courses(Path("courses.csv"), course("Pottery"), course("Weaving"))
    told = import_watched(tap.url)
    doctor = course_import("doctor", "--verbose")
    told["doctor"] = doctor.stdout + doctor.stderr
    assert "NEXUDUS_PASSWORD = set (environment)" in doctor.stdout
    monkeypatch.setenv("NEXUDUS_PASSWORD", f"{password}-wrong")
    refused = course_import("import", "courses.csv", "--yes", "--verbose")
    told["refused"] = refused.stdout + refused.stderr
    assert refused.returncode == Exit.NO_ACCESS
    hidden = {"the password": password, "the code": code}
    hidden |= {f"token {number}": token for number, token in enumerate(tap.tokens())}
    assert len(hidden) > 4
    assert places_of({**told, **files()}, hidden) == []


def test_the_search_finds_what_is_there() -> None:
    """Else it would find nothing anywhere."""
    hidden = {"the word": "hush", "the code": "123456"}
    assert places_of({"a": "say hush", "b": "code 123456.", "c": "0.123456 1234567 2123456"}, hidden) == [
        "the word in a",
        "the code in b",
    ]
