"""The user's own sheet comes back as it looked, every fault at its cell, and nothing in it is alive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from pipeline.model import Finding, Status
from pipeline.read import read_sheet
from pipeline.report import CopyLimits, write_report
from pipeline.report.marks import ASK, BAD, IDLE
from pipeline.run import Order, check_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from pipeline.model import Report, TidySheet
    from tests.conftest import SaveByOffice

HEADER: Final = ("Key", "Title", "Location", "Trainer", "Order", "Access", "Summary", "Notes")
FIRST: Final = 4  # row; a title stands above the header
STATUS, ID, ERRORS = 9, 10, 11  # columns: the first free ones


def course(key: str, title: str, *, trainer: object = 1414980011, access: str = "Public") -> list[object]:
    return [key, title, 1414974955, trainer, 10, access, None, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A workbook that was checked."""

    report: Report
    sheet: TidySheet

    def ended(self, *statuses: Status) -> Judged:
        """Return the same as if a run had come to these statuses; what was created has an Id."""
        rows = tuple(
            replace(row, status=status, course_id=1414985000 if status is Status.CREATED else None)
            for row, status in zip(self.report.rows, statuses, strict=True)
        )
        return replace(self, report=replace(self.report, command="import", rows=rows))


class Judge(Protocol):
    """Checks a workbook."""

    def __call__(self, path: Path) -> Judged:
        """Check a file."""


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    def judged(path: Path) -> Judged:
        seen: list[TidySheet] = []
        order = Order(command="check", path=path, run_id="1", folder=tmp_path, seen=seen.append)
        report = check_file(order, now=lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
        return Judged(report=report, sheet=seen[0])

    return judged


def book_of(*rows: list[object]) -> tuple[Workbook, Worksheet]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Plan"
    everything: list[list[object]] = [["Our spring"], [], list(HEADER), *rows]
    for row in everything:
        sheet.append(list(row))
    return book, sheet


def saved(book: Workbook, tmp_path: Path) -> Path:
    book.save(path := tmp_path / "plan.xlsx")
    return path


def written(judged: Judged, tmp_path: Path, limits: CopyLimits = CopyLimits()) -> Workbook:  # noqa: B008 - a value
    folder = tmp_path / "report"
    folder.mkdir(exist_ok=True)
    write_report(judged.report, judged.sheet, folder, limits)
    return openpyxl.load_workbook(folder / "report.xlsx")


def about(book: Workbook) -> str:
    return "\n".join(f"{label.value}: {text.value}" for label, text in book["About"].iter_rows(max_col=2))


def colour(sheet: Worksheet, address: str) -> str | None:
    fill = sheet[address].fill
    return fill.fgColor.rgb[2:] if fill.fill_type else None


def note(sheet: Worksheet, address: str) -> str:
    comment = sheet[address].comment
    return comment.text if comment else ""


@pytest.fixture
def three(tmp_path: Path, judge: Judge) -> Judged:
    """A created row, a faulty one, one the API refused."""
    book, sheet = book_of(
        course("A", "Pottery"),
        course("B", "Weaving", trainer=None, access="Paid"),
        course("C", "Baking"),
    )
    sheet.column_dimensions["B"].width = 33
    sheet.row_dimensions[4].height = 28
    sheet.freeze_panes = "C4"
    sheet["B4"].font = Font(italic=True)
    sheet["H6"] = date(2026, 3, 2)
    book.create_sheet("Rows")["A1"] = "mine"
    judged = judge(saved(book, tmp_path)).ended(Status.CREATED, Status.INVALID, Status.REJECTED)
    no_host = Finding(
        code="api",
        message="not found",
        severity="fault",
        stage="send",
        row=6,
        cell="D6",
        column="Trainer",
        property_name="HostId",
    )
    rows = judged.report.rows
    refused = replace(rows[2], findings=(no_host,))
    return replace(judged, report=replace(judged.report, rows=(*rows[:2], refused)))


def test_every_cell_stands_where_it_stood_and_looks_as_it_did(three: Judged, tmp_path: Path) -> None:
    book = written(three, tmp_path)
    sheet = book.worksheets[0]
    assert [one.title for one in book.worksheets] == ["Plan", "Rows1", "About", "Rows"]
    assert book.active is sheet
    assert [cell.value for cell in sheet[FIRST][:7]] == course("A", "Pottery")[:7]
    assert (sheet["A1"].value, sheet["H6"].value) == ("Our spring", datetime(2026, 3, 2))  # noqa: DTZ001 - as Excel has it
    assert (sheet.column_dimensions["B"].width, sheet.row_dimensions[4].height) == (33, 28)
    assert (sheet.freeze_panes, sheet["B4"].font.italic) == ("C4", True)
    assert book["Rows"]["A1"].value == "mine"


def test_faults_are_coloured_and_noted_at_their_cells(three: Judged, tmp_path: Path) -> None:
    sheet = written(three, tmp_path).worksheets[0]
    assert colour(sheet, "D5") == BAD
    assert note(sheet, "D5").startswith("Trainer: is blank. Fill in:")
    assert (colour(sheet, "D6"), note(sheet, "D6")) == (BAD, "Trainer: not found")
    assert (colour(sheet, "C5"), note(sheet, "C5")) == (None, "")
    # No column holds a pricing plan: the row's own cell tells it.
    assert "TariffId: is blank, but a Paid course needs" in str(sheet.cell(5, ERRORS).value)


def test_our_columns_are_the_first_free_ones(three: Judged, tmp_path: Path) -> None:
    sheet = written(three, tmp_path).worksheets[0]
    headers = [sheet.cell(3, column).value for column in (STATUS, ID, ERRORS)]
    assert headers == ["course-import: Status", "course-import: Id", "course-import: Errors"]
    told = [[sheet.cell(row, column).value for column in (STATUS, ID)] for row in (4, 5, 6)]
    assert told == [["created", 1414985000], ["faulty", None], ["refused", None]]
    assert {colour(sheet, f"{letter}4") for letter in "ABCDEFGH"} == {IDLE}
    assert colour(sheet, "A5") is None


def test_nothing_in_a_copy_calculates_links_or_forbids(tmp_path: Path, judge: Judge) -> None:
    book, sheet = book_of(course("A", "Pottery"), course("B", "Weaving"))
    other = book.create_sheet("More")
    other["A1"] = "=1+1"
    sheet["H4"] = "=HYPERLINK(A1)"
    sheet["H5"].value = "-2 seats"
    sheet["A1"].hyperlink = "https://example.com/"
    sheet.protection.enable()
    sheet.add_data_validation(DataValidation(type="list", formula1='"a,b"', sqref="B4:B9"))
    red = PatternFill(bgColor="FF0000")
    rule = CellIsRule("equal", ["A1"], fill=red)  # type: ignore[no-untyped-call]  # stubs leave types out
    sheet.conditional_formatting.add("B4:B9", rule)
    sheet.add_table(Table(displayName="Plans", ref="A3:H5"))
    book.defined_names["Secret"] = DefinedName("Secret", attr_text="Plan!$A$1")
    copied = written(judge(saved(book, tmp_path)), tmp_path)
    plan = copied.worksheets[0]
    assert plan.title == "Plan"
    kinds = {cell.data_type for one in copied.worksheets for row in one.iter_rows() for cell in row}
    assert "f" not in kinds
    assert (plan["H5"].value, plan["H5"].quotePrefix) == ("-2 seats", True)
    assert plan["A1"].hyperlink is None
    assert not plan.protection.sheet
    assert (plan.data_validations.dataValidation, list(plan.conditional_formatting)) == ([], [])
    assert (list(plan.tables), list(copied.defined_names)) == (["Plans"], [])


def test_a_copy_that_comes_back_is_read_without_what_was_written_into_it(
    three: Judged, tmp_path: Path, judge: Judge
) -> None:
    """Its rows are the user's own; once more copied, nothing of the first report is left."""
    written(three, tmp_path)
    returned = tmp_path / "returned.xlsx"
    (tmp_path / "report" / "report.xlsx").rename(returned)
    book = openpyxl.load_workbook(returned)
    book["Plan"]["D5"] = 1414980011
    book["Plan"]["F5"] = "Public"
    book["Plan"]["A4"].comment = Comment("Ask Ann", "Ann")
    book.save(returned)
    again = judge(returned)
    assert again.sheet.raw.cells.shape[0] == 3
    assert again.report.tally[Status.INVALID] == 0, again.report.rows
    sheet = written(again, tmp_path).worksheets[0]
    assert (colour(sheet, "D5"), note(sheet, "D5"), note(sheet, "A4")) == (None, "", "Ask Ann")
    assert [sheet.cell(3, column).value for column in (STATUS, ID, ERRORS, ERRORS + 1)] == [
        "course-import: Status",
        "course-import: Id",
        "course-import: Errors",
        None,
    ]
    assert [sheet.cell(row, STATUS).value for row in (4, 5, 6)] == ["right"] * 3


def test_a_note_of_the_users_own_outlives_ours(tmp_path: Path, judge: Judge) -> None:
    """It stands below ours, and alone again once the cell is right."""
    book, sheet = book_of(course("A", "Pottery", trainer=None))
    sheet["D4"].comment = Comment("Ask Ann", "Ann")
    copied = written(judge(saved(book, tmp_path)), tmp_path)
    assert note(copied.worksheets[0], "D4").endswith("\n\nThe note that was here: Ask Ann")
    copied.worksheets[0]["D4"] = 1414980011
    again = written(judge(saved(copied, tmp_path)), tmp_path)
    assert note(again.worksheets[0], "D4") == "Ask Ann"


def test_merged_and_hidden_cells_can_be_told_of(tmp_path: Path, judge: Judge) -> None:
    book, sheet = book_of(course("A", "Pottery", trainer=None), course("B", "Weaving", trainer=None))
    sheet.merge_cells("D4:D5")
    sheet.row_dimensions[5].hidden = True
    sheet.auto_filter.ref = "A3:H5"
    copied = written(judge(saved(book, tmp_path)), tmp_path).worksheets[0]
    assert note(copied, "D4").count("is blank") == 2
    assert not copied.row_dimensions[5].hidden
    assert copied.auto_filter.ref == "A3:K5"


def test_where_no_copy_can_be_made_a_plain_sheet_takes_its_place(three: Judged, tmp_path: Path) -> None:
    """With the same cells at the same addresses, the same colours and notes, and the reason."""
    book = written(three, tmp_path, CopyLimits(seconds=0.001))
    assert [one.title for one in book.worksheets] == ["Plan", "Rows", "About"]
    assert "its layout could not be copied (took longer than 0.001 seconds)" in about(book)
    check_plain_sheet(book.worksheets[0])


def check_plain_sheet(sheet: Worksheet) -> None:
    assert [cell.value for cell in sheet[3][:8]] == list(HEADER)
    assert [sheet["B4"].value, sheet["B6"].value] == ["Pottery", "Baking"]
    assert (colour(sheet, "D5"), colour(sheet, "A4")) == (BAD, IDLE)
    assert note(sheet, "D5").startswith("Trainer: is blank")
    assert sheet.cell(5, STATUS).value == "faulty"


def test_a_file_that_was_changed_meanwhile_is_not_copied(three: Judged, tmp_path: Path) -> None:
    Path(three.report.source.path).write_bytes(b"something else")
    book = written(three, tmp_path)
    assert "its layout" not in about(book)  # it is no workbook any more
    check_plain_sheet(book.worksheets[0])
    openpyxl.Workbook().save(three.report.source.path)
    book = written(three, tmp_path)
    assert "(the file was changed meanwhile)" in about(book)
    check_plain_sheet(book.worksheets[0])


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_other_kinds_come_back_as_a_plain_sheet(
    kind: str, three: Judged, tmp_path: Path, judge: Judge, saved_by_office: SaveByOffice
) -> None:
    judged = judge(saved_by_office(Path(three.report.source.path), kind))
    ended = judged.ended(Status.CREATED, Status.INVALID, Status.NOT_SENT)
    book = written(ended, tmp_path)
    assert "a file of this kind has no layout to copy" in about(book)
    check_plain_sheet(book.worksheets[0])


def test_text_comes_back_as_a_sheet_too(tmp_path: Path, judge: Judge) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("Title,Location,Trainer,Order,Access\n=1+1,1414974955,Jon,10,Public\n", encoding="utf-8")
    sheet = written(judge(path), tmp_path).worksheets[0]
    assert (sheet.title, sheet["A2"].value, sheet["A2"].data_type) == ("Courses", "=1+1", "s")
    assert sheet["A2"].quotePrefix


def test_very_many_rows_are_told_plainly(
    tmp_path: Path, three: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.report.workbook._MOST_MARKED", 2)
    book = written(three, tmp_path)
    assert "beyond 2 rows none is coloured or noted" in about(book)
    sheet = book.worksheets[0]
    assert (colour(sheet, "D5"), note(sheet, "D5")) == (None, "")
    assert "Trainer: is blank" in str(sheet.cell(5, ERRORS).value)


def test_a_warning_is_milder_than_a_fault(tmp_path: Path, judge: Judge) -> None:
    book, _ = book_of(course("A", "FranÃ§ais"))
    judged = judge(saved(book, tmp_path))
    sheet = written(judged, tmp_path).worksheets[0]
    assert colour(sheet, "B4") == ASK
    assert "(warning)" in note(sheet, "B4")


def test_error_values_and_cells_too_many_are_shown_as_they_are(tmp_path: Path, judge: Judge) -> None:
    book, sheet = book_of(course("A", "Pottery"))
    sheet["D4"] = "#REF!"
    sheet["D4"].data_type = "e"
    judged = judge(saved(book, tmp_path))
    plain = written(judged, tmp_path, CopyLimits(seconds=0.001)).worksheets[0]
    assert (plain["D4"].value, plain["D4"].data_type, colour(plain, "D4")) == ("#REF!", "e", BAD)
    text = tmp_path / "plan.csv"
    text.write_text("Title,Location,Trainer,Order,Access\na,1,2,3,Public,=4\n", encoding="utf-8")
    assert written(judge(text), tmp_path).worksheets[0]["F2"].value == "=4"


def test_what_a_person_sees_is_the_golden_one(
    three: Judged, tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    """Of the marked copy and of the rows to fix: values, colours, notes."""
    copied = written(three, tmp_path).worksheets[0]
    to_fix = openpyxl.load_workbook(tmp_path / "report" / "to-fix.xlsx").worksheets[0]
    seen = "\n\n".join("\n".join(dumped(sheet)) for sheet in (copied, to_fix))
    golden("marked.xlsx.txt", f"{seen}\n")


def dumped(sheet: Worksheet) -> Iterator[str]:
    yield f"sheet {sheet.title}: frozen {sheet.freeze_panes}"
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        if cell.value is not None or cell.comment is not None:
            told = f"{cell.coordinate} {colour(sheet, cell.coordinate) or ''}".rstrip()
            noted = f" [{cell.comment.text!r}]" if cell.comment else ""
            yield f"{told}: {cell.value!r}{noted}"


def test_what_the_copy_reads_like_is_what_was_read(three: Judged, tmp_path: Path) -> None:
    """The copied cells are the user's: reading them gives the same table."""
    written(three, tmp_path)
    raw = read_sheet(tmp_path / "report" / "report.xlsx")
    assert raw.source.sheet == "Plan"
    before = three.sheet.raw
    assert raw.cells.index.tolist() == before.cells.index.tolist()
    width = len(before.headers)
    assert raw.cells.iloc[:, :width].to_numpy().tolist() == before.cells.to_numpy().tolist()
