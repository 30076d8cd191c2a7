"""What every answer to Create Course means."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.api.answers import (
    Again,
    Answer,
    Expired,
    NoAnswer,
    Reply,
    Settled,
    again_when_reading,
    meaning_of,
    no_access,
)
from pipeline.errors import Exit
from pipeline.model import Created, Deferred, InDoubt, Rejected

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
ERROR = {"AttemptedValue": None, "Message": "is a required field", "PropertyName": "Title"}
HTML = "<!doctype html><title>Members Portal</title>"


def answer(status: int, body: object, **headers: str) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    return Answer(status=status, body=text, headers={k.replace("_", "-"): v for k, v in headers.items()})


def envelope(
    *, course_id: object = None, errors: object = None, successful: bool = True
) -> dict[str, object]:
    value = None if course_id is None else {"Id": course_id}
    return {"Status": 200, "Value": value, "Errors": errors, "WasSuccessful": successful}


OOOPS = {"Message": "Ooops! There was a problem while running this action…", "WasSuccessful": False}
LOST = NoAnswer(never_sent=False, reason="no answer in time")
REFUSED = NoAnswer(never_sent=True, reason="the host refused the connection")


def in_words(reply: Reply) -> str:
    """Tell a meaning in a word, and whether the run stops."""
    meaning = meaning_of(reply, now=NOW)
    match meaning:
        case Again():
            return "again"
        case Expired():
            return "expired"
        case Settled(outcome=outcome, stop=stop):
            return type(outcome).__name__ + (f" stop {int(stop.code)}" if stop else "")


@pytest.mark.parametrize(
    ("reply", "meaning"),
    [
        pytest.param(answer(200, envelope(course_id=7)), "Created", id="200 with an Id"),
        pytest.param(answer(200, envelope(errors=[ERROR], successful=False)), "Rejected", id="200, errors"),
        pytest.param(answer(200, envelope(errors=[ERROR])), "Rejected", id="200, successful, errors"),
        pytest.param(answer(400, envelope(errors=[ERROR], successful=False)), "Rejected", id="400, errors"),
        pytest.param(answer(400, envelope(errors=["odd"], successful=False)), "Rejected", id="error is text"),
        pytest.param(answer(409, ""), "again", id="409, empty body"),
        pytest.param(answer(429, "Wait 2 seconds"), "again", id="429"),
        pytest.param(answer(409, envelope(errors=[ERROR])), "InDoubt stop 8", id="409 with errors"),
        pytest.param(answer(409, envelope(course_id=7)), "InDoubt stop 8", id="409 with an Id"),
        pytest.param(REFUSED, "again", id="never connected"),
        pytest.param(answer(401, {"Message": "Access Denied"}), "expired", id="401"),
        pytest.param(answer(403, ""), "Deferred stop 6", id="403"),
        pytest.param(answer(500, OOOPS), "InDoubt", id="500"),
        pytest.param(answer(503, HTML), "InDoubt", id="503, HTML"),
        pytest.param(answer(400, OOOPS), "InDoubt", id="Ooops with 400, no errors"),
        pytest.param(answer(200, envelope()), "InDoubt", id="200 without an Id"),
        pytest.param(answer(200, envelope(course_id=7, successful=False)), "InDoubt", id="failure, an Id"),
        pytest.param(answer(400, envelope(course_id=7, errors=[ERROR])), "InDoubt", id="errors and an Id"),
        pytest.param(answer(200, envelope(course_id="7")), "InDoubt", id="Id is text"),
        pytest.param(answer(200, envelope(course_id=True)), "InDoubt", id="Id is true"),
        pytest.param(answer(200, envelope(course_id=0)), "InDoubt", id="Id is 0"),
        pytest.param(answer(200, envelope(course_id=2**63)), "InDoubt", id="Id is no 64-bit integer"),
        pytest.param(LOST, "InDoubt", id="the answer was lost"),
        pytest.param(answer(200, HTML), "InDoubt stop 8", id="HTML"),
        pytest.param(answer(302, ""), "InDoubt stop 8", id="a redirect"),
        pytest.param(answer(200, "[]"), "InDoubt stop 8", id="JSON, but no object"),
        pytest.param(answer(200, '{"Value": {"Id": 7'), "InDoubt stop 8", id="cut JSON"),
        pytest.param(answer(404, envelope(errors=[ERROR])), "InDoubt stop 8", id="404"),
        pytest.param(answer(204, ""), "InDoubt stop 8", id="anything else"),
    ],
)
def test_an_answer_means_one_thing(reply: Reply, meaning: str) -> None:
    assert in_words(reply) == meaning


def test_the_new_id_is_told() -> None:
    meaning = meaning_of(answer(200, envelope(course_id=1_414_980_001)), now=NOW)
    assert meaning == Settled(outcome=Created(course_id=1_414_980_001))


def test_every_error_is_told_in_the_apis_words() -> None:
    """A value of any kind arrives as text; a missing PropertyName is none."""
    odd = {"AttemptedValue": 5, "PropertyName": "", "Message": None}
    meaning = meaning_of(answer(400, envelope(errors=[ERROR, odd])), now=NOW)
    assert isinstance(meaning, Settled)
    assert isinstance(meaning.outcome, Rejected)
    assert [(e.property_name, e.message, e.attempted_value) for e in meaning.outcome.errors] == [
        ("Title", "is a required field", None),
        (None, "refused without a word", "5"),
    ]


def test_a_letter_cut_in_the_middle_is_shown_by_its_code() -> None:
    cut = {"AttemptedValue": "Pots \ud83d", "PropertyName": "Title", "Message": "is too long \ud83d"}
    meaning = meaning_of(answer(400, envelope(errors=[cut])), now=NOW)
    assert isinstance(meaning, Settled)
    assert isinstance(meaning.outcome, Rejected)
    [error] = meaning.outcome.errors
    assert (error.message, error.attempted_value) == ("is too long \\ud83d", "Pots \\ud83d")


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        pytest.param(answer(409, "", retry_after="1"), 1.0, id="seconds"),
        pytest.param(answer(429, "", retry_after="0.25"), 0.25, id="a fraction"),
        pytest.param(answer(429, "", retry_after="Sat, 31 Jan 2026 12:00:30 GMT"), 30.0, id="a date"),
        pytest.param(answer(429, "", retry_after="Sat, 31 Jan 2026 11:59:00 GMT"), 0.0, id="a date gone by"),
        pytest.param(answer(429, "Too fast. Wait 2.5 seconds."), 2.5, id="in the body"),
        pytest.param(
            answer(429, '{"Message": "wait 3 seconds"}', retry_after="soon"), 3.0, id="header is odd"
        ),
        pytest.param(answer(409, "", retry_after="-5"), None, id="negative"),
        pytest.param(answer(409, ""), None, id="not told"),
    ],
)
def test_a_throttled_caller_waits_as_told(reply: Reply, seconds: float | None) -> None:
    meaning = meaning_of(reply, now=NOW)
    assert isinstance(meaning, Again)
    assert meaning.wait_seconds == seconds


@pytest.mark.parametrize(
    ("created_lately", "code"),
    [pytest.param(False, Exit.NO_ACCESS, id="no role"), pytest.param(True, Exit.STOPPED, id="a daily cap")],
)
def test_a_second_401_stops_the_run(created_lately: bool, code: Exit) -> None:
    settled = no_access(created_lately=created_lately)
    assert isinstance(settled.outcome, Deferred)
    assert settled.stop is not None
    assert settled.stop.code is code


@pytest.mark.parametrize(
    ("reply", "again"),
    [
        pytest.param(LOST, True, id="lost"),
        pytest.param(answer(500, ""), True, id="500"),
        pytest.param(answer(409, "", retry_after="1"), True, id="throttled"),
        pytest.param(answer(200, {}), False, id="answered"),
        pytest.param(answer(404, ""), False, id="not there"),
    ],
)
def test_a_request_that_changes_nothing_is_repeated_until_it_is_answered(reply: Reply, again: bool) -> None:
    assert (again_when_reading(reply, now=NOW) is not None) is again


@given(status=st.integers(100, 599), body=st.text() | st.from_type(dict[str, int]).map(json.dumps))
def test_no_answer_without_an_id_means_created(status: int, body: str) -> None:
    """Whatever comes back: it has a meaning, and the meaning is never a course that is not there."""
    meaning = meaning_of(Answer(status=status, body=body, headers={}), now=NOW)
    assert not (isinstance(meaning, Settled) and isinstance(meaning.outcome, Created))


@given(st.integers(100, 599).filter(lambda status: status not in (401, 403, 409, 429)))
def test_only_an_answer_that_proves_it_lets_a_course_be_sent_again(status: int) -> None:
    """Without Errors nothing but throttling and a refused account is surely not applied."""
    meaning = meaning_of(answer(status, {"WasSuccessful": False}), now=NOW)
    assert isinstance(meaning, Settled)
    assert isinstance(meaning.outcome, InDoubt)
