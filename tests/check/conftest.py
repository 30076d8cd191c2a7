"""Rows as tidying leaves them, judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import pandas as pd
import pytest

from pipeline.check import check
from pipeline.model import RawSheet, Source
from pipeline.tidy import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model import Cell, Checked

# The user's words, in the user's order.
HEADERS: Final = {
    "Key": "SystemId",
    "Course Title": "Title",
    "Location": "BusinessId",
    "Trainer": "HostId",
    "Order": "DisplayOrder",
    "Access": "Visibility",
    "Pricing plan": "TariffId",
    "Summary": "SummaryText",
    "Image": "NewImageUrl",
    "Clear image": "ClearImageFile",
}


class Judge(Protocol):
    """Checks rows that begin at row 2; each says what differs from a good row, by header."""

    def __call__(self, *rows: Mapping[str, Cell], headers: Sequence[str] = tuple(HEADERS)) -> Checked:
        """Return the verdict."""


@pytest.fixture(scope="session")
def judge() -> Judge:
    def judged(*rows: Mapping[str, Cell], headers: Sequence[str] = tuple(HEADERS)) -> Checked:
        cells = [
            [{**_good(number), **row}[header] for header in headers]
            for number, row in enumerate(rows, start=2)
        ]
        return check(
            tidy(
                RawSheet(
                    source=Source(path="courses.xlsx", sheet="Plan", sha256="0" * 64),
                    header_row=1,
                    headers=tuple(headers),
                    cells=pd.DataFrame(
                        cells, index=range(2, 2 + len(rows)), columns=range(len(headers)), dtype=object
                    ),
                )
            )
        )

    return judged


def _good(number: int) -> dict[str, Cell]:
    return {
        "Key": f"K-{number}",
        "Course Title": f"Course {number}",
        "Location": 1,
        "Trainer": 2,
        "Order": number,
        "Access": "Public",
        "Pricing plan": None,
        "Summary": "In short",
        "Image": "https://example.com/a.png",
        "Clear image": None,
    }
