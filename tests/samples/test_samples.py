from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from schemas.properties import PROPERTIES, REQUIRED, SPELLINGS, SUMMARY_LIMIT, fold_header

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SAMPLES = Path(__file__).parents[2] / "samples"


def property_of(header: str) -> str:
    return SPELLINGS[fold_header(header)]


@pytest.fixture(scope="module")
def courses() -> list[dict[str, str]]:
    """The courses of the CSV, by property."""
    with (SAMPLES / "courses.csv").open(encoding="utf-8-sig", newline="") as table:
        return [{property_of(header): cell for header, cell in row.items()} for row in csv.DictReader(table)]


def sheet_of(path: Path) -> Worksheet:
    (sheet,) = load_workbook(path).worksheets
    return sheet


def cells_of(path: Path) -> list[tuple[object, ...]]:
    return list(sheet_of(path).iter_rows(values_only=True))


def test_workbook_and_csv_hold_the_same_courses() -> None:
    """Both samples are one catalogue: 24 courses, cell by cell."""
    with (SAMPLES / "courses.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.reader(table))
    told = [["" if cell is None else str(cell) for cell in row] for row in cells_of(SAMPLES / "courses.xlsx")]
    assert told == rows
    assert len(rows) == 1 + 24


def test_every_property_is_used(courses: list[dict[str, str]]) -> None:
    used = {name for course in courses for name, cell in course.items() if cell}
    assert used == set(PROPERTIES)


def test_required_cells_are_filled_and_keys_differ(courses: list[dict[str, str]]) -> None:
    assert [course["SystemId"] for course in courses if not all(course[name] for name in REQUIRED)] == []
    assert len({course["SystemId"] for course in courses}) == 24


def test_all_visibilities_occur_and_only_paid_courses_have_a_tariff(courses: list[dict[str, str]]) -> None:
    assert {course["Visibility"] for course in courses} == {"Public", "Hidden", "Private", "Paid"}
    assert all((course["Visibility"] == "Paid") == bool(course["TariffId"]) for course in courses)


def test_texts_are_of_all_kinds(courses: list[dict[str, str]]) -> None:
    """HTML, Markdown over several lines, and letters beyond ASCII all travel in the samples."""
    descriptions = [course["FullDescription"] for course in courses]
    assert any(text.startswith("<h2>") for text in descriptions)
    assert any(text.startswith("## ") and "\n\n1. " in text for text in descriptions)
    assert sum(not course["Title"].isascii() for course in courses) >= 3
    assert max(len(course["SummaryText"]) for course in courses) <= SUMMARY_LIMIT


@pytest.mark.parametrize("name", ["courses.xlsx", "courses-with-mistakes.xlsx"])
def test_workbooks_look_tidy(name: str) -> None:
    """The header is bold and stays in sight, and Ids show all their digits."""
    sheet = sheet_of(SAMPLES / name)
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in sheet[1])
    numbers = [cell for row in sheet.iter_rows(min_row=2) for cell in row if isinstance(cell.value, int)]
    assert {cell.number_format for cell in numbers} == {"0"}


def test_mistakes_hold_what_only_excel_can() -> None:
    """A date where a title should be, and a column that belongs to no property."""
    header, *rows = cells_of(SAMPLES / "courses-with-mistakes.xlsx")
    title = header.index("Course title")
    assert [row[title] for row in rows if isinstance(row[title], datetime)] == [datetime(2026, 3, 2)]  # noqa: DTZ001 - Excel's dates have no zone
    assert [name for name in header if fold_header(str(name)) not in SPELLINGS] == ["Internal notes"]


def test_workbooks_are_what_the_script_makes(tmp_path: Path) -> None:
    """Nobody has edited the workbooks by hand, or forgotten to make them anew."""
    for name in ("make.py", "courses.csv"):
        shutil.copy(SAMPLES / name, tmp_path)
    subprocess.run([sys.executable, tmp_path / "make.py"], check=True)
    for name in ("courses.xlsx", "courses-with-mistakes.xlsx"):
        assert cells_of(tmp_path / name) == cells_of(SAMPLES / name)
