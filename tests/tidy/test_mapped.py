"""Cells that a layout feeds from: what cannot be told of them is told, whatever they are for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest

from pipeline.errors import FileRefused
from pipeline.read import read_sheet
from pipeline.tidy import layout_of, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model import Finding, TidySheet

HEADER = ("shortname", "fullname", "category", "visible", "delete", "enrolment_2_cost", "startdate")
GOOD = ("a", "Bread", 1, 1, 0, None, None)
GIVEN = {"BusinessId": "1", "HostId": "2"}


def tidied(
    tmp_path: Path, *rows: Sequence[object], header: Sequence[str] = HEADER, **given: str
) -> TidySheet:
    book = openpyxl.Workbook()
    for row in (header, *rows):
        book.worksheets[0].append(list(row))
    book.save(path := tmp_path / "moodle.xlsx")
    raw = read_sheet(path)
    layout, _ = layout_of(raw, None)
    assert layout is not None
    return tidy(raw, layout, {**GIVEN, **given})


def faults(sheet: TidySheet) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.cell) for finding in sheet.findings if finding.severity == "fault"]


@pytest.mark.parametrize(
    ("place", "cell", "code"),
    [
        pytest.param("B", "#N/A", "error-cell", id="a title"),
        pytest.param("E", "#REF!", "error-cell", id="what leaves a row out"),
        pytest.param("F", "=1+1", "formula-without-value", id="a price"),
        pytest.param("B", date(2026, 9, 10), "made-a-date", id="a date for a title"),
        pytest.param("A", 123456789012345678.0, "digits-lost", id="a number with too many digits"),
    ],
)
def test_a_cell_the_layout_reads_and_nobody_can_tell_is_a_fault(
    place: str, cell: object, code: str, tmp_path: Path
) -> None:
    row: list[object] = list(GOOD)
    row["ABCDEFG".index(place)] = cell
    assert faults(tidied(tmp_path, row)) == [(code, f"{place}2")]


def test_a_cell_nothing_is_taken_from_may_hold_anything(tmp_path: Path) -> None:
    assert faults(tidied(tmp_path, (*GOOD[:-1], date(2026, 9, 10)), (*GOOD[:-1], "#N/A"))) == []


def test_two_columns_of_one_header_are_a_question(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match='"fullname" stands over the columns B and H'):
        tidied(tmp_path, (*GOOD, "Other"), header=(*HEADER, "Fullname"))


def test_any_way_to_enrol_that_costs_makes_a_course_a_sold_one(tmp_path: Path) -> None:
    sheet = tidied(tmp_path, (*GOOD[:5], 49, None))
    assert sheet.frame["Visibility"].tolist() == [2]
    assert [finding.code for finding in sheet.findings if finding.row] == ["price-without-tariff"]


def test_a_visibility_that_is_given_goes_before_the_price_and_says_so(tmp_path: Path) -> None:
    sheet = tidied(tmp_path, (*GOOD[:5], 49, None), Visibility="Public")
    (note,) = [finding for finding in sheet.findings if finding.row]
    assert note.message == "says that the course is sold, but it goes in as Public, as --set says."


def test_a_plan_that_is_given_is_the_plan_of_what_is_sold(tmp_path: Path) -> None:
    sheet = tidied(tmp_path, (*GOOD[:5], 49, None), GOOD, TariffId="7")
    assert sheet.frame["Visibility"].tolist() == [4, 1]


def test_a_file_that_says_no_prices_is_warned_of(tmp_path: Path) -> None:
    sheet = tidied(tmp_path, GOOD[:4], header=HEADER[:4])
    (warning,) = warnings(sheet)
    assert (
        "no column says what a course costs (enrolment_*_cost): none is taken to be sold." in warning.message
    )


def test_a_property_fed_from_several_columns_is_blamed_at_none(tmp_path: Path) -> None:
    """One row has its key from the ID number, another from the short name."""
    header = ("idnumber", *HEADER)
    sheet = tidied(tmp_path, ("7", *GOOD), (None, *GOOD), header=header)
    assert sheet.frame["SystemId"].tolist() == ["7", "a"]
    assert "SystemId" not in sheet.columns
    assert sheet.columns["Title"].letter == "C"


def warnings(sheet: TidySheet) -> list[Finding]:
    return [finding for finding in sheet.findings if finding.severity == "warning" and not finding.row]
