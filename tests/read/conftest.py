"""Real workbooks and texts on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import openpyxl
import pytest

from pipeline.errors import FileRefused
from pipeline.read import read_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model import Finding


class WriteBook(Protocol):
    """Writes a workbook with these sheets, each beginning at column `left` and row `top`."""

    def __call__(self, top: int = 1, left: int = 1, **sheets: Sequence[Sequence[object]]) -> Path:
        """Return the path of the new workbook."""


class WriteText(Protocol):
    """Writes bytes, or text as UTF-8, as they are."""

    def __call__(self, contents: str | bytes, name: str = "courses.csv") -> Path:
        """Return the path of the new file."""


class Refused(Protocol):
    """Reads a file that must be refused and returns the one reason."""

    def __call__(self, path: Path, *, sheet: str | None = None) -> Finding:
        """Return why the file was refused."""


@pytest.fixture
def write_book(tmp_path: Path) -> WriteBook:
    def write(top: int = 1, left: int = 1, **sheets: Sequence[Sequence[object]]) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for down, row in enumerate(rows):
                for right, value in enumerate(row):
                    sheet.cell(top + down, left + right).value = value
        path = tmp_path / "courses.xlsx"
        book.save(path)
        return path

    return write


@pytest.fixture
def write_text(tmp_path: Path) -> WriteText:
    def write(contents: str | bytes, name: str = "courses.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(contents.encode() if isinstance(contents, str) else contents)
        return path

    return write


@pytest.fixture
def refused() -> Refused:
    def read(path: Path, *, sheet: str | None = None) -> Finding:
        with pytest.raises(FileRefused) as caught:
            read_sheet(path, sheet=sheet)
        (problem,) = caught.value.problems
        assert (problem.severity, problem.stage, problem.row) == ("fault", "read", None)
        assert problem.message == str(caught.value)
        assert path.name in problem.message
        return problem

    return read
