"""A server as bare as can be, in a process of its own: it answers at once and keeps its connections."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
_ME: Final = json.dumps({"Id": 1, "Email": "importer@example.com"}).encode()
_NONE: Final = json.dumps({"Records": [], "TotalItems": 0, "TotalPages": 0}).encode()
_CREATED: Final = b'{"Status": 200, "Value": {"Id": %d}, "Errors": null, "WasSuccessful": true}'
_PIECE_BYTES: Final = 65_536


@contextmanager
def start_stub(delay_seconds: float = 0) -> Iterator[str]:
    """Run a server for as long as the context lasts; give its address."""
    words = [sys.executable, "-m", __name__, str(delay_seconds)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as stub:
        assert stub.stdout is not None
        try:
            yield f"http://127.0.0.1:{stub.stdout.readline().strip()}"
        finally:
            stub.kill()


def main() -> None:
    """Serve on a port of the system's choice, which is printed, until killed."""
    delay_seconds = float(sys.argv[1])
    ids = count(1_414_985_001)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_serve, args=(connection, ids, delay_seconds), daemon=True).start()


def _serve(connection: socket.socket, ids: Iterator[int], delay_seconds: float) -> None:
    with connection:
        buffer = b""
        while request := _received(connection, buffer):
            head, buffer = request
            if delay_seconds:
                time.sleep(delay_seconds)
            body = _answer(head, ids)
            connection.sendall(_HEAD + str(len(body)).encode() + b"\r\n\r\n" + body)


def _received(connection: socket.socket, buffer: bytes) -> tuple[bytes, bytes] | None:
    """Return the head of the next request and what came after it; None when the caller is gone."""
    while b"\r\n\r\n" not in buffer:
        piece = connection.recv(_PIECE_BYTES)
        if not piece:
            return None
        buffer += piece
    head, _, rest = buffer.partition(b"\r\n\r\n")
    lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = sum(lengths)
    while len(rest) < length:
        rest += connection.recv(_PIECE_BYTES)
    return head, rest[length:]


def _answer(head: bytes, ids: Iterator[int]) -> bytes:
    if head.startswith(b"POST /api/content/courses"):
        return _CREATED % next(ids)
    return _ME if b"/api/auth/me" in head else _NONE


if __name__ == "__main__":
    main()
