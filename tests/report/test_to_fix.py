"""The to-fix file holds the rows somebody has to correct, and nothing of them is lost on the way back."""

from __future__ import annotations

import csv
import string
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from pipeline.model import Finding, Status
from pipeline.read import read_sheet
from pipeline.report import write_report
from pipeline.report.to_fix import ToFix, plan_to_fix, told_of, write_to_fix
from pipeline.run import Order, check_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model import Cell, RawSheet, Report, TidySheet

_Row: TypeAlias = "Sequence[Cell]"

HEADERS = ("Title", "Location", "Trainer", "Order", "Access", "Summary", "Notes")
GOOD: _Row = ("Pottery", 1414974955, 1414980011, 10, "Public")
FAULTY: _Row = (None, *GOOD[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A file that was checked, and what it holds."""

    report: Report
    sheet: TidySheet

    @property
    def fix(self) -> ToFix:
        """What is to be corrected."""
        fix = plan_to_fix(self.report, self.sheet)
        assert fix is not None
        return fix

    def written(self, folder: Path) -> Path:
        """Write the to-fix file."""
        path = folder / self.fix.name
        write_to_fix(self.fix, self.report, self.sheet, path)
        return path


def judged(path: Path) -> Judged:
    seen: list[TidySheet] = []
    order = Order(command="check", path=path, run_id="1", folder=path.parent, seen=seen.append)
    report = check_file(order, now=lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    return Judged(report=report, sheet=seen[0])


def workbook(path: Path, *rows: _Row) -> Path:
    """Write a workbook in which a text is a text, whatever it looks like."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate((HEADERS, *rows), start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(path)
    return path


def text_file(path: Path, *rows: _Row, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        padded = ([*row, *[None] * (len(HEADERS) - len(row))] for row in rows)
        csv.writer(file, delimiter=delimiter).writerows([HEADERS, *padded])
    return path


def typed(raw: RawSheet, row: int, width: int) -> list[tuple[type, Cell]]:
    """Return a row's cells with their types, as far as these decide what becomes of them."""
    cells = raw.cells.loc[[row]].to_numpy()[0].tolist()[:width]
    whole = (int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in cells)
    return [(type(cell), cell) for cell in whole]


def assert_comes_back(one: Judged, path: Path) -> None:
    """Hold a to-fix file against the rows it was made of."""
    raw, again = one.sheet.raw, read_sheet(path)
    width = len(raw.headers)
    assert again.headers[:width] == raw.headers
    assert len(again.cells) == len(one.fix.rows)
    for row, number in zip(one.fix.rows, again.cells.index, strict=True):
        assert typed(again, number, width) == typed(raw, row.number, width)
        assert set(again.cells.loc[[number]].to_numpy()[0].tolist()[width:]) <= {None}
    assert [finding for finding in again.findings if finding.severity == "fault"] == []


def test_only_rows_to_correct_are_in_it(tmp_path: Path) -> None:
    """In the user's columns and order, then the row's number in the file and everything wrong with it."""
    path = workbook(
        tmp_path / "plan.xlsx", GOOD, FAULTY, ("Weaving", *GOOD[1:]), (None, *GOOD[1:4], "Secret")
    )
    sheet = load_workbook(judged(path).written(tmp_path)).worksheets[0]
    header, first, second = sheet.iter_rows(values_only=True)
    assert sheet.title == "Sheet"
    assert header == (*HEADERS, "course-import: Row", "course-import: Errors")
    assert first[:8] == (*FAULTY, None, None, 3)
    assert second[7] == 5
    said = str(second[8]).splitlines()
    assert [line.partition(" ")[0] for line in said] == ["Title:", "Access:"]
    assert sheet["E3"].comment is not None
    assert sheet["E3"].comment.text == said[1]
    assert sheet["E3"].fill.fgColor.rgb == "00FFC7CE"


@pytest.mark.parametrize(
    ("status", "is_in"),
    [(status, status in {Status.INVALID, Status.REJECTED}) for status in Status],
    ids=list(Status),
)
def test_rows_are_in_it_by_their_status(status: Status, is_in: bool, tmp_path: Path) -> None:
    """What is corrected by a word to Nexudus, or only sent again, is in no file."""
    one = judged(workbook(tmp_path / "plan.xlsx", GOOD))
    report = replace(one.report, rows=(replace(one.report.rows[0], status=status),))
    assert (plan_to_fix(report, one.sheet) is not None) is is_in


def test_where_nothing_is_to_be_corrected_there_is_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    one = judged(workbook(tmp_path / "plan.xlsx", GOOD))
    write_report(one.report, one.sheet, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.json", "report.xlsx"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_text_becomes_csv_with_its_delimiter_and_a_mark(
    delimiter: str, encoding: str, tmp_path: Path
) -> None:
    """The byte order mark lets Excel take its letters as they are."""
    row = (*FAULTY, 'São Paulo, "the" big; one | two\nlines\tand', "-5")
    one = judged(text_file(tmp_path / "plan.csv", row, delimiter=delimiter, encoding=encoding))
    path = one.written(tmp_path)
    assert path.name == "to-fix.csv"
    text = path.read_bytes()
    assert text.startswith(b'\xef\xbb\xbf"Title"' + delimiter.encode() + b'"Location"')
    assert one.fix.why == ""
    assert_comes_back(one, path)


def test_text_that_only_holds_such_signs_stays_csv(tmp_path: Path) -> None:
    """No program begins a cell there; an export of Moodle has many of them."""
    row = (*FAULTY, '<img src="@@PLUGINFILE@@/a.jpg"> 1+1=2, well-known', "ann@example.com")
    one = judged(text_file(tmp_path / "plan.csv", row))
    assert one.fix.name == "to-fix.csv"
    assert_comes_back(one, one.written(tmp_path))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1 day", "-one", "@SUM(A1)", "  =1", "one\n=2", "a,=2", 'a,"=2', "a\t=2", "\uff1d1"],
)
def test_text_that_might_be_calculated_makes_it_a_workbook(text: str, tmp_path: Path) -> None:
    """In a CSV file no mark could tell it from a formula without being part of the text."""
    one = judged(workbook(tmp_path / "plan.xlsx", (*FAULTY, text)))
    sheet = replace(one.sheet, raw=replace(one.sheet.raw, delimiter=";"))
    fix = plan_to_fix(one.report, sheet)
    assert fix is not None
    assert fix.name == "to-fix.xlsx"
    assert (
        fix.why
        == " It is no CSV file because Excel might take a text in one for a formula, or lose a sign of it."
    )


_SIGNS = st.sampled_from("=+-@;,|\t\"'\n\r _x0041#/\\<&\xa0\u200b\ufeff\uff1dé簿👩")
TEXTS = st.one_of(
    st.text(_SIGNS, min_size=1, max_size=12),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.text(string.digits, min_size=1, max_size=20),  # leading zeros, too long for a number
    st.sampled_from(["TRUE", "#N/A", "2026-03-02", "1e5", "12,5", "50%", "None", "_x000d_", "x" * 32_767]),
)
VALUES = st.one_of(
    TEXTS,
    st.integers(-(10**15), 10**15),
    st.floats(-(10**12), 10**12, allow_nan=False).map(lambda value: round(value, 4)),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2200, 1, 1)).map(lambda day: datetime.combine(day, time())),
    st.datetimes(datetime(1900, 3, 1), datetime(2200, 1, 1)).map(  # noqa: DTZ001 - a cell has no zone
        lambda moment: moment.replace(microsecond=0)
    ),
    st.none(),
)


