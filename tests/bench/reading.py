"""What reading a catalogue takes beside the readers people would use instead: time and peak memory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench.measuring import OURS, Bound, Comparison, Figure, child, in_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_CALAMINE: Final = "calamine's rows"
_PANDAS_OPENPYXL: Final = "pandas with openpyxl"
_PANDAS: Final = "pandas"
_WORKBOOK: Final = {
    OURS: "ours",
    _PANDAS_OPENPYXL: "pandas_openpyxl",
    "pandas with calamine": "pandas_calamine",
    "openpyxl, read-only": "openpyxl_rows",
    _CALAMINE: "calamine",
    "polars with calamine": "polars_excel",
}
_TEXT: Final = {OURS: "ours", _PANDAS: "pandas_csv", "polars": "polars_csv", "csv": "csv_rows"}
_SLOW: Final = (_PANDAS_OPENPYXL, "openpyxl, read-only")  # a quarter of a minute each for 100,000 rows
_WHATS: Final = ("seconds", "megabytes", "load seconds")
_SHARED: Final = 10_000  # rows of the one case with shared strings
_LARGE: Final = 100_000
_ROUNDS: Final = {1000: (5, 5), 10_000: (5, 3), _LARGE: (5, 2)}  # of all, and of the slow ones
_QUICK_ROUNDS: Final = {10_000: (2, 1)}
_NOTES: Final = (
    (
        "seconds: without the interpreter's start and imports, which are load seconds; megabytes: the "
        "most the process held."
    ),
    (
        "Texts stand in their cells, as openpyxl and pandas write them; (shared): in one table, as Excel "
        "and XlsxWriter do."
    ),
    (
        "Only course-import finds the header's row, tells row numbers, hashes the file, finds a text's "
        "encoding and delimiter, and tells hidden and merged cells, errors and formulas without a value. "
        "The others are given the first row as header; csv and pandas UTF-8 and commas."
    ),
    (
        "polars keeps cells as Arrow does; calamine's rows and csv are lists of Python's own values. polars "
        "and pandas guess the kinds of a workbook's columns, course-import and openpyxl keep the cells'."
    ),
)


def compare(*, quick: bool) -> Comparison:
    """Measure workbooks and texts of several sizes."""
    figures: list[Figure] = []
    bounds: list[Bound] = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, count in _cases(quick=quick):
            case, (rounds, fewer) = _case(kind, count), (_QUICK_ROUNDS if quick else _ROUNDS)[count]
            path = Path(folder) / f"{kind}-{count}{'.csv' if kind == 'text' else '.xlsx'}"
            child("tests.bench.catalogue:written", kind, path, str(count))
            figures += in_turns(
                case,
                {name: _read(place, path, count) for name, place in _contenders(kind).items()},
                rounds=rounds,
                fewer=dict.fromkeys(_SLOW, fewer),
            )
            bounds += _bounds(kind, count)
            path.unlink()
    return Comparison(
        name="reading", title="Reading", figures=tuple(figures), bounds=tuple(bounds), notes=_NOTES
    )


def _cases(*, quick: bool) -> Iterator[tuple[str, int]]:
    for count in _QUICK_ROUNDS if quick else _ROUNDS:
        yield "inline", count
        if count == _SHARED and not quick:
            yield "shared", count
        yield "text", count


def _case(kind: str, count: int) -> str:
    called = {"inline": "xlsx", "shared": "xlsx (shared)", "text": "CSV"}[kind]
    return f"{count:,} rows of {called}"


def _contenders(kind: str) -> Mapping[str, str]:
    return _TEXT if kind == "text" else _WORKBOOK


def _read(place: str, path: Path, count: int) -> Callable[[], Mapping[str, float]]:
    def measure() -> Mapping[str, float]:
        told = child(f"tests.bench.contenders.reading:{place}", path, str(count))
        return {what: told[what] for what in _WHATS}

    return measure


def _bounds(kind: str, count: int) -> Iterator[Bound]:
    case = _case(kind, count)
    if count < _SHARED:  # too few rows to tell from the first call's cost
        return
    if kind == "text":
        yield Bound(case=case, what="seconds", contender=OURS, reference=_PANDAS, at_most=2)
        yield Bound(case=case, what="megabytes", contender=OURS, reference=_PANDAS, at_most=1.5)
    else:
        times = 3 if count == _LARGE else 2.5
        yield Bound(case=case, what="seconds", contender=_PANDAS_OPENPYXL, reference=OURS, at_least=times)
    if kind == "inline" and count == _LARGE:
        yield Bound(case=case, what="seconds", contender=OURS, reference=_CALAMINE, at_most=1.8)
        for leaner in (_CALAMINE, _PANDAS_OPENPYXL):
            yield Bound(case=case, what="megabytes", contender=OURS, reference=leaner, at_most=1.5)
