"""A directory to choose from, the template made of it, and LibreOffice."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Protocol

import openpyxl
import pytest

from pipeline.model import Directory, Entry, letter_of
from pipeline.template import write_template
from schemas.properties import SPELLINGS, fold_header

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.model import Cell

LONDON, LISBON = 1414974955, 1414974956


class Fill(Protocol):
    """Fills in rows of a template from row 6 on, by property."""

    def __call__(self, path: Path, rows: Sequence[Mapping[str, Cell]]) -> Path:
        """Return the path."""


@pytest.fixture
def directory() -> Directory:
    return Directory(
        entries={
            "BusinessId": (
                Entry(id=LONDON, name="London, Shoreditch"),
                Entry(id=LISBON, name="=Lisbon"),
            ),
            "HostId": (
                Entry(id=1414980011, name="Priya Shah", email="priya@example.com"),
                Entry(id=1414980012, name="João Conceição", email="joao@example.com"),
            ),
            "TariffId": (
                Entry(id=1414990021, name="Evening classes", business_id=LONDON),
                Entry(id=1414990022, name="Evening classes", business_id=LISBON),
            ),
        }
    )


@pytest.fixture
def template(directory: Directory, tmp_path: Path) -> Path:
    path = tmp_path / "courses.xlsx"
    write_template(path, directory, source="the sandbox", today=date(2026, 3, 4))
    return path


@pytest.fixture
def bare_template(tmp_path: Path) -> Path:
    """A template that was made without a directory."""
    path = tmp_path / "bare.xlsx"
    write_template(path, None, source="", today=date(2026, 3, 4))
    return path


@pytest.fixture
def fill() -> Fill:
    def filled(path: Path, rows: Sequence[Mapping[str, Cell]]) -> Path:
        book = openpyxl.load_workbook(path)
        sheet = book["Courses"]
        places = {SPELLINGS[fold_header(str(cell.value))]: place for place, cell in enumerate(sheet[4])}
        for number, row in enumerate(rows, start=6):
            for name, content in row.items():
                sheet[f"{letter_of(places[name])}{number}"] = content
        book.save(path)
        return path

    return filled
