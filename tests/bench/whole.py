"""Whole commands, start-up included, beside the least that does the like; and how they grow."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from tests.bench import stub
from tests.bench.measuring import OURS, Bound, Comparison, Figure, child, in_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Measure = Callable[[], Mapping[str, float]]

_WORK: Final = "tests.bench.contenders.whole"
_LEAST: Final = "pandas and pandera loaded, calamine's rows"
_SCRIPT: Final = "a script of pandas and requests"
_CELLS: Final = "calamine's rows in lists"
_GROWTH: Final = "check, by the number of rows"
_A_ROW: Final = "milliseconds a row"
_LARGEST: Final = 100_000
_UNMARKED: Final = 25_000  # rows; beyond 20,000 the report's copy of the sheet is not marked
_ROUNDS: Final = {1_000: 5, 10_000: 3}
_QUICK_ROUNDS: Final = {1_000: 2}
_NOTES: Final = (
    "Courses without a fault, with summaries of 300 characters and descriptions of one to three kilobytes.",
    "Seconds are those of whole processes. `check` reads, checks and writes report.xlsx with a copy of the",
    "sheet, report.html and report.json; up to 20,000 rows that copy is marked, by a process of its own.",
    "Its megabytes are the peak of the process that checks and writes; that other process is left out.",
    "`import` does the same, keeps its journal and sends as fast as a bare server on this machine answers,",
    "without reading the courses back. The script sends them too; it checks, journals and reports nothing.",
)


def compare(*, quick: bool) -> Comparison:
    """Check and import each file in turns with the least; then let `check` grow."""
    rounds = _QUICK_ROUNDS if quick else _ROUNDS
    growing = (1_000, 4_000) if quick else (1_000, 10_000, _UNMARKED, _LARGEST)
    with TemporaryDirectory() as folder, stub.running(0) as url:
        files = {rows: _written(Path(folder), rows) for rows in sorted({*rounds, *growing})}
        figures = [
            *(figure for rows in rounds for figure in _side_by_side(files[rows], rows, url, rounds[rows])),
            *_growth({rows: files[rows] for rows in growing}),
        ]
    return Comparison(
        name="whole",
        title="Whole commands",
        figures=tuple(figures),
        bounds=() if quick else _bounds(),
        notes=_NOTES,
    )


def _side_by_side(path: Path, rows: int, url: str, rounds: int) -> tuple[Figure, ...]:
    least = partial(_whole, f"{_WORK}:start_and_read", path, rows)
    script = partial(_whole, f"{_WORK}:script", path, rows, url)
    check, send = partial(_ours, "checked", path), partial(_ours, "imported", path, url)
    return (
        *in_turns(f"check, {rows:,} rows", {_LEAST: least, OURS: check}, rounds=rounds),
        *in_turns(f"import, {rows:,} rows", {_SCRIPT: script, OURS: send}, rounds=rounds),
    )


def _growth(files: Mapping[int, Path]) -> Iterator[Figure]:
    """Check each file once; the largest one's memory is told beside that of its cells."""
    costs = {rows: _ours("checked", path) for rows, path in files.items()}
    for rows, cost in costs.items():
        a_row = 1000 * cost["seconds"] / rows
        yield Figure(case=_GROWTH, contender=_ours_at(rows), what=_A_ROW, values=(a_row,))
    largest = max(files)
    cells = _whole(f"{_WORK}:cells_in_lists", files[largest], largest)
    for contender, cost in ((_CELLS, cells), (OURS, costs[largest])):
        values = (cost["megabytes"],)
        yield Figure(case=_beside_cells(largest), contender=contender, what="megabytes", values=values)


def _bounds() -> tuple[Bound, ...]:
    largest = _ours_at(_LARGEST)
    return (
        Bound(case=_GROWTH, what=_A_ROW, contender=largest, reference=_ours_at(10_000), at_most=1.3),
        Bound(case=_GROWTH, what=_A_ROW, contender=largest, reference=_ours_at(_UNMARKED), at_most=1.3),
        Bound(case=_beside_cells(_LARGEST), what="megabytes", contender=OURS, reference=_CELLS, at_most=1.5),
    )


def _ours_at(rows: int) -> str:
    return f"{OURS}, {rows:,}"


def _beside_cells(rows: int) -> str:
    return f"check, {rows:,} rows, beside its cells"


def _written(folder: Path, rows: int) -> Path:
    path = folder / f"{rows}.xlsx"
    child("tests.bench.catalogue:written", "inline", path, f"{rows}")
    return path


def _ours(function: str, path: Path, *more: str) -> Mapping[str, float]:
    """Run a command of ours in a folder of its own: every run is its journal's first."""
    with TemporaryDirectory() as folder:
        return _whole(f"{_WORK}:{function}", path, folder, *more)


def _whole(place: str, *arguments: object) -> Mapping[str, float]:
    cost = child(place, *map(str, arguments))
    return {"seconds": cost["whole seconds"], "megabytes": cost["megabytes"]}
