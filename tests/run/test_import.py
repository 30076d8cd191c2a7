"""Whole runs: what is created, what is not, and what the next run does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import requests

from pipeline.api import Stop
from pipeline.errors import Exit, StoppedEarly, UsageError
from pipeline.journal import open_journal
from pipeline.run import Order, check_file, read_report
from tests.run.conftest import break_with, course, in_sandbox, titles, write_courses

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.model import Plan, Report
    from pipeline.sandbox import Running
    from tests.run.conftest import Tester


def statuses(report: Report) -> list[str]:
    return [row.status.value for row in report.rows]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "courses.csv"


def test_courses_are_created_once_however_often_they_are_imported(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    """The row's own key is its SystemId, else a token."""
    write_courses(path, course("Pottery", Key="P-1"), course("Weaving"))
    first, second = (tester.import_file(path, sandbox.url) for _ in range(2))
    assert statuses(first) == ["created", "created"]
    assert first.exit_code is Exit.DONE
    assert first.rehearsal
    assert statuses(second) == ["unchanged", "unchanged"]
    assert [row.course_id for row in second.rows] == [row.course_id for row in first.rows]
    there = [(record["Title"], record["SystemId"]) for record in in_sandbox(sandbox.url)]
    assert there == [("Pottery", "P-1"), ("Weaving", "token-1")]


def test_faulty_rows_stay_behind_and_go_when_they_are_corrected(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, course("Pottery"), course("Weaving", HostId="", Visibility="Paid"))
    first = tester.import_file(path, sandbox.url)
    assert statuses(first) == ["created", "invalid"]
    assert [(f.cell, f.code) for f in first.rows[1].findings] == [
        ("B3", "required"),
        ("F3", "tariff-missing"),
    ]
    assert first.exit_code is Exit.NEEDS_A_PERSON
    write_courses(path, course("Weaving"), course("Pottery"))
    second = tester.import_file(path, sandbox.url)
    assert statuses(second) == ["created", "unchanged"]
    assert titles(sandbox.url) == ["Pottery", "Weaving"]


def test_a_course_edited_after_it_was_created_is_reported_not_sent(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, course("Pottery"))
    tester.import_file(path, sandbox.url)
    write_courses(path, course("Pottery", DisplayOrder=99))
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["changed"]
    assert report.rows[0].reason == "differs from the course that was created in DisplayOrder"
    assert report.exit_code is Exit.NEEDS_A_PERSON
    assert titles(sandbox.url) == ["Pottery"]


def test_what_the_api_refuses_is_told_at_the_users_cell(path: Path, tester: Tester, sandbox: Running) -> None:
    """The API says Host, the file says HostId; the good row behind it goes."""
    write_courses(path, course("Pottery", HostId=5), course("Weaving"))
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["rejected", "created"]
    [finding] = report.rows[0].findings
    assert (finding.cell, finding.column, finding.property_name, finding.message, finding.value) == (
        "B2",
        "HostId",
        "HostId",
        "not found",
        "5",
    )
    assert report.exit_code is Exit.NEEDS_A_PERSON
    write_courses(path, course("Pottery", HostId=1414980012), course("Weaving"))
    assert statuses(tester.import_file(path, sandbox.url)) == ["created", "unchanged"]


def test_all_or_nothing_sends_nothing_when_a_row_has_a_fault(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, course("Pottery"), course(""))
    report = tester.import_file(path, sandbox.url, all_or_nothing=True)
    assert statuses(report) == ["not_sent", "invalid"]
    assert report.exit_code is Exit.FILE_REFUSED
    assert report.stop_reason is not None
    assert "1 of 2 rows have faults" in report.stop_reason
    assert titles(sandbox.url) == []


