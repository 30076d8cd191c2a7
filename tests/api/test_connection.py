"""One exchange: what comes back, or why nothing does."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from pipeline.api.answers import Answer, NoAnswer
from pipeline.api.connection import Connection
from pipeline.errors import AccessRefused, SettingsRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Misbehaving

    Connect = Callable[[str], Connection]


@pytest.fixture
def connect() -> Iterator[Connect]:
    opened = []

    def to(address: str) -> Connection:
        connection = Connection(address, connect_timeout_seconds=0.5, read_timeout_seconds=0.5)
        opened.append(connection)
        return connection

    yield to
    for connection in opened:
        connection.close()


def test_an_answer_comes_back_whole(misbehaving: Misbehaving, connect: Connect) -> None:
    misbehaving.answer(409, "{}", Retry_After="1")
    reply = connect(misbehaving.url).exchange("POST", "/path", json={"Title": "Bücher"})
    assert reply == Answer(
        status=409, body="{}", headers={"content-length": "2", "connection": "close", "retry-after": "1"}
    )


def test_a_request_names_this_program_and_asks_for_json(misbehaving: Misbehaving, connect: Connect) -> None:
    misbehaving.answer(200)
    connect(misbehaving.url).exchange(
        "GET", "/path", params={"page": 1}, headers={"Authorization": "Bearer t"}
    )
    [request] = misbehaving.requests
    assert request.startswith(b"GET /path?page=1 HTTP/1.1\r\n")
    for line in (b"User-Agent: course-import/", b"Accept: application/json", b"Authorization: Bearer t"):
        assert line in request


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        pytest.param(closed_port(), "the host refused the connection or cannot be reached", id="refused"),
        pytest.param("http://no-such-host.invalid", "the host's name is not known", id="no such name"),
    ],
)
def test_a_request_that_never_left_is_told_apart(address: str, reason: str, connect: Connect) -> None:
    reply = connect(address).exchange("POST", "/path", json={})
    assert reply == NoAnswer(never_sent=True, reason=reason)


def test_no_connection_in_time_means_never_sent(connect: Connect) -> None:
    """A full backlog neither accepts nor refuses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.settimeout(0)
            one.connect_ex(address)
        reply = connect(f"http://127.0.0.1:{address[1]}").exchange("POST", "/path", json={})
        for one in waiting:
            one.close()
    assert reply == NoAnswer(never_sent=True, reason="no connection in time")


HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("", id="closed before an answer"),
        pytest.param("HTTP/1.1 200", id="cut in the first line"),
        pytest.param(HEAD + "1234", id="cut in the body"),
        pytest.param("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="broken chunks"),
        pytest.param(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nno", id="no gzip"
        ),
        pytest.param("nonsense\r\n\r\n", id="no HTTP"),
    ],
)
def test_a_request_whose_answer_is_lost_may_have_been_applied(
    script: str, misbehaving: Misbehaving, connect: Connect
) -> None:
    misbehaving.script(script)
    reply = connect(misbehaving.url).exchange("POST", "/path", json={})
    assert isinstance(reply, NoAnswer)
    assert not reply.never_sent


def test_an_answer_that_does_not_come_is_given_up(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        reply = connect(f"http://127.0.0.1:{silent.getsockname()[1]}").exchange("POST", "/path", json={})
    assert reply == NoAnswer(never_sent=False, reason="no answer in time")


def test_an_answer_in_drops_is_given_up(misbehaving: Misbehaving, connect: Connect) -> None:
    """Each drop comes in time, the whole does not."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        connection.settimeout(0.1)
        for _ in range(30):
            connection.sendall(b".")
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                continue

    misbehaving.scripts.append(drip)
    reply = connect(misbehaving.url).exchange("POST", "/path", json={})
    assert reply == NoAnswer(never_sent=False, reason="no answer in time")


def test_an_endless_answer_is_given_up(
    misbehaving: Misbehaving, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.api.connection.LONGEST_ANSWER", 1000)
    misbehaving.answer(200, "x" * 2000)
    reply = connect(misbehaving.url).exchange("GET", "/path")
    assert reply == NoAnswer(never_sent=False, reason="the answer was lost (ProtocolError)")


def test_a_redirect_is_not_followed(misbehaving: Misbehaving, connect: Connect) -> None:
    misbehaving.answer(302, Location=f"{misbehaving.url}/elsewhere")
    reply = connect(misbehaving.url).exchange("POST", "/path", json={})
    assert isinstance(reply, Answer)
    assert reply.status == 302
    assert len(misbehaving.requests) == 1


def test_a_token_that_is_no_header_is_refused_at_once(connect: Connect) -> None:
    with pytest.raises(AccessRefused, match="cannot be asked"):
        connect("http://127.0.0.1:9").exchange("GET", "/path", headers={"Authorization": "Bearer a\n"})


def test_tls_is_checked(misbehaving: Misbehaving, connect: Connect) -> None:
    """A host that does not speak TLS is not believed; what it heard was no request."""
    misbehaving.script("HTTP/1.1 400 Bad Request\r\n\r\n")
    reply = connect(misbehaving.url.replace("http:", "https:")).exchange("POST", "/path", json={})
    assert isinstance(reply, NoAnswer)


def test_the_environments_proxy_is_used(
    misbehaving: Misbehaving, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", misbehaving.url)
    monkeypatch.setenv("NO_PROXY", "")
    misbehaving.answer(200)
    connect("http://spaces.example.com").exchange("GET", "/path")
    assert misbehaving.requests[0].startswith(b"GET http://spaces.example.com/path ")


def test_the_environments_no_proxy_is_obeyed(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", closed_port())
    monkeypatch.setenv("NO_PROXY", ".invalid")
    reply = connect("http://no-such-host.invalid").exchange("GET", "/path")
    assert reply == NoAnswer(never_sent=True, reason="the host's name is not known")


def test_this_machine_is_never_asked_through_a_proxy(
    misbehaving: Misbehaving, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", closed_port())
    monkeypatch.setenv("NO_PROXY", "")
    misbehaving.answer(200)
    assert isinstance(connect(misbehaving.url).exchange("GET", "/path"), Answer)


def test_the_environments_ca_bundle_is_used(
    tmp_path: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "company.pem"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with pytest.raises(SettingsRefused, match=r"company\.pem, which does not exist"):
        connect("https://127.0.0.1:9")


def test_a_netrc_does_not_replace_the_token(
    misbehaving: Misbehaving, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(netrc))
    misbehaving.answer(200)
    connect(misbehaving.url).exchange("GET", "/path", headers={"Authorization": "Bearer ours"})
    assert b"Authorization: Bearer ours\r\n" in misbehaving.requests[0]
