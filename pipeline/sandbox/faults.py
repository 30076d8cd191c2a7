"""How the sandbox can be asked to break: the kinds of faults, and on which requests they fall."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from pipeline.sandbox.courses import COURSES
from pipeline.sandbox.lookups import LOOKUPS
from pipeline.sandbox.wishes import Wish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LISTS: Final = frozenset({COURSES, f"{COURSES}/", *(lookup.path for lookup in LOOKUPS)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One way to break."""

    words: str  # what happens to the request
    breaks: Literal["any", "create", "list"] = "any"  # it does nothing to other requests
    seconds: float | None = None  # unless asked otherwise; None: the kind takes no time

    def concerns(self, method: str, path: str) -> bool:
        """Return whether the kind can do anything to such a request."""
        match self.breaks:
            case "create":
                return method == "POST" and path == COURSES
            case "list":
                return method == "GET" and path in _LISTS
            case _:
                return True


# Where several faults fall on one request, each sees the answer that those below it leave.
KINDS: Final[Mapping[str, Kind]] = {
    "cut_answer": Kind(words="carried out; head and half the body of the answer, then the line is dropped"),
    "slow_body": Kind(words="carried out; the answer's body drips in over `seconds`", seconds=1),
    "close_after_storing": Kind(words="carried out; the line is dropped without an answer"),
    "delay": Kind(words="carried out at once, answered after `seconds`", seconds=1),
    "close_before_reading": Kind(words="not carried out; the line is dropped without an answer"),
    "throttle": Kind(words="not carried out; 409 with Retry-After: `seconds`", seconds=1),
    "401": Kind(words="not carried out; 401 as if the token were not accepted"),
    "403": Kind(words="not carried out; 403"),
    "redirect": Kind(words="not carried out; 302 to a login page"),
    "html": Kind(words="not carried out; 200 with a page of the portal"),
    "400_ooops": Kind(words="not carried out; 400 with the text of a 500"),
    "unsuccessful": Kind(words="not carried out; 200 with WasSuccessful false and no Errors"),
    "500_before_storing": Kind(words="not carried out; 500"),
    "500_after_storing": Kind(words="carried out; 500 all the same"),
    "malformed_json": Kind(words="carried out; the answer is half its JSON, as if that were all"),
    "short_page": Kind(
        words="the page lacks the second half of its entries; TotalItems stays", breaks="list"
    ),
    "shifted_page": Kind(
        words="a page after the first begins one entry early: one comes twice, one is missing", breaks="list"
    ),
    "ignore_filters": Kind(words="every filter is ignored without a word", breaks="list"),
    "late_in_list": Kind(
        words="lists leave the new course out for `seconds`, or for the next `lists` of them; "
        "reading it by Id works",
        breaks="create",
        seconds=5,
    ),
    "no_system_id": Kind(
        words="SystemId is not kept, from this request on (at random: of this one)", breaks="create"
    ),
    "empty_image": Kind(words="ImageFileName stays null although an image was given", breaks="create"),
    "cut_text": Kind(words="SummaryText is cut to 100 characters", breaks="create"),
}
_DEPTHS: Final = {kind: depth for depth, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A kind of fault and the requests it falls on."""

    kind: str  # one of KINDS
    at: int = 1  # which of the requests it counts it falls on, 1 being the next
    every: bool = False  # and on each of them afterwards
    method: str = ""  # counts requests of this method only; blank: of any
    path: str = ""  # counts requests only whose path begins so
    seconds: float = 0
    lists: int = 0

    def counts(self, method: str, path: str) -> bool:
        """Return whether a request is one of those that are counted."""
        return self.method in ("", method) and path.startswith(self.path)

    def falls_on(self, number: int) -> bool:
        """Return whether the counted request with this number is broken."""
        return number == self.at or (self.every and number > self.at)


class Schedule(Protocol):
    """Tells request by request what breaks; it counts the requests it is asked for."""

    def due(self, method: str, path: str) -> Sequence[Fault]:
        """Return the faults of the next request, outermost first."""
        ...


class Listed:
    """Faults at given requests; several may fall on one."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = sorted(faults, key=lambda fault: _DEPTHS[fault.kind])
        self._seen = [0] * len(faults)

    def due(self, method: str, path: str) -> Sequence[Fault]:
        """Return the faults whose count says so."""
        due = []
        for place, fault in enumerate(self._faults):
            if fault.counts(method, path):
                self._seen[place] += 1
                if fault.falls_on(self._seen[place]) and KINDS[fault.kind].concerns(method, path):
                    due.append(fault)
        return due


class AtRandom:
    """One of some faults here and there; the same seed breaks the same requests in the same way."""

    def __init__(self, faults: Sequence[Fault], *, seed: int, rate: float) -> None:
        """Take faults that differ in kind only, and which part of the requests they count shall break."""
        self._faults = faults
        self._rate = rate
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing

    def due(self, method: str, path: str) -> Sequence[Fault]:
        """Draw whether to break the request, and how."""
        counted = [fault for fault in self._faults if fault.counts(method, path)]
        if not counted or self._random.random() >= self._rate:
            return ()
        fitting = [fault for fault in counted if KINDS[fault.kind].concerns(method, path)]
        return (self._random.choice(fitting),) if fitting else ()


def faults_in(wish: object) -> Schedule:
    """Return what {"faults": [fault, …]} asks for, or {"seed": …, "rate": …, "kinds": […]} at random.

    A fault has a kind and may have at, every, method, path, and the seconds or lists its kind knows. Requests
    are counted from now on, but not those to the control door nor those that the limits turn away.
    At random all kinds are taken unless "kinds" names some; method, path and seconds then apply to them all.

    Raises:
        UnclearError: it is not as said; the text tells where.
    """
    asked = Wish({"faults": wish} if isinstance(wish, list) else wish, "The faults")
    if "seed" in asked:
        return _at_random(asked)
    entries = enumerate(asked.entries("faults"), start=1)
    faults = [_listed(Wish(entry, f"Fault {number}")) for number, entry in entries]
    asked.end()
    return Listed(faults)


def _listed(asked: Wish) -> Fault:
    kind = asked.choice("kind", KINDS)
    lists = asked.whole("lists") if kind == "late_in_list" and "lists" in asked else 0
    seconds = KINDS[kind].seconds
    fault = Fault(
        kind=kind,
        at=asked.whole("at", 1),
        every=asked.flag("every", default=kind == "no_system_id"),
        method=asked.text("method", "").upper(),
        path=asked.text("path", ""),
        seconds=0 if seconds is None else asked.number("seconds", 0 if lists else seconds),
        lists=lists,
    )
    asked.end()
    return fault


def _at_random(asked: Wish) -> AtRandom:
    seed, rate = asked.whole("seed", least=0), asked.number("rate", most=1)
    method, path = asked.text("method", "").upper(), asked.text("path", "")
    seconds = asked.number("seconds") if "seconds" in asked else None
    names = asked.entries("kinds") if "kinds" in asked else list(KINDS)
    kinds = [Wish({"kind": name}, "The faults, kinds").choice("kind", KINDS) for name in names]
    asked.end()
    faults = [
        Fault(
            kind=kind,
            method=method,
            path=path,
            seconds=(KINDS[kind].seconds or 0) if seconds is None else seconds,
        )
        for kind in kinds
    ]
    return AtRandom(faults, seed=seed, rate=rate)
