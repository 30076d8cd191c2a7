from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
import requests

from pipeline import sandbox
from tests.bench import stub
from tests.bench.contenders.closed import closed_at_first
from tests.bench.contenders.sending import faults, speed
from tests.bench.contenders.sending_singer import messages
from tests.bench.scripts import CASES, COURSES_PATH, courses

if TYPE_CHECKING:
    from pathlib import Path

_REQUESTS = "tests.bench.contenders.sending_requests"
_IMPORTING = "tests.bench.contenders.importing_ours:importing"


def test_forty_cases_are_played_each_another() -> None:
    assert len({repr(case) for case in CASES}) == len(CASES) == 40


@pytest.mark.parametrize(
    ("place", "twice"),
    [
        pytest.param(f"{_REQUESTS}:bare", 0, id="who goes on leaves it there once"),
        pytest.param(f"{_REQUESTS}:retrying", 1, id="who repeats it makes it twice"),
        pytest.param(_IMPORTING, 0, id="who looks finds it"),
    ],
)
def test_a_course_created_in_spite_of_a_500_is_counted(place: str, twice: int, tmp_path: Path) -> None:
    """The first case alone: the others are skipped."""
    folder = tmp_path / "played"
    folder.mkdir()
    with sandbox.start(tmp_path / "store.db", limits="off") as running:
        told = faults(place, running.url, str(folder), str(len(CASES)))()
    assert told == {
        "ended right": 1 - twice,
        "ended wrong": twice,
        "courses missing": 0,
        "courses twice or more": twice,
    }


def test_the_stub_knows_who_created_how_many(tmp_path: Path) -> None:
    """So that nobody is measured who left a row out."""
    with stub.running(0) as url:
        told = speed(f"{_REQUESTS}:bare", url, "mine", str(tmp_path), "3")()
        created = [
            requests.get(f"{url}/created", headers={"Authorization": f"Bearer {who}"}, timeout=5).json()
            for who in ("mine", "another's")
        ]
    assert created == [3, 0]
    assert set(told) == {"rows a second", "CPU ms a row"}


def test_the_stub_takes_its_time() -> None:
    with stub.running(200) as url, requests.Session() as session:
        begun = time.monotonic()
        session.post(url + COURSES_PATH, json=courses(1)[0], timeout=5)
        assert time.monotonic() - begun >= 0.2


def test_an_address_is_closed_at_first() -> None:
    with stub.running(0) as url, closed_at_first(url, 0.3) as address:
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{address}/created", timeout=5)
        opens_at = time.monotonic() + 5
        answer = None
        while answer is None and time.monotonic() < opens_at:
            answer = _answer_of(address)
        assert answer == 0


def _answer_of(address: str) -> object:
    try:
        return requests.get(f"{address}/created", timeout=5).json()
    except requests.ConnectionError:
        return None


def test_a_tap_goes_on_behind_its_bookmark() -> None:
    told = [json.loads(line) for line in messages(courses(3), sent=1).splitlines()]
    assert [message["type"] for message in told] == ["SCHEMA", "RECORD", "STATE", "RECORD", "STATE"]
    assert [message["record"]["Title"] for message in told if "record" in message] == ["Course 1", "Course 2"]
    assert [message["value"] for message in told if "value" in message] == [{"sent": 2}, {"sent": 3}]
