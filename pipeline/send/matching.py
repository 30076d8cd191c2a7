"""Which of the courses that stand at a location are those whose answers were lost. Decides only.

Adopting needs a strict match, absence a loose one; anything between is for a person.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pipeline.api import candidate_of
from schemas.course import fold_title
from schemas.properties import PROPERTIES, WRITE_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.model import Candidate, Doubt

    Record: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The course exists under this Id."""

    doubt: Doubt
    course_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Nothing that could be it is there."""

    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """It may be one of these courses, or none."""

    doubt: Doubt
    candidates: tuple[Candidate, ...]


Match: TypeAlias = Found | Absent | Open


def match_doubts(doubts: Sequence[Doubt], records: Mapping[int, Record]) -> list[Match]:
    """Judge the doubts of one location, in their order.

    Args:
        doubts: each with the snapshot taken before it was sent; without one only its SystemId is proof.
        records: the courses that stand there now under Ids the journal does not know, each read whole.
    """
    found = _by_system_id(doubts, records)
    found |= _by_fields([doubt for doubt in doubts if doubt.key not in found], records, set(found.values()))
    left = {course_id: record for course_id, record in records.items() if course_id not in found.values()}
    return [
        Found(doubt=doubt, course_id=found[doubt.key]) if doubt.key in found else _missing(doubt, left)
        for doubt in doubts
    ]


def _by_system_id(doubts: Iterable[Doubt], records: Mapping[int, Record]) -> dict[str, int]:
    """Adopt by SystemId: when the server gave it back, it decides alone."""
    holders = defaultdict(list)
    for course_id, record in records.items():
        holders[record.get("SystemId")].append(course_id)
    return {
        doubt.key: holders[doubt.system_id][0]
        for doubt in doubts
        if len(holders[doubt.system_id]) == 1 and _may_be_new(holders[doubt.system_id][0], doubt)
    }


def _by_fields(doubts: Iterable[Doubt], records: Mapping[int, Record], taken: set[int]) -> dict[str, int]:
    """Adopt by every readable field: of k equal doubts and at most k equal courses, one each in order."""
    alike = defaultdict(list)
    for doubt in doubts:
        if doubt.snapshot is not None:
            alike[json.dumps(_readable(doubt), sort_keys=True)].append(doubt)
    found: dict[str, int] = {}
    for twins in alike.values():
        equal = [
            course_id
            for course_id in sorted(records)
            if course_id not in taken
            and all(_may_be_new(course_id, doubt) for doubt in twins)
            and _equals(records[course_id], twins[0])
        ]
        if len(equal) <= len(twins):
            found |= {doubt.key: course_id for doubt, course_id in zip(twins, equal, strict=False)}
    return found


def _missing(doubt: Doubt, left: Mapping[int, Record]) -> Match:
    title = fold_title(str(doubt.payload["Title"]))
    candidates = [
        candidate_of(course_id, record)
        for course_id, record in sorted(left.items())
        if _may_be_new(course_id, doubt)
        and (fold_title(str(record.get("Title") or "")) == title or record.get("SystemId") == doubt.system_id)
    ]
    return Open(doubt=doubt, candidates=tuple(candidates)) if candidates else Absent(doubt=doubt)


def _may_be_new(course_id: int, doubt: Doubt) -> bool:
    return doubt.snapshot is None or course_id not in doubt.snapshot


def _readable(doubt: Doubt) -> dict[str, object]:
    """Return what was sent and can be read back; the title folded."""
    sent = {
        name: value
        for name, value in doubt.payload.items()
        if name in PROPERTIES and name not in WRITE_ONLY and name != "SystemId"
    }
    return {**sent, "Title": fold_title(str(sent["Title"]))}


def _equals(record: Record, doubt: Doubt) -> bool:
    """Tell whether a course is what was sent, as far as that can be read back."""
    if record.get("SystemId") is not None:
        return False  # it is another's: ours would have decided alone
    there = {**record, "Title": fold_title(str(record.get("Title") or ""))}
    return all(there.get(name) == value for name, value in _readable(doubt).items())
