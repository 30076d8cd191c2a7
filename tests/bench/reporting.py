"""What the report's workbooks cost beside openpyxl doing the least that could be done."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench.measuring import OURS, Bound, Comparison, child, in_turns

if TYPE_CHECKING:
    from collections.abc import Mapping

_BARE: Final = "openpyxl, bare cells"
_SAVED: Final = "openpyxl, load and save"
_WHAT: Final = "CPU seconds"  # what others take of the processor does not count


def compare(*, quick: bool) -> Comparison:
    """Write the sheet of rows, and a marked copy of the user's sheet."""
    count = 2_000 if quick else 5_000
    rows, copy = f"{count:,} rows, sheet of rows", f"{count:,} rows, marked copy"
    cases = {
        rows: {_BARE: "bare_cells", OURS: "sheet_of_rows"},
        copy: {_SAVED: "loaded_and_saved", OURS: "marked_copy"},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "courses.xlsx"
        child("tests.bench.catalogue:written", "inline", path, str(count))
        figures = [
            figure
            for case, contenders in cases.items()
            for figure in in_turns(
                case,
                {name: partial(_cost, place, path, count) for name, place in contenders.items()},
                rounds=2 if quick else 5,
            )
        ]
    seconds = partial(Bound, what=_WHAT, contender=OURS)
    return Comparison(
        name="reporting",
        title="Writing the report",
        figures=tuple(figures),
        bounds=(
            seconds(case=rows, reference=_BARE, at_most=1.5),
            seconds(case=copy, reference=_SAVED, at_most=1.3),
        ),
        notes=("One course in ten has two faults. The bare cells have neither colours, widths nor notes.",),
    )


def _cost(place: str, path: Path, count: int) -> Mapping[str, float]:
    return {_WHAT: child(f"tests.bench.contenders.reporting:{place}", path, str(count))[_WHAT]}
