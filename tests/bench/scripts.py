"""What is sent, and the faults that fall on it: each case is played alike at everybody who sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Course: TypeAlias = dict[str, int | str | bool]
COURSES_PATH: Final = "/api/content/courses"
_READ_TIMEOUT_SECONDS: Final = 0.6
_TOO_LONG_SECONDS: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Faults that fall on the sending of a few courses."""

    faults: tuple[Mapping[str, object], ...] = ()
    limits: Mapping[str, object] | None = None  # None: there are none
    refused_seconds: float = 0  # how long no connection is accepted, from the beginning
    courses: int = 4
    read_timeout_seconds: float = _READ_TIMEOUT_SECONDS


def courses(count: int) -> list[Course]:
    """Return courses as they are sent, with a summary and a description."""
    return [
        {
            "BusinessId": 1414974955,
            "HostId": 1414980011,
            "Title": f"Course {number}",
            "DisplayOrder": number,
            "Visibility": 1,
            "SummaryText": "Six short lessons on keeping your books in order. " * 6,
            "FullDescription": "<p>What this course is about, told at some length.</p>" * 30,
        }
        for number in range(count)
    ]


def _fault(kind: str, at: int) -> Mapping[str, object]:
    """Let a request to create a course break; the first is number 1, and those sent again count too."""
    wait = {"seconds": _TOO_LONG_SECONDS} if kind == "delay" else {}
    return {"kind": kind, "method": "POST", "path": COURSES_PATH, "at": at, **wait}


def _case(*faults: tuple[str, int]) -> Case:
    return Case(faults=tuple(_fault(kind, at) for kind, at in faults))


# The course is created, and its sender is not told, or told the contrary.
_CREATED: Final = ("500_after_storing", "close_after_storing", "cut_answer", "malformed_json", "delay")
# No course is created.
_NOT_CREATED: Final = (
    *("500_before_storing", "close_before_reading", "throttle", "400_ooops"),
    *("unsuccessful", "html", "401"),
)
CASES: Final[tuple[Case, ...]] = (
    *(_case((kind, at)) for kind in (*_CREATED, *_NOT_CREATED) for at in (1, 3)),
    _case(("redirect", 2)),
    Case(refused_seconds=0.5),
    # More courses than a window takes, as the documentation answers that and as clients have met it.
    *(
        Case(limits={"answer": status, "windows": [{"most": 3, "seconds": 0.5, "writes_only": True}]})
        for status in (409, 429)
    ),
    # Bursts, two different faults, and a fault that falls on the request sent again.
    _case(("500_before_storing", 1), ("500_before_storing", 2), ("500_before_storing", 3)),
    _case(("500_after_storing", 2), ("500_after_storing", 3)),
    _case(("throttle", 1), ("throttle", 2)),
    _case(("500_before_storing", 2), ("500_after_storing", 3)),
    _case(("throttle", 2), ("close_after_storing", 3)),
    _case(("close_before_reading", 1), ("cut_answer", 2)),
    _case(("close_after_storing", 1), ("400_ooops", 4)),
    _case(("cut_answer", 1), ("cut_answer", 4)),
    _case(("delay", 2), ("500_before_storing", 4)),
    _case(("unsuccessful", 1), ("malformed_json", 3)),
    _case(("html", 2), ("500_after_storing", 4)),
    _case(("400_ooops", 2), ("delay", 3)),
)
