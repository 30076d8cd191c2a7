from __future__ import annotations

import string
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.check import check
from pipeline.read import read_sheet
from pipeline.tidy import tidy
from schemas.course import Course
from tests.check.conftest import HEADERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model import Cell, Checked, Finding
    from tests.check.conftest import Judge

WITHOUT_KEY = tuple(header for header in HEADERS if header != "Key")


def told(checked: Checked) -> list[tuple[str, str | None]]:
    """Return each finding's code and cell."""
    return [(finding.code, finding.cell) for finding in checked.findings]


def test_a_good_row_becomes_a_course(judge: Judge) -> None:
    checked = judge({"Key": "BK-1", "Course Title": "Books", "Image": None})
    (row,) = checked.rows
    assert checked.findings == ()
    assert (row.number, row.key, row.title, row.business_id) == (2, "BK-1", "Books", 1)
    assert row.course == Course(
        key="BK-1",
        own_key="BK-1",
        values={
            "BusinessId": 1,
            "HostId": 2,
            "Title": "Books",
            "DisplayOrder": 2,
            "Visibility": 1,
            "SummaryText": "In short",
        },
    )
    assert checked.columns["HostId"].header == "Trainer"
    assert type(row.number) is int


def test_a_row_without_a_key_of_its_own_goes_by_its_title(judge: Judge) -> None:
    (row,) = judge({"Course Title": "Book  Keeping"}, headers=WITHOUT_KEY).rows
    assert row.key == "title:book keeping"
    assert row.course is not None
    assert row.course.own_key is None


@pytest.mark.parametrize("blank", ["Course Title", "Location"])
def test_a_row_without_title_or_location_has_no_key(blank: str, judge: Judge) -> None:
    (row,) = judge({blank: None}).rows
    assert (row.key, row.course) == (None, None)


def test_a_faulty_row_stays_behind_and_good_ones_go(judge: Judge) -> None:
    checked = judge({}, {"Trainer": None}, {"Pricing plan": 3})
    assert [row.course is not None for row in checked.rows] == [True, False, True]
    assert [finding.severity for finding in checked.findings] == ["fault", "warning"]


RULES = [
    pytest.param({"Trainer": None}, "required", "D2", "HostId", id="required"),
    pytest.param({"Location": 0}, "not-positive", "C2", "BusinessId", id="an Id of 0"),
    pytest.param({"Trainer": -5}, "not-positive", "D2", "HostId", id="a negative Id"),
    pytest.param({"Access": 5}, "visibility-unknown", "F2", "Visibility", id="no such visibility"),
    pytest.param({"Access": "Paid"}, "tariff-missing", "G2", "TariffId", id="Paid without tariff"),
    pytest.param({"Pricing plan": 3}, "tariff-unused", "G2", "TariffId", id="tariff without Paid"),
    pytest.param({"Summary": "x" * 401}, "too-long", "H2", "SummaryText", id="too long"),
    pytest.param({"Image": "ftp://x/a.png"}, "not-an-address", "I2", "NewImageUrl", id="ftp"),
    pytest.param({"Image": "a.png"}, "not-an-address", "I2", "NewImageUrl", id="a bare name"),
    pytest.param({"Image": "http://x/a b.png"}, "not-an-address", "I2", "NewImageUrl", id="a space"),
    pytest.param({"Image": "http:///a.png"}, "not-an-address", "I2", "NewImageUrl", id="no host"),
    pytest.param({"Image": "https://:80/a.jpg"}, "not-an-address", "I2", "NewImageUrl", id="only a port"),
    pytest.param({"Image": "https://u:p@/a.jpg"}, "not-an-address", "I2", "NewImageUrl", id="only a user"),
    pytest.param({"Image": "https://[::1/a.jpg"}, "not-an-address", "I2", "NewImageUrl", id="half a host"),
    pytest.param({"Image": "http://x/a.pdf"}, "image-kind", "I2", "NewImageUrl", id="a PDF"),
    pytest.param({"Image": "http://x/a.pdf?b.png"}, "image-kind", "I2", "NewImageUrl", id="a PDF, queried"),
    pytest.param({"Image": "http://x/a.png.zip"}, "image-kind", "I2", "NewImageUrl", id="two extensions"),
    pytest.param({"Image": "http://x/a.pngx"}, "image-kind", "I2", "NewImageUrl", id="more than png"),
    pytest.param({"Image": "http://x/a"}, "image-kind-unknown", "I2", "NewImageUrl", id="no extension"),
    pytest.param({"Image": "http://x.png"}, "image-kind-unknown", "I2", "NewImageUrl", id="no path"),
    pytest.param(
        {"Image": "http://x/a.d/b"}, "image-kind-unknown", "I2", "NewImageUrl", id="a point in a folder"
    ),
    pytest.param({"Clear image": "yes"}, "image-and-clear", "I2", "NewImageUrl", id="new and cleared"),
]


