"""What is written is on the disk, comes back as it was, and is never misread."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from pipeline.errors import Exit, JournalUnusable
from pipeline.journal import End
from pipeline.journal.sqlite import PRAGMAS
from pipeline.model import Known, State, Status
from tests.journal.conftest import TARGET, at, in_a_file, record, row, seen_by_others

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import SecretStr

    from pipeline.journal import Journal, RunLog


def log_of(journal: Journal, run_id: str = "run-1") -> RunLog:
    log = journal.log(run_id=run_id, host="spaces.example.com", now=lambda: at(5))
    log.target = TARGET
    return log


@in_a_file
def test_every_commit_reaches_the_disk(journal: Journal) -> None:
    """The pragmas that make it so are in force, not only asked for."""
    with journal._transaction() as connection:  # noqa: SLF001 - the pragmas of this very connection
        read_back = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in PRAGMAS}
    assert read_back == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 30_000}


def test_a_run_comes_back_as_it_was_written(journal: Journal) -> None:
    journal.begin_run(record())
    assert journal.read_run("run-1") == record()
    journal.end_run("run-1", at=at(9), stop=(Exit.STOPPED, "throttled"))
    assert journal.read_run() == replace(
        record(), finished_at=at(9), stop_code=Exit.STOPPED, stop_reason="throttled"
    )


def test_the_last_run_is_the_one_that_started_last(journal: Journal) -> None:
    journal.begin_run(record("late", minute=2))
    journal.begin_run(record("early", minute=1))
    last = journal.read_run()
    assert last is not None
    assert last.run_id == "late"
    assert journal.read_run("no such run") is None


def test_a_run_without_rows_is_a_run(journal: Journal) -> None:
    journal.begin_run(replace(record(), rows=(), file_findings=()))
    last = journal.read_run()
    assert last is not None
    assert last.rows == ()


def test_an_intent_is_on_the_disk_when_its_request_leaves(journal: Journal, place: Path | SecretStr) -> None:
    """Somebody else who reads the journal sees the payload before any answer."""
    journal.begin_run(record())
    log = log_of(journal)
    log.begin(row(2), {"Title": "Pottery", "SystemId": "t"})
    assert seen_by_others(place, "SELECT count(*) FROM courses") == [(0,)]
    log.sending("POST", "/api/content/courses", row=2)
    assert seen_by_others(place, "SELECT state, payload FROM courses") == [
        ("sending", '{"Title": "Pottery", "SystemId": "t"}')
    ]
    assert seen_by_others(place, "SELECT method, row, answered_at FROM requests") == [("POST", 2, None)]


@pytest.mark.parametrize("state", [state for state in State if state is not State.SENDING])
def test_what_became_of_a_course_is_known_to_the_next_run(state: State, journal: Journal) -> None:
    course_id = 1_414_980_001 if state is State.CREATED else None
    journal.begin_run(record())
    log = log_of(journal)
    log.begin(row(2), {"Title": "Pottery"})
    number = log.sending("POST", "/path", row=2)
    log.answered(number, status=200, told="{}")
    log.end(row(2), End(state=state, reason="because", course_id=course_id))
    log.settle()
    assert journal.known(TARGET) == {
        (5, "pottery"): Known(
            state=state,
            payload={"Title": "Pottery"},
            course_id=course_id,
            reason="because",
            deferrals=int(state is State.DEFERRED),
        )
    }
    assert journal.known("another/target") == {}
    told = journal.read_run("run-1")
    assert told is not None
    assert (told.rows[0].status, told.rows[0].course_id) == (Status(state.value), course_id)
    assert journal.created_since(TARGET, at(4)) is (state is State.CREATED)
    assert not journal.created_since(TARGET, at(6))


def test_a_row_whose_answer_was_not_recorded_is_in_doubt(journal: Journal) -> None:
    """As after a power cut between request and answer."""
    journal.begin_run(record())
    log = log_of(journal)
    log.begin(row(2), {"Title": "Pottery"})
    log.sending("POST", "/path", row=2)
    told = journal.read_run("run-1")
    assert told is not None
    assert (told.rows[0].status, told.rows[0].reason) == (Status.IN_DOUBT, "its answer was not recorded")
    assert journal.known(TARGET)[5, "pottery"].state is State.SENDING


def test_an_outcome_and_the_next_intent_share_a_commit(journal: Journal) -> None:
    """What lies between two requests reaches the disk with the second, or not at all."""
    log = log_of(journal)
    log.begin(row(2), {})
    log.sending("POST", "/path", row=2)
    log.end(row(2), End(state=State.CREATED, course_id=7))
    log.begin(row(3, "Weaving"), {})
    assert journal.known(TARGET)[5, "pottery"].state is State.SENDING
    log.sending("POST", "/path", row=3)
    states = {key: known.state for (_, key), known in journal.known(TARGET).items()}
    assert states == {"pottery": State.CREATED, "weaving": State.SENDING}


def test_a_course_sent_again_keeps_one_row(journal: Journal) -> None:
    log = log_of(journal)
    for title, state in (("first try", State.REJECTED), ("second try", State.CREATED)):
        log.begin(row(2), {"Title": title})
        log.sending("POST", "/path", row=2)
        log.end(row(2), End(state=state, course_id=7))
        log.settle()
    [known] = journal.known(TARGET).values()
    assert known == Known(state=State.CREATED, payload={"Title": "second try"}, course_id=7, reason="")


def test_what_the_api_said_stands_behind_our_own_findings(journal: Journal) -> None:
    journal.begin_run(record())
    log = log_of(journal)
    said = replace(record().rows[1].findings[0], code="api", stage="send", message="not found")
    log.tell([said])
    log.settle()
    told = journal.read_run("run-1")
    assert told is not None
    assert [finding.message for finding in told.rows[1].findings] == ["is blank", "not found"]


@in_a_file
def test_a_full_disk_is_told_in_words(journal: Journal) -> None:
    """The file may not grow: SQLite answers as on a full disk."""
    with journal._transaction() as connection:  # noqa: SLF001 - the limit holds for this very connection
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    log = log_of(journal)
    log.begin(row(2), {"FullDescription": "x" * 100_000})
    with pytest.raises(JournalUnusable, match=r"database or disk is full\. Without it nothing is sent"):
        log.sending("POST", "/path", row=2)


def test_requests_count_for_their_target_and_sign_ins_for_their_host(journal: Journal) -> None:
    """Since a moment; one without a recorded answer counts from when it left."""
    log = log_of(journal)
    log.target = None
    log.answered(log.sending("POST", "/api/token", row=None), status=200, told="")
    log.target = TARGET
    log.answered(log.sending("GET", "/api/auth/me", row=None), status=200, told="{}")
    log.sending("POST", "/api/content/courses", row=2)
    log.settle()

    def counted(target: str | None, minute: int = 0, host: str = "spaces.example.com") -> list[object]:
        since = journal.requests_since(at(minute), host=host, target=target)
        return [(request.path, request.answered_at) for request in since]

    assert counted(TARGET) == [("/api/auth/me", at(5)), ("/api/content/courses", None)]
    assert counted(None) == [("/api/token", at(5))]
    assert counted("another/target") == []
    assert counted(None, host="elsewhere") == []
    assert counted(TARGET, minute=6) == []


def test_times_are_sorted_sign_by_sign(journal: Journal) -> None:
    """A whole second is written without its fraction; languages pass over such signs."""
    whole, later = at(5), at(5).replace(microsecond=1)
    journal.begin_run(replace(record("later"), started_at=later))
    journal.begin_run(replace(record("whole"), started_at=whole))
    last = journal.read_run()
    assert last is not None
    assert last.run_id == "later"
    log = journal.log(run_id="later", host="spaces.example.com", now=lambda: whole)
    log.answered(log.sending("POST", "/api/token", row=None), status=200, told="")
    log.settle()
    assert journal.requests_since(later, host="spaces.example.com", target=None) == ()


@pytest.mark.parametrize("text", ["Pot\0tery", "␀0 and ␀␀", "\0␀\0", "Töpfern 🏺"], ids=ascii)
def test_every_text_comes_back_as_it_was(text: str, journal: Journal) -> None:
    """A cell may hold a NUL character, and so may what the API says."""
    faulty = record().rows[1]
    fault = replace(faulty.findings[0], value=text)
    told = replace(record(), rows=(replace(faulty, title=text, findings=(fault,)),))
    journal.begin_run(told)
    assert journal.read_run() == told
    log = log_of(journal)
    log.begin(row(2, text), {"Title": text})
    log.sending("POST", "/path", row=2)
    [(key, known)] = journal.known(TARGET).items()
    assert (key, known.payload) == ((5, text.casefold()), {"Title": text})
    log.end(row(2, text), End(state=State.CREATED, course_id=7))
    log.settle()
    assert [known.state for known in journal.known(TARGET).values()] == [State.CREATED]


def test_the_last_course_an_import_created_is_known(journal: Journal) -> None:
    """A person's word that a course exists is no proof that this account may create one."""
    assert journal.last_created(TARGET) is None
    log = log_of(journal)
    log.say(row(2, "Word"), {}, End(state=State.CREATED, course_id=1, at=at(50)), by="somebody")
    assert journal.last_created(TARGET) is None
    for number, minute in ((3, 10), (4, 30), (5, 20)):
        log.begin(row(number, f"Course {number}"), {})
        log.end(row(number, f"Course {number}"), End(state=State.CREATED, course_id=number, at=at(minute)))
    log.settle()
    assert journal.last_created(TARGET) == at(30)
    assert journal.last_created("elsewhere") is None
