from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read import read_sheet
from pipeline.read.delimited import read_delimited
from schemas.properties import BLANKS

if TYPE_CHECKING:
    from tests.read.conftest import Refused, WriteText

BOM = "\ufeff"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Title,HostId\nBooks,1\n", id="comma"),
        pytest.param("Title;HostId\nBooks;1\n", id="semicolon"),
        pytest.param("Title\tHostId\nBooks\t1\n", id="tab"),
        pytest.param(f'{BOM}"Title",HostId\nBooks,1\n', id="byte order mark"),
        pytest.param("Title,HostId\r\nBooks,1\r\n", id="Windows line ends"),
        pytest.param("Title,HostId\nBooks,1", id="no line end at the end"),
        pytest.param('"Title","HostId"\n"Books","1"\n', id="all quoted"),
    ],
)
def test_the_way_cells_are_divided_is_found_by_the_header(text: str, write_text: WriteText) -> None:
    raw = read_sheet(write_text(text))
    assert raw.headers == ("Title", "HostId")
    assert list(raw.cells.loc[2]) == ["Books", "1"]
    assert raw.source.sheet is None


@pytest.mark.parametrize(
    ("header", "headers"),
    [
        pytest.param(
            "Title;HostId;a,b,c,d", ("Title", "HostId", "a,b,c,d"), id="known names count, not marks"
        ),
        pytest.param("Title", ("Title",), id="one column"),
        pytest.param("Title,HostId;Order", ("Title", "HostId;Order"), id="a draw goes to the comma"),
    ],
)
def test_the_delimiter_that_names_most_known_columns_wins(
    header: str, headers: tuple[str, ...], write_text: WriteText
) -> None:
    assert read_sheet(write_text(f"{header}\nBooks\n")).headers == headers


def test_rows_are_counted_not_lines(write_text: WriteText) -> None:
    """A cell of several lines is one row, and blank rows count: Excel shows the same numbers."""
    raw = read_sheet(write_text('\n,\nTitle,Summary\nBooks,"one\ntwo"\n\n ,\u200b\nTaxes,three\n'))
    assert raw.header_row == 3
    assert list(raw.cells.index) == [4, 7]
    assert raw.cells[1].tolist() == ["one\ntwo", "three"]


def test_a_row_with_more_cells_than_the_header_is_a_fault_and_shifts_nothing(write_text: WriteText) -> None:
    """Blank cells at the end are no fault; the first cell too many is named."""
    raw = read_sheet(write_text("Title,HostId\nBooks, and more,1\nTaxes,2,,\n"))
    assert list(raw.cells.loc[2]) == ["Books", "and more"]
    (finding,) = raw.findings
    assert (finding.code, finding.severity) == ("row-too-long", "fault")
    assert (finding.row, finding.cell, finding.value) == (2, "C2", "1")


def test_a_row_with_fewer_cells_than_the_header_is_a_fault_and_shifts_nothing(write_text: WriteText) -> None:
    """Which of its cells is missing, nobody can know; a short row of blanks is no row."""
    raw = read_sheet(write_text("Title,Key,Order,Access\nBooks B-1,7,Public\n,\nTaxes,T-1,8,\n"))
    assert list(raw.cells.loc[2]) == ["Books B-1", "7", "Public", None]
    assert list(raw.cells.index) == [2, 4]
    (finding,) = raw.findings
    assert (finding.code, finding.severity, finding.stage) == ("row-too-short", "fault", "read")
    assert (finding.row, finding.cell) == (2, None)
    assert finding.message.startswith(
        "has only 3 of the header's 4 cells, so they may stand under wrong headers."
    )


def test_blank_cells_behind_the_last_header_need_not_be_in_every_row(write_text: WriteText) -> None:
    assert read_sheet(write_text("Title,HostId,,\nBooks,1\n")).findings == ()


@pytest.mark.parametrize(
    "row",
    [
        pytest.param('1, 1, "Pots, pans", ,', id="a blank before the mark"),
        pytest.param('1,1,  "Pots, pans",,', id="two blanks"),
        pytest.param(' "1","1","Pots, pans","",""', id="before the first cell"),
    ],
)
def test_a_blank_before_a_quotation_mark_is_not_part_of_the_text(row: str, write_text: WriteText) -> None:
    raw = read_sheet(write_text(f'BusinessId, "HostId", Title, Summary, Group\n{row}\n'))
    assert raw.headers == ("BusinessId", "HostId", "Title", "Summary", "Group")
    assert list(raw.cells.loc[2]) == ["1", "1", "Pots, pans", None, None]
    assert raw.findings == ()


@pytest.mark.parametrize(
    "contents",
    [
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", id="a picture"),
        pytest.param(b"Title\0", id="otherwise a text"),
    ],
)
def test_what_is_no_text_is_refused_saying_what_is_expected(
    contents: bytes, write_text: WriteText, refused: Refused
) -> None:
    problem = refused(write_text(contents))
    assert problem.code == "other-kind"
    assert problem.message == (
        "courses.csv is neither a workbook nor a text. Name an .xlsx workbook or a text saved as CSV."
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_text_in_utf_16_is_told_from_a_picture(
    encoding: str, write_text: WriteText, refused: Refused
) -> None:
    assert refused(write_text(f"{BOM}Title\nBooks\n".encode(encoding))).code == "not-utf-8"


def test_text_in_another_encoding_is_refused_naming_the_line(write_text: WriteText, refused: Refused) -> None:
    problem = refused(write_text("Title,HostId\nBücher,1\n".encode("cp1252")))
    assert problem.code == "not-utf-8"
    assert (
        'courses.csv, line 2: this is not UTF-8 text. Save the file again as "CSV UTF-8"' in problem.message
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param('Title,HostId\nBooks,1\n"Taxes,2\nBread,3\n', ("line 4", "line 3"), id="never closed"),
        pytest.param('Title,HostId\n"Books" for all,1\n', ("line 2", "line 2"), id="text after the mark"),
    ],
)
def test_quotation_marks_that_do_not_pair_up_are_refused_naming_the_lines(
    text: str, words: tuple[str, str], write_text: WriteText, refused: Refused
) -> None:
    problem = refused(write_text(text))
    assert problem.code == "quotes-unpaired"
    where, begins = words
    assert f"courses.csv, {where}:" in problem.message
    assert f"the row that begins on {begins} do" in problem.message


def test_text_has_no_sheets(write_text: WriteText, refused: Refused) -> None:
    assert "Leave out --sheet" in refused(write_text("Title\nBooks\n"), sheet="Plan").message


def test_a_cell_may_be_longer_than_the_csv_module_allows(write_text: WriteText) -> None:
    """The limit belongs to the whole process: afterwards it is what it was, also when the file is refused."""
    before = csv.field_size_limit()
    long = "x" * (before + 1)
    assert read_sheet(write_text(f"Title\n{long}\n")).cells.loc[2, 0] == long
    assert csv.field_size_limit() == before


@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
            min_size=2,
            max_size=2,
        ),
        max_size=8,
    ),
    delimiter=st.sampled_from(",;\t"),
)
def test_every_cell_comes_back_as_it_was_written(rows: list[list[str]], delimiter: str) -> None:
    """Whatever a cell holds, it is read as written, at its row; only what looks blank becomes None."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([["Title", "HostId"], *rows])
    table = read_delimited(written.getvalue().encode(), file_name="courses.csv", sheet=None)
    expected = {
        number: [cell if cell.strip(BLANKS) else None for cell in row]
        for number, row in enumerate(rows, start=2)
    }
    assert dict(table.rows[1:]) == {number: row for number, row in expected.items() if any(row)}