@pytest.mark.parametrize(("cells", "code", "cell", "property_name"), RULES)
def test_a_broken_rule_is_told_once_at_its_cell(
    cells: dict[str, Cell], code: str, cell: str, property_name: str, judge: Judge
) -> None:
    (finding,) = judge(cells, {}).findings
    assert (finding.code, finding.cell, finding.property_name) == (code, cell, property_name)
    assert finding.row == 2
    assert HEADERS[str(finding.column)] == property_name
    assert (finding.severity == "warning") == (code in {"tariff-unused", "image-kind-unknown"})


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({"Access": "Paid", "Pricing plan": 3}, id="Paid with its tariff"),
        pytest.param({"Summary": "x" * 400}, id="as long as may be"),
        pytest.param({"Order": -1}, id="a negative position"),
        pytest.param({"Image": "http://x/a.JPG"}, id="capitals"),
        pytest.param({"Image": "HTTPS://x/a.jpeg"}, id="a scheme in capitals"),
        pytest.param({"Image": "https://x/a.gif?size=1/2#top"}, id="a query"),
        pytest.param({"Image": "https://x:8080/a.png"}, id="a port"),
        pytest.param({"Image": "https://u:p@x/a.png"}, id="a user"),
        pytest.param({"Image": "https://x/a.pdf.PNG#b.pdf"}, id="an extension behind others"),
        pytest.param({"Image": "https://[::1]:80/a.png"}, id="a host in numbers"),
        pytest.param({"Image": "https://bücher.example/@a:b.png"}, id="marks in the path"),
        pytest.param({"Image": None, "Clear image": "yes"}, id="cleared only"),
        pytest.param({"Clear image": "no"}, id="new, not cleared"),
        pytest.param({"Key": None}, id="no key"),
    ],
)
def test_what_the_rules_allow_is_not_blamed(cells: dict[str, Cell], judge: Judge) -> None:
    checked = judge(cells)
    assert checked.findings == ()
    assert checked.rows[0].course is not None


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            {"Trainer": None},
            ("is blank. Fill in: Who hosts the course: name, e-mail or Id (for example 1414980011)."),
        ),
        ({"Location": -1}, "is -1, but an Id is a number above 0. Correct the cell."),
        (
            {"Access": 7},
            "is 7, which is no visibility. Choose one of: Public (1), Hidden (2), Private (3) or Paid (4).",
        ),
        ({"Summary": "x" * 412}, "has 412 characters, 12 more than the 400 that fit. Shorten it."),
        (
            {"Clear image": "yes"},
            "gives a new picture while Clear image asks to remove it. Keep one of the two.",
        ),
        ({"Summary": "{entry} {0}" * 40}, "has 440 characters, 40 more than the 400 that fit. Shorten it."),
    ],
)
def test_a_message_says_what_is_wrong_and_what_to_do(
    cells: dict[str, Cell], message: str, judge: Judge
) -> None:
    assert judge(cells).findings[0].message == message


def test_a_finding_shows_the_cell_as_it_was_understood(judge: Judge) -> None:
    findings = judge({"Location": "-7.0"}, {"Trainer": None}).findings
    assert [finding.value for finding in findings] == ["-7", None]


def test_all_faults_of_a_row_are_told_in_the_order_of_its_columns(judge: Judge) -> None:
    """Rows first, then the user's columns from left to right, whoever found the fault."""
    second = {"Trainer": "??", "Order": None, "Access": "Paid", "Summary": "x" * 500, "Image": "x"}
    checked = judge({"Image": "x", "Key": True}, second)
    assert told(checked) == [
        ("number-for-text", "A2"),
        ("not-an-address", "I2"),
        ("not-whole", "D3"),
        ("required", "E3"),
        ("tariff-missing", "G3"),
        ("too-long", "H3"),
        ("not-an-address", "I3"),
    ]


