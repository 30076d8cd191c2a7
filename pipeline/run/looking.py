"""The ways that send nothing: check a file, draft a layout for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.check import NOTHING_LOOKED_UP, names_to_look_up
from pipeline.errors import CourseImportError
from pipeline.model import shown
from pipeline.read import read_sheet
from pipeline.report.verdict import report_of
from pipeline.run.judging import judge, read
from pipeline.tidy import layout_of
from schemas.layouts import draft

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from pipeline.model import Directory, Report
    from pipeline.read import Reading
    from pipeline.run.orders import Order

_SAMPLE: Final = 200  # rows that show what a column holds


def check_file(
    order: Order, *, now: Callable[[], datetime], look_up: Callable[[frozenset[str]], Directory] | None = None
) -> Report:
    """Judge a file; send nothing, remember nothing.

    Args:
        order: what was asked for.
        now: the clock.
        look_up: reads the lists that say what names mean; None: names are not looked up.
    """
    record, sheet = read(order, now)
    if sheet is not None:
        wanted = names_to_look_up(sheet, order.aliases)
        directory = NOTHING_LOOKED_UP
        try:
            if wanted and look_up:
                directory = look_up(wanted)
        except CourseImportError as refused:  # what can be judged without it is told all the same
            record = replace(record, stop_code=refused.exit_code, stop_reason=str(refused))
        record, _ = judge(order, record, sheet, directory)
    return report_of(replace(record, finished_at=now()))


def draft_layout(path: Path, reading: Reading) -> tuple[str, str | None]:
    """Return a first layout for a file, and what is to be said when it is in a known one already.

    Raises:
        FileRefused: the file cannot be read.
    """
    raw = read_sheet(path, reading)
    _, notes = layout_of(raw, None)
    cells = raw.cells.head(_SAMPLE).to_numpy()
    sample = [dict(zip(raw.headers, (shown(cell) or None for cell in row), strict=True)) for row in cells]
    return draft(raw.headers, sample, path.name), notes[0].message if notes else None
