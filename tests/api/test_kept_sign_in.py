"""A sign-in that was kept: each refresh token works once, and the newest is kept before anything else."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest
import requests

from pipeline.errors import AccessRefused, StoppedEarly
from pipeline.journal import alone
from pipeline.settings import Credentials, KeptSignIn
from pipeline.vault import Vault

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.sandbox import Running
    from tests.api.conftest import Connect
    from tests.conftest import Misbehaving

ME = json.dumps({"Id": 1, "Email": "importer@example.com"})
NOBODY = Credentials(email="importer@example.com")
AGAIN = r"[Ss]ign in again with course-import sign-in --target http://127\.0\.0\.1:\d+\.$"


def ask_token(url: str, **form: str) -> requests.Response:
    return requests.post(f"{url}/api/token", data=form, timeout=5)


def sign_in_by_password(url: str, **form: str) -> str:
    given = {"grant_type": "password", "username": "importer@example.com", "password": "sandbox"}
    return str(ask_token(url, **given, **form).json()["refresh_token"])


def vault(url: str, folder: Path, client_id: str = "ours") -> Vault:
    kept = KeptSignIn(address=url, email="importer@example.com", client_id=client_id, place="file")
    return Vault(kept, folder, alone=lambda: alone(folder / "sign-in.lock"))


@pytest.fixture
def kept(sandbox: Running, tmp_path: Path) -> Vault:
    """Where a token of the sandbox is kept that still works."""
    ours = vault(sandbox.url, tmp_path)
    ours.keep(sign_in_by_password(sandbox.url, client_id="ours"))
    return ours


def break_tokens(url: str, **fault: object) -> None:
    wish = {"faults": [{"method": "POST", "path": "/api/token", **fault}]}
    requests.put(f"{url}/_sandbox/faults", json=wish, timeout=5).raise_for_status()


def test_each_sign_in_leaves_another_token(sandbox: Running, kept: Vault, connect: Connect) -> None:
    seen = {kept.load()}
    for _ in range(3):
        client, _ = connect(sandbox.url)
        account = client.sign_in(NOBODY, client_id="ours", keeper=kept)
        assert account.email == "importer@example.com"
        seen.add(kept.load())
    assert len(seen) == 4


def test_a_dead_token_is_renewed_with_the_newest_that_is_kept(
    sandbox: Running, kept: Vault, tmp_path: Path, connect: Connect
) -> None:
    """Another process has renewed it meanwhile, and with it ended the one this process had read."""
    client, log = connect(sandbox.url)
    client.sign_in(NOBODY, client_id="ours", keeper=kept)
    other, _ = connect(sandbox.url)
    other.sign_in(NOBODY, client_id="ours", keeper=vault(sandbox.url, tmp_path))
    wish = {"faults": [{"kind": "401", "path": "/api/sys/businesses"}]}
    requests.put(f"{sandbox.url}/_sandbox/faults", json=wish, timeout=5).raise_for_status()
    assert client.read("/api/sys/businesses")["TotalItems"] > 0
    assert [request[3] for request in log.requests[2:]] == [401, 200, 200]


def test_many_at_once_do_not_break_each_other(
    sandbox: Running, kept: Vault, tmp_path: Path, connect: Connect
) -> None:
    """They renew one after the other; without the lock two would send the same token."""
    emails: list[str] = []
    clients = [connect(sandbox.url)[0] for _ in range(6)]
    together = threading.Barrier(len(clients))

    def work(number: int) -> None:
        mine = vault(sandbox.url, tmp_path)
        together.wait()
        emails.append(clients[number].sign_in(NOBODY, client_id="ours", keeper=mine).email)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert emails == ["importer@example.com"] * len(clients)
    assert kept.load()


@pytest.mark.parametrize(
    "theirs", [pytest.param({}, id="no client id"), pytest.param({"client_id": "theirs"}, id="another")]
)
def test_another_tool_under_the_same_account_breaks_nothing(
    theirs: dict[str, str], sandbox: Running, kept: Vault, connect: Connect
) -> None:
    """Both renew in turn, and both go on; neither can use the other's token."""
    token = sign_in_by_password(sandbox.url, **theirs)
    for _ in range(2):
        client, _ = connect(sandbox.url)
        assert client.sign_in(NOBODY, client_id="ours", keeper=kept).user_id > 0
        renewed = ask_token(sandbox.url, grant_type="refresh_token", refresh_token=token, **theirs)
        token = renewed.json()["refresh_token"]
    stolen = ask_token(sandbox.url, grant_type="refresh_token", refresh_token=kept.load(), **theirs)
    assert stolen.json()["error"] == "invalid_grant"


