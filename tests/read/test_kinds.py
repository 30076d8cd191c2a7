from __future__ import annotations

import zipfile
from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest

from pipeline.read import Limits, Reading, read_sheet
from tests.read.xlsb import write_xlsb

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SaveByOffice
    from tests.read.conftest import Merge, Refuse, Refused, WriteBook, WriteText

HEADER = ("Title", "HostId")
ROWS = [HEADER, ("Books", 1), ("Taxes", 2)]


@pytest.mark.parametrize("kind", ["ods", "xls", "xlsx"])
def test_a_real_office_program_s_files_are_read_alike(
    kind: str, saved_by_office: SaveByOffice, tmp_path: Path
) -> None:
    """Numbers, answers, dates and several lines in a cell come through every format."""
    rows = [
        ("Title", "HostId", "Active", "Day", "Summary"),
        ("Bücher", 12, True, date(2026, 9, 10), "one\ntwo"),
    ]
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(path := tmp_path / "plan.xlsx")
    if kind == "xlsx":  # it would be written onto itself
        path = saved_by_office(path, "ods")
    raw = read_sheet(saved_by_office(path, kind))
    assert raw.headers == rows[0]
    assert list(raw.cells.loc[2]) == list(rows[1])
    unknown = [finding for finding in raw.findings if finding.code == "unknowable"]
    assert [finding.severity for finding in unknown] == ([] if kind == "xlsx" else ["information"])


def test_a_binary_workbook_is_read(tmp_path: Path) -> None:
    path = write_xlsb(tmp_path / "plan.xlsb", "Plan", [HEADER, ("Bücher", 12), (), (None, 2.5)])
    raw = read_sheet(path)
    assert (raw.source.sheet, raw.headers) == ("Plan", HEADER)
    assert list(raw.cells.index) == [2, 4]
    assert raw.cells.to_numpy().tolist() == [["Bücher", 12], [None, 2.5]]
    (finding,) = raw.findings
    assert (finding.code, finding.severity) == ("unknowable", "information")
    assert "a binary Excel workbook (.xlsb) does not tell which cells are merged" in finding.message


def test_merged_cells_of_an_old_workbook_are_known(
    saved_by_office: SaveByOffice, write_book: WriteBook, merge: Merge
) -> None:
    path = merge(write_book(Plan=[("Title", "HostId", "Group"), ("Books", 1, "x"), ("Taxes", 2)]), "C2:C3")
    raw = read_sheet(saved_by_office(path, "xls"))
    assert raw.cells[2].tolist() == ["x", "x"]
    assert {finding.code for finding in raw.findings} == {"merged", "unknowable"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param(
            "plan.xls", "not an old Excel workbook (.xls), as its name says, but an Excel", id="xls"
        ),
        pytest.param("plan.csv", "not delimited text, as its name says, but an Excel workbook", id="csv"),
        pytest.param("plan.XLSM", None, id="xlsm, in capitals"),
        pytest.param("plan", None, id="no ending"),
    ],
)
def test_a_file_is_read_by_its_contents_and_its_wrong_name_is_told(
    name: str, told: str | None, write_book: WriteBook
) -> None:
    path = write_book(Plan=ROWS)
    raw = read_sheet(path.rename(path.with_name(name)))
    assert list(raw.cells.loc[3]) == ["Taxes", 2]
    assert [(finding.code, finding.severity) for finding in raw.findings] == (
        [("misnamed", "information")] if told else []
    )
    assert all(told in finding.message for finding in raw.findings if told)


def test_text_that_is_called_a_workbook_is_read_as_text(write_text: WriteText) -> None:
    raw = read_sheet(write_text("Title,HostId\nBooks,1\n", name="courses.xls"))
    assert list(raw.cells.loc[2]) == ["Books", "1"]
    assert "but delimited text, and is read as such" in raw.findings[0].message


@pytest.mark.parametrize(
    ("limits", "code", "setting"),
    [
        pytest.param(Limits(file_bytes=2000), "file-too-large", "COURSE_IMPORT_MAX_FILE_MB", id="bytes"),
        pytest.param(
            Limits(unpacked_bytes=2000), "unpacks-too-large", "COURSE_IMPORT_MAX_UNPACKED_MB", id="unpacked"
        ),
        pytest.param(Limits(rows=1), "too-many-rows", "COURSE_IMPORT_MAX_ROWS", id="rows"),
        pytest.param(
            Limits(cell_characters=4), "cell-too-long", "COURSE_IMPORT_MAX_CELL_CHARACTERS", id="characters"
        ),
    ],
)
def test_more_than_the_limits_is_refused_naming_the_setting(
    limits: Limits, code: str, setting: str, write_book: WriteBook, refuse: Refuse
) -> None:
    problem = refuse(write_book(Plan=ROWS), Reading(limits=limits))
    assert problem.code == code
    assert setting in problem.message


def test_the_cell_that_is_too_long_is_named(write_book: WriteBook, refuse: Refuse) -> None:
    """Numbers and dates have no length."""
    path = write_book(Plan=[["Title", "HostId"], [0.123456789012345, "x" * 11]])
    problem = refuse(path, Reading(limits=Limits(cell_characters=10)))
    assert "cell B2: more than 10 characters" in problem.message


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, refused: Refused) -> None:
    """200 MB of one character are 200 kB on disk."""
    path = tmp_path / "courses.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b"")
        parts.writestr("xl/worksheets/sheet1.xml", bytes(200 * 2**20))
    problem = refused(path)
    assert problem.code == "unpacks-too-large"
    assert "COURSE_IMPORT_MAX_UNPACKED_RATIO" in problem.message


def test_a_part_that_holds_more_than_it_says_is_refused(write_book: WriteBook, refused: Refused) -> None:
    """What an archive says of its sizes may be wrong; nothing is unpacked beyond it."""
    path = write_book(Plan=ROWS)
    with zipfile.ZipFile(path) as parts:
        size = parts.getinfo("xl/worksheets/sheet1.xml").file_size
    contents = path.read_bytes()
    assert contents.count(size.to_bytes(4, "little")) == 2  # before the part, and in the list of all
    path.write_bytes(contents.replace(size.to_bytes(4, "little"), (9).to_bytes(4, "little")))
    assert refused(path).code == "damaged"


def test_a_reader_that_takes_too_long_names_the_setting(
    saved_by_office: SaveByOffice, write_book: WriteBook, refuse: Refuse
) -> None:
    path = saved_by_office(write_book(Plan=ROWS), "ods")
    problem = refuse(path, Reading(limits=Limits(reader_seconds=0.01)))
    assert problem.code == "took-too-long"
    assert "COURSE_IMPORT_READER_SECONDS" in problem.message
