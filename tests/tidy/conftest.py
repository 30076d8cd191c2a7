"""Sheets as reading leaves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pandas as pd
import pytest

from pipeline.model import RawSheet, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Cell, Finding


class MakeRaw(Protocol):
    """Makes a sheet from its header and rows, which begin at row 2."""

    def __call__(
        self, headers: Sequence[str], *rows: Sequence[Cell], findings: tuple[Finding, ...] = ()
    ) -> RawSheet:
        """Return the sheet."""


@pytest.fixture
def make_raw() -> MakeRaw:
    def make(headers: Sequence[str], *rows: Sequence[Cell], findings: tuple[Finding, ...] = ()) -> RawSheet:
        return RawSheet(
            source=Source(path="plans/courses.xlsx", sheet="Plan", sha256="0" * 64),
            header_row=1,
            headers=tuple(headers),
            cells=pd.DataFrame(
                [list(row) for row in rows],
                index=range(2, 2 + len(rows)),
                columns=range(len(headers)),
                dtype=object,
            ),
            findings=findings,
        )

    return make
