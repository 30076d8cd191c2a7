"""Readers of a catalogue, each as its documentation says; each must give every row and column.

They are started with the file and the number of its courses.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.catalogue import HEADER

if TYPE_CHECKING:
    from collections.abc import Callable


def ours(path: str, count: str) -> Callable[[], None]:
    """Read a workbook or a text with `read_sheet`."""
    from pipeline.read import read_sheet

    def work() -> None:
        sheet = read_sheet(Path(path))
        assert sheet.cells.shape == (int(count), len(HEADER))
        assert sheet.headers == HEADER
        assert not sheet.findings

    return work


def calamine(path: str, count: str) -> Callable[[], None]:
    """Read a workbook's cells with calamine alone."""
    from python_calamine import CalamineWorkbook

    def work() -> None:
        rows = list(CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())
        assert (len(rows), len(rows[0])) == (int(count) + 1, len(HEADER))

    return work


def pandas_openpyxl(path: str, count: str) -> Callable[[], None]:
    """Read a workbook with pandas, by its default for .xlsx."""
    import openpyxl  # noqa: F401 - loaded before the work, as the others' readers are
    import pandas as pd

    return lambda: _hold(pd.read_excel(path, engine="openpyxl").shape, count)


def pandas_calamine(path: str, count: str) -> Callable[[], None]:
    """Read a workbook with pandas and calamine."""
    import pandas as pd
    import python_calamine  # noqa: F401 - loaded before the work, as the others' readers are

    return lambda: _hold(pd.read_excel(path, engine="calamine").shape, count)


def openpyxl_rows(path: str, count: str) -> Callable[[], None]:
    """Read a workbook's values with openpyxl in its read-only mode."""
    import openpyxl

    def work() -> None:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
        assert (len(rows), len(rows[0])) == (int(count) + 1, len(HEADER))

    return work


def polars_excel(path: str, count: str) -> Callable[[], None]:
    """Read a workbook with polars, by its default engine."""
    import fastexcel  # noqa: F401 - loaded before the work, as the others' readers are
    import polars as pl

    return lambda: _hold(pl.read_excel(path, engine="calamine").shape, count)


def pandas_csv(path: str, count: str) -> Callable[[], None]:
    """Read a text with pandas, no column's kind guessed: a key 0012 must keep its zeros."""
    import pandas as pd

    return lambda: _hold(pd.read_csv(path, dtype=object).shape, count)


def polars_csv(path: str, count: str) -> Callable[[], None]:
    """Read a text with polars, no column's kind guessed."""
    import polars as pl

    return lambda: _hold(pl.read_csv(path, infer_schema=False).shape, count)


def csv_rows(path: str, count: str) -> Callable[[], None]:
    """Read a text with the standard library."""

    def work() -> None:
        with Path(path).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert (len(rows), len(rows[0])) == (int(count) + 1, len(HEADER))

    return work


def _hold(shape: tuple[int, int], count: str) -> None:
    assert shape == (int(count), len(HEADER))
