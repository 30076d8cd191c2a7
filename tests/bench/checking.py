"""What checking takes beside other judges of the same rows, at several shares of faulty ones."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench.measuring import OURS, Bound, Comparison, Figure, child, in_turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_CONTENDERS: Final = ("masks", "ours", "pydantic", "great_expectations", "frictionless")
_NAMES: Final = {  # as the contenders tell it, and here
    "masks": "pandas masks, only counting",
    "findings": f"{OURS}, to findings",
    "courses": f"{OURS}, to courses",
    "tidy and courses": f"{OURS}, from the file's cells",
    "pydantic": "pydantic, row by row",
    "Great Expectations": "Great Expectations",
    "frictionless": "frictionless",
}
_MASKS: Final = _NAMES["masks"]
_FOUND: Final = _NAMES["findings"]
_SMALL: Final = 10_000
_LARGE: Final = 100_000
_WHOLE: Final = f"{_SMALL:,} rows of xlsx, from the file to findings"
_ROWS: Final = "imports and calamine's rows"
_NOTES: Final = (
    (
        "All look for the same: required fields, Ids above 0, a whole DisplayOrder, a known Visibility, a "
        "tariff for Paid, at most 400 characters, a picture's address, one course for each key, and texts "
        "with something of the old system in them or read in a wrong encoding."
    ),
    (
        'course-import tells each finding at its cell in the user\'s words; "to courses" builds what is '
        'sent of each row besides, as pydantic builds its models; "from the file\'s cells" tidies before '
        "that. The others get typed cells. masks only count; Great Expectations tells rows by their index; "
        "frictionless and pydantic say what is wrong in their own words."
    ),
    (
        "course-import alone also looks for letters misread from eight encodings, for links and tags that "
        "do not work, for cut texts, and for which of two rows repeats the other."
    ),
    (
        "frictionless takes half a minute for 100,000 faulty rows, so it judges 10,000 only, in fewer "
        "rounds; Great Expectations judges 100,000 in fewer."
    ),
)


def compare(*, quick: bool) -> Comparison:
    """Measure judging typed cells, then a workbook from the file to findings."""
    percents = (0, 100) if quick else (0, 1, 20, 100)
    slow = {"frictionless": 1, "great_expectations": 1} if quick else {"frictionless": 2}
    figures = list(_judged(_CONTENDERS, _SMALL, percents, rounds=3 if quick else 5, fewer=slow))
    if not quick:
        others = [name for name in _CONTENDERS if name != "frictionless"]
        figures += _judged(others, _LARGE, percents, rounds=5, fewer={"great_expectations": 2})
    figures += _by_share(figures, percents)
    figures += _from_the_file(rounds=3 if quick else 5)
    return Comparison(
        name="checking",
        title="Checking",
        figures=tuple(figures),
        bounds=tuple(_bounds(quick=quick)),
        notes=_NOTES,
    )


def _judged(
    contenders: Iterable[str],
    count: int,
    percents: Sequence[int],
    *,
    rounds: int,
    fewer: Mapping[str, int],
) -> Iterator[Figure]:
    """Yield the seconds of each judge in each share; a contender's process does all shares, one by one."""
    shares = ",".join(map(str, percents))
    place = "tests.bench.contenders.checking:"
    measures = {name: partial(child, f"{place}{name}", str(count), shares) for name in contenders}
    told = in_turns("", measures, rounds=rounds, fewer=fewer)
    for percent in percents:
        for each in told:
            name, _, share = each.what.partition(" at ")
            if share == f"{percent} %":
                case = _case(count, percent)
                yield replace(each, case=case, contender=_NAMES[name], what="seconds")


def _case(count: int, percent: int) -> str:
    return f"{count:,} rows, {percent} % of them faulty"


def _shares(count: int) -> str:
    return f"{count:,} rows, {OURS} by share of faulty ones"


def _by_share(figures: Iterable[Figure], percents: Sequence[int]) -> list[Figure]:
    """Return course-import's figures once more, beside one another: what faulty rows add."""
    return [
        replace(figure, case=_shares(count), contender=f"{percent} % faulty")
        for count in (_SMALL, _LARGE)
        for percent in percents
        for figure in figures
        if (figure.case, figure.contender) == (_case(count, percent), _FOUND)
    ]


def _from_the_file(*, rounds: int) -> tuple[Figure, ...]:
    """Measure whole processes, imports included: read, tidy and check beside the least a reader does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "courses.xlsx"
        child("tests.bench.catalogue:written", "inline", path, str(_SMALL))
        places = {_ROWS: "least", OURS: "ours"}

        def whole(place: str) -> Mapping[str, float]:
            told = child(f"tests.bench.contenders.from_file:{place}", path, str(_SMALL))
            return {"whole seconds": told["whole seconds"]}

        measures = {name: partial(whole, place) for name, place in places.items()}
        return in_turns(_WHOLE, measures, rounds=rounds)


def _bounds(*, quick: bool) -> Iterator[Bound]:
    yield Bound(case=_WHOLE, what="whole seconds", contender=OURS, reference=_ROWS, at_most=2)
    small, large = _case(_SMALL, 0), _case(_LARGE, 0)
    yield Bound(case=small, what="seconds", contender=_FOUND, reference=_MASKS, at_most=2.5)
    yield _slower("frictionless", small, at_least=5)
    yield _slower("frictionless", _case(_SMALL, 100), at_least=5)
    yield _slower("Great Expectations", small, at_least=4.5)
    if not quick:
        yield Bound(case=large, what="seconds", contender=_FOUND, reference=_MASKS, at_most=2)
        yield _slower("Great Expectations", large, at_least=2.5)
        shares = ("100 % faulty", "0 % faulty")
        yield Bound(case=_shares(_LARGE), what="seconds", contender=shares[0], reference=shares[1], at_most=6)


def _slower(peer: str, case: str, *, at_least: float) -> Bound:
    """Return what a peer must take at least, as a multiple of what course-import does."""
    return Bound(case=case, what="seconds", contender=peer, reference=_FOUND, at_least=at_least)
