from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sandbox import start
from pipeline.sandbox.breakage import BREAKS
from pipeline.sandbox.faults import KINDS, Schedule, faults_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.conftest import Caller, Clock

    Break = Callable[..., requests.Response]

_COURSES = "/api/content/courses"
_OOOPS = "Ooops! There was a problem while running this action…"
_STORED_BUT_LOST = ("close_after_storing", "cut_answer", "500_after_storing", "malformed_json")


def _kinds_at_every_request(schedule: Schedule, *requests_seen: tuple[str, str]) -> list[list[str]]:
    return [[fault.kind for fault in schedule.due(*request)] for request in requests_seen]


def _log(caller: Caller) -> list[tuple[str, int | None, str | None]]:
    """Return path, status and fault of every request but the sign-ins of the fixtures."""
    seen = caller.get("/_sandbox/requests").json()
    return [(entry["path"], entry["status"], entry["fault"]) for entry in seen if entry["path"] == _COURSES]


def _pieces_answered(caller: Caller, method: str, path: str, body: bytes = b"") -> list[bytes]:
    """Return all that comes over a bare connection until the sandbox closes it, as it came."""
    address = urlsplit(caller.url)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        f"Authorization: {caller.session.headers['Authorization']!s}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head.encode() + body)
        return list(iter(lambda: connection.recv(4096), b""))


def test_every_kind_has_words_and_a_deed() -> None:
    assert list(KINDS) == list(BREAKS)
    assert all(kind.words for kind in KINDS.values())


@pytest.mark.parametrize(
    ("kind", "status", "message"),
    [
        ("throttle", 409, None),
        ("401", 401, "Access Denied"),
        ("403", 403, "Forbidden"),
        ("400_ooops", 400, _OOOPS),
        ("unsuccessful", 200, "The action was not successful."),
        ("500_before_storing", 500, _OOOPS),
        ("redirect", 302, None),
        ("html", 200, None),
    ],
)
def test_answers_instead_of_carrying_out(
    admin: Caller, faults: Break, course: dict[str, object], kind: str, status: int, message: str | None
) -> None:
    """Nothing is stored, and the next request is served as ever."""
    faults({"kind": kind, "at": 1})
    answer = admin.create(course)
    assert answer.status_code == status
    if message is not None:
        assert answer.json() == {"Message": message, "Value": None, "Errors": None, "WasSuccessful": False}
    assert admin.get(_COURSES).json()["TotalItems"] == 0
    assert _log(admin) == [(_COURSES, status, kind), (_COURSES, 200, None)]


def test_throttle_looks_like_a_limit(admin: Caller, faults: Break) -> None:
    faults({"kind": "throttle", "seconds": 2.5})
    answer = admin.create({})
    assert (answer.content, answer.headers["Retry-After"]) == (b"", "3")


def test_portal_and_redirect_are_no_api(admin: Caller, faults: Break) -> None:
    faults({"kind": "html", "at": 1}, {"kind": "redirect", "at": 2})
    page, redirect = admin.create({}), admin.create({})
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.text.startswith("<!DOCTYPE html>")
    assert (redirect.headers["Location"], redirect.content) == ("/login", b"")


@pytest.mark.parametrize("kind", _STORED_BUT_LOST)
def test_stored_although_the_answer_does_not_say_so(
    admin: Caller, faults: Break, course: dict[str, object], kind: str
) -> None:
    """The log knows the Id of a course whose answer was lost."""
    faults({"kind": kind})
    with pytest.raises((requests.RequestException, AssertionError)):
        assert admin.create(course).json()["WasSuccessful"]
    (stored,) = admin.get(_COURSES).json()["Records"]
    told = [entry for entry in admin.get("/_sandbox/requests").json() if entry["fault"] == kind]
    assert [entry["created_id"] for entry in told] == [stored["Id"]]


