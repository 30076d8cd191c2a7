from __future__ import annotations

import hashlib
import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import openpyxl
import pytest

from pipeline.read import Reading, read_sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.read.conftest import Refused, Rewrite, WriteBook, WriteText

OLE2 = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
HEADER = ("Title", "HostId")
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
SHEET_PART = "xl/worksheets/sheet1.xml"


def test_cells_are_what_the_workbook_holds(write_book: WriteBook) -> None:
    """Numbers, answers, dates and times keep their kinds; text keeps every blank around it."""
    moment = datetime(2026, 1, 2, 3, 4)  # noqa: DTZ001 - cells know no time zone
    row = ("  Books\u00a0", 12, 1.5, True, date(2026, 1, 2), moment, time(3, 4), timedelta(hours=30))
    raw = read_sheet(write_book(Plan=[("Title", *"BCDEFGH"), row]))
    assert list(raw.cells.loc[2]) == list(row)
    assert [type(cell) for cell in raw.cells.loc[2, 3:]] == [bool, date, datetime, time, timedelta]


def test_the_source_names_sheet_and_hash(write_book: WriteBook) -> None:
    path = write_book(Plan=[HEADER, ("Books", 1)])
    source = read_sheet(path).source
    assert (source.path, source.sheet) == (str(path), "Plan")
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("top", "left"), [(1, 1), (4, 1), (1, 3), (4, 3)])
def test_rows_and_columns_stand_where_excel_shows_them(top: int, left: int, write_book: WriteBook) -> None:
    """A table may begin anywhere; rows that look blank are left out and still counted."""
    rows = [HEADER, ("Books", 1), (), (" \u00a0\u200b", None), ("Taxes", None)]
    raw = read_sheet(write_book(top, left, Plan=rows))
    indent = left - 1
    assert raw.header_row == top
    assert raw.headers == ("",) * indent + HEADER
    assert list(raw.cells.index) == [top + 1, top + 4]
    assert raw.cells.shape == (2, indent + 2)
    assert list(raw.cells.loc[top + 4]) == [None] * indent + ["Taxes", None]
    assert raw.findings == ()


COMPLETE = ("BusinessId", "HostId", "Title", "DisplayOrder", "Visibility")


@pytest.mark.parametrize(
    ("sheets", "chosen"),
    [
        pytest.param(
            {"Read me": [["How to"]], "Plan": [COMPLETE, (1, 1, "Books", 1, 1)]}, "Plan", id="header fits"
        ),
        pytest.param(
            {"Notes": [["Title"]], "Plan": [("Title", "HostId"), ("x", 1)]}, "Plan", id="more columns"
        ),
        pytest.param({"Blank": [], "Plan": [["Whatever"], ["x"]]}, "Plan", id="the only one that is filled"),
    ],
)
def test_the_sheet_whose_header_fits_is_read_and_the_others_are_told(
    sheets: dict[str, list[tuple[object, ...]]], chosen: str, write_book: WriteBook
) -> None:
    raw = read_sheet(write_book(1, 1, **sheets))
    assert raw.source.sheet == chosen
    (finding,) = [finding for finding in raw.findings if finding.code == "sheet-not-read"]
    (other,) = (name for name in sheets if name != chosen)
    assert (finding.severity, finding.row) == ("information", None)
    assert f'courses.xlsx: only the sheet "{chosen}" is read, not "{other}".' in finding.message


@pytest.mark.parametrize(
    "sheets",
    [
        pytest.param({"2025": [COMPLETE], "2026": [COMPLETE], "Lists": [["x"]]}, id="two headers fit"),
        pytest.param({"2025": [["a", "b"]], "2026": [["c", "d"]]}, id="none does"),
    ],
)
def test_which_of_several_sheets_is_meant_is_asked(
    sheets: dict[str, list[tuple[object, ...]]], write_book: WriteBook, refused: Refused
) -> None:
    problem = refused(write_book(1, 1, **sheets))
    assert problem.code == "no-sheet"
    assert problem.message == (
        'courses.xlsx has several sheets that can be meant. Name one of these with --sheet: "2025", "2026".'
    )


def test_a_hidden_sheet_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    """Hidden sheets hold lists for menus: they are not taken for the plan, and told like the others."""
    book = openpyxl.Workbook()
    for name, state in (("Lists", "hidden"), ("Plan", "visible")):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        sheet.append(["Title"])
        sheet.append([name])
    book.remove(book.worksheets[0])
    book.save(path := tmp_path / "courses.xlsx")

    for asked, chosen, other in ((None, "Plan", "Lists"), ("lists", "Lists", "Plan")):
        raw = read_sheet(path, Reading(sheet=asked))
        assert raw.source.sheet == raw.cells.loc[2, 0] == chosen
        assert [finding.code for finding in raw.findings] == ["sheet-not-read"]
        assert f'"{other}"' in raw.findings[0].message


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(
    write_book: WriteBook, refused: Refused
) -> None:
    problem = refused(write_book(Plan=[HEADER], Notes=[]), sheet="Plans")
    assert problem.code == "no-sheet"
    assert 'no sheet "Plans"' in problem.message
    assert '"Plan", "Notes"' in problem.message


def test_a_workbook_whose_sheets_are_all_hidden_needs_a_name(write_book: WriteBook, refused: Refused) -> None:
    path = _rewritten(write_book(Plan=[HEADER]), "xl/workbook.xml", b'state="visible"', b'state="hidden"')
    assert "no visible sheet" in refused(path).message


