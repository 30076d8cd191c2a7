"""Looks before anything is sent, and before anything is sent again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, assert_never

from pipeline.api import is_course_there, list_courses, read_courses
from pipeline.errors import RoleMissing
from pipeline.journal import End
from pipeline.model import State
from pipeline.send.matching import Absent, Found, Open, match_doubts
from schemas.course import fold_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.model import Doubt, Listing, Row
    from pipeline.send.matching import Match
    from pipeline.send.means import Means

_ABSENT: Final = "looked up and not there"


def look(places: Iterable[int], means: Means) -> tuple[dict[int, Listing | None], frozenset[tuple[int, str]]]:
    """List each location once, whole, after settling what is in doubt there.

    What stands there is noted in the journal, for answers that may be lost from now on.

    Returns:
        each location's courses, None where the account may not list them; and location and key of what was
        found of the courses in doubt.

    Raises:
        StoppedEarly: a list cannot be had whole, or the run is to end.
    """
    listings: dict[int, Listing | None] = {}
    matches: list[Match] = []
    doubts = means.doubts()
    for place in sorted(set(places)):
        matches += settle([doubt for doubt in doubts if doubt.business_id == place], means)
        listing = listings[place] = list_courses(means.client, place)
        if listing is not None:
            means.log.saw(listing)
    means.log.settle()
    found = (match.doubt for match in matches if isinstance(match, Found))
    return listings, frozenset((doubt.business_id, doubt.key) for doubt in found)


def settle(doubts: Sequence[Doubt], means: Means, rows: Mapping[str, Row] | None = None) -> list[Match]:
    """Look for the courses of one location whose answers were lost; note what is found.

    Nothing counts as absent before the settle time is over since its answer was given up: it is waited out.

    Args:
        doubts: all of one location.
        means: with the journal to note it in.
        rows: this run's rows by key, when its own doubts are settled.
    """
    matches = _match_now(doubts, means) if doubts else []
    early = [match.doubt for match in matches if _may_appear(match) and _seconds_left(match.doubt, means)]
    if early:
        means.client.gate.sleep(max(_seconds_left(doubt, means) for doubt in early))
        if any(_seconds_left(doubt, means) for doubt in early):  # the run is to end before
            return []
        matches = _match_now(doubts, means)
    for match in matches:
        _note(match, means, (rows or {}).get(match.doubt.key))
    means.log.settle()
    return matches


def _match_now(doubts: Sequence[Doubt], means: Means) -> list[Match]:
    """Judge by what stands there at this moment; nothing where the account may not look."""
    place = doubts[0].business_id
    listing = list_courses(means.client, place)
    if listing is None:
        return []
    known_ids = {known.course_id for (at, _), known in means.known().items() if at == place} - {None}
    try:
        records = read_courses(means.client, _alike(doubts, listing, known_ids))
    except RoleMissing:
        return []
    matches = match_doubts(doubts, records)
    if any(isinstance(match, Absent) for match in matches) and not _is_whole(listing, known_ids, means):
        return [
            Open(doubt=match.doubt, candidates=()) if isinstance(match, Absent) else match
            for match in matches
        ]
    return matches


def _alike(doubts: Sequence[Doubt], listing: Listing, known_ids: set[int | None]) -> set[int]:
    """Return the Ids the journal does not know whose title or SystemId is one of those in doubt."""
    titles = {fold_title(str(doubt.payload["Title"])) for doubt in doubts}
    system_ids = {doubt.system_id for doubt in doubts}
    return {
        course_id
        for course_id, listed in listing.courses.items()
        if course_id not in known_ids
        and (fold_title(listed.title) in titles or listed.system_id in system_ids)
    }


def _is_whole(listing: Listing, known_ids: set[int | None], means: Means) -> bool:
    """Tell whether a list shows all courses known to be there, but those that were deleted by hand."""
    hidden = (course_id for course_id in known_ids if course_id not in listing.courses)
    return not any(is_course_there(means.client, course_id) for course_id in hidden if course_id)


def _may_appear(match: Match) -> bool:
    """Tell whether a course may still appear in lists: none is there, or the list hides some."""
    return isinstance(match, Absent) or (isinstance(match, Open) and not match.candidates)


def _seconds_left(doubt: Doubt, means: Means) -> float:
    """Return how long its course may still appear."""
    until = doubt.since + timedelta(seconds=means.settle_seconds)
    return max(0.0, (until - means.now()).total_seconds())


def _note(match: Match, means: Means, row: Row | None) -> None:
    doubt = match.doubt
    match match:
        case Found(course_id=course_id):
            end = End(state=State.CREATED, course_id=course_id, found=True)
        case Absent():
            end = End(state=State.DEFERRED, reason=doubt.reason, told=f"{doubt.reason}; {_ABSENT}")
        case Open(candidates=candidates):
            end = End(state=State.IN_DOUBT, reason=doubt.reason, candidates=candidates, at=doubt.since)
        case _:
            assert_never(match)
    if row is None:
        means.log.end_course(doubt.key, doubt.business_id, end)
    else:
        means.log.end(row, end)
