from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FileRefused
from pipeline.read.delimited import read_delimited
from pipeline.read.reading import Limits, Reading
from schemas.properties import BLANKS

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import Finding
    from pipeline.read.table import Table


def read(text: str | bytes, reading: Reading | None = None) -> Table:
    contents = text.encode() if isinstance(text, str) else text
    return read_delimited(io.BytesIO(contents), file_name="courses.csv", reading=reading or Reading())


def refused(text: str | bytes, reading: Reading | None = None) -> Finding:
    with pytest.raises(FileRefused) as caught:
        read(text, reading)
    (problem,) = caught.value.problems
    assert (problem.severity, problem.stage, problem.row) == ("fault", "read", None)
    return problem


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Title,HostId\nBooks,1\n", id="comma"),
        pytest.param("Title;HostId\nBooks;1\n", id="semicolon"),
        pytest.param('\ufeff"Title",HostId\nBooks,1\n', id="byte order mark"),
        pytest.param("Title,HostId\r\nBooks,1\r\n", id="Windows line ends"),
        pytest.param("Title,HostId\rBooks,1\r", id="old Mac line ends"),
        pytest.param("Title,HostId\rBooks,1\n", id="mixed line ends"),
        pytest.param("Title,HostId\nBooks,1", id="no line end at the end"),
        pytest.param('"Title","HostId"\n"Books","1"\n', id="all quoted"),
        pytest.param("Title, HostId\nBooks, 1\n", id="blanks behind the comma"),
        pytest.param("'Title','HostId'\n'Books','1'\n", id="apostrophes"),
    ],
)
def test_a_text_becomes_rows_of_cells(text: str) -> None:
    table = read(text)
    assert table.rows == [(1, ["Title", "HostId"]), (2, ["Books", "1"])]
    assert (table.sheet, table.lines, table.findings, table.lost) == (None, [1, 2], (), ())


def test_rows_are_counted_not_lines() -> None:
    """A cell of several lines is one row, and blank rows count: Excel shows the same numbers."""
    table = read('\n,\nTitle,Summary\nBooks,"one\ntwo"\n\n ,\u200b\nTaxes,three\n')
    assert table.rows == [(3, ["Title", "Summary"]), (4, ["Books", "one\ntwo"]), (7, ["Taxes", "three"])]
    assert table.lines == [3, 4, 8]


def test_blank_cells_hold_nothing_and_no_row_is_filled_up() -> None:
    assert read("Title,HostId,Order\nBooks,, \u00a0\nTaxes\n").rows[1:] == [
        (2, ["Books", None, None]),
        (3, ["Taxes"]),
    ]


@pytest.mark.parametrize("text", ["", "\ufeff", "\n", ",\n,\n", "sep=;\n"])
def test_a_text_without_anything_in_it_has_no_rows(text: str) -> None:
    assert read(text).rows == []


@pytest.mark.parametrize(
    ("reading", "cells"),
    [
        pytest.param(Reading(), ["Books,1", "2"], id="obeyed"),
        pytest.param(Reading(delimiter=","), ["Books", "1;2"], id="the user knows better"),
    ],
)
def test_a_line_that_names_the_delimiter_is_no_row_but_counts(reading: Reading, cells: list[str]) -> None:
    table = read("\ufeffsep=;\r\nBooks,1;2\r\n", reading)
    assert table.rows == [(2, cells)]
    assert table.lines == [2]


def test_a_user_may_say_that_nothing_quotes() -> None:
    assert read('Title,HostId\n"Books,1\n', Reading(quote="")).rows[1] == (2, ['"Books', "1"])


def test_a_row_with_unpaired_marks_is_lost_and_no_other() -> None:
    """The row stands without cells; its fault names the line on which the cell begins."""
    table = read('Title,HostId\n"a\nb",1\n"c\nd" e,2\nBooks,3\n')
    assert table.rows == [
        (1, ["Title", "HostId"]),
        (2, ["a\nb", "1"]),
        (3, []),
        (4, ['d" e', "2"]),
        (5, ["Books", "3"]),
    ]
    assert table.lines == [1, 2, 4, 5, 6]
    (fault,) = table.lost
    assert (fault.code, fault.severity, fault.stage) == ("quotes-unpaired", "fault", "read")
    assert (fault.row, fault.cell, fault.column) == (3, None, None)
    assert fault.message == (
        "has quotation marks that do not pair up, so its cells cannot be told apart: see the cell that "
        "begins on line 4 of the file. Put one mark before and one after the whole cell, and double those "
        "inside it."
    )


def test_after_a_hundred_rows_with_unpaired_marks_the_file_is_refused() -> None:
    row = '"a" b,1\n"c",2\n'
    assert len(read("Title,HostId\n" + row * 100).lost) == 100
    problem = refused("Title,HostId\n" + row * 101)
    assert problem.code == "quotes-unpaired"
    assert problem.message == (
        "courses.csv, line 202: up to here the quotation marks of too many rows (101) do not pair up. Save "
        'the file anew, or say with --quote "" that the marks are part of the text.'
    )


