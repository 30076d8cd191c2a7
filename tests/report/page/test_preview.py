from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pipeline.model import Status
from pipeline.report.page.preview import preview_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.report.page.preview import Card, Preview
    from tests.report.page.conftest import Judge


def outline(preview: Preview) -> list[tuple[str | None, list[tuple[str | None, list[str]]]]]:
    """Return the titles by location and group."""
    return [
        (place.name, [(group.name, [card.title for card in group.cards]) for group in place.groups])
        for place in preview.places
    ]


def only_card(preview: Preview) -> Card:
    return preview.places[0].groups[0].cards[0]


def test_courses_stand_by_group_and_order(judge: Judge) -> None:
    """Groups come in the order of their first course, those without a group last; equals as in the file."""
    judged = judge(
        {"Course": "Late", "Group": "Craft", "Order": "30"},
        {"Course": "Alone", "Order": "1"},
        {"Course": "Early", "Group": "Craft", "Order": "20"},
        {"Course": "First", "Group": "Work", "Order": "5"},
        {"Course": "Also early", "Group": "Craft", "Order": "20"},
        {"Course": "Somewhere", "Group": "Craft", "Order": "soon"},
    )
    craft = ("Craft", ["Early", "Also early", "Late", "Somewhere"])
    assert outline(preview_of(judged.report, judged.sheet, 10)) == [
        ("1414974955", [("Work", ["First"]), craft, (None, ["Alone"])])
    ]


def test_each_location_has_its_own(judge: Judge) -> None:
    """A location goes by what the file calls it; one that is blank is told as such."""
    judged = judge(
        {"Location": "London", "Course": "A"},
        {"Location": "1414974956", "Course": "B"},
        {"Location": "", "Course": "C"},
    )
    assert [place.name for place in preview_of(judged.report, judged.sheet, 10).places] == [
        "London",
        "1414974956",
        None,
    ]


@pytest.mark.parametrize(
    ("row", "marks"),
    [
        ({}, ()),
        ({"Access": "Hidden"}, ("Hidden",)),
        ({"Access": "Private"}, ("Private",)),
        ({"Access": "Paid", "Pricing plan": "1414990021"}, ("Paid",)),
        ({"Active": "no"}, ("Not active",)),
        ({"Active": "yes"}, ()),
        ({"Featured": "yes"}, ("On the home page",)),
        ({"Access": "7"}, ("Faulty: not there yet",)),
        ({"Access": "Hidden", "Trainer": ""}, ("Faulty: not there yet", "Hidden")),
    ],
    ids=str,
)
def test_marks_tell_who_meets_a_course(judge: Judge, row: Mapping[str, str], marks: tuple[str, ...]) -> None:
    judged = judge(row)
    assert only_card(preview_of(judged.report, judged.sheet, 10)).marks == marks


def test_refused_course_is_not_there(judge: Judge) -> None:
    judged = judge({})
    refused = replace(judged.report, rows=(replace(judged.report.rows[0], status=Status.REJECTED),))
    assert only_card(preview_of(refused, judged.sheet, 10)).marks == ("Refused: not there yet",)


@pytest.mark.parametrize(
    ("text", "summary", "cut"),
    [
        ("", "", 0),
        ("Two\nlines  and blanks ", "Two lines and blanks", 0),
        ("x" * 400, "x" * 400, 0),
        ("x" * 412, "x" * 400, 12),
    ],
    ids=["blank", "white space", "fits", "too long"],
)
def test_summary_is_cut_as_shown(judge: Judge, text: str, summary: str, cut: int) -> None:
    judged = judge({"Summary": text})
    card = only_card(preview_of(judged.report, judged.sheet, 10))
    assert (card.summary, card.cut) == (summary, cut)


def test_what_is_not_shown_is_counted(judge: Judge) -> None:
    """Rows without a title, and courses beyond the limit."""
    judged = judge({}, {"Course": ""}, {}, {})
    preview = preview_of(judged.report, judged.sheet, 2)
    assert [card.row for card in preview.places[0].groups[0].cards] == [2, 4]
    assert (preview.courses, preview.untitled, preview.missing) == (3, 1, 1)


def test_file_without_the_columns_has_a_preview_all_the_same(judge: Judge) -> None:
    """What no column feeds is blank."""
    judged = judge({})
    bare = replace(judged.sheet, frame=pd.DataFrame({"Title": ["Yoga"]}, index=[2], dtype="str"), names={})
    preview = preview_of(judged.report, bare, 10)
    assert outline(preview) == [(None, [(None, ["Yoga"])])]
    assert only_card(preview).order is None
