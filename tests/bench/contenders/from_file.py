"""From a workbook to findings, and the least that any judge of data frames does before it can begin.

They are started with the file and the number of its courses, none of them faulty.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def ours(path: str, count: str) -> Callable[[], None]:
    """Read, tidy and check a workbook without faults."""
    from pipeline.check import check
    from pipeline.read import read_sheet
    from pipeline.tidy import tidy

    def work() -> None:
        checked = check(tidy(read_sheet(Path(path))))
        assert sum(row.course is not None for row in checked.rows) == int(count), checked.findings[:3]

    return work


def least(path: str, count: str) -> Callable[[], None]:
    """Load what a judge of data frames needs, and read a workbook's cells."""
    import pandas as pd  # noqa: F401 - its loading is measured
    import pandera.pandas as pa  # noqa: F401 - its loading is measured
    from python_calamine import CalamineWorkbook

    def work() -> None:
        rows = list(CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())
        assert len(rows) == int(count) + 1

    return work