def test_so_is_a_file_read_over_and_over_for_its_unpaired_marks() -> None:
    """Each of these rows takes the rest of the file to find out that it has no end."""
    text = "Title,HostId\n" + f'{"x" * 10_000}","\n' * 40
    assert "do not pair up" in refused(text).message


def test_a_nul_character_is_a_fault_of_its_cell() -> None:
    table = read("Title,HostId\nBooks,1\nTa\0xes,\0\nBr\0ad,3\n")
    assert table.rows[2:] == [(3, ["Ta\0xes", "\0"]), (4, ["Br\0ad", "3"])]
    assert [(fault.code, fault.severity, fault.row, fault.cell) for fault in table.lost] == [
        ("nul", "fault", 3, "A3"),
        ("nul", "fault", 3, "B3"),
        ("nul", "fault", 4, "A4"),
    ]
    assert table.lost[0].message == "holds a NUL character, which no text has. Type the cell again."


def test_nul_characters_that_escape_quotes_are_no_fault() -> None:
    table = read('Title,HostId\n"Books \0"and\0", more",1\n' + "Taxes,2\n" * 9)
    assert table.rows[1] == (2, ['Books "and", more', "1"])
    assert table.lost == ()


def test_more_rows_than_allowed_are_refused() -> None:
    """The header is not counted, nor are blank rows."""
    limits = Reading(limits=Limits(rows=2))
    assert len(read("Title\n\nBooks\n\nTaxes\n", limits).rows) == 3
    problem = refused("Title\nBooks\nTaxes\nBread\n", limits)
    assert problem.code == "too-many-rows"
    assert "courses.csv has more than 2 rows. Divide it, or set COURSE_IMPORT_MAX_ROWS" in problem.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(f"Title,HostId\nBooks,1\n{'x' * 21},2\n", 3, id="plain"),
        pytest.param(f'Title,HostId\n"\n{"x" * 21}",2\n', 2, id="quoted"),
        pytest.param('Title,HostId\nBooks,1\nTaxes,"2\n' + "Bread,3\n" * 9, 3, id="never closed"),
    ],
)
def test_a_cell_longer_than_allowed_is_refused_naming_where_it_begins(text: str, line: int) -> None:
    problem = refused(text, Reading(limits=Limits(cell_characters=20)))
    assert problem.code == "cell-too-long"
    assert f"courses.csv, line {line}: more than 20 characters stand in one cell." in problem.message
    assert "Perhaps its closing quotation mark is missing." in problem.message


def test_cells_may_be_longer_than_the_csv_module_allows() -> None:
    long = "x" * (csv.field_size_limit() + 1)
    assert read(f'Title,HostId\n{long},"{long}"\n').rows[1] == (2, [long, long])


def test_text_has_no_sheets() -> None:
    problem = refused("Title\nBooks\n", Reading(sheet="Plan"))
    assert problem.message == 'courses.csv is text and has no sheet "Plan". Leave out --sheet.'


def test_the_file_stays_open_wherever_it_was(tmp_path: Path) -> None:
    path = tmp_path / "courses.csv"
    path.write_bytes(b"Title,HostId\nBooks,1\n")
    with path.open("rb") as file:
        file.read()
        read_delimited(file, file_name="courses.csv", reading=Reading())
        assert read_delimited(file, file_name="courses.csv", reading=Reading()).rows[1] == (2, ["Books", "1"])


def test_the_dialect_is_found_in_the_beginning_of_a_large_file() -> None:
    """Which may end within a letter."""
    rows = "".join(f"Bücher {number};{'ü' * 300};{number}\n" for number in range(1000))
    table = read(f"Title;Summary;Order\n{rows}")
    assert len(table.rows) == 1001
    assert {len(cells) for _, cells in table.rows} == {3}


LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030"])


@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
            min_size=2,
            max_size=2,
        ),
        max_size=8,
    ),
    delimiter=st.sampled_from(",;\t|"),
    line_end=LINE_ENDS,
    encoding=ENCODINGS,
)
def test_every_cell_comes_back_as_it_was_written(
    rows: list[list[str]], delimiter: str, line_end: str, encoding: str
) -> None:
    """Whatever a cell holds, it is read as written, at its row; only what looks blank becomes None."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=line_end)
    writer.writerows([["Title", "HostId"], *rows])
    table = read(written.getvalue().encode(encoding), Reading(encoding=encoding))
    expected = {
        number: [cell if cell.strip(BLANKS) else None for cell in row]
        for number, row in enumerate(rows, start=2)
    }
    assert dict(table.rows[1:]) == {number: row for number, row in expected.items() if any(row)}