@pytest.mark.parametrize(
    ("kind", "stored"), [("close_before_reading", 0), ("close_after_storing", 1)], ids=["before", "after"]
)
def test_line_is_closed_without_a_byte(
    admin: Caller,
    faults: Break,
    course: dict[str, object],
    caplog: pytest.LogCaptureFixture,
    kind: str,
    stored: int,
) -> None:
    """The connection ends, the status stays open in the list of requests, and nothing is logged."""
    faults({"kind": kind})
    assert _pieces_answered(admin, "POST", _COURSES, json.dumps(course).encode()) == []
    assert admin.get(_COURSES).json()["TotalItems"] == stored
    assert _log(admin)[0] == (_COURSES, None, kind)
    assert caplog.messages == []


def test_cut_answer_is_head_and_half_a_body(
    admin: Caller, faults: Break, course: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    faults({"kind": "cut_answer"})
    answer = b"".join(_pieces_answered(admin, "POST", _COURSES, json.dumps(course).encode()))
    head, _, body = answer.partition(b"\r\n\r\n")
    promised = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body.startswith(b'{"Status":200,')
    assert len(body) == promised // 2
    assert _log(admin) == [(_COURSES, 200, "cut_answer")]
    assert caplog.messages == []


def test_malformed_json_is_an_answer_that_seems_whole(
    admin: Caller, faults: Break, course: dict[str, object]
) -> None:
    faults({"kind": "malformed_json"})
    answer = admin.create(course)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.text.startswith('{"Status":200,')
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("kind", ["delay", "slow_body"])
def test_answer_takes_its_time_and_is_whole(
    admin: Caller, faults: Break, course: dict[str, object], kind: str
) -> None:
    faults({"kind": kind, "seconds": 0.2})
    began = time.perf_counter()
    assert admin.create(course).json()["WasSuccessful"] is True
    assert time.perf_counter() - began >= 0.2
    assert admin.get(_COURSES).json()["TotalItems"] == 1


def test_slow_body_comes_in_pieces(admin: Caller, faults: Break) -> None:
    faults({"kind": "slow_body", "seconds": 0.3})
    pieces = _pieces_answered(admin, "GET", _COURSES)
    assert len(pieces) > 5
    assert json.loads(b"".join(pieces).partition(b"\r\n\r\n")[2])["TotalItems"] == 0


def test_slow_answer_without_a_body_is_whole(admin: Caller, faults: Break) -> None:
    faults({"kind": "slow_body"}, {"kind": "throttle"})
    assert admin.get(_COURSES).status_code == 409


def test_delayed_course_is_stored_although_its_caller_gave_up(
    admin: Caller, faults: Break, course: dict[str, object]
) -> None:
    faults({"kind": "delay", "seconds": 600})
    with pytest.raises(requests.ReadTimeout):
        admin.session.post(f"{admin.url}{_COURSES}", json=course, timeout=0.2)
    assert admin.get(_COURSES).json()["TotalItems"] == 1


@pytest.mark.parametrize("patient", [True, False], ids=["caller waits", "caller is gone"])
def test_sandbox_stops_without_waiting_for_a_delay(
    tmp_path: Path, stranger: Caller, caplog: pytest.LogCaptureFixture, *, patient: bool
) -> None:
    """A caller who still waits is hung up on, without a word in the log."""
    with start(tmp_path / "store.db", limits="off") as sandbox:
        stranger.url = sandbox.url
        stranger.send("PUT", "/_sandbox/faults", json=[{"kind": "delay", "seconds": 600}])
        connection = socket.create_connection(("127.0.0.1", urlsplit(sandbox.url).port), timeout=10)
        connection.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        while not stranger.get("/_sandbox/requests").json():
            pass
        if not patient:
            connection.close()
        began = time.perf_counter()
    assert time.perf_counter() - began < 1.5
    with connection:
        assert not patient or connection.recv(1) == b""
    assert caplog.messages == []


def test_every_kind_goes_with_every_request(
    admin: Caller, faults: Break, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is asked of whatever address, the sandbox neither stumbles nor stays broken."""
    for kind in KINDS:
        for method, path in (("POST", "/api/token"), ("GET", _COURSES), ("GET", "/x"), ("DELETE", _COURSES)):
            faults({"kind": kind} | ({"seconds": 0.05} if kind in {"delay", "slow_body"} else {}))
            _try(admin, method, path)
    assert admin.get(_COURSES).json()["TotalItems"] == 0
    assert caplog.messages == []


def _try(caller: Caller, method: str, path: str) -> None:
    try:
        caller.send(method, path)
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        return


_EVERYTHING = {
    "SystemId": "BK-101",
    "NewImageUrl": "https://example.com/a.png",
    "NewLargeImageUrl": "https://example.com/b.png",
    "SummaryText": "s" * 400,
}


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("no_system_id", {"SystemId": None}),
        ("empty_image", {"ImageFileName": None, "LargeImageFileName": "b.png"}),
        ("cut_text", {"SummaryText": "s" * 100}),
    ],
)
def test_another_course_is_kept_than_was_sent(
    admin: Caller, faults: Break, course: dict[str, object], kind: str, kept: dict[str, object]
) -> None:
    """The answer does not tell; reading back does."""
    kept_else = {"SystemId": "BK-101", "ImageFileName": "a.png", "SummaryText": "s" * 400}
    faults({"kind": kind})
    answer = admin.create(course | _EVERYTHING)
    stored = admin.get(f"{_COURSES}/{answer.json()['Value']['Id']}").json()
    expected = kept_else | kept
    assert {name: stored[name] for name in expected} == expected


def test_course_without_summary_cannot_be_cut(
    admin: Caller, faults: Break, course: dict[str, object]
) -> None:
    faults({"kind": "cut_text"})
    admin.create(course)
    assert admin.get(_COURSES).json()["Records"][0]["SummaryText"] is None


def test_system_id_stays_lost_from_its_request_on(
    admin: Caller, faults: Break, course: dict[str, object]
) -> None:
    faults({"kind": "no_system_id", "at": 2, "method": "POST"})
    for _ in range(3):
        admin.create(course | {"SystemId": "BK-101"})
    assert [entry["SystemId"] for entry in admin.get(_COURSES).json()["Records"]] == ["BK-101", None, None]


@pytest.fixture
def five(admin: Caller, course: dict[str, object]) -> list[int]:
    return [admin.create(course | {"Title": f"{n}"}).json()["Value"]["Id"] for n in range(5)]


@pytest.mark.parametrize(
    ("kind", "query", "shown"),
    [
        pytest.param("short_page", {}, [0, 1], id="short"),
        pytest.param("short_page", {"page": 3, "size": 2}, [], id="short, one entry only"),
        pytest.param("shifted_page", {"page": 1, "size": 2}, [0, 1], id="first page is not shifted"),
        pytest.param("shifted_page", {"page": 2, "size": 2}, [1, 2], id="shifted"),
        pytest.param("shifted_page", {"page": 3, "size": 2}, [3], id="shifted, last page"),
        pytest.param("shifted_page", {"page": 4, "size": 2}, [], id="shifted, beyond"),
        pytest.param("ignore_filters", {"Course_Title": "3"}, [0, 1, 2, 3, 4], id="filter ignored"),
        pytest.param(
            "ignore_filters", {"Course_Title": "3", "page": 2, "size": 3}, [3, 4], id="its page not"
        ),
    ],
)
def test_lists_that_lie(
    admin: Caller,
    faults: Break,
    five: list[int],
    kind: str,
    query: dict[str, object],
    shown: list[int],
) -> None:
    """TotalItems stays what it is."""
    faults({"kind": kind})
    page = admin.get(_COURSES, **query).json()
    assert [five.index(entry["Id"]) for entry in page["Records"]] == shown
    assert page["TotalItems"] == 5


def test_looking_names_up_lies_too(admin: Caller, faults: Break) -> None:
    faults({"kind": "ignore_filters", "at": 1}, {"kind": "short_page", "at": 2})
    lists = [admin.get("/api/sys/businesses", Business_Name="Lisbon").json()["Records"] for _ in range(2)]
    assert [len(entries) for entries in lists] == [3, 0]


def test_refused_list_is_no_shorter(stranger: Caller, faults: Break) -> None:
    faults({"kind": "short_page"}, {"kind": "shifted_page"})
    answer = stranger.get(_COURSES, page=2).json()
    assert (answer["Message"], "Records" in answer) == ("Access Denied", False)


@pytest.mark.parametrize(
    ("wish", "counts"),
    [
        pytest.param({"lists": 2}, [0, 0, 1], id="for two lists"),
        pytest.param({"seconds": 20}, [0, 0, 1], id="for 20 seconds"),
        pytest.param({"seconds": 15, "lists": 1}, [0, 0, 1], id="for the longer of both"),
        pytest.param({}, [0, 1, 1], id="for 5 seconds when nothing is said"),
    ],
)
def test_course_is_late_in_lists(
    admin: Caller,
    faults: Break,
    clock: Clock,
    course: dict[str, object],
    wish: dict[str, object],
    counts: list[int],
) -> None:
    """Three lists, ten seconds apart, while it can be read by Id from the first moment."""
    faults({"kind": "late_in_list"} | wish)
    course_id = admin.create(course).json()["Value"]["Id"]
    seen = []
    for _ in counts:
        assert admin.get(f"{_COURSES}/{course_id}").status_code == 200
        assert admin.get(_COURSES, id=f"[{course_id}]").json()["TotalItems"] == 1
        page = admin.get(_COURSES).json()
        assert page["TotalItems"] == len(page["Records"])
        seen.append(page["TotalItems"])
        clock.advance(10)
    assert seen == counts


def test_new_faults_end_all_old_ones(admin: Caller, faults: Break, course: dict[str, object]) -> None:
    """Also what was still to come, and courses that were late."""
    faults({"kind": "late_in_list", "lists": 9}, {"kind": "500_after_storing", "at": 2})
    admin.create(course)
    faults()
    assert admin.get(_COURSES).json()["TotalItems"] == 1


def test_refused_course_is_not_late(admin: Caller, faults: Break, course: dict[str, object]) -> None:
    faults({"kind": "late_in_list"})
    assert admin.create({}).status_code == 400
    admin.create(course)
    assert admin.get(_COURSES).json()["TotalItems"] == 1


def test_several_faults_meet_in_one_request(admin: Caller, faults: Break, course: dict[str, object]) -> None:
    """In whatever order they are asked for: lost, late, cut and without SystemId."""
    faults(
        {"kind": "no_system_id"},
        {"kind": "cut_text"},
        {"kind": "late_in_list", "lists": 1},
        {"kind": "close_after_storing"},
    )
    with pytest.raises(requests.ConnectionError):
        admin.create(course | _EVERYTHING)
    early, later = (admin.get(_COURSES).json()["Records"] for _ in range(2))
    assert early == []
    assert [(entry["SystemId"], len(entry["SummaryText"])) for entry in later] == [(None, 100)]
    assert _log(admin)[0] == (_COURSES, None, "close_after_storing+late_in_list+no_system_id+cut_text")


_POST, _GET, _TOKEN = ("POST", _COURSES), ("GET", _COURSES), ("POST", "/api/token")


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        pytest.param({}, [0], id="the next"),
        pytest.param({"at": 3}, [2], id="third"),
        pytest.param({"at": 3, "every": True}, [2, 3, 4, 5, 6], id="from the third on"),
        pytest.param({"at": 2, "method": "get"}, [4], id="second of a method"),
        pytest.param({"at": 3, "method": "POST", "path": "/api/content/courses"}, [5], id="third course"),
        pytest.param({"at": 2, "path": "/api/content"}, [2], id="path begins so"),
        pytest.param({"path": "/nowhere"}, [], id="nothing to count"),
    ],
)
def test_which_request_breaks(fault: dict[str, object], broken: list[int]) -> None:
    schedule = faults_in([{"kind": "html"} | fault])
    seen = _kinds_at_every_request(schedule, _TOKEN, _GET, _POST, _POST, _GET, _POST, _TOKEN)
    assert [place for place, kinds in enumerate(seen) if kinds] == broken


@pytest.mark.parametrize(
    ("kind", "broken"),
    [
        pytest.param("short_page", [False, True, True, False, False], id="lists only"),
        pytest.param("cut_text", [True, False, False, False, False], id="new courses only"),
        pytest.param("delay", [True, True, True, True, True], id="everything"),
    ],
)
def test_fault_that_makes_no_sense_does_nothing(kind: str, broken: list[bool]) -> None:
    schedule = faults_in({"faults": [{"kind": kind, "every": True}]})
    look_up, read, delete = ("GET", "/api/sys/users"), ("GET", f"{_COURSES}/7"), ("DELETE", f"{_COURSES}/7")
    seen = _kinds_at_every_request(schedule, _POST, _GET, look_up, read, delete)
    assert [bool(kinds) for kinds in seen] == broken


def test_turned_away_requests_are_not_counted(
    admin: Caller, limits: Break, faults: Break, clock: Clock
) -> None:
    """A fault is never spent on a request that the limits keep out."""
    limits({"windows": [{"most": 1, "seconds": 3}]})
    faults({"kind": "403", "at": 2})
    statuses = []
    for _ in range(3):
        statuses += [admin.create({}).status_code, admin.create({}).status_code]
        clock.advance(3)
    assert statuses == [400, 409, 403, 409, 400, 409]


@given(
    seed=st.integers(0, 10**9),
    kinds=st.lists(st.sampled_from(list(KINDS)), min_size=1, unique=True),
    seen=st.lists(st.sampled_from([_POST, _GET, _TOKEN]), max_size=60),
)
def test_same_seed_breaks_the_same_requests(seed: int, kinds: list[str], seen: list[tuple[str, str]]) -> None:
    """And only in the ways asked for, where they make sense."""
    wish = {"seed": seed, "rate": 0.5, "kinds": kinds}
    once, again = (_kinds_at_every_request(faults_in(wish), *seen) for _ in range(2))
    assert once == again
    for request, broken in zip(seen, once, strict=True):
        assert all(kind in kinds and KINDS[kind].concerns(*request) for kind in broken)


def test_random_faults_come_as_often_as_asked() -> None:
    """All kinds turn up when none is named; a rate of 0 breaks nothing, of 1 all that is counted."""

    def broken(rate: float, **wish: object) -> list[str]:
        schedule = faults_in({"seed": 7, "rate": rate} | wish)
        return [kind for kinds in _kinds_at_every_request(schedule, *[_POST, _GET] * 2_000) for kind in kinds]

    assert broken(0) == []
    assert len(broken(1, method="GET")) == 2_000
    assert set(broken(1)) == set(KINDS)
    assert 0.08 < len(broken(0.1)) / 4_000 < 0.12


def test_random_faults_may_be_quick() -> None:
    schedule = faults_in({"seed": 7, "rate": 1, "kinds": ["delay", "slow_body"], "seconds": 0.05})
    assert [fault.seconds for _ in range(5) for fault in schedule.due(*_POST)] == [0.05] * 5


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        pytest.param(7, "The faults must be a JSON object, as in {…}.", id="number"),
        pytest.param({}, "The faults: faults must be a list, as in […].", id="nothing"),
        pytest.param({"faults": [], "rate": 1}, "The faults: rate has no meaning here.", id="rate alone"),
        pytest.param([7], "Fault 1 must be a JSON object, as in {…}.", id="no fault"),
        pytest.param(
            [{"kind": "html"}, {}], "Fault 2: kind must be one of cut_answer, slow_body", id="no kind"
        ),
        pytest.param(
            [{"kind": 401}], "Fault 1: kind must be one of cut_answer, slow_body", id="number as kind"
        ),
        pytest.param([{"kind": "html", "at": 0}], "Fault 1: at must be a whole number from 1", id="at 0"),
        pytest.param(
            [{"kind": "html", "at": "3"}], "Fault 1: at must be a whole number from 1", id="number as text"
        ),
        pytest.param(
            [{"kind": "html", "every": "yes"}], "Fault 1: every must be true or false.", id="text as flag"
        ),
        pytest.param([{"kind": "html", "path": 7}], "Fault 1: path must be a text.", id="number as path"),
        pytest.param(
            [{"kind": "html", "seconds": 7}], "Fault 1: seconds has no meaning here.", id="takes no time"
        ),
        pytest.param(
            [{"kind": "delay", "seconds": "7"}], "Fault 1: seconds must be a number from 0", id="time as text"
        ),
        pytest.param(
            [{"kind": "late_in_list", "lists": 0}], "Fault 1: lists must be a whole number", id="no lists"
        ),
        pytest.param({"seed": 7}, "The faults: rate must be a number from 0 to 1.", id="no rate"),
        pytest.param({"seed": 7, "rate": 2}, "The faults: rate must be a number from 0 to 1.", id="rate 2"),
        pytest.param(
            {"seed": 7, "rate": 1, "kinds": ["rain"]}, "The faults, kinds: kind must be one of", id="rain"
        ),
        pytest.param({"seed": 7, "rate": 1, "at": 3}, "The faults: at has no meaning here.", id="random at"),
    ],
)
def test_unclear_faults_are_told(stranger: Caller, wish: object, told: str) -> None:
    answer = stranger.send("PUT", "/_sandbox/faults", json=wish)
    assert answer.status_code == 400
    assert answer.json()["Message"].startswith(told)


def test_faults_come_from_a_file(tmp_path: Path, stranger: Caller) -> None:
    path = tmp_path / "faults.json"
    path.write_text('{"faults": [{"kind": "403", "at": 2}]}')
    with start(tmp_path / "store.db", limits="off", faults=path) as sandbox:
        stranger.url = sandbox.url
        assert [stranger.get("/api/auth/me").status_code for _ in range(3)] == [401, 403, 401]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(None, "No such file or directory", id="no file"),
        pytest.param("{", "This is not JSON: ", id="no JSON"),
        pytest.param('[{"kind": "rain"}]', "Fault 1: kind must be one of ", id="unknown kind"),
    ],
)
def test_file_that_holds_no_faults_is_told(tmp_path: Path, text: str | None, told: str) -> None:
    """No sandbox starts, and no store is made."""
    path = tmp_path / "faults.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(OSError, match=rf"cannot take its faults from .*faults\.json: .*{told}.* Correct the"):
        start(tmp_path / "store.db", faults=path)
    assert not (tmp_path / "store.db").exists()


def test_bad_day_of_the_samples_loses_answers_but_does_not_stop_a_run() -> None:
    """Its faults fall on a rehearsal of 24 courses, each on one of its own."""
    sample = Path(__file__).parents[2] / "samples" / "bad-day.json"
    schedule = faults_in(json.loads(sample.read_bytes()))
    seen = _kinds_at_every_request(schedule, _TOKEN, _GET, *[_POST] * 24)
    assert [kinds for kinds in seen if kinds] == [
        ["throttle"],
        ["delay"],
        ["500_after_storing"],
        ["close_after_storing"],
        ["cut_answer"],
    ]
