"""Adopting needs a strict match, absence a loose one; anything between is for a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Doubt
from pipeline.send.matching import Absent, Found, Match, Open, match_doubts

SENT = {
    "BusinessId": 5,
    "HostId": 6,
    "Title": "Pottery",
    "DisplayOrder": 1,
    "Visibility": 1,
    "Active": True,
    "NewImageUrl": "https://example.com/a.png",
    "ClearLargeImageFile": False,
}
SINCE = datetime(2026, 1, 31, tzinfo=UTC)


def doubt(key: str = "P-1", *, snapshot: frozenset[int] | None = frozenset(), **values: object) -> Doubt:
    return Doubt(
        business_id=5,
        key=key,
        payload={**SENT, "SystemId": key, **values},
        reason="HTTP 500",
        since=SINCE,
        snapshot=snapshot,
    )


def record(**values: object) -> dict[str, Any]:
    """A course as it is read back, when the server keeps no SystemId."""
    read_back: dict[str, Any] = {**SENT, "NewImageUrl": None, "ClearLargeImageFile": None, "SystemId": None}
    return {**read_back, **values}


def told(match: Match) -> object:
    match match:
        case Found(course_id=course_id):
            return course_id
        case Absent():
            return "absent"
        case Open(candidates=candidates):
            return tuple(candidate.course_id for candidate in candidates)


@pytest.mark.parametrize(
    ("doubts", "records", "expected"),
    [
        pytest.param([doubt()], {}, ["absent"], id="nothing there"),
        pytest.param([doubt()], {9: record()}, [9], id="every readable field agrees"),
        pytest.param([doubt()], {9: record(Title=" POTTERY ")}, [9], id="titles are folded"),
        pytest.param([doubt()], {9: record(HostId=7)}, [(9,)], id="another host"),
        pytest.param([doubt()], {9: record(Active=False)}, [(9,)], id="another flag"),
        pytest.param([doubt()], {9: record(Title="Weaving")}, ["absent"], id="another title"),
        pytest.param([doubt()], {8: record(), 9: record()}, [(8, 9)], id="two agree"),
        pytest.param([doubt(snapshot=frozenset({9}))], {9: record()}, ["absent"], id="stood there before"),
        pytest.param([doubt(snapshot=None)], {9: record()}, [(9,)], id="nobody saw what stood there before"),
        pytest.param([doubt(snapshot=None)], {}, ["absent"], id="nobody saw, and nothing is there"),
        pytest.param(
            [doubt(snapshot=None)], {9: record(SystemId="P-1")}, [9], id="nobody saw, but SystemId agrees"
        ),
        pytest.param([doubt()], {9: record(SystemId="P-1")}, [9], id="SystemId agrees"),
        pytest.param([doubt()], {9: record(SystemId="P-1", HostId=7)}, [9], id="SystemId decides alone"),
        pytest.param([doubt()], {9: record(SystemId="X")}, [(9,)], id="another's SystemId is not adopted"),
        pytest.param(
            [doubt()], {9: record(SystemId="P-1", Title="Cut")}, [9], id="SystemId decides over the title"
        ),
        pytest.param(
            [doubt("a"), doubt("b")], {9: record(), 8: record()}, [8, 9], id="two alike, two there: in order"
        ),
        pytest.param(
            [doubt("a"), doubt("b")], {9: record()}, [9, "absent"], id="two alike, one there: the first"
        ),
        pytest.param(
            [doubt("a"), doubt("b")],
            {7: record(), 8: record(), 9: record()},
            [(7, 8, 9), (7, 8, 9)],
            id="two alike, three there",
        ),
        pytest.param(
            [doubt("a"), doubt("b", HostId=7)], {9: record()}, [9, "absent"], id="one title, two hosts"
        ),
        pytest.param(
            [doubt("a"), doubt("b")],
            {8: record(SystemId="b"), 9: record()},
            [9, 8],
            id="one by SystemId, one by fields",
        ),
    ],
)
def test_a_doubt_is_found_absent_or_open(
    doubts: list[Doubt], records: dict[int, dict[str, Any]], expected: list[object]
) -> None:
    assert [told(match) for match in match_doubts(doubts, records)] == expected


hosts = st.integers(1, 2)


@given(sent=st.lists(hosts, max_size=5), there=st.lists(hosts, max_size=5))
def test_no_course_is_adopted_twice_and_none_absent_while_one_like_it_is_left(
    sent: list[int], there: list[int]
) -> None:
    doubts = [doubt(str(number), HostId=host) for number, host in enumerate(sent)]
    records = {number: record(HostId=host) for number, host in enumerate(there, start=100)}
    matches = match_doubts(doubts, records)
    adopted = [match.course_id for match in matches if isinstance(match, Found)]
    assert len(set(adopted)) == len(adopted)
    assert all(
        records[match.course_id]["HostId"] == match.doubt.payload["HostId"]
        for match in matches
        if isinstance(match, Found)
    )
    if any(isinstance(match, Absent) for match in matches):
        assert set(records) == set(adopted)
