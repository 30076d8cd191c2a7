"""Contenders measured in turns within one run, and the ratios between them."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT: Final = Path(__file__).parents[2]
ENVIRONMENTS: Final = ROOT / ".bench"  # one folder for each lock file of tests/bench/environments
_SECONDS: Final = 900  # for one measurement
OURS: Final = "course-import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one contender needed in one case: a number for each round."""

    case: str  # such as "10,000 rows of xlsx"
    contender: str
    what: str  # such as "seconds", "megabytes", "rows a second"
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A contender's figure over the reference's, round by round."""

    median: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a ratio may be, or a count without a reference: at most, or at least."""

    case: str
    what: str
    contender: str
    reference: str | None = None  # nobody: the figure itself in every round, which no slack widens
    at_most: float | None = None
    at_least: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Contenders side by side."""

    name: str  # as it is asked for: "reading"
    title: str
    figures: tuple[Figure, ...]
    bounds: tuple[Bound, ...]  # what is promised; wider where CI asks
    notes: tuple[str, ...] = ()

    def figure(self, case: str, what: str, contender: str) -> Figure:
        """Return one figure."""
        [found] = [
            each for each in self.figures if (each.case, each.what, each.contender) == (case, what, contender)
        ]
        return found

    def ratio(self, case: str, what: str, contender: str, reference: str) -> Ratio:
        """Return a contender's ratio to a reference; rounds are paired, so that a slow minute hits both.

        Of one that took part in fewer rounds, those count.
        """
        ones, others = (self.figure(case, what, name).values for name in (contender, reference))
        ratios = [one / other if other else math.inf for one, other in zip(ones, others, strict=False)]
        return Ratio(median=statistics.median(ratios), least=min(ratios), most=max(ratios))


def in_turns(
    case: str,
    contenders: Mapping[str, Callable[[], Mapping[str, float]]],
    *,
    rounds: int,
    fewer: Mapping[str, int] = MappingProxyType({}),
) -> tuple[Figure, ...]:
    """Measure each contender once a round; return a figure for everything each of them tells.

    Args:
        case: what is measured.
        contenders: by name, in their order.
        rounds: how many.
        fewer: slow contenders that take part in the first few rounds only, and in how many.
    """
    told: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds):
        for contender, measure in contenders.items():
            if number < fewer.get(contender, rounds):
                for what, value in measure().items():
                    told.setdefault((contender, what), []).append(value)
    return tuple(
        Figure(case=case, contender=contender, what=what, values=tuple(values))
        for (contender, what), values in told.items()
    )


def child(
    place: str, *arguments: str | Path, environment: str = "peers", stdin: str = ""
) -> Mapping[str, float]:
    """Measure in a process of its own; see `tests/bench/child.py`.

    Args:
        place: "tests.bench.contenders.reading:calamine", what prepares the work.
        arguments: handed to it.
        environment: whose interpreter runs it.
        stdin: what it may read.

    Returns:
        What the work told, what it cost, and "whole seconds": those of the process from outside.
    """
    begun = time.perf_counter()
    ended = subprocess.run(
        [python_of(environment), "-m", "tests.bench.child", place, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")},
    )
    whole = time.perf_counter() - begun
    if ended.returncode:
        raise RuntimeError(f"{place} ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
    return {**json.loads(ended.stdout.splitlines()[-1]), "whole seconds": whole}


def python_of(environment: str) -> Path:
    """Return the interpreter of an environment that `make bench` has made."""
    return ENVIRONMENTS / environment / "bin" / "python"


def broken(comparison: Comparison, *, slack: float) -> Sequence[str]:
    """Return in words every promise that does not hold; `slack` widens all of them."""
    told: list[str] = []
    for bound in comparison.bounds:
        if bound.reference is None:
            told += _outside(comparison, bound)
            continue
        ratio = comparison.ratio(bound.case, bound.what, bound.contender, bound.reference)
        pair = f"{bound.case}, {bound.what}: {bound.contender} / {bound.reference} is {ratio.median:.3g}"
        if bound.at_most is not None and ratio.median > bound.at_most * slack:
            told.append(f"{pair}, at most {bound.at_most:g} promised")
        if bound.at_least is not None and ratio.median < bound.at_least / slack:
            told.append(f"{pair}, at least {bound.at_least:g} promised")
    return told


def _outside(comparison: Comparison, bound: Bound) -> Sequence[str]:
    """Return in words the rounds in which a count is not what is promised."""
    counts = comparison.figure(bound.case, bound.what, bound.contender).values
    least = -math.inf if bound.at_least is None else bound.at_least
    most = math.inf if bound.at_most is None else bound.at_most
    if all(least <= count <= most for count in counts):
        return []
    told = f"{min(counts):g}" if min(counts) == max(counts) else f"{min(counts):g} to {max(counts):g}"
    return [f"{bound.case}, {bound.what}: {bound.contender} has {told}, {least:g} to {most:g} promised"]
