from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline.check.strict import strictly
from pipeline.errors import FileRefused
from pipeline.model import Finding
from tests.check.conftest import HEADERS

if TYPE_CHECKING:
    from tests.check.conftest import Judge


def test_a_file_without_warnings_stays_as_it_is(judge: Judge) -> None:
    checked = judge({}, {"Trainer": None})
    assert strictly(checked) == checked


def test_strictly_a_row_with_a_warning_stays_behind(judge: Judge) -> None:
    """Its warning is a fault now; the other rows go."""
    strict = strictly(judge({"Pricing plan": 3}, {}))
    assert [(finding.code, finding.severity) for finding in strict.findings] == [("tariff-unused", "fault")]
    assert [row.course is not None for row in strict.rows] == [False, True]


def test_strictly_a_warning_about_the_file_refuses_it_with_all_that_is_wrong(judge: Judge) -> None:
    """The file's own come first, then each row's at its cell: a refused file is corrected in one go."""
    headers = (*(header for header in HEADERS if header != "Pricing plan"), "Notes")
    checked = judge({"Image": "http://x/a", "Notes": ""}, {"Access": "Paid", "Notes": ""}, headers=headers)
    with pytest.raises(FileRefused) as caught:
        strictly(checked)
    problems = caught.value.problems
    assert [(problem.code, problem.cell) for problem in problems] == [
        ("not-imported", "J1"),
        ("image-kind-unknown", "H2"),
        ("tariff-missing", None),
    ]
    assert {(problem.severity, problem.row) for problem in problems} == {("fault", None)}
    assert problems[1].message.startswith("courses.xlsx · Plan: H2 (Image) does not show what kind of file")
    assert problems[2].message.startswith("courses.xlsx · Plan: row 3 (TariffId) is blank, but a Paid")


def test_strictly_a_row_that_cannot_be_told_by_any_column_is_told_by_its_number(judge: Judge) -> None:
    checked = judge({"Notes": ""}, headers=(*HEADERS, "Notes"))
    short = replace(checked.findings[0], code="row-too-short", message="has …", severity="fault", row=2)
    nameless = replace(short, cell=None, column=None)
    with pytest.raises(FileRefused) as caught:
        strictly(replace(checked, findings=(*checked.findings, nameless)))
    assert caught.value.problems[1].message == "courses.xlsx · Plan: row 2 has …"


def test_what_is_only_told_refuses_nothing(judge: Judge) -> None:
    checked = judge({})
    told = Finding(code="sheet-not-read", message="…", severity="information", stage="read")
    assert strictly(replace(checked, findings=(told,))).findings == (told,)
