"""A report that comes back: its columns of ours are not read, and nothing else of it moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.read import read_sheet
from pipeline.read.ours import without_ours
from pipeline.read.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Cell
    from tests.read.conftest import Refused, WriteBook, WriteText

HEADER = ["Title", "Location"]


def table(*rows: Sequence[Cell], **parts: object) -> Table:
    numbered = [(number, list(row)) for number, row in enumerate(rows, start=1)]
    return Table(sheet=None, rows=numbered, **parts)  # type: ignore[arg-type]  # a test's parts


def test_a_file_without_our_columns_is_left_as_it_is() -> None:
    one = table(HEADER, ["Pottery", "5"])
    assert without_ours(one, 0) == (one, {})
    assert without_ours(one, 0)[0] is one


@pytest.mark.parametrize(
    "header",
    [
        "course-import: Errors",
        "course-import: Status",
        "COURSE IMPORT: ROW",
        " course_import:id ",
        "course-import: Place",
    ],
)
def test_our_columns_are_blank_wherever_they_stand(header: str) -> None:
    """However somebody spelt them anew."""
    one = table([header, *HEADER], ["x", "Pottery", "5"])
    left, _ = without_ours(one, 0)
    assert left.rows == [(1, [None, *HEADER]), (2, [None, "Pottery", "5"])]


@pytest.mark.parametrize("header", ["Errors", "Status", "Id", "Row", "course-import", "course-import: Title"])
def test_columns_of_the_user_s_stay(header: str) -> None:
    one = table([*HEADER, header], ["Pottery", "5", "x"])
    assert without_ours(one, 0)[0] is one


def test_a_row_that_held_only_our_words_is_gone() -> None:
    """Somebody emptied it; the lines of those that stay are still theirs."""
    one = table([*HEADER, "course-import: Errors"], [None, None, "Title: is blank"], ["Pottery", "5", None])
    left, _ = without_ours(Table(sheet=None, rows=one.rows, lines=[1, 2, 4]), 0)
    assert [number for number, _ in left.rows] == [1, 3]
    assert left.lines == [1, 4]


def test_rows_above_the_header_stay() -> None:
    one = table(
        [None, None, "course-import: Errors of spring"], [*HEADER, "course-import: Errors"], ["a", "5", "b"]
    )
    left, _ = without_ours(one, 1)
    assert [number for number, _ in left.rows] == [1, 2, 3]


def test_places_are_told() -> None:
    """As whole numbers; what somebody typed there in their stead is none."""
    header = [*HEADER, "course-import: Place"]
    one = table(header, ["a", "5", 7], ["b", "5", 8.0], ["c", "5", "9"], ["d", "5", "next"], ["e", "5"])
    assert without_ours(one, 0)[1] == {2: 7, 3: 8, 4: 9}


def test_workbook_with_our_columns_reads_as_one_without(write_book: WriteBook) -> None:
    """No word about columns that are not imported, and addresses as they were."""
    path = write_book(
        Plan=[
            [*HEADER, "course-import: Status", "Order", "course-import: Errors"],
            ["Pottery", 5, "faulty", 10, "Order: =wrong"],
            [None, None, "created", None, None],
        ]
    )
    raw = read_sheet(path)
    assert raw.headers == ("Title", "Location", "", "Order")
    assert raw.cells.loc[[2]].to_numpy()[0].tolist() == ["Pottery", 5, None, 10]
    assert raw.cells.index.tolist() == [2]
    assert raw.findings == ()


def test_what_cannot_be_read_in_our_columns_is_nobody_s_fault(write_text: WriteText) -> None:
    path = write_text(f"Title,Location,course-import: Errors\nPottery,5,a\x00b\nWea\x00ving,5,{'c' * 99}\n")
    raw = read_sheet(path)
    assert [(finding.cell, finding.code) for finding in raw.findings] == [("A3", "nul")]


def test_a_file_of_nothing_but_our_columns_is_refused(refused: Refused, write_text: WriteText) -> None:
    path = write_text("course-import: Row,course-import: Errors\n3,Title: is blank\n")
    assert refused(path).code == "no-rows"


def test_a_cell_typed_beyond_our_columns_is_told(write_text: WriteText) -> None:
    path = write_text("Title,Location,course-import: Row\nPottery,5,3,why?\nWeaving,5,4\n")
    [finding] = read_sheet(path).findings
    assert (finding.row, finding.severity) == (2, "fault")
    assert "stands beyond the last header" in finding.message


def test_cells_beyond_a_header_of_nothing_but_ours_are_told(write_text: WriteText) -> None:
    """No column is left to name what is missing; tidying says which are."""
    raw = read_sheet(write_text("course-import: Row,course-import: Id\n3,5,why?\n4,6\n"))
    assert set(raw.headers) == {""}
    assert [(finding.row, finding.code) for finding in raw.findings] == [(2, "row-too-long")]
