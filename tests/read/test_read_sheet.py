from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pipeline.read import read_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.read.conftest import Refused, WriteBook, WriteText

NOBODY = 65534


def test_a_missing_file_is_refused(tmp_path: Path, refused: Refused) -> None:
    problem = refused(tmp_path / "nowhere.xlsx")
    assert problem.code == "missing-file"
    assert f"There is no file {tmp_path / 'nowhere.xlsx'}." in problem.message


def test_a_folder_is_refused(tmp_path: Path, refused: Refused) -> None:
    problem = refused(tmp_path)
    assert problem.code == "directory"
    assert "Name a file in it" in problem.message


def test_a_path_through_a_file_is_refused(write_text: WriteText, refused: Refused) -> None:
    problem = refused(write_text("Title\n") / "courses.csv")
    assert problem.code == "unreadable"
    assert "cannot be read: not a directory" in problem.message


def test_a_file_one_may_not_open_is_refused(write_text: WriteText, refused: Refused) -> None:
    """Root may open every file, so that it is nobody who tries."""
    path = write_text("Title\nBooks\n")
    path.chmod(0)
    me = os.geteuid()
    if me == 0:
        os.seteuid(NOBODY)
    try:
        problem = refused(path)
    finally:
        os.seteuid(me)
    assert problem.code == "unreadable"
    assert "cannot be read: permission denied. Check that you may open it" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="no bytes"),
        pytest.param("\ufeff", id="a byte order mark"),
        pytest.param("\n,,\n \u00a0,\u200b\n", id="blank rows"),
    ],
)
def test_a_file_without_anything_in_it_is_refused(text: str, write_text: WriteText, refused: Refused) -> None:
    assert refused(write_text(text)).code == "empty-file"


def test_a_sheet_without_anything_in_it_is_refused(write_book: WriteBook, refused: Refused) -> None:
    problem = refused(write_book(Plan=[]))
    assert problem.code == "empty-file"
    assert problem.message.startswith("courses.xlsx · Plan: no cell holds anything.")


def test_a_header_with_nothing_below_it_is_refused(write_text: WriteText, refused: Refused) -> None:
    problem = refused(write_text("Title,HostId\n,\n"))
    assert problem.code == "no-rows"
    assert problem.message.startswith("courses.csv: nothing stands below the header in row 1.")


def test_headers_are_what_the_user_wrote(write_book: WriteBook) -> None:
    """Blanks around a header do not count; a number is a header as it is shown."""
    raw = read_sheet(write_book(Plan=[(" Host Id *\u00a0", 2026.0), ("1", "x")]))
    assert raw.headers == ("Host Id *", "2026")


def test_a_column_without_header_is_named_when_it_has_cells(write_book: WriteBook) -> None:
    """Told once for the column, however many cells it has; a column blank throughout is not mentioned."""
    rows = [("Title", None, None, "HostId"), ("Books", None, "x", 1), ("Taxes", None, "y", 1)]
    (finding,) = read_sheet(write_book(top=2, Plan=rows)).findings
    assert (finding.code, finding.severity) == ("not-imported", "information")
    assert (finding.row, finding.cell, finding.column) == (None, "C2", None)
    assert "courses.xlsx · Plan: column C has no header and is not imported." in finding.message
