from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import FileRefused
from pipeline.read import read_sheet
from schemas.properties import PROPERTIES, REQUIRED

if TYPE_CHECKING:
    from tests.read.conftest import Merge, Refused, WriteBook, WriteText

BOOKS = (1414974955, 1414980011, "Books", 10, "Public")
TAXES = (1414974955, 1414980011, "Taxes", 20, "Public")


@pytest.mark.parametrize(
    ("above", "told"),
    [
        pytest.param([], "", id="nothing"),
        pytest.param(
            [("Course plan 2026",), ("Location", "Shoreditch"), ("as of", 46000)],
            '1 ("Course plan 2026"), 2 ("Location · Shoreditch"), 3 ("as of · 46000")',
            id="a title, an address, a date",
        ),
        pytest.param(
            [("nothing but " * 9,)], '1 ("nothing but nothing but nothing but noth…")', id="a long line"
        ),
        pytest.param(
            [("x",)] * 29, ", ".join(f'{number} ("x")' for number in range(1, 30)), id="twenty-nine lines"
        ),
    ],
)
def test_the_header_is_the_first_row_that_names_enough_columns(
    above: list[tuple[object, ...]], told: str, write_book: WriteBook
) -> None:
    raw = read_sheet(write_book(Plan=[*above, REQUIRED, BOOKS, TAXES]))
    assert (raw.header_row, raw.headers) == (len(above) + 1, REQUIRED)
    assert list(raw.cells.index) == [len(above) + 2, len(above) + 3]
    assert [finding.message for finding in raw.findings] == [
        f"courses.xlsx · Plan: rows that stand above the header are not imported: {told}." for _ in above[:1]
    ]


def test_a_header_beyond_the_thirtieth_row_is_not_looked_for(write_book: WriteBook, refused: Refused) -> None:
    problem = refused(write_book(Plan=[*[("x", "y", "z")] * 30, REQUIRED, BOOKS]))
    assert "row 31 names columns like a header, but not as row 1 does" in problem.message


def test_rows_between_the_courses_that_are_none_are_left_out_and_told(write_book: WriteBook) -> None:
    rows = [
        REQUIRED,
        [PROPERTIES[name].help for name in REQUIRED],
        ("Running a business",),
        BOOKS,
        [f" {name.upper()} * " for name in REQUIRED],
        ("In the evening",),
        TAXES,
    ]
    raw = read_sheet(write_book(Plan=rows))
    assert list(raw.cells.index) == [4, 7]
    assert {(finding.code, finding.severity) for finding in raw.findings} == {
        ("rows-left-out", "information")
    }
    assert [finding.message.removeprefix("courses.xlsx · Plan: rows that ") for finding in raw.findings] == [
        "repeat the header are not imported: 5.",
        "explain the columns are not imported: 2.",
        (
            "hold one cell only and look like headings are not imported: "
            '3 ("Running a business"), 6 ("In the evening").'
        ),
    ]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        pytest.param(("Title", "Group", "Summary", "Overview"), ("Books",), id="only the title is required"),
        pytest.param(("Title", "HostId", "Order"), ("Books",), id="few columns"),
        pytest.param(REQUIRED, (None, None, None, 7), id="a number"),
        pytest.param(REQUIRED, ("x" * 100,), id="a long text"),
        pytest.param(REQUIRED, ("=A1",), id="a formula without a value"),
    ],
)
def test_a_row_that_may_be_a_course_is_never_left_out(
    header: tuple[str, ...], row: tuple[object, ...], write_book: WriteBook
) -> None:
    raw = read_sheet(write_book(Plan=[header, row]))
    assert list(raw.cells.index) == [2]
    assert "rows-left-out" not in {finding.code for finding in raw.findings}


def test_a_second_table_below_the_first_is_refused(write_book: WriteBook, refused: Refused) -> None:
    """Its cells would stand under the headers of the first."""
    problem = refused(write_book(Plan=[REQUIRED, BOOKS, REQUIRED[::-1], BOOKS[::-1]]))
    assert problem.code == "second-table"
    assert "row 3 names columns like a header, but not as row 1 does" in problem.message