def test_only_as_many_courses_go_as_asked_for(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery"), course("Weaving"), course("Baking"))
    first = tester.import_file(path, sandbox.url, first=1)
    assert statuses(first) == ["created", "left_out", "left_out"]
    assert first.exit_code is Exit.DONE
    second = tester.import_file(path, sandbox.url, first=1)
    assert statuses(second) == ["unchanged", "created", "left_out"]


def test_strictly_a_warning_keeps_a_row_behind(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery", TariffId=1414990021), course("Weaving"))
    report = tester.import_file(path, sandbox.url, strict=True)
    assert statuses(report) == ["invalid", "created"]


def test_strictly_a_warning_about_the_file_refuses_it(path: Path, tester: Tester, sandbox: Running) -> None:
    path.write_text(
        "BusinessId,HostId,Title,DisplayOrder,Visibility,Colour\n1,1,a,1,1,red\n", encoding="utf-8"
    )
    report = tester.import_file(path, sandbox.url, strict=True)
    assert report.rows == ()
    assert report.exit_code is Exit.FILE_REFUSED
    assert "Colour" in report.file_findings[0].message


def test_a_file_that_is_refused_is_reported(path: Path, tester: Tester, sandbox: Running) -> None:
    path.write_text("Title,Visibility\nPottery,Public\n", encoding="utf-8")
    report = tester.import_file(path, sandbox.url)
    assert report.exit_code is Exit.FILE_REFUSED
    assert len(report.file_findings) == 3


def test_an_answer_that_is_not_the_apis_stops_the_run(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery"), course("Weaving"))
    break_with(sandbox.url, {"kind": "html"})
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["in_doubt", "not_sent"]
    assert report.exit_code is Exit.STOPPED
    assert report.stop_reason == "the answer is not the API's (HTTP 200)"


def test_a_lost_role_stops_the_run_and_the_rest_goes_later(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    """401 twice, with a token renewed in between; the course was surely not applied."""
    write_courses(path, course("Pottery"), course("Weaving"))
    break_with(sandbox.url, {"kind": "401", "every": True})
    first = tester.import_file(path, sandbox.url)
    assert statuses(first) == ["deferred", "not_sent"]
    assert first.exit_code is Exit.NO_ACCESS
    break_with(sandbox.url)
    assert statuses(tester.import_file(path, sandbox.url)) == ["created", "created"]


def test_a_401_on_a_day_with_courses_created_is_a_daily_cap(
    path: Path, tester: Tester, sandbox: Running
) -> None:
    write_courses(path, course("Pottery"))
    tester.import_file(path, sandbox.url)
    write_courses(path, course("Pottery"), course("Weaving"))
    break_with(sandbox.url, {"kind": "401", "every": True})
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["unchanged", "deferred"]
    assert report.exit_code is Exit.STOPPED


def test_a_run_that_is_interrupted_sends_nothing_more(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery"), course("Weaving"))

    def interrupt(plan: Plan) -> None:
        assert len(plan.to_create) == 2
        tester.stop = Stop(code=Exit.INTERRUPTED, reason="interrupted with Ctrl-C")

    tester.consent = interrupt
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["not_sent", "not_sent"]
    assert report.exit_code is Exit.INTERRUPTED
    assert titles(sandbox.url) == []


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        pytest.param(UsageError("add --yes"), Exit.USAGE, id="nobody to ask"),
        pytest.param(StoppedEarly("no"), Exit.STOPPED, id="no"),
    ],
)
def test_without_consent_nothing_is_sent(
    refusal: UsageError | StoppedEarly, code: Exit, path: Path, tester: Tester, sandbox: Running
) -> None:
    def refuse(_plan: Plan) -> None:
        raise refusal

    tester.consent = refuse
    report = tester.import_file(write_courses(path, course("Pottery")), sandbox.url)
    assert report.exit_code is code
    assert report.stop_reason == str(refusal)
    assert titles(sandbox.url) == []


def test_no_network_is_reported_and_nothing_is_lost(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery"))
    report = tester.import_file(path, "http://no-such-host.invalid")
    assert statuses(report) == ["not_sent"]
    assert report.exit_code is Exit.STOPPED
    assert statuses(tester.import_file(path, sandbox.url)) == ["created"]


def test_a_wiped_sandbox_leaves_no_lying_journal(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery"))
    tester.import_file(path, sandbox.url)
    requests.delete(f"{sandbox.url}/_sandbox/store", timeout=5)
    assert statuses(tester.import_file(path, sandbox.url)) == ["created"]


def test_two_accounts_do_not_share_what_was_created(path: Path, tester: Tester, sandbox: Running) -> None:
    write_courses(path, course("Pottery"))
    tester.import_file(path, sandbox.url)
    tester.account = "admin@example.com"
    report = tester.import_file(path, sandbox.url)
    assert statuses(report) == ["held"]
    [candidate] = report.rows[0].candidates
    assert candidate.course_id == in_sandbox(sandbox.url)[0]["Id"]


def test_checking_sends_and_remembers_nothing(path: Path, tmp_path: Path, tester: Tester) -> None:
    write_courses(path, course("Pottery"), course("Weaving", HostId=-1))
    order = Order(command="check", path=path, run_id="run-1", folder=tmp_path)
    report = check_file(order, now=tester.now)
    assert statuses(report) == ["not_sent", "invalid"]
    assert report.exit_code is Exit.FILE_REFUSED
    assert not tester.journal_path.exists()
    write_courses(path, course("Pottery"))
    assert check_file(order, now=tester.now).exit_code is Exit.DONE
    missing = replace(order, path=tmp_path / "missing.csv")
    assert check_file(missing, now=tester.now).exit_code is Exit.FILE_REFUSED


def test_a_run_that_was_cut_off_tells_the_truth(path: Path, tester: Tester, sandbox: Running) -> None:
    """The process dies before the first answer is on the disk and before the second course leaves."""
    write_courses(path, course("Pottery"), course("Weaving"), course("Baking"))

    class PowerCut(BaseException):
        """Nothing of ours catches this one."""

    def tokens_until_the_power_fails() -> Iterator[str]:
        yield "token"
        raise PowerCut

    tokens = tokens_until_the_power_fails()
    tester.new_token = lambda: next(tokens)
    with pytest.raises(PowerCut):
        tester.import_file(path, sandbox.url)
    journal = open_journal(tester.journal_path)
    report = read_report(journal)
    journal.close()
    assert statuses(report) == ["in_doubt", "not_sent", "not_sent"]
    assert report.finished_at is None
    assert report.stop_reason == "the run is still going on, or was cut off before its end"
    assert report.exit_code is Exit.STOPPED


def test_a_journal_without_runs_says_so(tester: Tester) -> None:
    journal = open_journal(tester.journal_path)
    with pytest.raises(UsageError, match="Nothing was imported yet"):
        read_report(journal)
    with pytest.raises(UsageError, match="knows no run abc"):
        read_report(journal, "abc")
    journal.close()