def test_findings_of_the_file_come_before_those_of_its_rows(judge: Judge) -> None:
    judged = judge({"Trainer": None, "Notes": "x"}, headers=(*HEADERS, "Notes"))
    assert told(judged) == [("not-imported", "K1"), ("required", "D2")]


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        pytest.param({"Trainer": "1.5"}, ["not-whole"], id="a required cell"),
        pytest.param({"Access": "Secret", "Pricing plan": 3}, ["visibility-unknown"], id="a visibility"),
        pytest.param({"Access": 9, "Pricing plan": 3}, ["visibility-unknown"], id="no such visibility"),
        pytest.param(
            {"Access": "Paid", "Pricing plan": "1 000"}, ["not-whole"], id="the tariff of a Paid course"
        ),
    ],
)
def test_a_cell_that_is_not_understood_is_blamed_once(
    cells: dict[str, Cell], codes: list[str], judge: Judge
) -> None:
    assert [finding.code for finding in judge(cells).findings] == codes


def test_a_paid_course_in_a_file_without_tariffs_has_no_cell_to_blame(judge: Judge) -> None:
    headers = tuple(header for header in HEADERS if header != "Pricing plan")
    (finding,) = judge({"Access": "Paid"}, headers=headers).findings
    assert (finding.code, finding.row) == ("tariff-missing", 2)
    assert (finding.property_name, finding.column, finding.cell) == ("TariffId", None, None)


TWIN: dict[str, Cell] = {"Key": "K", "Course Title": "Books", "Order": 1}


def test_a_row_that_repeats_another_stays_behind_and_names_the_first(judge: Judge) -> None:
    checked = judge(TWIN, {}, TWIN, TWIN)
    assert told(checked) == [("repeated-row", "A4"), ("repeated-row", "A5")]
    assert {finding.message for finding in checked.findings} == {
        "repeats row 2, which says the same. One of them is enough: delete this row."
    }
    assert [row.course is not None for row in checked.rows] == [True, True, False, False]


def test_rows_that_share_a_key_and_differ_all_stay_behind(judge: Judge) -> None:
    """Also a repeated one: which of them is meant is for a person to say."""
    checked = judge(TWIN, TWIN, {**TWIN, "Order": 2}, {})
    assert told(checked) == [("key-taken", "A2"), ("key-taken", "A3"), ("key-taken", "A4")]
    assert checked.findings[1].message.startswith("names the same course as rows 2, 4, with other contents.")
    assert checked.findings[0].value == "K"


def test_of_many_rows_with_one_key_the_first_few_are_named(judge: Judge) -> None:
    checked = judge(*({**TWIN, "Order": order} for order in range(6)))
    assert "as rows 3, 4, 5 and 2 more, with" in checked.findings[0].message
    assert "as rows 2, 3, 4 and 2 more, with" in checked.findings[5].message


def test_rows_without_keys_that_share_a_title_are_told_at_the_title(judge: Judge) -> None:
    rows = [{"Key": None, "Course Title": title} for title in ("Books", " books ")]
    assert told(judge(*rows)) == [("key-taken", "B2"), ("key-taken", "B3")]
    assert told(judge(*rows, headers=WITHOUT_KEY)) == [("key-taken", "A2"), ("key-taken", "A3")]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([{"Key": "K"}, {"Key": "k"}], id="keys that differ in case"),
        pytest.param([{"Key": "K"}, {"Key": "K", "Location": 9}], id="two locations"),
        pytest.param([{"Course Title": "Books"}, {"Course Title": "Books"}], id="titles beside keys"),
    ],
)
def test_rows_with_different_keys_are_no_twins(rows: list[dict[str, Cell]], judge: Judge) -> None:
    assert judge(*rows).findings == ()


def test_a_title_is_not_taken_for_another_courses_key(judge: Judge) -> None:
    checked = judge({"Key": None, "Course Title": "Foo"}, {"Key": "foo", "Course Title": "Bar"})
    assert checked.findings == ()
    assert [row.key for row in checked.rows] == ["title:foo", "foo"]


