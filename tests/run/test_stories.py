"""Unpleasant stories: whatever happens, a course stands there once, or a person is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from pipeline.api import Stop
from pipeline.errors import Exit, UsageError
from pipeline.send import Word
from tests.run.conftest import break_with, course, create_by_hand, in_sandbox, titles, write_courses

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import Plan, Report
    from pipeline.sandbox import Running
    from tests.run.conftest import Tester

LISTS = {"method": "GET", "path": "/api/content/courses"}
LOST = {"kind": "close_after_storing"}


def statuses(report: Report) -> list[str]:
    return [row.status.value for row in report.rows]


def messages(report: Report) -> list[str]:
    told = [*report.file_findings, *(finding for row in report.rows for finding in row.findings)]
    return [finding.message for finding in told]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_courses(tmp_path / "courses.csv", course("Pottery"), course("Weaving"))


@pytest.mark.parametrize("kind", ["close_after_storing", "500_after_storing", "cut_answer"])
def test_a_course_whose_answer_was_lost_is_found_in_the_same_run(
    kind: str, path: Path, tester: Tester, sandbox: Running
) -> None:
    break_with(sandbox.url, {"kind": kind})
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["created", "created"]
    assert [row.found for row in report.rows] == [True, False]
    assert report.exit_code is Exit.DONE
    assert titles(sandbox.url) == ["Pottery", "Weaving"]
    assert statuses(tester.import_file(path, sandbox.url)) == ["unchanged", "unchanged"]


@pytest.mark.parametrize("kind", ["500_before_storing", "400_ooops", "unsuccessful", "close_before_reading"])
def test_a_course_proved_absent_is_sent_again_in_the_same_run(
    kind: str, path: Path, tester: Tester, sandbox: Running
) -> None:
    """Not before the settle time is over."""
    break_with(sandbox.url, {"kind": kind})
    before = tester.now()
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["created", "created"]
    assert titles(sandbox.url) == ["Weaving", "Pottery"]
    assert (tester.now() - before).total_seconds() > 60


def test_a_second_time_proved_absent_waits_for_the_next_run(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    break_with(sandbox.url, {"kind": "500_before_storing"}, {"kind": "500_before_storing", "at": 3})
    first = tester.import_file(path, sandbox.url)
    assert statuses(first) == ["deferred", "created"]
    assert first.rows[0].reason == "HTTP 500; looked up and not there"
    assert first.exit_code is Exit.STOPPED
    assert statuses(tester.import_file(path, sandbox.url)) == ["created", "unchanged"]


def test_a_row_that_fails_again_and_again_goes_last_and_is_reported_as_such(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    break_with(sandbox.url, {"kind": "500_before_storing"}, {"kind": "500_before_storing", "at": 3})
    tester.import_file(path, sandbox.url)
    break_with(sandbox.url, {"kind": "500_before_storing"}, {"kind": "500_before_storing", "at": 2})
    tester.import_file(path, sandbox.url)
    write_courses(path, course("Pottery"), course("Baking"))
    plans: list[Plan] = []
    tester.consent = plans.append
    report = tester.import_file(path, sandbox.url)
    assert [step.course.title for step in plans[0].to_create] == ["Baking", "Pottery"]
    assert messages(report) == ["was deferred before: HTTP 500, 4 times running. It goes after all others."]


def test_the_next_run_looks_for_what_this_one_left_in_doubt(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    """An HTML page stops the run; before anything else is sent there its course is looked for."""
    break_with(sandbox.url, {"kind": "malformed_json"})
    first = tester.import_file(path, sandbox.url)
    assert statuses(first) == ["in_doubt", "not_sent"]
    assert first.exit_code is Exit.STOPPED
    second = tester.import_file(path, sandbox.url)
    assert statuses(second) == ["created", "created"]
    assert second.rows[0].found
    assert titles(sandbox.url) == ["Pottery", "Weaving"]


def test_doubts_of_an_earlier_file_are_looked_up_too(
    path: Path, tmp_path: Path, tester: Tester, sandbox: Running
) -> None:
    break_with(sandbox.url, {"kind": "malformed_json"})
    tester.import_file(path, sandbox.url)
    other = write_courses(tmp_path / "other.csv", course("Baking"))
    tester.import_file(other, sandbox.url)
    write_courses(path, course("Pottery"))
    assert statuses(tester.import_file(path, sandbox.url)) == ["unchanged"]
    assert titles(sandbox.url) == ["Pottery", "Baking"]


def test_a_lost_journal_makes_no_second_catalogue(path: Path, tester: Tester, sandbox: Running) -> None:
    tester.import_file(path, sandbox.url)
    tester.journal_path.unlink()
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["held", "held"]
    ids = [record["Id"] for record in in_sandbox(sandbox.url)]
    told = [[candidate.course_id for candidate in row.candidates] for row in report.rows]
    assert told == [[ids[0]], [ids[1]]]
    assert report.rows[0].reason == f"exists already as Id {ids[0]}"
    assert report.exit_code is Exit.NEEDS_A_PERSON


def test_two_journals_make_no_second_catalogue(
    path: Path, tmp_path: Path, tester: Tester, sandbox: Running
) -> None:
    tester.import_file(path, sandbox.url)
    tester.journal_path = tmp_path / "another machine" / "journal.db"
    write_courses(path, course("Pottery"), course("Weaving"), course("Baking"))
    assert statuses(tester.import_file(path, sandbox.url)) == ["held", "held", "created"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", "P-1", id="added"),
        pytest.param("P-1", "K-1", id="renamed"),
        pytest.param("P-1", "", id="removed"),
    ],
)
def test_a_changed_key_makes_no_second_course(
    before: str, after: str, path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, course("Pottery", Key=before))
    tester.import_file(path, sandbox.url)
    write_courses(path, course("Pottery", Key=after))
    assert statuses(tester.import_file(path, sandbox.url)) == ["held"]
    assert titles(sandbox.url) == ["Pottery"]


def test_two_courses_of_one_title_are_two_when_the_file_has_both(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, course("Pottery", Key="P-1"))
    tester.import_file(path, sandbox.url)
    write_courses(path, course("Pottery", Key="P-1"), course("Pottery", Key="P-2"))
    assert statuses(tester.import_file(path, sandbox.url)) == ["unchanged", "created"]


def test_a_title_corrected_under_its_own_key_is_a_change(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, course("Potery", Key="P-1"))
    tester.import_file(path, sandbox.url)
    write_courses(path, course("Pottery", Key="P-1"))
    assert statuses(tester.import_file(path, sandbox.url)) == ["changed"]
    assert titles(sandbox.url) == ["Potery"]


def test_a_title_corrected_after_a_lost_answer_is_looked_up_as_it_was_sent(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, course("Potery", Key="P-1"))
    break_with(sandbox.url, {"kind": "malformed_json"})
    tester.import_file(path, sandbox.url)
    write_courses(path, course("Pottery", Key="P-1"))
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["changed"]
    assert report.rows[0].reason == "differs from the course that was created in Title"
    assert titles(sandbox.url) == ["Potery"]


def test_courses_deleted_by_hand_are_not_made_again(path: Path, tester: Tester, sandbox: Running) -> None:
    """A list that lacks them is whole all the same: reading by Id says they are gone."""
    tester.import_file(path, sandbox.url)
    form = {"grant_type": "password", "username": "admin@example.com", "password": "sandbox"}
    token = requests.post(f"{sandbox.url}/api/token", data=form, timeout=5).json()["access_token"]
    gone = in_sandbox(sandbox.url)[0]["Id"]
    requests.delete(
        f"{sandbox.url}/api/content/courses/{gone}", headers={"Authorization": f"Bearer {token}"}, timeout=5
    )
    write_courses(path, course("Pottery"), course("Weaving"), course("Baking"))
    break_with(sandbox.url, {"kind": "500_before_storing"})
    assert statuses(tester.import_file(path, sandbox.url)) == ["unchanged", "unchanged", "created"]
    assert titles(sandbox.url) == ["Weaving", "Baking"]


def test_two_equal_rows_in_doubt_are_found_one_each(path: Path, tester: Tester, sandbox: Running) -> None:
    """Their keys differ, and the server does not keep SystemId."""
    write_courses(path, course("Pottery", Key="P-1"), course("Pottery", Key="P-2"))
    break_with(sandbox.url, {"kind": "no_system_id", "every": True}, {**LOST, "every": True})
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["created", "created"]
    assert [row.course_id for row in report.rows] == [record["Id"] for record in in_sandbox(sandbox.url)]


def test_a_course_somebody_else_creates_meanwhile_is_not_taken_for_ours(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    """Same title, other contents, no SystemId: it is neither adopted nor is ours sent again."""
    write_courses(path, course("Pottery"))
    break_with(sandbox.url, {"kind": "500_before_storing"})
    theirs: list[int] = []

    def create_another() -> None:
        if not theirs:
            theirs.append(create_by_hand(sandbox.url, Title="Pottery", HostId=1414980012))

    tester.before_sleep = create_another
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["in_doubt"]
    assert [candidate.course_id for candidate in report.rows[0].candidates] == theirs
    assert report.exit_code is Exit.NEEDS_A_PERSON
    assert titles(sandbox.url) == ["Pottery"]


def test_without_system_id_every_field_must_agree(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery"))
    break_with(sandbox.url, {"kind": "no_system_id"}, LOST)
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["created"]
    assert report.rows[0].found


@pytest.mark.parametrize("kind", ["short_page", "shifted_page"])
def test_a_list_that_is_not_whole_is_read_again(
    kind: str, path: Path, tester: Tester, sandbox: Running
) -> None:
    tester.import_file(path, sandbox.url)
    tester.journal_path.unlink()
    break_with(sandbox.url, {"kind": kind, **LISTS})
    assert statuses(tester.import_file(path, sandbox.url)) == ["held", "held"]


def test_a_list_that_is_never_whole_stops_the_run_before_anything_is_sent(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    tester.import_file(path, sandbox.url)
    write_courses(path, course("Baking"))
    break_with(sandbox.url, {"kind": "short_page", "every": True, **LISTS})
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["not_sent"]
    assert report.exit_code is Exit.STOPPED
    assert report.stop_reason is not None
    assert "is never whole" in report.stop_reason


def test_a_list_that_ignores_its_filter_is_sorted_out_here(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    """A course of the same title at another location does not count."""
    create_by_hand(sandbox.url, Title="Pottery", BusinessId=1414974956)
    break_with(sandbox.url, {"kind": "ignore_filters", "every": True, **LISTS})
    assert statuses(tester.import_file(path, sandbox.url)) == ["created", "created"]


def test_a_course_that_appears_late_in_lists_is_found_after_the_settle_time(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    """The first look at the end does not show it yet."""
    break_with(sandbox.url, LOST, {"kind": "late_in_list", "lists": 1})
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["created", "created"]
    assert titles(sandbox.url) == ["Pottery", "Weaving"]


def test_a_list_that_hides_courses_known_to_exist_proves_nothing(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    """The second course hides from lists, but reading it by Id finds it: so may the first one hide."""
    break_with(
        sandbox.url,
        {"kind": "500_before_storing"},
        {"kind": "late_in_list", "at": 2, "lists": 20},
    )
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["in_doubt", "created"]
    assert report.exit_code is Exit.IN_DOUBT


def test_an_account_that_may_not_list_still_imports_and_says_what_it_cannot(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    break_with(sandbox.url, {"kind": "401", "every": True, **LISTS}, {"kind": "500_after_storing"})
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["in_doubt", "created"]
    assert report.exit_code is Exit.NEEDS_A_PERSON
    assert any("lacks the role Course-List" in message for message in messages(report))
    break_with(sandbox.url)
    again = tester.import_file(path, sandbox.url)
    assert statuses(again) == ["created", "unchanged"]
    assert titles(sandbox.url) == ["Pottery", "Weaving"]


def test_five_rows_running_with_one_trouble_stop_the_run(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, *(course(f"Course {number}") for number in range(9)))
    break_with(sandbox.url, {"kind": "500_before_storing", "every": True})
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["in_doubt"] * 5 + ["not_sent"] * 4
    assert report.exit_code is Exit.STOPPED
    assert report.stop_reason == "5 rows running met the same trouble: HTTP 500"


def test_refusals_that_name_a_property_never_stop_good_rows(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    bad = [course(f"Course {number}", HostId=5) for number in range(7)]
    write_courses(path, *bad, course("Pottery"))
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["rejected"] * 7 + ["created"]


def test_what_the_server_kept_differently_is_a_warning_at_its_cell(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    long = "x" * 150
    path.write_text(
        "Title,BusinessId,HostId,DisplayOrder,Visibility,Summary,Image\n"
        f"Pottery,1414974955,1414980011,1,Public,{long},https://example.com/a.png\n",
        encoding="utf-8",
    )
    break_with(sandbox.url, {"kind": "cut_text"}, {"kind": "empty_image"}, {"kind": "no_system_id"})
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["created"]
    told = [(finding.cell, finding.column, finding.severity) for finding in report.rows[0].findings]
    assert told == [("F2", "Summary", "warning"), ("G2", "Image", "warning")]
    assert "The API did not keep the SystemId of 1 courses" in messages(report)[0]
    assert report.exit_code is Exit.DONE


def test_without_the_role_to_read_courses_nothing_is_compared_and_that_is_told(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    break_with(sandbox.url, {"kind": "401", "at": 2, "every": True, **LISTS})
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["created", "created"]
    assert messages(report) == ["The courses were not read back: the account lacks the role Course-Read."]
    assert report.exit_code is Exit.DONE


def test_nothing_is_read_back_when_it_is_not_wanted(path: Path, tester: Tester, sandbox: Running) -> None:
    tester.reads_back = False
    tester.import_file(path, sandbox.url)
    log = requests.get(f"{sandbox.url}/_sandbox/requests", timeout=5).json()
    assert [entry["method"] for entry in log][-2:] == ["POST", "POST"]


def test_an_interrupted_run_looks_for_nothing_more(path: Path, tester: Tester, sandbox: Running) -> None:
    """While the settle time is waited out Ctrl-C ends the run; the row stays in doubt."""
    break_with(sandbox.url, {"kind": "500_before_storing"})

    def interrupt() -> None:
        tester.stop = Stop(code=Exit.INTERRUPTED, reason="interrupted with Ctrl-C")

    tester.before_sleep = interrupt
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["in_doubt", "created"]
    assert report.exit_code is Exit.INTERRUPTED
    tester.stop = None
    tester.before_sleep = lambda: None
    assert statuses(tester.import_file(path, sandbox.url)) == ["created", "unchanged"]


def held(path: Path, tester: Tester, sandbox: Running) -> int:
    """Bring it about that Pottery is held; return the Id it exists under."""
    theirs = create_by_hand(sandbox.url, Title="Pottery", DisplayOrder=99)
    assert statuses(tester.import_file(path, sandbox.url)) == ["held", "created"]
    return theirs


def test_a_person_may_say_that_a_held_row_is_the_course_that_stands_there(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    theirs = held(path, tester, sandbox)
    said = tester.resolve(path, sandbox.url, 2, Word(created_id=theirs, by="ann@desk"))
    assert said == f"Row 2 is now known as created, Id {theirs}, on the word of ann@desk."
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["changed", "unchanged"]
    assert report.rows[0].reason == "differs from the course that was created in DisplayOrder"


def test_a_person_may_say_that_a_held_row_is_another_course(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    held(path, tester, sandbox)
    tester.resolve(path, sandbox.url, 2, Word(created_id=None, by="ann@desk"))
    assert statuses(tester.import_file(path, sandbox.url)) == ["created", "unchanged"]
    assert titles(sandbox.url) == ["Pottery", "Weaving", "Pottery"]


def test_a_person_may_decide_a_doubt(path: Path, tester: Tester, sandbox: Running) -> None:
    break_with(sandbox.url, {"kind": "401", "every": True, **LISTS}, {"kind": "500_after_storing"})
    tester.import_file(path, sandbox.url)
    break_with(sandbox.url)
    ours = in_sandbox(sandbox.url)[0]["Id"]
    tester.resolve(path, sandbox.url, 2, Word(created_id=ours, by="ann@desk"))
    assert statuses(tester.import_file(path, sandbox.url)) == ["unchanged", "unchanged"]


@pytest.mark.parametrize(
    ("row", "created_id", "message"),
    [
        pytest.param(9, 1, "has no row 9", id="no such row"),
        pytest.param(3, 1, "is known to be created", id="nothing to decide"),
        pytest.param(2, 1, "There is no course with the Id 1", id="no such course"),
    ],
)
def test_a_word_that_cannot_be_true_is_refused(
    row: int, created_id: int, message: str, path: Path, tester: Tester, sandbox: Running
) -> None:
    held(path, tester, sandbox)
    with pytest.raises(UsageError, match=message):
        tester.resolve(path, sandbox.url, row, Word(created_id=created_id, by="ann@desk"))


def test_a_word_on_a_row_with_faults_is_refused(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course(""), course("Pottery", HostId="x"))
    for row, message in ((2, "has no title or no location"), (3, "has faults")):
        with pytest.raises(UsageError, match=message):
            tester.resolve(path, sandbox.url, row, Word(created_id=None, by="ann@desk"))
