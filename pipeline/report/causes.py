"""Findings that one correction mends together, and the order in which mending them saves most work."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.model import Finding, RowReport, Severity

    _Kind: TypeAlias = tuple[str | None, str | None, str]
    _Place: TypeAlias = tuple[float, float, int]

# Whatever the cells hold, the account's role is what is to be changed.
_MENDED_ELSEWHERE: Final = frozenset({"role-missing"})
# Each row wants work of its own, though the cells may hold the same.
_MENDED_ONE_BY_ONE: Final = frozenset({"repeated-row", "row-too-long", "row-too-short"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Findings of one kind in one column: those that one correction mends, or single ones told together."""

    findings: tuple[Finding, ...]  # in row order
    corrections: int
    cleared: int = 0  # rows that are right once this cause and those before it are mended

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows it stands in, each once."""
        return tuple(dict.fromkeys(finding.row or 0 for finding in self.findings))


def causes_of(rows: Iterable[RowReport], severity: Severity = "fault") -> tuple[Cause, ...]:
    """Return the causes of all findings of one severity, those that save most work first.

    What stands in several rows under one header with one value is mended by one correction, such as a name
    that nobody has. Values that stand in one row each are one cause of several corrections.
    """
    together: dict[tuple[object, ...], list[Finding]] = defaultdict(list)
    for row in rows:
        for finding in row.findings:
            if finding.severity == severity:
                together[_mended_with(finding)].append(finding)
    single: dict[_Kind, list[Finding]] = defaultdict(list)
    causes = []
    for findings in together.values():
        cause = Cause(findings=tuple(findings), corrections=1)
        if len(cause.rows) > 1:
            causes.append(cause)
        else:
            single[_kind(findings[0])] += findings
    for findings in single.values():
        corrections = len({_mended_with(finding) for finding in findings})
        causes.append(Cause(findings=tuple(findings), corrections=corrections))
    return tuple(_in_order(causes))


def best_start(causes: Sequence[Cause]) -> tuple[int, int] | None:
    """Return how many corrections to begin with, and how many rows they clear; None where none saves any.

    They are the first ones, as long as the rows cleared outgrow the corrections made.
    """
    sums = accumulate(
        ((cause.corrections, cause.cleared) for cause in causes),
        lambda before, cause: (before[0] + cause[0], before[1] + cause[1]),
    )
    best = max(sums, key=lambda start: (start[1] - start[0], start[1]), default=(0, 0))
    return best if best[1] > best[0] else None


def _kind(finding: Finding) -> _Kind:
    return finding.column, finding.property_name, finding.code


def _mended_with(finding: Finding) -> tuple[object, ...]:
    """Return what findings have in common that one correction mends."""
    blank_title = finding.property_name == "Title" and finding.value is None
    row = finding.row if blank_title or finding.code in _MENDED_ONE_BY_ONE else None
    value = None if finding.code in _MENDED_ELSEWHERE else finding.value
    # The API's refusals share one code; only their words tell them apart.
    words = finding.message if finding.stage == "send" else None
    return *_kind(finding), value, words, row


def _in_order(causes: Sequence[Cause]) -> Iterator[Cause]:
    """Yield first what brings most rows nearest to being right, for each correction it takes.

    A row that waits for n causes counts 1/n for each of them. What is left of a cause's worth only grows as
    others are mended, so that its newest entry in the heap comes out first.
    """
    left: dict[int, set[int]] = defaultdict(set)
    for number, cause in enumerate(causes):
        for row in cause.rows:
            left[row].add(number)
    worth = [sum(1 / len(left[row]) for row in cause.rows) for cause in causes]
    heap = [_place(number, causes, worth) for number in range(len(causes))]
    heapify(heap)
    told: set[int] = set()
    while heap:
        number = heappop(heap)[-1]
        if number in told:
            continue
        told.add(number)
        cause = causes[number]
        yield replace(cause, cleared=sum(len(left[row]) == 1 for row in cause.rows))
        for grown in _mend(number, cause.rows, left, worth):
            heappush(heap, _place(grown, causes, worth))


def _place(number: int, causes: Sequence[Cause], worth: Sequence[float]) -> _Place:
    """Return a cause's place in the heap, where the least comes out first; ties go by row."""
    cause = causes[number]
    return -worth[number] / cause.corrections, min(cause.rows), number


def _mend(
    number: int, rows: Iterable[int], left: Mapping[int, set[int]], worth: list[float]
) -> frozenset[int]:
    """Take a mended cause from its rows; return those whose worth has grown."""
    grown: set[int] = set()
    for row in rows:
        others = left[row]
        before = len(others)
        others.discard(number)
        for other in others:
            worth[other] += 1 / (before - 1) - 1 / before
        grown |= others
    return frozenset(grown)
