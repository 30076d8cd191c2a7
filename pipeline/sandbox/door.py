"""The door every request comes through, and the control door beside it, which is no part of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

from starlette.responses import JSONResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from pipeline.sandbox.store import Store

_CONTROL: Final = "/_sandbox/"


class Arrival(TypedDict):
    """One request as the control door tells it."""

    arrived_at: float  # seconds since the epoch
    method: str
    path: str
    status: int | None  # None until it is answered
    created_id: int | None


class Door:
    """ASGI middleware that writes down every request but those to the control door."""

    def __init__(self, app: ASGIApp, *, arrivals: list[Arrival], clock: Callable[[], datetime]) -> None:
        self._app = app
        self._arrivals = arrivals
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through and note when it came and how it was answered."""
        if scope["path"].startswith(_CONTROL):
            await self._app(scope, receive, send)
            return
        arrival = Arrival(
            arrived_at=self._clock().timestamp(),
            method=scope["method"],
            path=scope["path"],
            status=None,
            created_id=None,
        )
        self._arrivals.append(arrival)

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                arrival["status"] = message["status"]
                arrival["created_id"] = scope.get("created_id")
            await send(message)

        await self._app(scope, receive, send_and_note)


def control_routes(store: Store, arrivals: list[Arrival]) -> list[Route]:
    """Return the control door: which store this is, its wiping, and the requests so far, newest last."""

    async def show_store(_request: Request) -> Response:
        return JSONResponse({"id": store.store_id()})

    async def wipe_store(request: Request) -> Response:
        store.wipe()
        arrivals.clear()
        return await show_store(request)

    async def show_requests(_request: Request) -> Response:
        return JSONResponse(arrivals)

    return [
        Route(f"{_CONTROL}store", show_store),
        Route(f"{_CONTROL}store", wipe_store, methods=["DELETE"]),
        Route(f"{_CONTROL}requests", show_requests),
    ]