def test_a_token_that_is_not_accepted_any_more_is_told(
    sandbox: Running, kept: Vault, connect: Connect
) -> None:
    kept.keep("dead")
    client, _ = connect(sandbox.url)
    with pytest.raises(AccessRefused, match=f"is not accepted any more. {AGAIN}"):
        client.sign_in(NOBODY, client_id="ours", keeper=kept)


@pytest.mark.parametrize(
    ("kind", "alive"),
    [
        pytest.param("close_after_storing", False, id="renewed, the answer lost"),
        pytest.param("cut_answer", False, id="renewed, the answer cut"),
        pytest.param("malformed_json", False, id="renewed, half the answer"),
        pytest.param("500_after_storing", False, id="renewed, an error told"),
        pytest.param("close_before_reading", True, id="not renewed, the line dropped"),
        pytest.param("500_before_storing", True, id="not renewed, an error told"),
    ],
)
def test_a_lost_answer_is_told_and_the_token_is_not_sent_twice(
    kind: str, alive: bool, sandbox: Running, kept: Vault, connect: Connect
) -> None:
    """The next run finds out which it was."""
    break_tokens(sandbox.url, kind=kind)
    client, log = connect(sandbox.url)
    with pytest.raises(StoppedEarly, match=f"was lost .* It may not work any more: run again .*{AGAIN}"):
        client.sign_in(NOBODY, client_id="ours", keeper=kept)
    assert len(log.requests) == 1
    following, _ = connect(sandbox.url)
    if alive:
        assert following.sign_in(NOBODY, client_id="ours", keeper=kept).user_id > 0
    else:
        with pytest.raises(AccessRefused, match=AGAIN):
            following.sign_in(NOBODY, client_id="ours", keeper=kept)


def test_a_throttled_renewal_is_sent_again(sandbox: Running, kept: Vault, connect: Connect) -> None:
    break_tokens(sandbox.url, kind="throttle")
    client, log = connect(sandbox.url)
    assert client.sign_in(NOBODY, client_id="ours", keeper=kept).user_id > 0
    assert [request[3] for request in log.requests] == [409, 200, 200]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        pytest.param((409, ""), StoppedEarly, "HTTP 409. Nothing was sent", id="throttled without end"),
        pytest.param((302, ""), AccessRefused, "HTTP 302. Check the address", id="a redirect"),
        pytest.param((200, "<html>"), StoppedEarly, "was lost", id="HTML"),
        pytest.param((400, '{"error": "invalid_client"}'), AccessRefused, AGAIN, id="another refusal"),
    ],
)
def test_a_renewal_that_fails_leaves_the_token_where_it_is(
    answer: tuple[int, str],
    error: type[Exception],
    words: str,
    misbehaving: Misbehaving,
    tmp_path: Path,
    connect: Connect,
) -> None:
    ours = vault(misbehaving.url, tmp_path)
    ours.keep("r1")
    for _ in range(3):
        misbehaving.answer(*answer)
    client, _ = connect(misbehaving.url)
    with pytest.raises(error, match=words):
        client.sign_in(NOBODY, client_id="ours", keeper=ours)
    assert ours.load() == "r1"


def test_nobody_to_reach_costs_no_token(kept: Vault, connect: Connect) -> None:
    before = kept.load()
    client, _ = connect("http://no-such-host.invalid")
    with pytest.raises(StoppedEarly, match=r"name is not known\. Nothing was sent\. Run again later\."):
        client.sign_in(NOBODY, client_id="ours", keeper=kept)
    assert kept.load() == before


def test_the_new_token_is_kept_even_when_the_run_ends_right_after(
    misbehaving: Misbehaving, tmp_path: Path, connect: Connect
) -> None:
    ours = vault(misbehaving.url, tmp_path)
    ours.keep("r1")
    misbehaving.answer(200, json.dumps({"access_token": "a2", "refresh_token": "r2"}))
    misbehaving.answer(200, "<html>")
    client, _ = connect(misbehaving.url)
    with pytest.raises(AccessRefused, match="does not answer like the API"):
        client.sign_in(NOBODY, client_id="ours", keeper=ours)
    assert ours.load() == "r2"
