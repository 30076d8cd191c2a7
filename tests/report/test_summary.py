from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Exit
from pipeline.model import Finding, Report, Status
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
    assert wide == ["  course-import import 'plans/spring courses.xlsx' --sheet Plan"]


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


def test_production_is_named_first(report: Report) -> None:
    text = summary(replace(report, rehearsal=False, target="spaces.nexudus.com/ops@example.com"))
    assert text.startswith("Target: spaces.nexudus.com/ops@example.com\n")
    assert "sandbox" not in text


def test_right_file_is_to_be_imported(report: Report) -> None:
    right = replace(report, command="check", target=None, rows=(), exit_code=Exit.DONE)
    assert summary(right).endswith(
        "Next: import the file:\n  course-import import 'plans/spring courses.xlsx' --sheet Plan"
    )


def test_rows_only_a_person_can_decide_promise_no_command(report: Report) -> None:
    """Held and changed rows are not mended by running again."""
    held = replace(report, rows=report.rows[4:6], exit_code=Exit.NEEDS_A_PERSON)
    assert joined(summary(held)).endswith(
        "Next: decide about the rows named above: course-import resolve 'plans/spring courses.xlsx' "
        "--sheet Plan ROW --created ID (or --not-created)"
    )


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
    ("folder", "words"), [("reports/1", "… and 12 more in the report"), (None, "… and 12 more")]
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
    assert len(summary(flood).splitlines()) < 30


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
