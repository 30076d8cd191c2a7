"""`/api/content/courses`: create, list, read, delete."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from uuid import uuid4

from pipeline.sandbox import answers
from pipeline.sandbox.lookups import BUSINESS_NAMES, HOST_NAMES, TARIFF_NAMES
from pipeline.sandbox.paging import Page, envelope, number_in
from pipeline.sandbox.rules import FLAGS, PROPERTIES, WRITE_ONLY, errors_in
from pipeline.sandbox.store import ORDER_FIELDS, Wanted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from pipeline.sandbox.accounts import Account
    from pipeline.sandbox.answers import Json
    from pipeline.sandbox.late import LateCourses
    from pipeline.sandbox.signin import Guard
    from pipeline.sandbox.store import Store

COURSES: Final = "/api/content/courses"
_NO_ID: Final = 0  # a filter that holds no number finds nothing
_LONG_TEXTS: Final = {"FullDescription": None, "OverviewText": None}  # left out of list rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Courses:
    """The endpoints of courses, each called by the guard with the signed-in account."""

    store: Store
    clock: Callable[[], datetime]
    late: LateCourses

    async def create(self, request: Request, account: Account) -> Response:
        """Create one course, or refuse it with every fault of its body."""
        body = _object_in(await request.body())
        if body is None:
            return answers.failed(400, "The body must be a JSON object.")
        errors = errors_in(body)
        if errors:
            return answers.refused(errors)
        now = self.clock().astimezone(UTC)
        course = _course_of(body, email=account.email, at=now)
        for alter in request.scope.get("alterations", ()):  # what a fault makes of it
            course = alter(course)
        course_id = self.store.add_course(course)
        request.scope["arrival"]["created_id"] = course_id  # told even when the answer gets lost
        return answers.done("created", course_id=course_id, email=account.email, at=now)

    def list_for(self, guard: Guard) -> Callable[[Request], Awaitable[Response]]:
        """Return the endpoint of lists: filters need one role, Ids another."""
        by_filter = guard.needs("Course-List", self._list)
        by_id = guard.needs("Course-Read", self._list_by_id)

        async def either(request: Request) -> Response:
            return await (by_id if "id" in request.query_params else by_filter)(request)

        return either

    async def _list(self, request: Request, _account: Account) -> Response:
        query, page = request.query_params, Page.asked(request.query_params)
        wanted = replace(_wanted(query), hidden=self.late.hidden())
        courses, total = self.store.courses(wanted, page)
        shown = [course | _LONG_TEXTS for course in courses]
        return answers.Answer(envelope(shown, total=total, page=page, order=wanted.order))

    async def _list_by_id(self, request: Request, _account: Account) -> Response:
        ids, page = _ids_in(request.query_params["id"]), Page.asked(request.query_params)
        if ids is None:
            return answers.failed(400, "id: must be a list of numbers, as in [1,2,3]")
        courses, total = self.store.courses(Wanted(ids=ids), page)
        return answers.Answer(envelope(courses, total=total, page=page))

    async def read(self, request: Request, _account: Account) -> Response:
        """Answer with one whole course."""
        course = self.store.course(_id_in(request.path_params["course_id"]))
        return answers.failed(404, "Not Found") if course is None else answers.Answer(course)

    async def delete(self, request: Request, account: Account) -> Response:
        """Delete one course; its Id never comes back."""
        course_id = _id_in(request.path_params["course_id"])
        if not self.store.remove_course(course_id):
            return answers.failed(404, "Not Found")
        now = self.clock().astimezone(UTC)
        return answers.done("deleted", course_id=course_id, email=account.email, at=now)


def _object_in(raw: bytes) -> Json | None:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):  # no JSON, or nested without end
        return None
    return body if isinstance(body, dict) else None


def _course_of(body: Json, *, email: str, at: datetime) -> Json:
    """Return a course as it is kept, without its Id."""
    given = {name: None if name in WRITE_ONLY else body.get(name) for name in PROPERTIES}
    left_out = {name: False for name in FLAGS if given[name] is None}
    moment = answers.moment(at)
    return {
        "UniqueId": str(uuid4()),
        "CreatedOn": moment,
        "UpdatedOn": moment,
        "UpdatedBy": email,
        **given,
        **left_out,
        "ImageFileName": _file_name(body.get("NewImageUrl")),
        "LargeImageFileName": _file_name(body.get("NewLargeImageUrl")),
        "BusinessName": BUSINESS_NAMES[body["BusinessId"]],
        "HostFullName": HOST_NAMES[body["HostId"]],
        "TariffName": TARIFF_NAMES.get(body.get("TariffId")),
    }


def _file_name(address: object) -> str | None:
    return (PurePosixPath(urlsplit(str(address)).path).name or "image") if address else None


def _wanted(query: Mapping[str, str]) -> Wanted:
    place, title = query.get("Course_Business"), query.get("Course_Title")
    order = query.get("orderBy", "Id")
    return Wanted(
        business_id=None if place is None else _id_in(place),
        title=None if title is None else title.casefold(),
        created_from=_moment_in(query.get("from_Course_CreatedOn")),
        created_to=_moment_in(query.get("to_Course_CreatedOn")),
        order=order if order in ORDER_FIELDS else "Id",
    )


def _id_in(text: str) -> int:
    return number_in(text) or _NO_ID


def _ids_in(text: str) -> tuple[int, ...] | None:
    try:
        ids = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(ids, list) or not all(isinstance(entry, int) for entry in ids):
        return None
    return tuple(ids)


def _moment_in(text: str | None) -> str | None:
    """Return a time as courses keep it, None when there is none to read; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text or "")
        return answers.moment(at if at.tzinfo is None else at.astimezone(UTC))
    except (ValueError, OverflowError):
        return None
