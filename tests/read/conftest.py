"""Real workbooks and texts on disk."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Protocol

import openpyxl
import pytest

from pipeline.errors import FileRefused
from pipeline.read import Reading, read_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
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


class Rewrite(Protocol):
    """Changes one part of a workbook."""

    def __call__(self, path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
        """Return the path, for the next change."""


class Merge(Protocol):
    """Merges areas of a workbook's first sheet into one cell each, as "A1:B2"."""

    def __call__(self, path: Path, *areas: str) -> Path:
        """Return the path."""


class Refuse(Protocol):
    """Reads a file in a way in which it must be refused, and returns the one reason."""

    def __call__(self, path: Path, reading: Reading) -> Finding:
        """Return why the file was refused."""


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
def rewrite() -> Rewrite:
    def replaced(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
        with zipfile.ZipFile(path) as parts:
            contents = {name: parts.read(name) for name in parts.namelist()}
        changed = change(contents[part])
        assert changed != contents[part]
        contents[part] = changed
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
            for name, inside in contents.items():
                parts.writestr(name, inside)
        return path

    return replaced


@pytest.fixture
def merge() -> Merge:
    def merged(path: Path, *areas: str) -> Path:
        book = openpyxl.load_workbook(path)
        for area in areas:
            book.worksheets[0].merge_cells(area)
        book.save(path)
        return path

    return merged


@pytest.fixture
def write_text(tmp_path: Path) -> WriteText:
    def write(contents: str | bytes, name: str = "courses.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(contents.encode() if isinstance(contents, str) else contents)
        return path

    return write


@pytest.fixture
def refused(refuse: Refuse) -> Refused:
    def read(path: Path, *, sheet: str | None = None) -> Finding:
        return refuse(path, Reading(sheet=sheet))

    return read


@pytest.fixture
def refuse() -> Refuse:
    def read(path: Path, reading: Reading) -> Finding:
        with pytest.raises(FileRefused) as caught:
            read_sheet(path, reading)
        (problem,) = caught.value.problems
        assert (problem.severity, problem.stage, problem.row) == ("fault", "read", None)
        assert problem.message == str(caught.value)
        assert path.name in problem.message
        return problem

    return read
