"""The connection to a caller, which a fault may drop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio


class OpenLine(H11Protocol):
    """uvicorn's end of a connection, which its requests find as `scope["state"]["line"]`.

    ASGI knows no way to hang up: an application that returns without an answer is made a 500.
    """

    pausing = False  # while a fault keeps the caller waiting

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a new connection."""
        self.app_state = {**self.app_state, "line": self}
        super().connection_made(transport)

    def hang_up(self) -> None:
        """Close the connection as soon as what was sent already has left."""
        self.transport.close()

    def shutdown(self) -> None:
        """Let the request in flight end, but no pause: it may be longer than anybody wants to wait."""
        super().shutdown()
        if self.pausing:
            self.hang_up()