def test_a_workbook_is_known_by_its_contents_not_its_name(
    write_book: WriteBook, write_text: WriteText
) -> None:
    path = write_text(write_book(Plan=[HEADER, ("Books", 1)]).read_bytes(), name="courses.csv")
    assert list(read_sheet(path).cells.loc[2]) == ["Books", 1]


@pytest.mark.parametrize(
    ("contents", "code", "words"),
    [
        pytest.param(
            OLE2 + "EncryptedPackage".encode("utf-16-le") + bytes(512),
            "encrypted",
            "remove the password",
            id="locked",
        ),
        pytest.param(OLE2 + bytes(512), "other-kind", "no workbook", id="a document"),
        pytest.param(
            OLE2 + "Workbook".encode("utf-16-le") + bytes(512), "damaged", "save it again", id="no xls at all"
        ),
        pytest.param(
            {"mimetype": ODS, "META-INF/manifest.xml": b"<manifest:encryption-data/>"},
            "encrypted",
            "remove the password",
            id="locked ods",
        ),
        pytest.param(
            {"mimetype": ODS, "META-INF/manifest.xml": b""}, "damaged", "save it again", id="no ods at all"
        ),
        pytest.param({"xl/workbook.bin": b""}, "damaged", "save it again", id="no xlsb at all"),
        pytest.param(
            b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>",
            "other-kind",
            "XML spreadsheet of Excel 2003",
            id="XML of Excel 2003",
        ),
        pytest.param(
            {"word/document.xml": b""},
            "other-kind",
            "Name an .xlsx workbook or a text saved as CSV",
            id="docx",
        ),
        pytest.param({"xl/styles.xml": b""}, "damaged", "save it again as .xlsx", id="parts missing"),
        pytest.param(b"PK\x03\x04" + bytes(99), "damaged", "save it again as .xlsx", id="no zip at all"),
    ],
)
def test_other_files_are_refused_in_words(
    contents: bytes | dict[str, bytes], code: str, words: str, write_text: WriteText, refused: Refused
) -> None:
    if isinstance(contents, dict):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as parts:
            for part, inside in contents.items():
                parts.writestr(part, inside)
        contents = packed.getvalue()
    problem = refused(write_text(contents, name="courses.xlsx"))
    assert problem.code == code
    assert words in problem.message


def _cut_in_half(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-2000])
    return path


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(_cut_in_half, id="cut"),
        pytest.param(lambda path: _rewritten(path, SHEET_PART, b"</sheetData>", b""), id="markup"),
    ],
)
def test_a_damaged_workbook_is_refused_in_words(
    damage: Callable[[Path], Path], write_book: WriteBook, refused: Refused
) -> None:
    assert refused(damage(write_book(Plan=[HEADER, ("Books", 1)]))).code == "damaged"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        pytest.param('<c r="B2" t="zz"><v>7</v></c>', "unreadable-cell", id="of a kind that does not exist"),
        pytest.param(
            f'<c r="B2" s="{{DURATION}}"><v>{10**300}</v></c>', "error-cell", id="longer than any calendar"
        ),
    ],
)
def test_what_one_reader_gives_up_on_the_other_reads(
    cell: str, code: str, tmp_path: Path, rewrite: Rewrite
) -> None:
    """Every cell is there, and the one that cannot be read is a fault at its place."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (HEADER, ("Books", 1), ("Taxes", date(2026, 1, 2)), ("Bread", datetime(2026, 1, 2, 3, 4))):  # noqa: DTZ001 - cells know no time zone
        sheet.append(row)
    sheet["D1"].number_format = "[h]:mm"
    book.save(path := tmp_path / "courses.xlsx")
    style = str(sheet["D1"].style_id)
    odd = cell.replace("{DURATION}", style).encode()
    rewrite(path, SHEET_PART, lambda xml: re.sub(rb'<c r="B2".*?</c>', odd, xml))

    raw = read_sheet(path)
    assert raw.cells[0].tolist() == ["Books", "Taxes", "Bread"]
    assert raw.cells[1].tolist() == [None, date(2026, 1, 2), datetime(2026, 1, 2, 3, 4)]  # noqa: DTZ001 - the same
    assert type(raw.cells.loc[3, 1]) is date
    warning, fault = raw.findings
    assert (warning.code, warning.severity, warning.row) == ("damaged-in-places", "warning", None)
    assert (fault.code, fault.severity, fault.cell, fault.column) == (code, "fault", "B2", "HostId")


def test_an_interruption_is_not_taken_for_damage(
    write_book: WriteBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while a workbook is read stays what it is."""
    path = write_book(Plan=[HEADER, ("Books", 1)])

    def interrupted(_file: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.read.books.CalamineWorkbook.from_filelike", interrupted)
    with pytest.raises(KeyboardInterrupt):
        read_sheet(path)


def _rewritten(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """Replace bytes in one part of a workbook."""
    with zipfile.ZipFile(path) as parts:
        contents = {name: parts.read(name) for name in parts.namelist()}
    assert old in contents[part]
    contents[part] = contents[part].replace(old, new)
    with zipfile.ZipFile(path, "w") as parts:
        for name, inside in contents.items():
            parts.writestr(name, inside)
    return path
