from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp
import pytest

from pipeline.sandbox.accounts import ACCOUNTS, TOTP_SECRET

if TYPE_CHECKING:
    import requests

    from tests.sandbox.conftest import Caller, Clock, SignIn

_WEEK_SECONDS = 604_799
_FIFTEEN_DAYS_SECONDS = 15 * 24 * 3600
_ADMIN = "admin@example.com"


def _error(answer: requests.Response) -> tuple[int, str]:
    assert list(answer.json()) == ["error", "error_description"]
    return answer.status_code, answer.json()["error"]


def _status(caller: Caller, token: str, scheme: str = "Bearer") -> int:
    answer = caller.send("GET", "/api/auth/me", headers={"Authorization": f"{scheme} {token}"})
    return answer.status_code


def _refresh(caller: Caller, token: str, **more: str) -> requests.Response:
    return caller.ask_token(grant_type="refresh_token", refresh_token=token, **more)


def test_password_becomes_a_pair_of_tokens(stranger: Caller) -> None:
    answer = stranger.ask_token(username="Admin@Example.com")
    assert answer.status_code == 200
    assert list(answer.json()) == ["access_token", "token_type", "expires_in", "refresh_token"]
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("bearer", _WEEK_SECONDS)
    assert _status(stranger, answer.json()["access_token"], scheme="bearer") == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        pytest.param({"username": _ADMIN, "password": "guess"}, "invalid_grant", id="wrong password"),
        pytest.param({"username": "who@example.com"}, "invalid_grant", id="unknown account"),
        pytest.param({}, "invalid_grant", id="no account"),
        pytest.param({"username": "totp@example.com"}, "two_factor_auth_check", id="no code"),
        pytest.param({"username": "totp@example.com", "totp": ""}, "two_factor_auth_check", id="blank code"),
        pytest.param({"username": "totp@example.com", "totp": "12"}, "invalid_grant", id="wrong code"),
        pytest.param(
            {"username": "totp@example.com", "password": "guess"}, "invalid_grant", id="password before code"
        ),
        pytest.param({"grant_type": "magic"}, "unsupported_grant_type", id="unknown grant"),
        pytest.param({"grant_type": "refresh_token"}, "invalid_grant", id="no refresh token"),
    ],
)
def test_refused_sign_in(stranger: Caller, form: dict[str, str], error: str) -> None:
    assert _error(stranger.ask_token(**form)) == (400, error)


@pytest.mark.parametrize("how", ["json", "data"])
def test_json_is_no_sign_in(stranger: Caller, how: str) -> None:
    """Only a form that says it is one signs in."""
    body = {"grant_type": "password", "username": _ADMIN, "password": "sandbox"}
    headers = {"Content-Type": "application/json"}
    answer = stranger.send("POST", "/api/token", headers=headers, **{how: body})
    assert _error(answer) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("age_seconds", [0, 30])
def test_code_of_the_moment_or_the_one_before_signs_in(
    stranger: Caller, clock: Clock, age_seconds: int
) -> None:
    code = pyotp.TOTP(TOTP_SECRET).at(clock.now)
    clock.advance(age_seconds)
    assert stranger.ask_token(username="totp@example.com", totp=code).status_code == 200


def test_old_code_does_not_sign_in(stranger: Caller, clock: Clock) -> None:
    code = pyotp.TOTP(TOTP_SECRET).at(clock.now)
    clock.advance(120)
    assert _error(stranger.ask_token(username="totp@example.com", totp=code)) == (400, "invalid_grant")


def test_access_token_lives_as_long_as_it_says(stranger: Caller, clock: Clock) -> None:
    token = stranger.ask_token(username=_ADMIN).json()["access_token"]
    clock.advance(_WEEK_SECONDS - 1)
    assert _status(stranger, token) == 200
    clock.advance(1)
    assert _status(stranger, token) == 401


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"Authorization": "Bearer wrong"}, id="unknown"),
        pytest.param({"Authorization": "Bearer"}, id="empty"),
        pytest.param({"Authorization": "Basic YWRtaW46c2FuZGJveA=="}, id="another scheme"),
    ],
)
def test_without_a_living_token_access_is_denied(stranger: Caller, headers: dict[str, str]) -> None:
    answer = stranger.send("POST", "/api/content/courses", json={}, headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {
        "Message": "Access Denied",
        "Value": None,
        "Errors": None,
        "WasSuccessful": False,
    }


def test_refresh_renews_once(stranger: Caller) -> None:
    """Each refresh gives a new refresh token and kills the old one."""
    first = stranger.ask_token(username=_ADMIN).json()["refresh_token"]
    second = _refresh(stranger, first)
    assert _status(stranger, second.json()["access_token"]) == 200
    assert _error(_refresh(stranger, first)) == (400, "invalid_grant")
    assert _refresh(stranger, second.json()["refresh_token"]).status_code == 200


def test_refresh_token_dies_after_fifteen_days(stranger: Caller, clock: Clock) -> None:
    token = stranger.ask_token(username=_ADMIN).json()["refresh_token"]
    clock.advance(_FIFTEEN_DAYS_SECONDS - 1)
    token = _refresh(stranger, token).json()["refresh_token"]
    clock.advance(_FIFTEEN_DAYS_SECONDS)
    assert _error(_refresh(stranger, token)) == (400, "invalid_grant")


def test_refresh_token_belongs_to_its_client(stranger: Caller) -> None:
    """A client id may come as header or field; another client's refresh token is refused."""
    headers = {"client_id": "one"}
    form = {"grant_type": "password", "username": _ADMIN, "password": "sandbox"}
    answer = stranger.send("POST", "/api/token", data=form, headers=headers)
    token = answer.json()["refresh_token"]
    assert _error(_refresh(stranger, token)) == (400, "invalid_grant")
    assert _error(_refresh(stranger, token, client_id="two")) == (400, "invalid_grant")
    assert _refresh(stranger, token, client_id="one").status_code == 200


def test_two_clients_do_not_disturb_each_other(stranger: Caller) -> None:
    one = stranger.ask_token(username=_ADMIN, client_id="one").json()["refresh_token"]
    stranger.ask_token(username=_ADMIN, client_id="two")
    assert _refresh(stranger, one, client_id="one").status_code == 200


def test_tools_without_client_id_break_each_other(stranger: Caller) -> None:
    """Without a client id the e-mail is the client: the second sign-in kills the first one's refresh."""
    first = stranger.ask_token(username=_ADMIN).json()
    stranger.ask_token(username=_ADMIN)
    assert _error(_refresh(stranger, first["refresh_token"])) == (400, "invalid_grant")
    assert _status(stranger, first["access_token"]) == 200


@pytest.mark.parametrize("account", [email for email in ACCOUNTS if email != "totp@example.com"])
def test_who_am_i_answers_every_account(signed_in: SignIn, account: str) -> None:
    answer = signed_in(account).get("/api/auth/me").json()
    assert list(answer) == ["Id", "Email", "FullName", "DefaultBusinessId"]
    assert (answer["Email"], answer["DefaultBusinessId"]) == (account, 1414974955)
