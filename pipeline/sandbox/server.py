"""The sandbox as a server on loopback: beside the caller in a thread, or in the foreground."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    import uvicorn

    from pipeline.sandbox.faults import Schedule
    from pipeline.sandbox.limits import LimitsName

_HOST: Final = "127.0.0.1"
_KEEP_ALIVE_SECONDS: Final = 75  # a paced client comes back to its open connection
_FAREWELL_SECONDS: Final = 2  # a request that hangs does not keep the sandbox from stopping


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A sandbox in a thread of this process; as a context manager it stops at the end."""

    url: str
    server: uvicorn.Server
    thread: threading.Thread

    def stop(self) -> None:
        """Finish the requests in flight, close the store, free the port."""
        self.server.should_exit = True
        self.thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    store: Path,
    *,
    port: int = 0,
    clock: Callable[[], datetime] = _now,
    limits: LimitsName = "documented",
    faults: Path | None = None,
) -> Running:
    """Start a sandbox beside the caller and return once it accepts connections.

    Args:
        store: the SQLite file that keeps its courses; made when it is missing.
        port: 0 takes any free one.
        clock: the current time, aware.
        limits: the documented ones, or none; the control door can change them.
        faults: a JSON file that says what shall break, as `PUT /_sandbox/faults` has it.

    Raises:
        OSError: the port, the store or the faults cannot be used; the text says why.
    """
    ready = _make_ready(store, port, clock, limits, faults)
    thread = threading.Thread(target=ready.run, name="sandbox", daemon=True)
    thread.start()
    return Running(url=ready.url, server=ready.server, thread=thread)


def serve(
    store: Path,
    *,
    port: int,
    announce: Callable[[str], None],
    limits: LimitsName = "documented",
    faults: Path | None = None,
) -> None:
    """Run a sandbox in the foreground until Ctrl-C; `announce` gets its address once it listens.

    The other arguments are those of `start`.

    Raises:
        OSError: the port, the store or the faults cannot be used; the text says why.
    """
    ready = _make_ready(store, port, _now, limits, faults)
    with contextlib.suppress(KeyboardInterrupt):
        announce(ready.url)
        ready.run()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A sandbox whose socket listens already: connections wait there until `run` accepts them."""

    server: uvicorn.Server
    listener: socket.socket
    store: contextlib.AbstractContextManager[object]

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self.listener.getsockname()[1]}"

    def run(self) -> None:
        with self.store, self.listener:
            self.server.run(sockets=[self.listener])


def _make_ready(
    path: Path, port: int, clock: Callable[[], datetime], limits: LimitsName, faults: Path | None
) -> _Ready:
    import uvicorn  # noqa: PLC0415 - a tenth of a second that only a running sandbox needs

    from pipeline.sandbox.app import application  # noqa: PLC0415 - the same
    from pipeline.sandbox.door import Conduct  # noqa: PLC0415 - the same
    from pipeline.sandbox.limits import WINDOWS, Limits  # noqa: PLC0415 - the same
    from pipeline.sandbox.line import OpenLine  # noqa: PLC0415 - the same
    from pipeline.sandbox.store import Store  # noqa: PLC0415 - the same

    conduct = Conduct(limits=Limits(WINDOWS[limits]), schedule=_read_faults(faults))
    listener = _listen(port)
    try:
        store = Store(path)
    except OSError:
        listener.close()
        raise
    config = uvicorn.Config(
        application(store, clock, conduct),
        loop="asyncio",
        interface="asgi3",
        http=OpenLine,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_FAREWELL_SECONDS,
    )
    return _Ready(server=uvicorn.Server(config), listener=listener, store=contextlib.closing(store))


def _read_faults(path: Path | None) -> Schedule:
    from pipeline.sandbox.faults import faults_in  # noqa: PLC0415 - only a running sandbox needs it
    from pipeline.sandbox.wishes import UnclearError, read_wish  # noqa: PLC0415 - the same

    if path is None:
        return faults_in([])
    try:
        return faults_in(read_wish(path.read_bytes()))
    except (OSError, UnclearError) as error:
        raise OSError(
            f"The sandbox cannot take its faults from {path}: {error} Correct the file, or name another."
        ) from error


def _listen(port: int) -> socket.socket:
    try:
        listener = socket.create_server((_HOST, port))
    except OSError as error:
        raise OSError(
            f"The sandbox cannot listen on port {port}: {os.strerror(error.errno or 0)}. Choose another port."
        ) from error
    # asyncio sets TCP_NODELAY only where the protocol is named; without it every answer waits 40 ms.
    return socket.socket(listener.family, listener.type, socket.IPPROTO_TCP, fileno=listener.detach())
