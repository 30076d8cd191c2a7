"""The bodies of the API's answers, key by key in its order."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Final, TypeAlias

from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

Json: TypeAlias = dict[str, object]

THROTTLED: Final = (409, 429)  # the documented status, and the one the newest clients have met


class Answer(JSONResponse):
    """JSON in UTF-8; half a surrogate pair, which UTF-8 cannot hold, becomes a question mark."""

    def render(self, content: object) -> bytes:
        """Return `content` as bytes."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def done(what: str, *, course_id: int, email: str, at: datetime) -> Answer:
    """Return the 200 envelope of a change: Message is "Course was successfully `what`."."""
    return Answer(
        {
            "Status": 200,
            "Message": f"Course was successfully {what}.",
            "Value": {"Id": course_id},
            "OpenInDialog": False,
            "OpenInWindow": False,
            "RedirectURL": None,
            "JavaScript": None,
            "UpdatedOn": f"{moment(at)}Z",
            "UpdatedBy": email,
            "Errors": None,
            "WasSuccessful": True,
        }
    )


def refused(errors: Sequence[Json]) -> Answer:
    """Return the 400 envelope that names every fault; Message sums them up."""
    message = "; ".join(f"{error['PropertyName']}: {error['Message']}" for error in errors)
    return Answer(
        {"Message": message, "Value": None, "Errors": errors, "WasSuccessful": False}, status_code=400
    )


def failed(status: int, message: str) -> Answer:
    """Return the envelope of a failure that is no property's fault."""
    return Answer(
        {"Message": message, "Value": None, "Errors": None, "WasSuccessful": False}, status_code=status
    )


def throttled(wait_seconds: float, *, status: int) -> Response:
    """Return the answer to one request too many; `status` is one of THROTTLED.

    409 tells whole seconds in its head and has no body, 429 tells a fraction in words.
    """
    if status == 409:  # noqa: PLR2004 - no conflict: 409 is this API's 429
        return Response(status_code=409, headers={"Retry-After": str(max(1, math.ceil(wait_seconds)))})
    wait = math.ceil(wait_seconds * 100) / 100
    return Answer({"Message": f"Too many requests. Wait {wait:.2f} seconds"}, status_code=status)


def moment(at: datetime) -> str:
    """Return a UTC time as the API writes it inside its values: to the second, without a zone."""
    return at.replace(tzinfo=None).isoformat(timespec="seconds")
