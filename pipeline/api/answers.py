"""What an answer to Create Course means: one pure function.

Nothing is ever decided by the wording of a message, with one exception the maker's servers force on us: how
long a throttled caller is told to wait may stand in the body only.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pipeline.errors import Exit
from pipeline.model import ApiError, Created, Deferred, InDoubt, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.model import Outcome

# 409 is this API's 429: a legacy choice of its maker.
THROTTLED: Final = frozenset({HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})
_LONG: Final = 2**63  # Ids are 64-bit integers
_WAIT_IN_BODY: Final = re.compile(r"wait (\d{1,6}(?:\.\d{1,6})?) *s", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, as far as it came."""

    status: int
    body: str
    headers: Mapping[str, str]  # names in lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Why nothing came back: the request never left, or it left and the answer was lost."""

    never_sent: bool
    reason: str


Reply: TypeAlias = Answer | NoAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Surely not applied: the same request may be sent once more."""

    reply: Reply
    reason: str
    wait_seconds: float | None = None  # as the server told


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """The token was not accepted; a new one may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why no further request may leave in this run."""

    code: Exit
    reason: str
    may_read: bool = False  # only slots for courses ran out: what exists can still be looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one course, and whether the run may go on."""

    outcome: Outcome
    stop: Stop | None = None


Meaning: TypeAlias = Settled | Again | Expired


def meaning_of(reply: Reply, *, now: datetime) -> Meaning:
    """Return what `reply` to Create Course means.

    Args:
        reply: the answer, or why there is none.
        now: aware; a Retry-After that is a date is counted from it.
    """
    if isinstance(reply, NoAnswer):
        return Again(reply=reply, reason=reply.reason) if reply.never_sent else _doubt(reply.reason)
    envelope = envelope_of(reply)
    course_id, errors = _id_of(envelope), _errors_of(envelope)
    match reply.status:
        case status if status in THROTTLED and not errors and course_id is None:
            reason = f"throttled (HTTP {reply.status})"
            return Again(reply=reply, reason=reason, wait_seconds=_wait_of(reply, now))
        case HTTPStatus.UNAUTHORIZED:
            return Expired()
        case HTTPStatus.FORBIDDEN:
            reason = "HTTP 403: this account may not use the API"
            return Settled(outcome=Deferred(reason=reason), stop=Stop(code=Exit.NO_ACCESS, reason=reason))
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return _doubt(f"HTTP {status}")
        case HTTPStatus.OK | HTTPStatus.BAD_REQUEST if envelope is not None:
            return _meaning_of_envelope(reply.status, envelope, course_id, errors)
    reason = f"the answer is not the API's (HTTP {reply.status}{', a redirect' if _redirects(reply) else ''})"
    return Settled(outcome=InDoubt(reason=reason), stop=Stop(code=Exit.STOPPED, reason=reason))


def again_when_reading(reply: Reply, *, now: datetime) -> Again | None:
    """Return why a request that changes nothing should be sent once more; None when it is answered."""
    if isinstance(reply, NoAnswer):
        return Again(reply=reply, reason=reply.reason)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Again(reply=reply, reason=f"HTTP {reply.status}")
    if reply.status in THROTTLED:
        return Again(
            reply=reply, reason=f"throttled (HTTP {reply.status})", wait_seconds=_wait_of(reply, now)
        )
    return None


def again_when_unapplied(reply: Reply, *, now: datetime) -> Again | None:
    """Return why a request that works once should be sent once more: it surely was not applied; else None."""
    lost = isinstance(reply, NoAnswer) and not reply.never_sent
    broken = isinstance(reply, Answer) and reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return None if lost or broken else again_when_reading(reply, now=now)


def no_access(*, created_lately: bool) -> Settled:
    """Return what a second 401 means, after the token was renewed.

    A caller who created courses within a day has the role: the API answers an undocumented daily cap alike.
    """
    if created_lately:
        reason = "HTTP 401 after courses were created today: most likely a daily cap"
        return Settled(outcome=Deferred(reason=reason), stop=Stop(code=Exit.STOPPED, reason=reason))
    reason = "HTTP 401: the account lacks the role Course-Create, or its token is not accepted"
    return Settled(outcome=Deferred(reason=reason), stop=Stop(code=Exit.NO_ACCESS, reason=reason))


def out_of_patience(again: Again) -> Settled:
    """Return what it means that every attempt was answered with `again`."""
    return Settled(
        outcome=Deferred(reason=again.reason),
        stop=Stop(code=Exit.STOPPED, reason=f"{again.reason}; trying again did not help"),
    )


def envelope_of(answer: Answer) -> Mapping[str, Any] | None:
    """Return the JSON object of an answer; None when it holds none."""
    try:
        parsed = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _meaning_of_envelope(
    status: int, envelope: Mapping[str, Any], course_id: int | None, errors: tuple[ApiError, ...]
) -> Settled:
    succeeded = status == HTTPStatus.OK and envelope.get("WasSuccessful") is True and not errors
    if succeeded and course_id is not None:
        return Settled(outcome=Created(course_id=course_id))
    if errors and course_id is None:
        return Settled(outcome=Rejected(errors=errors))
    if course_id is not None:
        return _doubt(f"HTTP {status} tells a failure together with the Id {course_id}")
    return _doubt(f"HTTP {status} with neither an Id nor errors")


def _doubt(reason: str) -> Settled:
    return Settled(outcome=InDoubt(reason=reason))


def _redirects(answer: Answer) -> bool:
    return HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST


def _id_of(envelope: Mapping[str, Any] | None) -> int | None:
    value = (envelope or {}).get("Value")
    found = value.get("Id") if isinstance(value, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found < _LONG else None


def _errors_of(envelope: Mapping[str, Any] | None) -> tuple[ApiError, ...]:
    errors = (envelope or {}).get("Errors")
    if not isinstance(errors, list):
        return ()
    return tuple(_error_of(error) for error in errors)


def _error_of(error: object) -> ApiError:
    if not isinstance(error, dict):
        return ApiError(property_name=None, message=_storable(error))
    attempted = error.get("AttemptedValue")
    return ApiError(
        property_name=_storable(error.get("PropertyName") or "") or None,
        message=_storable(error.get("Message") or "refused without a word"),
        attempted_value=None if attempted is None else _storable(attempted),
    )


def _storable(told: object) -> str:
    """Return text that any file can hold: a server may cut a letter of two halves in the middle."""
    return str(told).encode("utf-8", "backslashreplace").decode()


def _wait_of(answer: Answer, now: datetime) -> float | None:
    """Return the seconds a throttled caller is told to wait: by number or date, else in the body."""
    told = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", told):
        return float(told)
    try:
        return max(0.0, (parsedate_to_datetime(told) - now).total_seconds())
    except (ValueError, TypeError):  # no date, or one without a zone
        in_body = _WAIT_IN_BODY.search(answer.body)
        return float(in_body[1]) if in_body else None
