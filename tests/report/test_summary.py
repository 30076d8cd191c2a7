from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Exit
from pipeline.model import MAX_FAULTY, MAX_NEW, NOT_SEEN, OTHER_PLAN, Finding, Forecast, Report, Status
from pipeline.report import summary
from pipeline.report.words import EXIT_MEANINGS, status_word

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model import Severity

ENDINGS = {
    Exit.DONE: "nothing to do.",
    Exit.BUG: "hand on run.log",
    Exit.USAGE: "course-import --help",
    Exit.FILE_REFUSED: "correct what is named above",
    Exit.NEEDS_A_PERSON: "correct what is named above",
    Exit.IN_DOUBT: "it looks up the rows in doubt",
    Exit.NO_ACCESS: "put settings, token or role right",
    Exit.LOCKED: "wait until the other run has ended",
    Exit.STOPPED: "again later",
    Exit.INTERRUPTED: "goes on where this run stopped",
    Exit.TERMINATED: "goes on where this run stopped",
}

API = Finding(code="api", message="is unknown", severity="fault", stage="send", row=3)


def columns(line: str) -> int:
    """Return how many terminal columns a line takes at most."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def joined(text: str) -> str:
    """Return a text without its line breaks, to look for words in it."""
    return " ".join(text.split())


@pytest.mark.parametrize("width", [60, 120])
def test_summary_is_the_golden_one(report: Report, golden: Callable[[str, str], None], width: int) -> None:
    golden(f"summary-{width}.txt", summary(report, width=width) + "\n")


def test_only_what_is_to_be_copied_is_wider_than_sixty_columns(report: Report) -> None:
    endless = replace(report.rows[1], title="t" * 90)
    text = summary(replace(report, rows=(*report.rows, endless)))
    wide = [line for line in text.splitlines() if columns(line) > 60]
    file = "'plans/spring courses.xlsx'"
    assert wide == [
        f"    course-import resolve {file} 7 --sheet Plan --created 87654001",
        f"  course-import import {file} --sheet Plan",
    ]


def test_run_without_an_end_may_still_be_going_on(report: Report) -> None:
    assert "\nNot finished: throttled" in summary(replace(report, finished_at=None))


def test_check_is_the_golden_one(report: Report, golden: Callable[[str, str], None]) -> None:
    golden("summary-check.txt", summary(checked(report, right=24)) + "\n")


def checked(report: Report, *, right: int) -> Report:
    """Return a check with so many right rows and one with faults."""
    row = replace(report.rows[9], status=Status.NOT_SENT)
    return replace(
        report,
        command="check",
        target=None,
        rehearsal=False,
        rows=(*[row] * right, report.rows[1]),
        stop_reason=None,
        exit_code=Exit.FILE_REFUSED,
    )


@pytest.mark.parametrize(
    ("right", "faulty", "words"),
    [
        (24, True, "24 rows are right, 1 has faults"),
        (1, True, "1 row is right, 1 has faults"),
        (0, True, "0 rows are right, 1 has faults"),
        (24, False, "24 rows are right"),
    ],
)
def test_check_counts_in_words(report: Report, right: int, faulty: bool, words: str) -> None:
    rows = checked(report, right=right).rows
    text = summary(replace(checked(report, right=right), rows=rows if faulty else rows[:-1]))
    assert words in text.splitlines()


@pytest.mark.parametrize(("code", "words"), ENDINGS.items(), ids=[code.name for code in ENDINGS])
def test_every_ending_says_what_is_next(report: Report, code: Exit, words: str) -> None:
    ended = replace(report, exit_code=code, rehearsal=False)
    assert words in joined(summary(ended)).split("Next: ")[1]
    assert code in EXIT_MEANINGS


def test_no_ending_and_no_status_is_without_words(report: Report) -> None:
    """A status or an exit code that comes to be needs its words here."""
    assert set(ENDINGS) == set(EXIT_MEANINGS) == set(Exit)
    assert len({status_word(status, report) for status in Status}) == len(Status)


def test_rehearsal_says_how_to_go_to_production(report: Report) -> None:
    """A rehearsal that went well names the settings production needs, and says at once what it was."""
    text = summary(replace(report, exit_code=Exit.DONE))
    assert text.startswith("Rehearsal against the sandbox: nothing reached production.\n")
    assert "set NEXUDUS_EMAIL and NEXUDUS_PASSWORD, or NEXUDUS_TOKEN, for production" in joined(text)
    assert text.endswith("\n  course-import import 'plans/spring courses.xlsx' --sheet Plan")


def test_a_rehearsal_is_not_sent_to_its_sandbox_again(report: Report) -> None:
    rehearsed = replace(report, exit_code=Exit.DONE, flags=("--target=sandbox", "--layout=moodle"))
    assert summary(rehearsed).endswith("--sheet Plan --layout moodle")


def test_production_is_named_first(report: Report) -> None:
    text = summary(replace(report, rehearsal=False, target="spaces.nexudus.com/ops@example.com"))
    assert text.startswith("Target: spaces.nexudus.com/ops@example.com\n")
    assert "sandbox" not in text


def test_right_file_is_to_be_imported(report: Report) -> None:
    right = replace(report, command="check", target=None, rows=(), exit_code=Exit.DONE)
    assert summary(right).endswith(
        "Next: import the file:\n  course-import import 'plans/spring courses.xlsx' --sheet Plan"
    )


def test_rows_only_a_person_can_decide_come_before_the_next_run(report: Report) -> None:
    """Held and changed rows are not mended by running again."""
    held = replace(report, rows=report.rows[4:6], exit_code=Exit.NEEDS_A_PERSON)
    assert joined(summary(held)).endswith(
        "Next: decide about the rows named above, then run the same command again: course-import import "
        "'plans/spring courses.xlsx' --sheet Plan"
    )


@pytest.mark.parametrize(
    ("count", "words"),
    [
        pytest.param(1, '  exists already as Id 1 "Pottery", created', id="one"),
        pytest.param(2, "  exists already as Id 87654001\n", id="two"),
        pytest.param(7, "  … and 2 more; report.json has all\n", id="more than are shown"),
    ],
)
def test_a_held_row_shows_its_candidates_and_how_to_answer(report: Report, count: int, words: str) -> None:
    row = report.rows[5]
    several = tuple(replace(row.candidates[0], course_id=number) for number in range(1, count + 1))
    text = summary(replace(report, rows=(replace(row, candidates=several),)), width=120)
    assert words in text
    assert text.count('"Pottery", created on 2026-01-12T17:03:11 (the API tells no zone)') == min(count, 5)
    answer = "1" if count == 1 else "ID"
    command = f"course-import resolve 'plans/spring courses.xlsx' 7 --sheet Plan --created {answer}"
    assert f"    {command}" in text.splitlines()
    assert joined(text).count("type --not-created in place of --created and its Id.") == 1


def test_a_doubt_the_next_run_looks_up_asks_nobody(report: Report) -> None:
    """Unless the account may not look: then a person has to."""
    doubt = replace(report, rows=(report.rows[7],), exit_code=Exit.IN_DOUBT)
    assert "resolve" not in summary(doubt)
    unseen = replace(report.file_findings[0], code=NOT_SEEN)
    blind = replace(doubt, file_findings=(unseen,), exit_code=Exit.NEEDS_A_PERSON)
    text = summary(blind, width=120)
    assert "type --not-created in place of --created and its Id." in joined(text)
    assert "course-import resolve 'plans/spring courses.xlsx' 9 --sheet Plan --created ID" in text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("2026-01-12T17:03:11", "created on 2026-01-12T17:03:11 (the API tells no zone)"),
        ("2026-01-12T17:03:11Z", "created on 2026-01-12T17:03:11Z,"),
        ("2026-01-12T17:03:11+01:00", "created on 2026-01-12T17:03:11+01:00,"),
        (None, 'Id 87654001 "Pottery", last changed by'),
    ],
)
def test_a_time_of_the_apis_has_a_zone_only_where_one_is_told(
    report: Report, told: str | None, words: str
) -> None:
    candidate = replace(report.rows[5].candidates[0], created_on=told)
    row = replace(report.rows[5], candidates=(candidate,))
    assert words in summary(replace(report, rows=(row,)), width=200)


def test_what_was_typed_is_typed_again(report: Report) -> None:
    """What a command about one row does not know is left out there."""
    flags = ("--layout=moodle", "--set=HostId=Jon Smyth", "--first=3", "--strict", "--encoding=-x")
    lines = summary(replace(report, flags=flags), width=200).splitlines()
    same = "--sheet Plan --layout moodle --set 'HostId=Jon Smyth'"
    file = "'plans/spring courses.xlsx'"
    assert lines[-1] == f"  course-import import {file} {same} --first 3 --strict --encoding=-x"
    assert f"    course-import resolve {file} 7 {same} --encoding=-x --created 87654001" in lines


def test_the_files_that_are_there_are_named(report: Report) -> None:
    names = ("report.json", "to-fix.xlsx", "report.html", "report.xlsx")
    lines = summary(report, width=200, files=names).splitlines()
    folder = "reports/20260302T093000Z-spring courses"
    assert [line for line in lines if folder in line] == [
        f"Report: {folder}/report.xlsx",
        f"Page: {folder}/report.html",
        f"To fix: {folder}/to-fix.xlsx",
    ]


def planned(report: Report, *, courses: int = 1, exit_code: Exit = Exit.NEEDS_A_PERSON) -> Report:
    """Return the same rows as a plan tells them: none was sent, and one would be."""
    forecast = Forecast(
        plan_id="5d324e77385a",
        courses=courses,
        requests=27,
        seconds=97_203.4,
        finish_at=datetime(2026, 3, 3, 12, 31, 12, tzinfo=UTC),
    )
    kept = [report.rows[index] for index in (1, 3, 4, 5, 7, 8, 9)]
    return replace(
        report, command="plan", rows=tuple(kept), stop_reason=None, exit_code=exit_code, forecast=forecast
    )


@pytest.mark.parametrize("width", [60, 120])
def test_plan_is_the_golden_one(report: Report, golden: Callable[[str, str], None], width: int) -> None:
    golden(f"plan-{width}.txt", summary(planned(report), width=width) + "\n")


@pytest.mark.parametrize(
    ("courses", "code", "words"),
    [
        (1, Exit.DONE, "Next: import exactly this: course-import import FILE --plan 5d324e77385a"),
        (2, Exit.IN_DOUBT, "Next: import exactly this: course-import import FILE --plan 5d324e77385a"),
        (0, Exit.IN_DOUBT, "Next: import exactly this: course-import import FILE --plan 5d324e77385a"),
        (0, Exit.DONE, "Next: nothing to do."),
        (
            0,
            Exit.NEEDS_A_PERSON,
            "Next: see to what is named above and plan again: course-import plan FILE",
        ),
        (
            1,
            Exit.NEEDS_A_PERSON,
            "see to what is named above first and plan again: course-import import FILE --plan 5d324e77385a",
        ),
    ],
)
def test_a_plan_says_what_is_next(report: Report, courses: int, code: Exit, words: str) -> None:
    plan = planned(report, courses=courses, exit_code=code)
    text = joined(summary(plan)).replace("'plans/spring courses.xlsx' --sheet Plan", "FILE")
    assert text.endswith(words)
    assert ("an import would send nothing." in text) is (courses == 0)
    assert ("an import would send 1 course with" in text) is (courses == 1)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (MAX_NEW, "Next: do as is said above and run the same command again: course-import import"),
        (MAX_FAULTY, "Next: do as is said above and run the same command again: course-import import"),
        (OTHER_PLAN, "Next: look at the plan as it is now: course-import plan"),
    ],
)
def test_what_was_not_agreed_to_is_told_once(report: Report, code: str, words: str) -> None:
    problem = Finding(code=code, message="So it is not.", severity="fault", stage="plan")
    text = joined(summary(replace(report, file_findings=(problem,), stop_reason="So it is not.")))
    assert text.count("So it is not.") == 1
    assert words in text


def test_refused_file_is_told_without_rows(report: Report) -> None:
    fault = Finding(
        code="empty", message="spring courses.xlsx: holds no rows.", severity="fault", stage="read"
    )
    refused = replace(
        report, target=None, rows=(), file_findings=(fault,), folder=None, exit_code=Exit.FILE_REFUSED
    )
    text = summary(refused)
    assert text.startswith("Nothing was sent.\n")
    assert "\nNo rows.\n" in text
    assert "\nThe file itself:\n  spring courses.xlsx: holds no rows.\n" in text
    assert "Report:" not in text


@pytest.mark.parametrize(
    ("code", "severity", "heading"),
    [
        ("not-imported", "warning", "Not imported:"),
        ("rows-left-out", "information", "Not imported:"),
        ("sheet-not-read", "information", "Not imported:"),
        ("hidden", "information", "The file itself:"),
        ("encoding", "warning", "The file itself:"),
        pytest.param("not-imported", "fault", "The file itself:", id="it refuses the file"),
    ],
)
def test_what_is_said_of_the_file_stands_once_under_its_heading(
    report: Report, code: str, severity: Severity, heading: str
) -> None:
    told = Finding(code=code, message="spring courses.xlsx: so it is.", severity=severity, stage="read")
    lines = summary(replace(report, file_findings=(told,))).splitlines()
    place = lines.index("  spring courses.xlsx: so it is.")
    assert lines[place - 1] == heading
    assert sum("so it is" in line for line in lines) == 1


@pytest.mark.parametrize(
    ("path", "words"), [("-", "import - --sheet Plan"), ("-x.csv", "import ./-x.csv --sheet Plan")]
)
def test_next_command_names_the_file_as_it_is_typed(report: Report, path: str, words: str) -> None:
    """`-` is standard input, anything else that begins so a file."""
    assert summary(replace(report, source=replace(report.source, path=path))).endswith(words)


@pytest.mark.parametrize(
    ("folder", "words"),
    [("reports/1", "… and 12 more; report.json has all"), (None, "… and 12 more; --json shows all")],
)
def test_many_findings_are_cut_after_twenty(
    report: Report, blank_host: Finding, folder: str | None, words: str
) -> None:
    """Rows that need someone are told before mere warnings, each in row order, twenty findings in all."""
    warned = replace(report.rows[0], findings=(replace(blank_host, severity="warning"),))
    faulty = replace(report.rows[1], findings=(blank_host,) * 3)
    rows = [replace(warned, number=number) for number in range(2, 22)]
    rows += [replace(faulty, number=number) for number in range(22, 26)]
    lines = summary(replace(report, rows=tuple(rows), folder=folder), width=200).splitlines()
    assert [line.split()[1] for line in lines if line.startswith("Row ")] == [
        *["22", "23", "24", "25"],
        *[str(number) for number in range(2, 10)],
    ]
    assert sum(line.startswith("  Plan!C3 (Trainer)") for line in lines) == 20
    assert words in lines


def test_file_without_sheets_names_the_cell_alone(report: Report) -> None:
    text = summary(replace(report, source=replace(report.source, sheet=None, path="spring.csv")))
    assert "\nFile: spring.csv\n" in text
    assert "\n  C3 (Trainer): is blank." in text


def test_long_path_stands_alone(report: Report) -> None:
    """A path that does not fit is whole on its own line, ready to be copied."""
    path = "/home/ops/" + "a very long folder/" * 5 + "courses.csv"
    lines = summary(replace(report, source=replace(report.source, sheet=None, path=path))).splitlines()
    assert f"  {path}" in lines
    assert f"  course-import import '{path}'" in lines


@pytest.mark.parametrize("code", ["\x1b[2J", "\u202e", "\x07", "\x9b", "\u2066", "\ud83d", "\t"])
def test_nothing_commands_the_terminal(report: Report, code: str) -> None:
    """Controls, bidi overrides and half characters are shown as their codes, wherever the user put them."""
    text = f"a{code}b"
    finding = replace(report.rows[1].findings[0], column=text, message=text)
    hostile = replace(
        report,
        target=text,
        source=replace(report.source, path=text, sheet=text),
        folder=text,
        rows=(replace(report.rows[1], title=text, findings=(finding,)),),
        file_findings=(replace(report.file_findings[0], message=text),),
        stop_reason=text,
    )
    told = summary(hostile)
    assert told.count("a" + code.encode("unicode_escape").decode() + "b") == 12
    assert text not in told


@pytest.mark.parametrize("end", ["\n", "\r", "\u2028"])
def test_title_cannot_forge_a_line(report: Report, end: str) -> None:
    forged = f"Yoga{end}Next: nothing to do."
    lines = summary(replace(report, rows=(replace(report.rows[1], title=forged),)), width=200).splitlines()
    assert "Next: nothing to do." not in lines


def test_joined_emoji_stays_whole(report: Report) -> None:
    title = "👩\u200d🏫 teaches"
    assert title in summary(replace(report, rows=(replace(report.rows[1], title=title),)))


def test_endless_text_is_cut(report: Report) -> None:
    """A message that quotes a whole cell does not flood the terminal."""
    row = report.rows[1]
    finding = replace(row.findings[0], message="word " * 8000)
    flood = replace(report, rows=(replace(row, title="t" * 32_000, findings=(finding,)),))
    text = summary(flood)
    assert len(text.splitlines()) < 30
    assert re.search(r"… \(39,6\d\d more characters in report.json\)", joined(text))


@settings(max_examples=100, deadline=None)
@given(
    words=st.lists(
        st.text(st.one_of(st.characters(), st.sampled_from("簿記の基礎👩é\u0301")), max_size=8), max_size=30
    ),
    width=st.integers(60, 120),
)
def test_every_line_fits(report: Report, words: list[str], width: int) -> None:
    """Whatever the words and their scripts, no line is wider than asked for."""
    text = " ".join(words)
    finding = replace(report.rows[1].findings[0], message=text)
    told = replace(
        report,
        rows=(replace(report.rows[1], title=text, findings=(finding,)),),
        source=replace(report.source, path="plan.xlsx"),
        stop_reason=text,
    )
    assert [line for line in summary(told, width=width).splitlines() if columns(line) > width] == []


def test_writing_without_spaces_is_broken(report: Report) -> None:
    """Japanese fills the lines it is given, though it has no spaces to break at."""
    finding = replace(report.rows[1].findings[0], message="簿記" * 60)
    lines = summary(replace(report, rows=(replace(report.rows[1], findings=(finding,)),))).splitlines()
    full = [columns(line) for line in lines if line.strip().startswith(("簿", "記"))]
    assert len(full) == 4
    assert max(full) in {58, 59, 60}


@pytest.mark.parametrize(
    ("finding", "line"),
    [
        (replace(API, property_name="Business"), "  Business: is unknown"),
        (replace(API, property_name="BusinessId", column="Location"), "  Location: is unknown"),
        (API, "  is unknown"),
        (replace(API, severity="warning"), "  warning: is unknown"),
        (replace(API, cell="T3"), "  Plan!T3: is unknown"),
        (replace(API, message="has only 3 of the header's 5 cells"), "  has only 3 of the header's 5 cells"),
    ],
    ids=["property", "column", "nothing", "warning", "cell", "the whole row"],
)
def test_finding_names_the_place_it_knows(report: Report, finding: Finding, line: str) -> None:
    """What the API says of a row names the column where it can, else the property."""
    row = replace(report.rows[1], findings=(finding,))
    assert line in summary(replace(report, rows=(row,))).splitlines()
