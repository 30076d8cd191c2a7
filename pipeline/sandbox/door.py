"""The door every request comes through, and the control door beside it, which is no part of the API."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, TypedDict

from starlette.responses import JSONResponse
from starlette.routing import Route

from pipeline.sandbox import answers
from pipeline.sandbox.breakage import DroppedError, broken
from pipeline.sandbox.faults import faults_in
from pipeline.sandbox.limits import limits_in
from pipeline.sandbox.wishes import read_wish

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from pipeline.sandbox.faults import Schedule
    from pipeline.sandbox.late import LateCourses
    from pipeline.sandbox.limits import Limits
    from pipeline.sandbox.store import Store

_CONTROL: Final = "/_sandbox/"


class Arrival(TypedDict):
    """One request as the control door tells it."""

    arrived_at: float  # seconds since the epoch
    method: str
    path: str
    status: int | None  # None until an answer begins, and for ever where none does
    created_id: int | None  # of the course it created, even when the answer got lost
    fault: str | None  # the kind it met; several are joined by "+", the outermost first


@dataclass(slots=True, kw_only=True)
class Conduct:
    """How the sandbox treats requests at present; the control door changes it."""

    limits: Limits
    schedule: Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Writes every request down, turns away what is too much, breaks what is due; spares the control door."""

    clock: Callable[[], datetime]
    conduct: Conduct
    late: LateCourses
    arrivals: list[Arrival] = field(default_factory=list)  # newest last

    def before(self, app: ASGIApp) -> ASGIApp:
        """Return `app` behind this door."""
        return partial(self._let_in, app)

    async def _let_in(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(_CONTROL):
            await app(scope, receive, send)
            return
        at, method, path = self.clock(), scope["method"], scope["path"]
        arrival = Arrival(
            arrived_at=at.timestamp(), method=method, path=path, status=None, created_id=None, fault=None
        )
        self.arrivals.append(arrival)
        scope["arrival"] = arrival

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start":
                arrival["status"] = message["status"]
            await send(message)

        wait_seconds = self.conduct.limits.admit(method, path, at)
        if wait_seconds:
            app = answers.throttled(wait_seconds, status=self.conduct.limits.status)
        elif faults := self.conduct.schedule.due(method, path):
            arrival["fault"] = "+".join(fault.kind for fault in faults)
            app = broken(app, faults, self.late)
        with suppress(DroppedError):
            await app(scope, receive, send_and_note)

    def control_routes(self, store: Store) -> list[Route]:
        """Return the control door: the store and its wiping, the requests so far, limits, faults."""

        async def show_store(_request: Request) -> Response:
            return JSONResponse({"id": store.store_id()})

        async def wipe_store(request: Request) -> Response:
            store.wipe()
            self.arrivals.clear()
            return await show_store(request)

        return [
            Route(f"{_CONTROL}store", show_store),
            Route(f"{_CONTROL}store", wipe_store, methods=["DELETE"]),
            Route(f"{_CONTROL}requests", self._show_requests),
            Route(f"{_CONTROL}limits", self._show_limits),
            Route(f"{_CONTROL}limits", self._change_limits, methods=["PUT"]),
            Route(f"{_CONTROL}faults", self._change_faults, methods=["PUT"]),
        ]

    async def _show_requests(self, _request: Request) -> Response:
        return JSONResponse(self.arrivals)

    async def _show_limits(self, _request: Request) -> Response:
        return JSONResponse(self.conduct.limits.told())

    async def _change_limits(self, request: Request) -> Response:
        self.conduct.limits = limits_in(read_wish(await request.body()))
        return await self._show_limits(request)

    async def _change_faults(self, request: Request) -> Response:
        """Take the place of all faults that were there, those that still lasted included."""
        wish = read_wish(await request.body())
        self.conduct.schedule = faults_in(wish)
        self.late.show_all()
        return JSONResponse(wish)