@pytest.mark.parametrize(
    ("active", "code"),
    [
        pytest.param((None, "yes"), ["repeated-row"], id="a blank says yes"),
        pytest.param((None, "no"), ["key-taken", "key-taken"], id="no is another answer"),
    ],
)
def test_rows_are_alike_when_the_same_would_be_sent(
    active: tuple[Cell, Cell], code: list[str], judge: Judge
) -> None:
    checked = judge(*({**TWIN, "Active": answer} for answer in active), headers=(*HEADERS, "Active"))
    assert [finding.code for finding in checked.findings] == code


def test_a_cell_that_lost_its_value_is_blamed_once_for_that(tmp_path: Path) -> None:
    """A formula nobody calculated and an error look blank to readers; a blank they are not."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Key", "Title", "Location", "Trainer", "Order", "Access"])
    sheet.append(["=B2", "Books", 1, "#N/A", 1, "Public"])
    book.save(path := tmp_path / "courses.xlsx")
    checked = check(tidy(read_sheet(path)))
    assert told(checked) == [("formula-without-value", "A2"), ("error-cell", "D2")]
    assert [finding.property_name for finding in checked.findings] == ["SystemId", "HostId"]
    assert (checked.rows[0].key, checked.rows[0].course) == (None, None)


def test_a_row_with_too_few_cells_is_told_as_a_whole_first(tmp_path: Path) -> None:
    """The cells it lacks are not blamed a second time for being blank; those it has are judged."""
    (path := tmp_path / "courses.csv").write_text(
        "Key,Title,Location,Trainer,Order,Access\nB1,Books,1,1.5\nB2,Pens,1,2,3,Public\n", encoding="utf-8"
    )
    checked = check(tidy(read_sheet(path)))
    assert told(checked) == [("row-too-short", None), ("not-whole", "D2")]
    assert [row.course is None for row in checked.rows] == [True, False]


def test_a_row_with_too_many_cells_is_told_first_at_the_cell_beyond(tmp_path: Path) -> None:
    (path := tmp_path / "courses.csv").write_text(
        "Title,Location,Trainer,Order,Access\nBooks,and pens,1,2,3,Public\n", encoding="utf-8"
    )
    assert told(check(tidy(read_sheet(path)))) == [("not-looked-up", "B1"), ("row-too-long", "F2")]


def test_a_key_that_is_not_understood_is_never_replaced_by_the_title(judge: Judge) -> None:
    """Two rows of one title whose own keys cannot be read are not taken for twins."""
    checked = judge(*({**TWIN, "Key": key} for key in (True, False)))
    assert told(checked) == [("number-for-text", "A2"), ("number-for-text", "A3")]
    assert [row.key for row in checked.rows] == [None, None]


FAULTS: dict[str, tuple[Cell, str]] = {
    "Key": (1.5, "number-for-text"),
    "Course Title": (None, "required"),
    "Location": (-1, "not-positive"),
    "Trainer": ("1.5", "not-whole"),
    "Order": (None, "required"),
    "Access": (9, "visibility-unknown"),
    "Pricing plan": (2.0**60, "digits-lost"),
    "Summary": ("x" * 401, "too-long"),
    "Image": ("example.com", "not-an-address"),
    "Clear image": ("perhaps", "not-yes-or-no"),
}


@settings(deadline=None, max_examples=40)  # each example judges a whole sheet
@given(
    order=st.permutations(tuple(HEADERS)),
    planted=st.lists(st.sets(st.sampled_from(sorted(FAULTS))), min_size=1, max_size=6),
)
def test_every_fault_comes_back_once_at_its_own_cell(
    order: Sequence[str], planted: list[set[str]], judge: Judge
) -> None:
    """Whatever the columns' order and however faults fall together, each is told once, in reading order."""
    rows = [{header: FAULTS[header][0] for header in faults} for faults in planted]
    checked = judge(*rows, headers=order)
    expected = [
        (row, f"{letter}{row}", header, HEADERS[header], FAULTS[header][1])
        for row, faults in enumerate(planted, start=2)
        for letter, header in zip(string.ascii_uppercase, order, strict=False)
        if header in faults
    ]
    assert [_place(finding) for finding in checked.findings] == expected
    assert [row.number for row in checked.rows if row.course is None] == [
        row for row, faults in enumerate(planted, start=2) if faults
    ]


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.row, finding.cell, finding.column, finding.property_name, finding.code
