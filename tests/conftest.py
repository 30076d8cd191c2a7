"""What all rooms' tests share: an environment of their own, a sandbox, a server that misbehaves as told."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import settings
from playwright.sync_api import sync_playwright

from pipeline import sandbox as sandbox_room
from tests.postgres import GIVEN, Server, own_server, programs_here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser
    from pydantic import SecretStr

    from pipeline.sandbox import Running


# CI takes as many examples of each property as hypothesis does by itself.
settings.register_profile("sample", max_examples=40)
if "CI" not in os.environ:
    settings.load_profile("sample")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep every test away from the developer's account, folders, proxies and terminal."""
    for name in os.environ:
        if name.upper().startswith(("NEXUDUS_", "COURSE_IMPORT_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("COURSE_IMPORT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Running]:
    """A sandbox of this test's own, over HTTP."""
    with sandbox_room.start(tmp_path / "store.db", limits="off") as running:
        yield running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server; CI must have one, elsewhere it may be missing."""
    if not (GIVEN or programs_here() or os.environ.get("CI")):
        pytest.skip("PostgreSQL is not installed")
    with ExitStack() as running:
        server = Server(GIVEN or running.enter_context(own_server()))
        yield server
        server.close()


@pytest.fixture
def database(postgres: Server) -> Iterator[SecretStr]:
    """The address of a database of this test's own, with a journal's tables and nothing in them."""
    made = postgres.new()
    yield made
    postgres.drop(made)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | SecretStr:
    """Where a journal is kept: each test runs with both."""
    if request.param == "sqlite":
        return tmp_path / "state" / "journal.db"
    address: SecretStr = request.getfixturevalue("database")
    return address


class SaveByOffice(Protocol):
    """Lets LibreOffice save a workbook as a kind, in a folder of its own."""

    def __call__(self, path: Path, kind: str) -> Path:
        """Return the path of the new file."""


@pytest.fixture(scope="session")
def office() -> str:
    """Return LibreOffice's command; CI must have it, elsewhere it may be missing."""
    command = shutil.which("soffice")
    if command is None and not os.environ.get("CI"):
        pytest.skip("LibreOffice is not installed")
    return command or "soffice"


@pytest.fixture
def saved_by_office(office: str, tmp_path: Path) -> SaveByOffice:
    def save(path: Path, kind: str) -> Path:
        folder = tmp_path / "saved"
        home = f"-env:UserInstallation=file://{tmp_path}/office"  # several may run at once
        subprocess.run(
            [office, home, "--headless", "--convert-to", kind, "--outdir", folder, path],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return (folder / path.name).with_suffix(f".{kind}")

    return save


@pytest.fixture(scope="module")  # one for a whole session would leave its event loop in other rooms' tests
def browser() -> Iterator[Browser]:
    """A headless Chromium; CI must have it, elsewhere it may be missing."""
    command = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if command is None and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        # Who runs as root, as CI does, gets no sandbox from Chromium.
        chromium = playwright.chromium.launch(executable_path=command, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Misbehaving:
    """A server on loopback that answers each request with the next of its scripts.

    A script gets the connection once the request was read whole, and does to it what it likes.
    """

    def __init__(self) -> None:
        self.scripts: list[Callable[[socket.socket], None]] = []
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def answer(self, status: int, body: str = "", **headers: str) -> None:
        """Script a whole, ordinary answer; `Retry_After` in `headers` stands for Retry-After."""
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body.encode())}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.script("\r\n".join(lines) + "\r\n\r\n" + body)

    def script(self, text: str) -> None:
        """Script bytes to be sent before the connection is closed."""
        self.scripts.append(lambda connection: connection.sendall(text.encode()))

    def close(self) -> None:
        """Stop listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                request = _read_request(connection)
                if request:
                    self.requests.append(request)
                    self.scripts.pop(0)(connection)


def _read_request(connection: socket.socket) -> bytes:
    """Read one request with its body; nothing when the caller hung up."""
    request = b""
    while b"\r\n\r\n" not in request:
        piece = connection.recv(65536)
        if not piece:
            return b""
        request += piece
    head, _, body = request.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def misbehaving() -> Iterator[Misbehaving]:
    """A server that answers as it is scripted."""
    server = Misbehaving()
    yield server
    server.close()
