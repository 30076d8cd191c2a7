"""The way from faults to created courses, through the files a report hands back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import openpyxl
import pytest

from pipeline.model import Status
from pipeline.report import write_report
from tests.run.conftest import HEADERS, course, in_sandbox, titles, write_courses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model import Report, TidySheet
    from pipeline.sandbox import Running
    from tests.run.conftest import Tester

SAMPLES: Final = Path(__file__).parents[2] / "samples"


class Run(Protocol):
    """Imports a file into the sandbox and writes the report's files."""

    def __call__(self, path: Path) -> Report:
        """Return the report."""


@pytest.fixture
def run(tester: Tester, sandbox: Running) -> Run:
    def imported(path: Path) -> Report:
        seen: list[TidySheet] = []
        report = tester.import_file(path, sandbox.url, seen=seen.append)
        folder = tester.folder / report.run_id
        folder.mkdir()
        write_report(report, seen[0], folder)
        return report

    return imported


def folder_of(report: Report, tester: Tester) -> Path:
    return tester.folder / report.run_id


def statuses(report: Report) -> list[str]:
    return [row.status.value for row in report.rows]


def corrected(path: Path, cells: Mapping[str, str | int]) -> Path:
    """Type into a workbook's first sheet, and save it."""
    book = openpyxl.load_workbook(path)
    for address, value in cells.items():
        book.worksheets[0][address] = value
    book.save(path)
    return path


