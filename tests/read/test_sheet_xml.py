from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest

from pipeline.errors import FileRefused
from pipeline.read import Reading, read_sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.model import RawSheet
    from tests.read.conftest import WriteBook

HEADER: Final = ("Title", "HostId")
UNCALCULATED: Final = "is a formula without a value. Open the file in Excel and save it."
SHEET_PART: Final = "xl/worksheets/sheet1.xml"


def read_with_cell(path: Path, cell: str) -> RawSheet:
    """Read a workbook whose cell B2 is written as given."""
    return _read_with_part(path, lambda xml: re.sub('<c r="B2".*?</c>', cell, xml))


@pytest.mark.parametrize(
    ("cell", "code", "value"),
    [
        pytest.param('<c r="B2"><f>A1</f></c>', "formula-without-value", None, id="no value"),
        pytest.param('<c r="B2"><f>A1</f><v></v></c>', "formula-without-value", None, id="a blank value"),
        pytest.param('<c r="B2"><f>A1/B1</f>\n<v />\n</c>', "formula-without-value", None, id="indented"),
        pytest.param(
            '<c r="B2"><f t="shared" si="0"/><v/></c>', "formula-without-value", None, id="a shared formula"
        ),
        pytest.param(
            '<c r="B2" t="str"><f>A1</f></c>', "formula-without-value", None, id="a text, not there"
        ),
        pytest.param("<c><f>A1</f></c>", "formula-without-value", None, id="a cell without address"),
        pytest.param('<c r="B2" t="e"><v>#N/A</v></c>', "error-cell", "#N/A", id="an error"),
        pytest.param("<c r='B2' t='e'><v>#REF!</v></c>", "error-cell", "#REF!", id="other marks"),
        pytest.param(
            '<c t="e" s="1" r="B2"><f>1/0</f><v>#DIV/0!</v></c>', "error-cell", "#DIV/0!", id="of a formula"
        ),
    ],
)
def test_a_cell_that_lost_its_value_is_a_fault_at_its_place(
    cell: str, code: str, value: str | None, write_book: WriteBook
) -> None:
    raw = read_with_cell(write_book(Plan=[HEADER, ("Books", 1), ("Taxes", 2)]), cell)
    (finding,) = raw.findings
    assert (finding.code, finding.severity, finding.stage) == (code, "fault", "read")
    assert (finding.row, finding.cell, finding.column, finding.value) == (2, "B2", "HostId", value)
    assert finding.message == (
        UNCALCULATED if value is None else f"is the error {value}. Correct the cell or its formula."
    )
    assert raw.cells[1].tolist() == [None, 2]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        pytest.param('<c r="B2"><f>6*7</f><v>42</v></c>', 42, id="a number"),
        pytest.param('<c r="B2" t="str"><f>A1&gt;"&lt;f"</f><v>x</v></c>', "x", id="a text"),
        pytest.param('<c r="B2" t="str"><f>IF(A1="","",A1)</f><v></v></c>', None, id="a blank text"),
        pytest.param('<c r="B2" s="1"/>', None, id="no more than a colour"),
        pytest.param('<c r="B2" t="inlineStr"><is><t>a:f</t></is></c>', "a:f", id="no formula"),
    ],
)
def test_a_cell_that_has_its_value_is_no_fault(
    cell: str, value: str | float | None, write_book: WriteBook
) -> None:
    raw = read_with_cell(write_book(Plan=[HEADER, ("Books", 1)]), cell)
    assert raw.findings == ()
    assert raw.cells.loc[2, 1] == value


def test_an_edge_of_the_cells_within_a_comment_is_none(write_book: WriteBook) -> None:
    """A sheet is scanned by the megabyte: neither part of this one has both of the true edges."""
    before = {3: "<!--</sheetData>-->", 5: " " * 2**21, 7: "<!--<sheetData>-->"}

    def commented(xml: str) -> str:
        return re.sub(r'<row r="(\d)"', lambda row: before.get(int(row[1]), "") + row[0], xml)

    rows = [HEADER, *(("Books", "=A1" if number in {3, 6} else number) for number in range(2, 9))]
    raw = _read_with_part(write_book(Plan=rows), commented)
    assert [(finding.code, finding.cell) for finding in raw.findings] == [
        ("formula-without-value", "B3"),
        ("formula-without-value", "B6"),
    ]


def test_rows_and_cells_without_addresses_are_counted(write_book: WriteBook) -> None:
    path = write_book(Plan=[HEADER, ("Books", "=A1"), ("Taxes", "=A1")])
    raw = _read_with_part(path, lambda xml: re.sub(r'<(c|row) r="\w+"', r"<\1", xml))
    assert [(finding.row, finding.cell) for finding in raw.findings] == [(2, "B2"), (3, "B3")]


def test_marks_with_a_prefix_are_known_too(write_book: WriteBook) -> None:
    """Some programs write every name of the sheet with its namespace before it."""

    def prefixed(xml: str) -> str:
        return re.sub(r"<(/?)(?=\w)", r"<\1x:", xml).replace("xmlns=", "xmlns:x=")

    raw = _read_with_part(write_book(Plan=[HEADER, ("Books", "=A1")]), prefixed)
    assert [(finding.code, finding.cell) for finding in raw.findings] == [("formula-without-value", "B2")]


