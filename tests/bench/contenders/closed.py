"""An address that refuses connections at first."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOST: Final = "127.0.0.1"
_PIECE: Final = 65536  # bytes


@contextmanager
def closed_at_first(url: str, seconds: float) -> Iterator[str]:
    """Give an address that refuses for so long and then leads to `url`; where that is no time, `url`."""
    if not seconds:
        yield url
        return
    with socket.socket() as door:
        door.bind((_HOST, 0))  # bound, not listening: the system refuses
        opening = threading.Timer(seconds, _lead, (door, urlsplit(url).port))
        opening.daemon = True
        opening.start()
        try:
            yield f"http://{_HOST}:{door.getsockname()[1]}"
        finally:
            opening.cancel()
            with suppress(OSError):  # it never opened
                door.shutdown(socket.SHUT_RDWR)  # wakes who waits for the next connection


def _lead(door: socket.socket, port: int) -> None:
    with suppress(OSError):  # it was shut
        door.listen()
        while True:
            one, _ = door.accept()
            other = socket.create_connection((_HOST, port))
            for way in ((one, other), (other, one)):
                threading.Thread(target=_pass_on, args=way, daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Hand on what comes until one end hangs up; then hang up the other."""
    with source, suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
