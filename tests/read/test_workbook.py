from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import openpyxl
import pytest

from pipeline.read import read_sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.read.conftest import Refused, WriteBook, WriteText

OLE2 = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
HEADER = ("Title", "HostId")
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


def test_the_first_visible_sheet_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    """Hidden sheets hold lists for menus: they are neither taken for the plan nor mentioned."""
    book = openpyxl.Workbook()
    for name, state in (("Lists", "hidden"), ("Plan", "visible"), ("Notes", "visible"), ("Old", "visible")):
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        sheet.append(["Title"])
        sheet.append([name])
    book.remove(book.worksheets[0])
    book.save(path := tmp_path / "courses.xlsx")

    raw = read_sheet(path)
    assert raw.source.sheet == raw.cells.loc[2, 0] == "Plan"
    (finding,) = raw.findings
    assert (finding.code, finding.severity, finding.row) == ("sheet-not-read", "information", None)
    assert 'courses.xlsx: only the sheet "Plan" is read, not "Notes", "Old".' in finding.message

    asked = read_sheet(path, sheet="lists")
    assert asked.source.sheet == asked.cells.loc[2, 0] == "Lists"
    assert asked.findings == ()


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
        pytest.param(OLE2 + bytes(512), "other-kind", "(.xls). Open it and save it as .xlsx", id="xls"),
        pytest.param({"mimetype": b"application/vnd.oasis"}, "other-kind", "OpenDocument", id="ods"),
        pytest.param({"xl/workbook.bin": b""}, "other-kind", "(.xlsb)", id="xlsb"),
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
        pytest.param(
            # More cells than memory has addresses: Rust panics, and its exception is no Exception.
            lambda path: _rewritten(path, SHEET_PART, b'r="B2"', b'r="ZZZZZZ4000000000"'),
            id="a cell out of this world",
        ),
    ],
)
def test_a_damaged_workbook_is_refused_in_words(
    damage: Callable[[Path], Path], write_book: WriteBook, refused: Refused
) -> None:
    assert refused(damage(write_book(Plan=[HEADER, ("Books", 1)]))).code == "damaged"


def test_a_duration_too_long_for_any_calendar_is_refused_in_words(tmp_path: Path, refused: Refused) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Title"])
    sheet.append([1e300])
    sheet["A2"].number_format = "[h]:mm"
    book.save(path := tmp_path / "courses.xlsx")
    assert refused(path).code == "damaged"


def test_an_interruption_is_not_taken_for_damage(
    write_book: WriteBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while a workbook is read stays what it is."""
    path = write_book(Plan=[HEADER, ("Books", 1)])

    def interrupted(_file: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(zipfile, "ZipFile", interrupted)
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
