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
    """What a ratio may be: at most, or at least."""

    case: str
    what: str
    contender: str
    reference: str
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
        """Return a contender's ratio to a reference; rounds are paired, so that a slow minute hits both."""
        ones, others = (self.figure(case, what, name).values for name in (contender, reference))
        ratios = [one / other if other else math.inf for one, other in zip(ones, others, strict=True)]
        return Ratio(median=statistics.median(ratios), least=min(ratios), most=max(ratios))


def in_turns(
    case: str, contenders: Mapping[str, Callable[[], Mapping[str, float]]], *, rounds: int
) -> tuple[Figure, ...]:
    """Measure each contender once a round; return a figure for everything each of them tells."""
    told: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        for contender, measure in contenders.items():
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
    told = []
    for bound in comparison.bounds:
        ratio = comparison.ratio(bound.case, bound.what, bound.contender, bound.reference)
        pair = f"{bound.case}, {bound.what}: {bound.contender} / {bound.reference} is {ratio.median:.3g}"
        if bound.at_most is not None and ratio.median > bound.at_most * slack:
            told.append(f"{pair}, at most {bound.at_most:g} promised")
        if bound.at_least is not None and ratio.median < bound.at_least / slack:
            told.append(f"{pair}, at least {bound.at_least:g} promised")
    return told
