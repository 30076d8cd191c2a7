"""How long `course-import --help` takes beside the interpreter's own start."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import pytest

ROUNDS = 15
AT_MOST = 8.0


def seconds(*words: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True, timeout=60)
    return time.perf_counter() - begun


@pytest.mark.bench
def test_help_costs_a_few_starts_of_the_interpreter() -> None:
    """Medians of runs that take turns, after one run of each to warm the disk's cache."""
    seconds("-m", "pipeline", "--help")
    pairs = [(seconds("-m", "pipeline", "--help"), seconds("-c", "pass")) for _ in range(ROUNDS)]
    helped, passed = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratios = sorted(one / other for one, other in pairs)
    print(
        f"\n--help {helped * 1000:.0f} ms, python -c pass {passed * 1000:.0f} ms: "
        f"{helped / passed:.1f} x (pairs {ratios[0]:.1f} to {ratios[-1]:.1f})"
    )
    assert helped / passed <= AT_MOST
