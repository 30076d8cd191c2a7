"""Figures as text for people and as JSON for a chart."""

from __future__ import annotations

import os
import platform
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from textwrap import fill
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.bench.measuring import Comparison, Figure

_DIGITS: Final = 4
_WIDTH: Final = 110
_COMPARED: Final = {
    *("dlt", "singer-sdk", "requests", "urllib3", "sqlalchemy", "pyrate-limiter", "requests-ratelimiter"),
    *("pandas", "openpyxl", "python-calamine", "polars", "fastexcel"),
    *("pandera", "pydantic", "great-expectations", "frictionless", "typer"),
}


def machine() -> dict[str, object]:
    """Return on what, when and with which versions it is measured."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "versions": dict(_versions()),
    }


def header() -> str:
    """Return the machine and the versions in a few lines."""
    told = machine()
    versions = ", ".join(f"{name} {version}" for name, version in _versions())
    return (
        f"{told['date']} · {told['processor']}, {told['cores']} cores · {told['system']} · "
        f"Python {told['python']}, SQLite {told['sqlite']}\n{fill(versions, _WIDTH)}\n"
    )


def table(comparison: Comparison) -> str:
    """Return a comparison as text: a line for every figure, ratios to the first contender of its case."""
    lines = ["", comparison.title, "=" * len(comparison.title)]
    together: dict[tuple[str, str], list[Figure]] = {}
    for figure in comparison.figures:
        together.setdefault((figure.case, figure.what), []).append(figure)
    for (case, what), figures in together.items():
        lines.append(f"{case}, {what}")
        reference = figures[0]
        for figure in figures:
            ratio = comparison.ratio(case, what, figure.contender, reference.contender)
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


def _versions() -> Iterator[tuple[str, str]]:
    """Yield what is compared, and what carries it."""
    for name in sorted(_COMPARED):
        with suppress(PackageNotFoundError):  # the tests draw charts without the peers
            yield name, version(name)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as told:  # noqa: PTH123 - the system's own
            return next(line.partition(":")[2].strip() for line in told if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
