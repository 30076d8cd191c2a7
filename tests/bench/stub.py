"""`python -m tests.bench.stub MILLISECONDS`: a server as bare as can be, in a process of its own.

It prints its port, keeps its connections, each in a thread, and answers everything, courses after so many
milliseconds. `GET /created` tells how many courses the caller, known by the token, has created.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.bench.measuring import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
_ME: Final = json.dumps({"Id": 1, "Email": "importer@example.com"}).encode()
_NONE: Final = json.dumps({"Records": [], "TotalItems": 0, "TotalPages": 0}).encode()
_FIRST_ID: Final = 1414985001
_PIECE: Final = 65536  # bytes


@contextmanager
def running(delay_milliseconds: int) -> Iterator[str]:
    """Start a stub; give its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.stub", str(delay_milliseconds)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        if process.stdout is None or not (port := process.stdout.readline().strip()):
            raise RuntimeError("the stub does not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


@dataclass(kw_only=True)
class _Stub:
    delay_seconds: float
    created: Counter[bytes] = field(default_factory=Counter)  # by the caller's token
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, connection: socket.socket) -> None:
        """Answer what comes over a connection until the caller hangs up."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffer = b""
        with connection:
            while True:
                while b"\r\n\r\n" not in buffer:
                    piece = connection.recv(_PIECE)
                    if not piece:
                        return
                    buffer += piece
                request, _, buffer = buffer.partition(b"\r\n\r\n")
                length, caller = _read_head(request)
                while len(buffer) < length:
                    buffer += connection.recv(_PIECE)
                buffer = buffer[length:]
                body = self._answer(request, caller)
                connection.sendall(_HEAD + str(len(body)).encode() + b"\r\n\r\n" + body)

    def _answer(self, request: bytes, caller: bytes) -> bytes:
        if request.startswith(b"POST /api/content/courses"):
            with self.lock:
                self.created[caller] += 1
                course_id = _FIRST_ID + self.created.total()
            if self.delay_seconds:
                time.sleep(self.delay_seconds)
            return b'{"Status": 200, "Value": {"Id": %d}, "Errors": null, "WasSuccessful": true}' % course_id
        if request.startswith(b"GET /created"):
            return str(self.created[caller]).encode()
        return _ME if request.startswith(b"GET /api/auth/me") else _NONE


def _read_head(request: bytes) -> tuple[int, bytes]:
    """Return the body's length and the caller's token."""
    length, caller = 0, b""
    for line in request.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        elif name.lower() == b"authorization":
            caller = value.strip()
    return length, caller


def main() -> None:
    """Serve until killed."""
    stub = _Stub(delay_seconds=int(sys.argv[1]) / 1000)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=stub.serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
