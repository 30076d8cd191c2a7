"""How long `--help` and `--version` take beside the interpreter's own start."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

from tests.bench.measuring import OURS, Bound, Comparison, Figure, in_turns, python_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BARE = "python -c pass"


def compare(*, quick: bool) -> Comparison:
    """Measure whole processes, in turns, after one of each to warm the disk's cache."""
    figures: list[Figure] = []
    for flag in ("--help", "--version"):
        contenders = {_BARE: _process("-c", "pass"), OURS: _process("-m", "pipeline", flag)}
        for run in contenders.values():
            run()
        figures += in_turns(flag, contenders, rounds=5 if quick else 15)
    return Comparison(
        name="starting",
        title="Start-up",
        figures=tuple(figures),
        bounds=(Bound(case="--help", what="seconds", contender=OURS, reference=_BARE, at_most=8),),
    )


def _process(*words: str) -> Callable[[], Mapping[str, float]]:
    def run() -> Mapping[str, float]:
        begun = time.perf_counter()
        subprocess.run([python_of("peers"), *words], check=True, capture_output=True, timeout=60)
        return {"seconds": time.perf_counter() - begun}

    return run
