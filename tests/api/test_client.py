"""Signing in and creating, against the sandbox and against a server that misbehaves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyotp
import pytest
from pydantic import SecretStr

from pipeline.api import Stop
from pipeline.errors import AccessRefused, Exit, StoppedEarly
from pipeline.model import Created, Deferred, InDoubt, Rejected, Row
from pipeline.sandbox.accounts import TOTP_SECRET
from pipeline.settings import Credentials

if TYPE_CHECKING:
    from pipeline.sandbox import Running
    from tests.api.conftest import Connect
    from tests.conftest import Misbehaving

COURSE = {
    "BusinessId": 1414974955,
    "HostId": 1414980011,
    "Title": "Bookkeeping basics",
    "DisplayOrder": 1,
    "Visibility": 1,
    "Active": True,
}
ROW = Row(number=2, key="B-2", title="Bookkeeping basics", business_id=1414974955, course=None)
TOKEN = json.dumps({"access_token": "first", "refresh_token": "r1"})
ME = json.dumps({"Id": 1, "Email": "importer@example.com"})
CREATED = json.dumps({"Value": {"Id": 7}, "Errors": None, "WasSuccessful": True})


def test_a_course_is_created(sandbox: Running, connect: Connect, importer: Credentials) -> None:
    client, log = connect(sandbox.url)
    account = client.sign_in(importer, client_id="c")
    settled = client.create_course(COURSE, row=ROW)
    assert account.email == "importer@example.com"
    assert isinstance(settled.outcome, Created)
    assert client.created_lately
    assert [request[:4] for request in log.requests] == [
        ["POST", "/api/token", None, 200],
        ["GET", "/api/auth/me", None, 200],
        ["POST", "/api/content/courses", 2, 200],
    ]


def test_a_course_is_refused_with_every_error(
    sandbox: Running, connect: Connect, importer: Credentials
) -> None:
    client, _ = connect(sandbox.url)
    client.sign_in(importer, client_id="c")
    settled = client.create_course(COURSE | {"Title": "", "HostId": 5}, row=ROW)
    assert isinstance(settled.outcome, Rejected)
    assert {error.property_name for error in settled.outcome.errors} == {"Title", "Host"}
    assert settled.stop is None


def test_an_account_with_two_factors_needs_its_code(sandbox: Running, connect: Connect) -> None:
    client, _ = connect(sandbox.url)
    credentials = Credentials(email="totp@example.com", password=SecretStr("sandbox"))
    with pytest.raises(AccessRefused, match="NEXUDUS_TOTP"):
        client.sign_in(credentials, client_id="c")
    code = SecretStr(pyotp.TOTP(TOTP_SECRET).now())
    account = client.sign_in(
        Credentials(email="totp@example.com", password=SecretStr("sandbox"), totp=code), client_id="c"
    )
    assert account.email == "totp@example.com"


@pytest.mark.parametrize(
    ("credentials", "message"),
    [
        pytest.param(
            Credentials(email="admin@example.com", password=SecretStr("wrong")),
            "e-mail and password of admin@example.com were not accepted",
            id="wrong password",
        ),
        pytest.param(
            Credentials(token=SecretStr("stale")), "Check the token", id="a token that is not known"
        ),
    ],
)
def test_an_account_that_is_not_accepted_is_told(
    credentials: Credentials, message: str, sandbox: Running, connect: Connect
) -> None:
    client, _ = connect(sandbox.url)
    with pytest.raises(AccessRefused, match=message):
        client.sign_in(credentials, client_id="c")


def test_an_account_without_the_role_stops_the_run(sandbox: Running, connect: Connect) -> None:
    client, _ = connect(sandbox.url)
    client.sign_in(Credentials(email="reader@example.com", password=SecretStr("sandbox")), client_id="c")
    settled = client.create_course(COURSE, row=ROW)
    assert isinstance(settled.outcome, Deferred)
    assert settled.stop is not None
    assert settled.stop.code is Exit.NO_ACCESS


def test_no_secret_reaches_the_log(sandbox: Running, connect: Connect, importer: Credentials) -> None:
    client, log = connect(sandbox.url)
    client.sign_in(importer, client_id="c")
    assert importer.password is not None
    assert "access_token" not in str(log.requests)
    assert "sandbox" not in repr(importer)


def test_a_dead_token_is_renewed_once_by_refreshing(
    misbehaving: Misbehaving, connect: Connect, importer: Credentials
) -> None:
    misbehaving.answer(200, TOKEN)
    misbehaving.answer(200, ME)
    misbehaving.answer(401)
    misbehaving.answer(200, json.dumps({"access_token": "second", "refresh_token": "r2"}))
    misbehaving.answer(200, CREATED)
    client, _ = connect(misbehaving.url)
    client.sign_in(importer, client_id="our-own")
    assert client.create_course(COURSE, row=ROW).outcome == Created(course_id=7)
    refresh, create = misbehaving.requests[-2:]
    assert b"grant_type=refresh_token&refresh_token=r1&client_id=our-own" in refresh
    assert b"client_id: our-own" in refresh
    assert b"Bearer second" in create


def test_a_dead_refresh_token_falls_back_to_the_password(
    misbehaving: Misbehaving, connect: Connect, importer: Credentials
) -> None:
    misbehaving.answer(200, TOKEN)
    misbehaving.answer(401)
    misbehaving.answer(400, json.dumps({"error": "invalid_grant"}))
    misbehaving.answer(200, TOKEN.replace("first", "second"))
    misbehaving.answer(200, ME)
    client, _ = connect(misbehaving.url)
    assert client.sign_in(importer, client_id="c").user_id == 1
    assert b"grant_type=password" in misbehaving.requests[3]


def test_a_second_401_ends_the_run_and_is_not_tried_again(
    misbehaving: Misbehaving, connect: Connect, importer: Credentials
) -> None:
    for status, body in ((200, TOKEN), (200, ME), (401, ""), (200, TOKEN), (401, "")):
        misbehaving.answer(status, body)
    client, _ = connect(misbehaving.url)
    client.sign_in(importer, client_id="c")
    client.created_lately = True
    settled = client.create_course(COURSE, row=ROW)
    assert settled.stop is not None
    assert settled.stop.code is Exit.STOPPED


def test_a_renewal_that_fails_leaves_the_course_unsent(
    misbehaving: Misbehaving, connect: Connect, importer: Credentials
) -> None:
    for status, body in ((200, TOKEN), (200, ME), (401, ""), (400, "{}"), (400, "<html>")):
        misbehaving.answer(status, body)
    client, _ = connect(misbehaving.url)
    client.sign_in(importer, client_id="c")
    settled = client.create_course(COURSE, row=ROW)
    assert isinstance(settled.outcome, Deferred)
    assert settled.stop is not None
    assert settled.stop.code is Exit.NO_ACCESS


def test_a_throttled_course_is_sent_again_until_it_is_answered(
    misbehaving: Misbehaving, connect: Connect
) -> None:
    misbehaving.answer(409, Retry_After="1")
    misbehaving.answer(429, "Wait 0.5 seconds")
    misbehaving.answer(200, CREATED)
    client, _ = connect(misbehaving.url)
    assert client.create_course(COURSE, row=ROW).outcome == Created(course_id=7)


def test_throttling_without_end_defers_the_course_and_stops(
    misbehaving: Misbehaving, connect: Connect
) -> None:
    for _ in range(3):
        misbehaving.answer(409, Retry_After="1")
    client, _ = connect(misbehaving.url)
    settled = client.create_course(COURSE, row=ROW)
    assert settled.outcome == Deferred(reason="throttled (HTTP 409)")
    assert settled.stop is not None
    assert settled.stop.code is Exit.STOPPED


def test_a_course_in_doubt_is_sent_once_only(misbehaving: Misbehaving, connect: Connect) -> None:
    misbehaving.script("")
    client, _ = connect(misbehaving.url)
    assert isinstance(client.create_course(COURSE, row=ROW).outcome, InDoubt)
    assert len(misbehaving.requests) == 1


def test_a_run_that_is_to_end_sends_nothing_more(misbehaving: Misbehaving, connect: Connect) -> None:
    client, _ = connect(misbehaving.url, hurried=True)
    assert isinstance(client.gate.turn(), Stop)
    settled = client.create_course(COURSE, row=ROW)
    assert settled.outcome == Deferred(reason="the run is ending")
    assert misbehaving.requests == []


@pytest.mark.parametrize(
    ("answers", "error", "message"),
    [
        pytest.param([(500, "")] * 3, StoppedEarly, "HTTP 500", id="an outage"),
        pytest.param([(409, "")] * 3, StoppedEarly, "HTTP 409", id="throttled"),
        pytest.param([(302, "")], AccessRefused, "does not answer like the API", id="a redirect"),
        pytest.param([(200, "<html>")], AccessRefused, "does not answer like the API", id="HTML"),
        pytest.param([(403, "{}")], AccessRefused, "roles", id="403"),
        pytest.param([(200, "{}")], AccessRefused, "does not tell who is signed in", id="nobody"),
    ],
)
def test_who_is_signed_in_must_be_known(
    answers: list[tuple[int, str]],
    error: type[Exception],
    message: str,
    misbehaving: Misbehaving,
    connect: Connect,
) -> None:
    for status, body in answers:
        misbehaving.answer(status, body)
    client, _ = connect(misbehaving.url)
    with pytest.raises(error, match=message):
        client.sign_in(Credentials(token=SecretStr("given")), client_id="c")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param((200, "<html>"), "does not answer like the API", id="HTML"),
        pytest.param((400, '{"error": "unsupported_grant_type"}'), "may lack API access", id="refused"),
    ],
)
def test_signing_in_that_fails_is_told(
    answer: tuple[int, str],
    message: str,
    misbehaving: Misbehaving,
    connect: Connect,
    importer: Credentials,
) -> None:
    misbehaving.answer(*answer)
    client, _ = connect(misbehaving.url)
    with pytest.raises(AccessRefused, match=message):
        client.sign_in(importer, client_id="c")


def test_no_network_is_told(connect: Connect, importer: Credentials) -> None:
    client, _ = connect("http://no-such-host.invalid")
    with pytest.raises(StoppedEarly, match="the host's name is not known"):
        client.sign_in(importer, client_id="c")
    with pytest.raises(StoppedEarly, match="the host's name is not known"):
        client.sign_in(Credentials(token=SecretStr("given")), client_id="c")
