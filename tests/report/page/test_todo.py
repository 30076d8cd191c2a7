from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline.model import NOT_SEEN, Candidate, Finding, Status
from pipeline.report.causes import causes_of
from pipeline.report.page.todo import (
    addresses_of,
    file_faults,
    headline,
    milder,
    notes,
    questions,
    remaining,
    tasks,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model import Report, RowReport, Severity
    from tests.report.page.conftest import Judge


@pytest.mark.parametrize(
    ("cells", "addresses"),
    [
        ([("G7", 7)], ["G7"]),
        ([("G7", 7), ("G8", 8), ("G9", 9), ("G11", 11)], ["G7:G9", "G11"]),
        ([("G7", 7), ("H8", 8)], ["G7", "H8"]),
        ([("AA7", 7), ("AA7", 7)], ["AA7"]),
        ([(None, 7)], ["row 7"]),
        ([(None, 7), (None, 8)], ["rows 7 to 8"]),
    ],
    ids=["one", "a range", "columns", "one cell twice", "a row", "rows"],
)
def test_addresses_are_as_excel_writes_them(
    cells: Sequence[tuple[str | None, int]], addresses: list[str]
) -> None:
    blank = Finding(code="required", message="is blank", severity="fault", stage="check")
    found = [replace(blank, cell=cell, row=row) for cell, row in cells]
    assert [address.text for address in addresses_of(found)] == addresses


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{}], None),
        ([{"Trainer": ""}], "1 correction clears 1 row."),
        ([{"Trainer": ""}] * 3, "1 correction clears 3 rows."),
        ([{"Order": "a"}, {"Order": "b"}], "2 corrections clear 2 rows."),
        (
            [*[{"Trainer": ""}] * 9, {"Order": "a"}, {"Order": "b", "Access": "Secret"}],
            "1 correction clears 9 of 11 rows; 4 clear them all.",
        ),
    ],
    ids=["nothing to do", "one row", "one for many", "one each", "where it pays"],
)
def test_headline_tells_what_corrections_bring(
    judge: Judge, rows: Sequence[Mapping[str, str]], words: str | None
) -> None:
    assert headline(causes_of(judge(*rows).report.rows)) == words


def test_effect_tells_what_each_correction_brings(judge: Judge) -> None:
    """One for one goes without saying; rows that keep other faults are not counted as cleared."""
    judged = judge(
        {"Trainer": "", "Order": "x"},
        {"Trainer": "", "Order": "x", "Access": "Secret"},
        {"Trainer": ""},
        {"Course": ""},
        {"Order": "y", "Active": "perhaps"},
    )
    assert [
        (task.remarks[0].column, task.rows, task.effect) for task in tasks(causes_of(judged.report.rows))
    ] == [
        ("Trainer", 3, "1 correction clears 1 of 3 rows."),
        ("Order", 2, "1 correction clears 1 of 2 rows."),
        ("Access", 1, ""),
        ("Course", 1, ""),
        ("Order", 1, "1 correction; this row has other faults too."),
        ("Active", 1, ""),
    ]


def test_words_of_the_api_are_marked_as_such(report: Report) -> None:
    assert {task.remarks[0].column: task.by_api for task in tasks(causes_of(report.rows))} == {
        "Business": True,
        "Trainer": False,
        "Summary": False,
    }


def test_warnings_come_before_what_is_merely_told(report: Report) -> None:
    warning = report.rows[0].findings[0]
    told = replace(warning, severity="information", code="other", message="so it is")
    rows = (replace(report.rows[0], findings=(told, warning)),)
    assert [task.remarks[0].message for task in milder(replace(report, rows=rows))] == [
        warning.message,
        "so it is",
    ]


@pytest.mark.parametrize(
    ("code", "severity", "faults", "noted"),
    [
        ("column-missing", "fault", ["so it is"], []),
        ("encoding", "warning", [], ["so it is"]),
        ("hidden", "information", [], ["so it is"]),
        ("not-imported", "warning", [], []),
    ],
)
def test_what_is_said_of_the_file_stands_in_one_place(
    report: Report, code: str, severity: Severity, faults: list[str], noted: list[str]
) -> None:
    told = Finding(code=code, message="so it is", severity=severity, stage="read")
    asked = replace(report, file_findings=(told,))
    assert (file_faults(asked), notes(asked)) == (faults, noted)


def choices(row: RowReport, report: Report, *, blind: bool = False) -> list[tuple[str, str]]:
    """Return the answers to the one question of a report with this row."""
    unseen = Finding(code=NOT_SEEN, message="", severity="warning", stage="plan")
    asked = replace(report, rows=(row,), file_findings=(unseen,) if blind else ())
    return [(choice.told, choice.command) for choice in questions(asked)[row.status][0].choices]


RESOLVE = "course-import resolve 'plans/spring courses.xlsx' 7 --sheet Plan"


@pytest.mark.parametrize(
    ("status", "candidates", "blind", "answers"),
    [
        (
            Status.HELD,
            (1414985001,),
            False,
            [
                ("It is Id 1414985001", f"{RESOLVE} --created 1414985001"),
                ("It is another course: the next import sends the row", f"{RESOLVE} --not-created"),
            ],
        ),
        (
            Status.IN_DOUBT,
            (1414985001, 1414985002),
            False,
            [
                ("It is Id 1414985001", f"{RESOLVE} --created 1414985001"),
                ("It is Id 1414985002", f"{RESOLVE} --created 1414985002"),
                ("It is none of these: the next import sends the row", f"{RESOLVE} --not-created"),
            ],
        ),
        (
            Status.IN_DOUBT,
            (),
            True,
            [
                ("It exists, under the Id you found", f"{RESOLVE} --created ID"),
                ("It does not exist: the next import sends the row", f"{RESOLVE} --not-created"),
            ],
        ),
        (Status.IN_DOUBT, (), False, []),
        (Status.CHANGED, (), False, []),
    ],
    ids=["held", "several may be it", "nobody may look", "the next run looks", "no command changes it"],
)
def test_questions_come_with_the_command_to_type(
    report: Report, status: Status, candidates: tuple[int, ...], blind: bool, answers: list[tuple[str, str]]
) -> None:
    known = tuple(Candidate(course_id=course_id) for course_id in candidates)
    row = replace(report.rows[5], status=status, candidates=known)
    assert choices(row, report, blind=blind) == answers


def test_other_rows_ask_nothing(report: Report) -> None:
    assert list(questions(report)) == [Status.HELD, Status.IN_DOUBT, Status.CHANGED]
    assert questions(replace(report, rows=report.rows[:1])) == {}


@pytest.mark.parametrize(
    ("length", "lengths"), [(3, (3, 0, 0)), (7, (5, 2, 0)), (1_003, (5, 995, 3))], ids=["few", "some", "many"]
)
def test_list_is_shown_in_part_and_counted_in_whole(length: int, lengths: tuple[int, int, int]) -> None:
    first, others, beyond = remaining(range(length), 5)
    assert (len(first), len(others), beyond) == lengths
