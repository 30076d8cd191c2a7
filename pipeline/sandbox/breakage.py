"""What each kind of fault does to one request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias
from urllib.parse import parse_qsl, urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from pipeline.sandbox import answers
from pipeline.sandbox.paging import Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from pipeline.sandbox.answers import Json
    from pipeline.sandbox.faults import Fault
    from pipeline.sandbox.late import LateCourses
    from pipeline.sandbox.line import OpenLine

_DRIPS: Final = 50  # pieces a slow body comes in, at most
_CUT_SUMMARY: Final = 100  # characters
_NO_FILTERS: Final = frozenset({"page", "size", "orderBy", "id"})
_OOOPS: Final = "Ooops! There was a problem while running this action…"
_PORTAL: Final = "<!DOCTYPE html><title>Members Portal</title><h1>Welcome back</h1>"


class DroppedError(Exception):
    """The line to the caller was dropped: there is nothing more to send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request on its way through a fault to `app`, which may be broken itself."""

    fault: Fault
    late: LateCourses
    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send

    @property
    def line(self) -> OpenLine:
        """The connection the request came over."""
        line: OpenLine = self.scope["state"]["line"]
        return line


Break: TypeAlias = Callable[[Call], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Broken:
    fault: Fault
    late: LateCourses
    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = Call(fault=self.fault, late=self.late, app=self.app, scope=scope, receive=receive, send=send)
        await BREAKS[self.fault.kind](call)


def broken(app: ASGIApp, faults: Sequence[Fault], late: LateCourses) -> ASGIApp:
    """Return `app` behind faults, the first being outermost.

    Awaiting it raises DroppedError once the line is dropped.
    """
    for fault in reversed(faults):
        app = _Broken(fault=fault, late=late, app=app)
    return app


async def _answer_of(call: Call) -> Response:
    """Carry the request out and keep the answer."""
    head: Message = {}
    body = bytearray()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            head.update(message)
        body.extend(message.get("body", b""))

    await call.app(call.scope, call.receive, keep)
    answer = Response(bytes(body), head["status"])
    answer.raw_headers = list(head["headers"])
    return answer


async def _give(call: Call, answer: Response) -> None:
    await answer(call.scope, call.receive, call.send)


async def _give_piecewise(
    call: Call, answer: Response, pieces: Sequence[bytes], pause_seconds: float
) -> None:
    """Send the head of an answer, then pieces of its body; the end is left open."""
    await call.send(
        {"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers}
    )
    for piece in pieces:
        await _pause(call, pause_seconds)
        await call.send({"type": "http.response.body", "body": piece, "more_body": True})


async def _drop(call: Call) -> NoReturn:
    call.line.hang_up()
    await _hung_up(call)
    raise DroppedError


async def _hung_up(call: Call) -> None:
    while (await call.receive())["type"] != "http.disconnect":
        pass


async def _pause(call: Call, seconds: float) -> None:
    """Wait, but not for a caller who is gone."""
    call.line.pausing = True
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await _hung_up(call)
    call.line.pausing = False


async def _cut_answer(call: Call) -> None:
    answer = await _answer_of(call)
    await _give_piecewise(call, answer, [_half(answer.body)], 0)
    await _drop(call)


async def _slow_body(call: Call) -> None:
    answer = await _answer_of(call)
    body = bytes(answer.body)
    size = -(-len(body) // _DRIPS) or 1
    pieces = [body[begin : begin + size] for begin in range(0, len(body), size)]
    await _give_piecewise(call, answer, pieces, call.fault.seconds / (len(pieces) or 1))
    await call.send({"type": "http.response.body"})


async def _close_after_storing(call: Call) -> None:
    await _answer_of(call)
    await _drop(call)


async def _delay(call: Call) -> None:
    answer = await _answer_of(call)
    await _pause(call, call.fault.seconds)
    await _give(call, answer)


async def _throttle(call: Call) -> None:
    await _give(call, answers.throttled(call.fault.seconds, status=409))


async def _500_after_storing(call: Call) -> None:
    await _answer_of(call)
    await _give(call, answers.failed(500, _OOOPS))


async def _malformed_json(call: Call) -> None:
    answer = await _answer_of(call)
    kind = answer.headers.get("content-type")
    await _give(call, Response(_half(answer.body), answer.status_code, media_type=kind))


async def _short_page(call: Call) -> None:
    answer = await _answer_of(call)
    entries = _entries_in(answer)
    await _give(call, _with_entries(answer, entries[: len(entries) // 2]))


async def _shifted_page(call: Call) -> None:
    query = _query_of(call)
    page = Page.asked(query)
    answer = await _answer_of(call)
    if page.number > 1:
        before = await _answer_of(_asking(call, query | {"page": str(page.number - 1)}))
        entries = _entries_in(answer)
        answer = _with_entries(answer, [*_entries_in(before)[-1:], *entries][: len(entries)])
    await _give(call, answer)


async def _ignore_filters(call: Call) -> None:
    kept = {name: value for name, value in _query_of(call).items() if name in _NO_FILTERS}
    await _give(call, await _answer_of(_asking(call, kept)))


async def _late_in_list(call: Call) -> None:
    answer = await _answer_of(call)
    course_id = call.scope["arrival"]["created_id"]
    if course_id is not None:
        call.late.hide(course_id, seconds=call.fault.seconds, lists=call.fault.lists)
    await _give(call, answer)


def _instead(answer: Response) -> Break:
    """Return the fault that gives an answer without carrying the request out."""

    async def give(call: Call) -> None:
        await _give(call, answer)

    return give


def _altering(alter: Callable[[Json], Json]) -> Break:
    """Return the fault that keeps another course than the one that was sent."""

    async def keep_altered(call: Call) -> None:
        alterations = [*call.scope.get("alterations", ()), alter]
        await call.app({**call.scope, "alterations": alterations}, call.receive, call.send)

    return keep_altered


def _cut_text(course: Json) -> Json:
    summary = course["SummaryText"]
    return course | {"SummaryText": summary and str(summary)[:_CUT_SUMMARY]}


def _half(body: bytes | memoryview) -> bytes:
    return bytes(body[: len(body) // 2])


def _query_of(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.scope["query_string"].decode("latin-1"), keep_blank_values=True))


def _asking(call: Call, query: Mapping[str, str]) -> Call:
    return replace(call, scope={**call.scope, "query_string": urlencode(query).encode()})


def _entries_in(answer: Response) -> list[object]:
    """Return the entries of a page, none where the answer is something else."""
    entries = json.loads(bytes(answer.body)).get("Records", [])
    return list(entries)


def _with_entries(answer: Response, entries: list[object]) -> Response:
    page = json.loads(bytes(answer.body))
    return answers.Answer(page | {"Records": entries}, answer.status_code) if "Records" in page else answer


# What each kind does; `faults.KINDS` tells it in words.
BREAKS: Final[Mapping[str, Break]] = {
    "cut_answer": _cut_answer,
    "slow_body": _slow_body,
    "close_after_storing": _close_after_storing,
    "delay": _delay,
    "close_before_reading": _drop,
    "throttle": _throttle,
    "401": _instead(answers.failed(401, "Access Denied")),
    "403": _instead(answers.failed(403, "Forbidden")),
    "redirect": _instead(RedirectResponse("/login", status_code=302)),
    "html": _instead(HTMLResponse(_PORTAL)),
    "400_ooops": _instead(answers.failed(400, _OOOPS)),
    "unsuccessful": _instead(answers.failed(200, "The action was not successful.")),
    "500_before_storing": _instead(answers.failed(500, _OOOPS)),
    "500_after_storing": _500_after_storing,
    "malformed_json": _malformed_json,
    "short_page": _short_page,
    "shifted_page": _shifted_page,
    "ignore_filters": _ignore_filters,
    "late_in_list": _late_in_list,
    "no_system_id": _altering(lambda course: course | {"SystemId": None}),
    "empty_image": _altering(lambda course: course | {"ImageFileName": None}),
    "cut_text": _altering(_cut_text),
}
