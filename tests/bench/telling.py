"""Figures as text for people and as JSON for a chart."""

from __future__ import annotations

import os
import platform
import sqlite3
from datetime import UTC, datetime
from importlib.metadata import distributions
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.bench.measuring import Comparison

_DIGITS: Final = 4


def machine() -> dict[str, object]:
    """Return on what, when and with which versions it is measured."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "versions": {
            each.metadata["Name"]: each.version
            for each in sorted(distributions(), key=lambda each: each.metadata["Name"].casefold())
        },
    }


def header() -> str:
    """Return the machine in a line or two."""
    told = machine()
    return (
        f"{told['date']} · {told['processor']}, {told['cores']} cores · {told['system']} · "
        f"Python {told['python']}, SQLite {told['sqlite']}\n"
    )


def table(comparison: Comparison) -> str:
    """Return a comparison as text: a line for every figure, ratios to the first contender of its case."""
    lines = ["", comparison.title, "=" * len(comparison.title)]
    before = None
    for figure in comparison.figures:
        if (figure.case, figure.what) != before:
            before = (figure.case, figure.what)
            reference = next(each for each in comparison.figures if (each.case, each.what) == before)
            lines.append(f"{figure.case}, {figure.what}")
        ratio = comparison.ratio(figure.case, figure.what, figure.contender, reference.contender)
        spread = f"{ratio.median:6.2f} x ({ratio.least:.2f}-{ratio.most:.2f})" if reference.median else ""
        lines.append(f"  {figure.contender:<44} {figure.median:>12.{_DIGITS}g}  {spread}")
    return "\n".join([*lines, *comparison.notes, ""])


def document(comparisons: Iterable[Comparison]) -> dict[str, object]:
    """Return everything as JSON knows it."""
    return {
        "machine": machine(),
        "comparisons": [
            {
                "name": comparison.name,
                "title": comparison.title,
                "notes": list(comparison.notes),
                "figures": [
                    {
                        "case": figure.case,
                        "contender": figure.contender,
                        "what": figure.what,
                        "median": figure.median,
                        "values": list(figure.values),
                    }
                    for figure in comparison.figures
                ],
            }
            for comparison in comparisons
        ],
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as told:  # noqa: PTH123 - the system's own
            return next(line.partition(":")[2].strip() for line in told if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