def test_a_merged_cell_gives_its_value_to_every_row_it_spans(write_book: WriteBook, merge: Merge) -> None:
    """Not to rows that hold nothing else, nor to the columns it spans."""
    rows = [REQUIRED, BOOKS, (None, None, "Taxes", 20), (None, None, "Bread", 30), (), TAXES]
    raw = read_sheet(merge(write_book(Plan=rows), "A2:B5", "E2:E4", "A6:A7"))
    assert raw.cells.to_numpy().tolist() == [
        [1414974955, None, "Books", 10, "Public"],
        [1414974955, None, "Taxes", 20, "Public"],
        [1414974955, None, "Bread", 30, "Public"],
        list(TAXES),
    ]
    (finding,) = raw.findings
    assert (finding.code, finding.severity) == ("merged", "information")
    assert finding.message == (
        "courses.xlsx · Plan: merged cells give their value to every row they span: A2:B5, E2:E4."
    )


def test_a_header_of_two_merged_rows_is_one(write_book: WriteBook, merge: Merge) -> None:
    path = merge(write_book(Plan=[REQUIRED, ("x",), BOOKS]), *(f"{letter}1:{letter}2" for letter in "ABCDE"))
    assert list(read_sheet(path).cells.index) == [3]


def test_a_file_that_names_no_known_column_is_read_all_the_same(write_book: WriteBook) -> None:
    """Whether its columns mean anything is for others to say."""
    raw = read_sheet(
        write_book(Plan=[("Export of 2026",), ("fullname", "shortname", "idnumber"), ("a", "b", 1)])
    )
    assert (raw.header_row, raw.headers) == (2, ("fullname", "shortname", "idnumber"))


def test_a_header_that_cannot_be_parted_is_refused(write_text: WriteText) -> None:
    with pytest.raises(FileRefused, match="row 1"):
        read_sheet(write_text('Title,"HostId\nBooks,1\nTaxes,2\nBread,3\n'))


def test_an_extra_delimiter_is_a_fault_of_its_row_whatever_stands_behind_the_last_header(
    write_text: WriteText,
) -> None:
    """It has shifted the cells behind it, and the last of them may be blank."""
    raw = read_sheet(write_text("Title,HostId,Summary\nBooks,1,\nTaxes,,2,\nBread,3,x\n"))
    (finding,) = raw.findings
    assert (finding.code, finding.severity, finding.row, finding.cell) == ("row-too-long", "fault", 3, None)
    assert finding.message.startswith("has 4 cells for 3 headers, so they may stand under wrong ones.")


def test_a_delimiter_at_the_end_of_every_row_is_how_the_file_is_written(write_text: WriteText) -> None:
    raw = read_sheet(write_text("Title,HostId\nBooks,1,\nTaxes,2,\nBread,3,\n"))
    assert raw.findings == ()
    assert raw.cells[1].tolist() == ["1", "2", "3"]


@pytest.mark.parametrize(
    "rows",
    ["Bread, butter,1,\n", "Bread, butter,1,\nSalt, pepper,2,\nCorn,3\n"],
    ids=["the only row", "most rows"],
)
def test_cells_that_an_unquoted_delimiter_has_shifted_are_faults(rows: str, write_text: WriteText) -> None:
    """However many rows have one cell too many, and the last of them blank."""
    raw = read_sheet(write_text(f"Title,HostId,Group\n{rows}"))
    assert {(finding.code, finding.row) for finding in raw.findings if "butter" in rows} >= {
        ("row-too-long", 2)
    }


def test_a_ragged_row_names_its_line_where_that_is_not_its_number(write_text: WriteText) -> None:
    raw = read_sheet(write_text('Title,HostId,Summary\n"Books\nand more",1,x\nTaxes,2\n'))
    (finding,) = raw.findings
    assert (finding.code, finding.row) == ("row-too-short", 3)
    assert "has only 2 of the header's 3 cells (line 4 of the file)" in finding.message


def test_a_course_typed_over_the_help_row_is_a_course(write_book: WriteBook) -> None:
    helped = [PROPERTIES[name].help for name in REQUIRED]
    raw = read_sheet(write_book(Plan=[REQUIRED, [*BOOKS[:3], *helped[3:]], BOOKS]))
    assert list(raw.cells.index) == [2, 3]
    assert raw.findings == ()