def workbook(path: Path, *courses: Sequence[Any]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Plan"
    for row in (HEADERS, *courses):
        sheet.append(list(row))
    book.save(path)
    return path


def test_rows_corrected_in_either_file_are_created_once(
    run: Run, tester: Tester, sandbox: Running, tmp_path: Path
) -> None:
    """Titles are the keys; the rows of the to-fix file have other numbers than those of the file."""
    good, bad = course("Pottery"), course("Weaving", HostId="")
    path = workbook(tmp_path / "plan.xlsx", good, bad, course("Baking"), course("Yoga", Visibility="Secret"))
    first = run(path)
    assert statuses(first) == ["created", "invalid", "created", "invalid"]
    to_fix = folder_of(first, tester) / "to-fix.xlsx"
    sheet = openpyxl.load_workbook(to_fix).worksheets[0]
    width = len(good)
    told = [[cell.value for cell in row][width:] for row in sheet.iter_rows(min_row=2)]
    assert [row[0] for row in told] == [3, 5]  # their numbers in the file
    assert "HostId: is blank" in str(told[0][1])
    corrected(to_fix, {"B2": 1414980011})
    second = run(to_fix)
    assert statuses(second) == ["created", "invalid"]
    corrected(path, {"B3": 1414980011, "E5": "Public"})
    third = run(path)
    assert statuses(third) == ["unchanged", "unchanged", "unchanged", "created"]
    assert sorted(titles(sandbox.url)) == ["Baking", "Pottery", "Weaving", "Yoga"]
    assert not (folder_of(third, tester) / "to-fix.xlsx").exists()


def test_a_row_changed_after_its_course_was_made_is_told(run: Run, sandbox: Running, tmp_path: Path) -> None:
    path = workbook(tmp_path / "plan.xlsx", course("Pottery"), course("Weaving"))
    run(path)
    corrected(path, {"D2": 99})
    report = run(path)
    assert statuses(report) == ["changed", "unchanged"]
    assert "DisplayOrder" in report.rows[0].reason
    assert len(in_sandbox(sandbox.url)) == 2


def test_a_refused_row_is_handed_back_with_the_words_of_the_api(
    run: Run, tester: Tester, sandbox: Running, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "plan.xlsx", course("Pottery", HostId="77"))
    report = run(path)
    assert statuses(report) == ["rejected"]
    to_fix = folder_of(report, tester) / "to-fix.xlsx"
    sheet = openpyxl.load_workbook(to_fix).worksheets[0]
    assert sheet["B2"].comment is not None
    assert statuses(run(corrected(to_fix, {"B2": 1414980011}))) == ["created"]
    assert titles(sandbox.url) == ["Pottery"]


def test_the_marked_copy_itself_may_be_corrected(run: Run, tester: Tester, tmp_path: Path) -> None:
    path = workbook(tmp_path / "plan.xlsx", course("Pottery"), course("Weaving", HostId=""))
    copy = folder_of(run(path), tester) / "report.xlsx"
    report = run(corrected(copy, {"B3": 1414980011}))
    assert report.source.sheet == "Plan"
    assert statuses(report) == ["unchanged", "created"]


def test_rows_of_one_key_keep_their_places(
    run: Run, tester: Tester, sandbox: Running, tmp_path: Path
) -> None:
    """The first of two equal rows goes; the other one, handed back, is still the second."""
    twice = course("Pottery", Key="P")
    path = workbook(tmp_path / "plan.xlsx", twice, twice, course("Weaving", HostId="", Key="W"))
    first = run(path)
    assert statuses(first) == ["created", "invalid", "invalid"]
    again = run(folder_of(first, tester) / "to-fix.xlsx")
    assert again.tally[Status.CREATED] == 0
    assert titles(sandbox.url) == ["Pottery"]


def test_text_is_handed_back_as_text(run: Run, tester: Tester, tmp_path: Path) -> None:
    """With its delimiter and a mark that tells Excel its encoding."""
    path = tmp_path / "plan.csv"
    write_courses(path, course("Café"), course("Müll; und mehr", HostId=""))
    to_fix = folder_of(run(path), tester) / "to-fix.csv"
    assert to_fix.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "Müll; und mehr" in to_fix.read_text(encoding="utf-8-sig")
    fixed = to_fix.read_text(encoding="utf-8-sig").replace('"1414974955",""', '"1414974955","1414980011"')
    to_fix.write_text(fixed, encoding="utf-8-sig")
    assert statuses(run(to_fix)) == ["created"]


def test_text_that_looks_like_a_formula_is_handed_back_in_a_workbook(
    run: Run, tester: Tester, sandbox: Running, tmp_path: Path
) -> None:
    """A CSV file cannot say that it is none without changing the text."""
    path = tmp_path / "plan.csv"
    write_courses(path, course("=1+1", HostId=""))
    to_fix = folder_of(run(path), tester) / "to-fix.xlsx"
    cell = openpyxl.load_workbook(to_fix).worksheets[0]["C2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)
    assert statuses(run(corrected(to_fix, {"B2": 1414980011}))) == ["created"]
    assert titles(sandbox.url) == ["=1+1"]


# What stands in each column of the sample where its row is right.
GOOD: Final[Mapping[str, str | int]] = {
    "Location": 1414974955,
    "Trainer": 1414980011,
    "Order": 10,
    "Access": "Public",
    "Pricing plan": 1414990021,
    "Summary": "Long ones and short ones.",
    "Image": "https://example.com/course.jpg",
    "Featured": "no",
}


def test_whoever_has_only_a_spreadsheet_gets_from_mistakes_to_courses(
    run: Run, tester: Tester, sandbox: Running
) -> None:
    """Each red cell of the to-fix file gets what its note asks for, until there is no such file any more."""
    report = run(SAMPLES / "courses-with-mistakes.xlsx")
    created, rounds = report.tally[Status.CREATED], 0
    while (to_fix := folder_of(report, tester) / "to-fix.xlsx").exists():
        book = openpyxl.load_workbook(to_fix)
        sheet = book.worksheets[0]
        headers = [str(cell.value) for cell in sheet[1]]
        for number, row in list(enumerate(sheet.iter_rows(), start=1)):
            for header, cell in zip(headers, row, strict=True):
                told = cell.comment.text if cell.comment else ""
                if "delete this row" in told:
                    sheet.delete_rows(number)
                elif told:
                    good = GOOD.get(header, f"A new one {rounds}.{number}")
                    cell.value = None if "Keep one of the two" in told else good
        book.save(to_fix)
        report = run(to_fix)
        created += report.tally[Status.CREATED]
        rounds += 1
        assert rounds < 4, [(row.number, row.findings) for row in report.rows if row.findings]
    assert len(titles(sandbox.url)) == created
