"""Every way in which the API can break, at every request, alone and in pairs: nothing is lost or made twice.

Whoever imports starts again until nothing is left to do. No fault and no pair of them leaves a course to a
person; it takes three: its answer is lost, its SystemId is not kept, and its text is not kept as it was sent.
"""

from __future__ import annotations

import random
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import pytest
import requests

from pipeline import sandbox as sandbox_room
from pipeline.errors import Exit
from pipeline.model import State, Status
from pipeline.sandbox.faults import KINDS
from pipeline.sandbox.store import Store
from tests.crown.conftest import COURSES, ids_in, spread
from tests.crown.importer import COUNT, READ_TIMEOUT_SECONDS, Clock, Importer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pydantic import SecretStr

    Fault = Mapping[str, Any]

PATH: Final = "/api/content/courses"
# A location with more courses than a page holds, so that a page can be shifted.
OLD: Final = tuple(f"Archived course {number}" for number in range(101))
QUIET_RUN: Final = (
    *(("POST", "/api/token"), ("GET", "/api/auth/me")),
    *[("GET", PATH)] * 3,  # two pages of one location, one of the other
    *[("POST", PATH)] * COUNT,
    ("GET", PATH),  # what was created is read back
)
_ONES: Final = {"any": len(QUIET_RUN), "create": COUNT, "list": 3}  # requests that such a kind can break
_SHORT, _LONG = 0.02, 1.5 * READ_TIMEOUT_SECONDS  # an answer that comes in time, and one that is given up
# Each kind, twice where its seconds make a difference; throttling and late lists go by a clock of ours.
_WAYS: Final[tuple[Fault, ...]] = tuple(
    {"kind": kind, "seconds": seconds} if seconds else {"kind": kind}
    for kind in KINDS
    for seconds in ((_SHORT, _LONG) if kind in {"delay", "slow_body"} else (KINDS[kind].seconds,))
)


def at(way: Fault, number: int) -> Fault:
    """Let something break at the so many-th of the requests it can break."""
    counted = {
        "any": {},
        "create": {"method": "POST", "path": PATH},
        "list": {"method": "GET", "path": PATH},
    }
    return {**way, **counted[KINDS[way["kind"]].breaks], "at": number}


def pairs(count: int) -> Iterator[tuple[Fault, Fault]]:
    """Draw pairs of faults, the same ones every time; the second may fall on the run that mends the first."""
    chance = random.Random(30)  # noqa: S311 - repeatable on purpose, guards nothing
    for _ in range(count):
        one, other = chance.choice(_WAYS), chance.choice(_WAYS)
        first, second = (_ONES[KINDS[way["kind"]].breaks] for way in (one, other))
        yield at(one, chance.randint(1, first)), at(other, chance.randint(1, 2 * second))


def name_of(faults: tuple[Fault, ...]) -> str:
    return "+".join(f"{fault['kind']}{_lasting(fault)}@{fault['at']}" for fault in faults)


def _lasting(fault: Fault) -> str:
    return "-long" if fault.get("seconds") == _LONG else ""


ALONE: Final = [
    (at(way, number),) for way in _WAYS for number in range(1, _ONES[KINDS[way["kind"]].breaks] + 1)
]
PAIRS: Final = list(pairs(300))


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def breakable(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[tuple[Path, str]]:
    """The store and the address of a sandbox for many tests, each of which wipes it."""
    store = tmp_path_factory.mktemp("breakable") / "store.db"
    with sandbox_room.start(store, clock=clock, limits="off") as running:
        yield store, running.url


@pytest.fixture
def importer(breakable: tuple[Path, str], clock: Clock, tmp_path: Path, place: Path | SecretStr) -> Importer:
    store, url = breakable
    requests.delete(f"{url}/_sandbox/store", timeout=5).raise_for_status()
    with closing(Store(store)) as held:
        for title in OLD:
            held.add_course(
                {"BusinessId": COURSES[0][0], "Title": title, "CreatedOn": "2020-01-01T00:00:00Z"}
            )
    return Importer(tmp_path, store, url, clock, journal=place)


def test_a_quiet_run_makes_these_requests(importer: Importer) -> None:
    """So that the tests below know how many there are to break."""
    importer.break_with()
    assert importer.import_until_done().exit_code is Exit.DONE
    assert importer.requests() == list(QUIET_RUN)


# A journal writes the same on PostgreSQL; in a sample a few show it.
_BROKEN: Final = [
    *((faults, "sqlite") for faults in (*spread(ALONE, 12), *spread(PAIRS, 12))),
    *((faults, "postgresql") for faults in (*spread(ALONE, 4), *spread(PAIRS, 4))),
]


@pytest.mark.parametrize(
    ("faults", "place"),
    _BROKEN,
    ids=[f"{name_of(faults)}-{kind}" for faults, kind in _BROKEN],
    indirect=["place"],
)
def test_whatever_breaks_each_course_exists_exactly_once(
    faults: tuple[Fault, ...], importer: Importer
) -> None:
    importer.break_with(*faults)
    report = importer.import_until_done()
    there = importer.there()
    assert {course: len(there.get(course, [])) for course in COURSES[:COUNT]} == dict.fromkeys(
        COURSES[:COUNT], 1
    )
    assert report.exit_code is Exit.DONE
    assert ids_in(importer.known()) == there


LOSES_THE_ANSWER: Final[tuple[Fault, ...]] = (
    {"kind": "cut_answer"},
    {"kind": "close_after_storing"},
    {"kind": "500_after_storing"},
    {"kind": "malformed_json"},
    {"kind": "delay", "seconds": _LONG},
    {"kind": "slow_body", "seconds": _LONG},
)


@pytest.mark.parametrize("lost", LOSES_THE_ANSWER, ids=lambda way: way["kind"])
def test_a_course_that_cannot_be_recognised_waits_for_a_person(lost: Fault, importer: Importer) -> None:
    """It has neither the SystemId nor the text that was sent, so it may be somebody else's."""
    third = {"method": "POST", "path": PATH, "at": 3}
    importer.break_with(*({**way, **third} for way in (lost, {"kind": "no_system_id"}, {"kind": "cut_text"})))
    report = importer.import_until_done()
    there = importer.there()
    assert {course: len(ids) for course, ids in there.items()} == dict.fromkeys(COURSES[:COUNT], 1)
    assert report.exit_code is Exit.NEEDS_A_PERSON
    doubtful = [row for row in report.rows if row.status is Status.IN_DOUBT]
    assert [[each.course_id for each in row.candidates] for row in doubtful] == [there[COURSES[2]]]
    assert importer.known()[COURSES[2]].state is State.IN_DOUBT


def test_a_course_lost_where_nothing_could_be_seen_is_found_when_it_can(importer: Importer) -> None:
    """Its place could not be listed before it was sent: later its SystemId tells which it is."""
    importer.break_with(
        {"kind": "403", "method": "GET", "path": PATH},
        {"kind": "close_after_storing", "method": "POST", "path": PATH},
    )
    report = importer.import_until_done()
    assert {course: len(ids) for course, ids in importer.there().items()} == dict.fromkeys(COURSES[:COUNT], 1)
    assert report.exit_code is Exit.DONE
