from __future__ import annotations

import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Caller, Clock, SignIn


def test_every_request_is_told_in_order(
    stranger: Caller, signed_in: SignIn, clock: Clock, course: dict[str, object]
) -> None:
    """Sign-ins and refusals count too; the control door does not."""
    admin = signed_in()
    clock.advance(0.25)
    course_id = admin.create(course).json()["Value"]["Id"]
    stranger.create(course)
    stranger.get("/_sandbox/store")
    stranger.get("/somewhere", q="1")
    seen = stranger.get("/_sandbox/requests").json()
    began = clock.now.timestamp() - 0.25
    keys = ("arrived_at", "method", "path", "status", "created_id", "fault")
    assert [tuple(arrival.items()) for arrival in seen] == [
        tuple(zip(keys, values, strict=True))
        for values in (
            (began, "POST", "/api/token", 200, None, None),
            (began + 0.25, "POST", "/api/content/courses", 200, course_id, None),
            (began + 0.25, "POST", "/api/content/courses", 401, None, None),
            (began + 0.25, "GET", "/somewhere", 404, None, None),
        )
    ]


def test_wiping_makes_another_store(stranger: Caller, admin: Caller, course: dict[str, object]) -> None:
    """Courses, tokens and the log go, the id is new, and no Id of a course comes back."""
    before = stranger.get("/_sandbox/store").json()["id"]
    course_id = admin.create(course).json()["Value"]["Id"]
    after = stranger.send("DELETE", "/_sandbox/store").json()["id"]
    assert after != before
    assert stranger.get("/_sandbox/store").json() == {"id": after}
    assert stranger.get("/_sandbox/requests").json() == []
    assert admin.create(course).status_code == 401
    token = stranger.ask_token(username="admin@example.com").json()["access_token"]
    admin.session.headers["Authorization"] = f"Bearer {token}"
    assert admin.get("/api/content/courses").json()["TotalItems"] == 0
    assert admin.create(course).json()["Value"]["Id"] == course_id + 1


def test_caller_who_hangs_up_midway_creates_nothing(
    stranger: Caller, signed_in: SignIn, capfd: pytest.CaptureFixture[str]
) -> None:
    """Half a body is refused, and the sandbox goes on without a word."""
    admin = signed_in()
    address = urlsplit(stranger.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        head = (
            "POST /api/content/courses HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n"
            f"Authorization: {admin.session.headers['Authorization']!s}\r\n\r\n{{"
        )
        connection.sendall(head.encode())
        while stranger.get("/_sandbox/requests").json()[-1]["path"] != "/api/content/courses":
            pass
    assert admin.get("/api/content/courses").json()["TotalItems"] == 0
    assert [arrival["status"] for arrival in stranger.get("/_sandbox/requests").json()] == [200, 400, 200]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("path", ["/", "/login", "/apiary", "/_sandbox/somewhere"])
def test_unknown_page_is_html(stranger: Caller, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("path", ["/api/", "/api/content/course", "/api/sys/businesses/"])
def test_unknown_address_of_the_api_is_json(stranger: Caller, path: str) -> None:
    answer = stranger.get(path)
    assert (answer.status_code, answer.json()["Message"]) == (404, "Not Found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/content/courses"),
        ("GET", "/api/token"),
        ("POST", "/api/sys/businesses"),
        ("PATCH", "/api/content/courses/7"),
    ],
)
def test_wrong_method(stranger: Caller, method: str, path: str) -> None:
    answer = stranger.send(method, path)
    assert answer.status_code == 405
    assert answer.json()["WasSuccessful"] is False
