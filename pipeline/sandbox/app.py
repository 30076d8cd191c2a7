"""Every address of the sandbox, and what stands at the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse
from starlette.routing import Route

from pipeline.sandbox import answers
from pipeline.sandbox.courses import COURSES, Courses
from pipeline.sandbox.door import Door
from pipeline.sandbox.late import LateCourses
from pipeline.sandbox.lookups import LOOKUPS, who_am_i
from pipeline.sandbox.signin import Guard, SignIn
from pipeline.sandbox.wishes import UnclearError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from pipeline.sandbox.door import Conduct
    from pipeline.sandbox.store import Store

_COURSE = f"{COURSES}/{{course_id}}"


def application(store: Store, clock: Callable[[], datetime], conduct: Conduct) -> ASGIApp:
    """Return the sandbox as an ASGI application over an open store."""
    guard = Guard(store=store, clock=clock)
    late = LateCourses(clock)
    courses = Courses(store=store, clock=clock, late=late)
    door = Door(clock=clock, conduct=conduct, late=late)
    routes = [
        Route("/api/token", SignIn(store=store, clock=clock).token, methods=["POST"]),
        Route("/api/auth/me", guard.needs(None, who_am_i)),
        Route(COURSES, guard.needs("Course-Create", courses.create), methods=["POST"]),
        Route(COURSES, courses.list_for(guard)),
        Route(f"{COURSES}/", courses.list_for(guard)),
        Route(_COURSE, guard.needs("Course-Read", courses.read)),
        Route(_COURSE, guard.needs("Course-Delete", courses.delete), methods=["DELETE"]),
        *(Route(lookup.path, guard.needs(lookup.role, lookup.list)) for lookup in LOOKUPS),
        *door.control_routes(store),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={
            404: _not_found,
            405: _wrong_method,
            ClientDisconnect: _hung_up,
            UnclearError: _unclear,
        },
    )
    app.router.redirect_slashes = False  # the API answers at once where others redirect
    return door.before(app)


async def _not_found(request: Request, _: Exception) -> Response:
    if request.url.path.startswith("/api/"):
        return answers.failed(404, "Not Found")
    return HTMLResponse("<!DOCTYPE html><title>Not found</title><h1>Page not found</h1>", status_code=404)


async def _wrong_method(_request: Request, _: Exception) -> Response:
    return answers.failed(405, "The requested resource does not support this method.")


async def _hung_up(_request: Request, _: Exception) -> Response:
    return answers.failed(400, "The body did not arrive whole.")


async def _unclear(_request: Request, error: Exception) -> Response:
    return answers.failed(400, str(error))