def in_workbooks(value: object) -> bool:
    """Whether openpyxl can write a value."""
    return not isinstance(value, str) or all(
        letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff") for letter in value
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(rows=[["_x0041_", "a\rb"], ["007", "=1"], [" edges ", datetime(2026, 3, 2)]])  # noqa: DTZ001 - a cell's
@given(rows=st.lists(st.lists(VALUES.filter(in_workbooks), min_size=2, max_size=2), min_size=1, max_size=8))
def test_a_workbook_s_rows_come_back_as_they_were(
    rows: list[list[Cell]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every cell and its type, whatever it holds."""
    folder = tmp_path_factory.mktemp("any")
    one = judged(workbook(folder / "plan.xlsx", *((*FAULTY, *row) for row in rows)))
    assert [row.number for row in one.fix.rows] == list(range(2, len(rows) + 2))
    assert_comes_back(one, one.written(folder))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(rows=[["\x00", "a"]], delimiter=",")
@example(rows=[["\x1b[0m", "007"], ["a\rb", "1e5"]], delimiter=";")
@given(
    rows=st.lists(st.lists(TEXTS, min_size=2, max_size=2), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
)
def test_a_text_s_rows_come_back_as_they_were(
    rows: list[list[str]], delimiter: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Be it as CSV or as a workbook; those that no file can hold are named instead."""
    folder = tmp_path_factory.mktemp("any")
    path = folder / "plan.csv"
    written = [["" if cell is None else str(cell) for cell in FAULTY] + row for row in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([HEADERS, *written])
    one = judged(path)
    held = [row.number for row in one.fix.rows]
    assert sorted([*held, *one.fix.only_in_file]) == list(range(2, len(rows) + 2))
    if held:
        assert_comes_back(one, one.written(folder))


def test_a_row_no_other_file_can_hold_is_named(tmp_path: Path) -> None:
    """Its cells cannot be told apart, or a workbook keeps less of a text than the file holds."""
    rows = ((*FAULTY, "=1"), (*FAULTY, "=" + "x" * 33_000), (*FAULTY, "one", "cell", "too many"))
    one = judged(text_file(tmp_path / "plan.csv", *rows))
    assert [row.number for row in one.fix.rows] == [2]
    assert one.fix.only_in_file == (3, 4)
    told = dict(told_of(one.fix, one.report))
    assert told["Only in the file"] == (
        "No other file can hold these rows as they are. Correct them in plan.csv itself: 3, 4."
    )


def test_what_to_do_names_both_files_and_the_command(tmp_path: Path) -> None:
    """With what was typed the first time; the to-fix file has but one sheet."""
    one = judged(workbook(tmp_path / "plan.xlsx", FAULTY, FAULTY))
    report = replace(
        one.report,
        command="import",
        folder="reports/spring plan",
        flags=("--set=HostId=5", "--layout=moodle"),
    )
    assert list(told_of(one.fix, report)) == [
        (
            "What to do",
            (
                "Correct the 2 rows in to-fix.xlsx, or in plan.xlsx itself. Created courses are recognised: "
                "none is made twice. Save the file, and run the same command for it: course-import import "
                "'reports/spring plan/to-fix.xlsx' --set HostId=5 --layout moodle"
            ),
        )
    ]


def test_report_tells_of_it(tmp_path: Path) -> None:
    """On the sheet "About" and on the page, where it says what to do."""
    folder = tmp_path / "report"
    folder.mkdir()
    one = judged(workbook(tmp_path / "plan.xlsx", FAULTY))
    write_report(replace(one.report, folder=str(folder)), one.sheet, folder)
    words = "Correct the row in to-fix.xlsx, or in plan.xlsx itself."
    about = load_workbook(folder / "report.xlsx")["About"]
    told = {str(label): str(text) for label, text in about.iter_rows(max_col=2, values_only=True)}
    assert told["What to do"].startswith(words)
    to_do = (folder / "report.html").read_text("utf-8").partition('id="to-do"')[2].partition("</section>")[0]
    assert words in to_do
    assert (folder / "to-fix.xlsx").exists()


def test_where_no_row_can_be_held_there_is_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    one = judged(text_file(tmp_path / "plan.csv", (*FAULTY, "one", "cell", "too many")))
    assert one.fix.rows == ()
    assert [label for label, _ in told_of(one.fix, one.report)] == ["Only in the file"]
    write_report(one.report, one.sheet, folder)
    assert not list(folder.glob("to-fix*"))


def test_errors_that_look_live_are_inert_in_csv(tmp_path: Path) -> None:
    """What is said of a row is text of ours and the API's; it decides over the kind of file, too."""
    one = judged(text_file(tmp_path / "plan.csv", FAULTY))
    said = Finding(
        code="api", message="=cmd|calc", severity="fault", stage="send", row=2, property_name="-Title"
    )
    report = replace(one.report, rows=(replace(one.report.rows[0], findings=(said,)),))
    fix = plan_to_fix(report, one.sheet)
    assert fix is not None
    assert fix.name == "to-fix.xlsx"
