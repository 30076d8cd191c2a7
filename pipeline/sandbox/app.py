"""Every address of the sandbox, and what stands at the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse
from starlette.routing import Route

from pipeline.sandbox import answers
from pipeline.sandbox.courses import Courses
from pipeline.sandbox.door import Arrival, Door, control_routes
from pipeline.sandbox.lookups import LOOKUPS, who_am_i
from pipeline.sandbox.signin import Guard, SignIn

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from pipeline.sandbox.store import Store

_COURSES = "/api/content/courses"
_COURSE = f"{_COURSES}/{{course_id}}"


def application(store: Store, clock: Callable[[], datetime]) -> ASGIApp:
    """Return the sandbox as an ASGI application over an open store."""
    guard = Guard(store=store, clock=clock)
    courses = Courses(store=store, clock=clock)
    arrivals: list[Arrival] = []
    routes = [
        Route("/api/token", SignIn(store=store, clock=clock).token, methods=["POST"]),
        Route("/api/auth/me", guard.needs(None, who_am_i)),
        Route(_COURSES, guard.needs("Course-Create", courses.create), methods=["POST"]),
        Route(_COURSES, courses.list_for(guard)),
        Route(f"{_COURSES}/", courses.list_for(guard)),
        Route(_COURSE, guard.needs("Course-Read", courses.read)),
        Route(_COURSE, guard.needs("Course-Delete", courses.delete), methods=["DELETE"]),
        *(Route(lookup.path, guard.needs(lookup.role, lookup.list)) for lookup in LOOKUPS),
        *control_routes(store, arrivals),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={404: _not_found, 405: _wrong_method, ClientDisconnect: _hung_up},
    )
    app.router.redirect_slashes = False  # the API answers at once where others redirect
    return Door(app, arrivals=arrivals, clock=clock)


async def _not_found(request: Request, _: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return answers.failed(404, "Not Found")
    return HTMLResponse("<!DOCTYPE html><title>Not found</title><h1>Page not found</h1>", status_code=404)


async def _wrong_method(_request: Request, _: Exception) -> Response:
    return answers.failed(405, "The requested resource does not support this method.")


async def _hung_up(_request: Request, _: Exception) -> Response:
    return answers.failed(400, "The body did not arrive whole.")