def test_a_row_of_lost_cells_only_is_no_blank_row(write_book: WriteBook) -> None:
    """Wherever it stands: between others, and behind the last."""
    raw = read_sheet(write_book(top=2, left=2, Plan=[HEADER, ("=A1", None), ("Taxes", 2), (None, "=A1")]))
    assert list(raw.cells.index) == [3, 4, 5]
    assert list(raw.cells.loc[5]) == [None, None, None]
    assert [(finding.row, finding.cell) for finding in raw.findings] == [(3, "B3"), (5, "C5")]


def test_a_lost_cell_without_a_header_is_told_as_its_column_is(write_book: WriteBook) -> None:
    findings = read_sheet(write_book(Plan=[HEADER, ("Books", 1, "=A1", "=A1")])).findings
    assert [(finding.code, finding.cell) for finding in findings] == [
        ("not-imported", "C1"),
        ("not-imported", "D1"),
    ]


def test_a_header_that_lost_its_cells_is_refused(write_book: WriteBook) -> None:
    with pytest.raises(FileRefused) as caught:
        read_sheet(write_book(Plan=[("Title", "=A1", "#REF!"), ("Books", 1, 2)]))
    assert [(problem.cell, problem.row, problem.message) for problem in caught.value.problems] == [
        ("B1", None, f"courses.xlsx · Plan: B1 {UNCALCULATED}"),
        ("C1", None, "courses.xlsx · Plan: C1 is the error #REF!. Correct the cell or its formula."),
    ]


@pytest.mark.parametrize("folder", ["/xl/", ""])
def test_only_the_sheet_that_is_read_is_looked_at(folder: str, tmp_path: Path) -> None:
    """It is found by its name, however the file writes where its part is."""
    book = openpyxl.Workbook()
    for name, host in (("Old", 1), ("Plan & <more>", "=A1"), ("Notes", "#N/A")):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append(["Books", host])
    book.remove(book.worksheets[0])
    book.save(path := tmp_path / "courses.xlsx")
    _rewrite(
        path, "xl/_rels/workbook.xml.rels", lambda xml: xml.replace("/xl/worksheets", f"{folder}worksheets")
    )
    (others,) = read_sheet(path, Reading(sheet="Old")).findings
    _, finding = read_sheet(path, Reading(sheet="Plan & <more>")).findings
    assert (others.code, finding.code) == ("sheet-not-read", "formula-without-value")


def _read_with_part(path: Path, change: Callable[[str], str]) -> RawSheet:
    _rewrite(path, SHEET_PART, change)
    return read_sheet(path)


def _rewrite(path: Path, part: str, change: Callable[[str], str]) -> None:
    with zipfile.ZipFile(path) as parts:
        contents = {name: parts.read(name) for name in parts.namelist()}
    contents[part] = change(contents[part].decode()).encode()
    with zipfile.ZipFile(path, "w") as parts:
        for name, inside in contents.items():
            parts.writestr(name, inside)


def test_hidden_rows_and_columns_are_read_and_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (HEADER, *((f"Course {number}", number) for number in range(2, 9))):
        sheet.append(list(row))
    for number in (3, 4, 5, 7):
        sheet.row_dimensions[number].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet.auto_filter.ref = "A1:B8"
    sheet.auto_filter.add_filter_column(0, ["Course 2"])
    book.save(path := tmp_path / "courses.xlsx")

    raw = read_sheet(path)
    assert list(raw.cells.index) == [2, 3, 4, 5, 6, 7, 8]
    assert [(finding.code, finding.severity, finding.message) for finding in raw.findings] == [
        (
            "hidden",
            "information",
            (
                "courses.xlsx · Sheet: these rows are hidden, some by a filter, and read like the others: "
                "3 to 5, 7."
            ),
        ),
        (
            "hidden",
            "information",
            "courses.xlsx · Sheet: these columns are hidden, and read like the others: B.",
        ),
    ]


def test_cells_that_no_memory_could_hold_are_refused_naming_the_last(write_book: WriteBook) -> None:
    """python-calamine would end the whole process instead."""
    path = write_book(Plan=[HEADER, ("Books", 1)])
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    _rewrite(path, SHEET_PART, lambda xml: xml.replace("</sheetData>", far))
    with pytest.raises(FileRefused) as caught:
        read_sheet(path)
    assert caught.value.problems[0].code == "too-far"
    assert "the cells reach to XFD1048576" in str(caught.value)


@pytest.mark.parametrize(
    "far",
    [
        pytest.param('<row r="1048576"><c r="XFD1048576" s="0"/></row>', id="only styled"),
        pytest.param('<row r="1000000"><c r="B1000000"><v>7</v></c></row>', id="far down"),
        pytest.param('<row r="5"><c r="XFD5"><v>7</v></c></row>', id="far to the right"),
    ],
)
def test_far_cells_that_memory_can_hold_are_read(far: str, write_book: WriteBook) -> None:
    path = write_book(Plan=[HEADER, ("Books", 1)])
    raw = _read_with_part(path, lambda xml: xml.replace("</sheetData>", f"{far}</sheetData>"))
    assert list(raw.cells.iloc[0, :2]) == ["Books", 1]


def test_a_sheet_is_looked_at_in_pieces_none_of_which_cuts_a_cell(
    write_book: WriteBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the size of a piece: the same cells are lost, the same rows hidden."""
    rows = [HEADER, *((f"Course {number}", "=A1" if number % 3 else number) for number in range(60))]
    path = write_book(Plan=rows)
    whole = read_sheet(path).findings
    for size in (7, 64, 1000):
        monkeypatch.setattr("pipeline.read.archive._PIECE_BYTES", size)
        assert read_sheet(path).findings == whole
    assert len(whole) == 40
