"""What the journal remembers of one course, whatever its row's number and however often it was sent."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.journal import End, open_journal
from pipeline.model import Candidate, RowReport, State, Status
from pipeline.report.verdict import report_of
from tests.journal.conftest import TARGET, at, record, row

if TYPE_CHECKING:
    from pipeline.journal import Journal
    from pipeline.model import RunRecord

VERSION_1 = Path(__file__).with_name("version-1.sql").read_text(encoding="utf-8")


def run_of(run_id: str, *rows: tuple[int, int, str], minute: int, target: str | None = TARGET) -> RunRecord:
    """A run that read rows of these numbers, locations and keys."""
    reports = tuple(
        RowReport(number=number, key=key, title=key, status=Status.NOT_SENT, reason="new", business_id=place)
        for number, place, key in rows
    )
    return replace(record(run_id, minute=minute), rows=reports, file_findings=(), target=target)


def send(
    journal: Journal, run_id: str, number: int, state: State, *, minute: int, target: str = TARGET
) -> None:
    log = journal.log(run_id=run_id, host="spaces.example.com", now=lambda: at(minute))
    log.target = target
    its_row = row(number)
    log.begin(its_row, {"Title": "Pottery"})
    log.answered(log.sending("POST", "/api/content/courses", row=number), status=500, told="Ooops!")
    log.end(its_row, End(state=state, reason="HTTP 500"))
    log.settle()


def test_requests_are_found_by_location_and_key_over_all_runs(journal: Journal) -> None:
    """The row moved from 2 to 9 between two runs; a course of the same key elsewhere is another one."""
    journal.begin_run(run_of("one", (2, 5, "pottery"), (3, 6, "pottery"), minute=1))
    send(journal, "one", 2, State.DEFERRED, minute=2)
    send(journal, "one", 3, State.DEFERRED, minute=3)
    journal.begin_run(run_of("two", (9, 5, "pottery"), (2, 5, "weaving"), minute=4))
    send(journal, "two", 9, State.IN_DOUBT, minute=5)
    [memory] = journal.memories(5, "pottery")
    assert (memory.target, memory.rehearsal, memory.since) == (TARGET, False, at(5))
    assert memory.known is not None
    assert memory.known.state is State.IN_DOUBT
    assert [(each.run_id, each.row, each.status) for each in memory.appearances] == [
        ("one", 2, Status.DEFERRED),
        ("two", 9, Status.IN_DOUBT),
    ]
    assert [
        (sent.method, sent.sent_at, sent.answered_at, sent.status, sent.told)
        for each in memory.appearances
        for sent in each.exchanges
    ] == [("POST", at(2), at(2), 500, "Ooops!"), ("POST", at(5), at(5), 500, "Ooops!")]
    assert journal.memories(7, "pottery") == ()


def test_each_target_has_its_own_memory_the_last_one_at_the_end(journal: Journal) -> None:
    """A run that never came to a target belongs to none."""
    sandbox = "sandbox:6f1c/importer@example.com"
    journal.begin_run(run_of("real", (2, 5, "pottery"), minute=5))
    journal.begin_run(run_of("rehearsed", (2, 5, "pottery"), minute=1, target=sandbox))
    journal.begin_run(run_of("refused", (2, 5, "pottery"), minute=6, target=None))
    memories = journal.memories(5, "pottery")
    assert [(each.target, each.rehearsal, each.known) for each in memories] == [
        (sandbox, True, None),
        (TARGET, False, None),
    ]


def test_a_word_on_a_course_no_run_has_seen_is_remembered(journal: Journal) -> None:
    log = journal.log(run_id="word", host="spaces.example.com", now=lambda: at(5))
    log.target = TARGET
    log.say(row(2), {"Title": "Pottery"}, End(state=State.CREATED, course_id=7), by="ann@desk")
    [memory] = journal.memories(5, "pottery")
    assert memory.appearances == ()
    assert memory.known is not None
    assert (memory.known.course_id, memory.known.said_by) == (7, "ann@desk")


def test_requests_are_counted_by_run(journal: Journal) -> None:
    log = journal.log(run_id="run-1", host="spaces.example.com", now=lambda: at(5))
    log.sending("POST", "/api/token", row=None)
    log.sending("GET", "/api/auth/me", row=None)
    assert (journal.count_requests("run-1"), journal.count_requests("run-2")) == (2, 0)


def test_a_journal_of_the_first_version_stays_readable(path: Path) -> None:
    """Its candidates are bare Ids, its rows know no location; a report of it says what it did."""
    path.parent.mkdir()
    with sqlite3.connect(path) as old:
        old.executescript(VERSION_1)
    old.close()
    opened = open_journal(path)
    told = opened.read_run("run-1")
    assert told is not None
    report = report_of(told)
    assert report.flags == ()
    assert report.rows[0].candidates == (Candidate(course_id=8), Candidate(course_id=9))
    [known] = opened.known(TARGET).values()
    assert known.candidates == report.rows[0].candidates
    [memory] = opened.memories(5, "course 2")
    assert [sent.status for each in memory.appearances for sent in each.exchanges] == [500]
    opened.begin_run(record("run-2", minute=9))
    assert opened.read_run() == record("run-2", minute=9)
    opened.close()
    open_journal(path).close()
