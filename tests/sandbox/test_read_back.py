from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Caller, Clock, SignIn

_COURSES = "/api/content/courses"


@pytest.fixture
def five(admin: Caller, clock: Clock, course: dict[str, object]) -> list[int]:
    """Five courses, ten minutes apart; the Ids in the order they came."""
    ids = []
    for title, place in (
        ("Zulu", 1414974955),
        ("Alpha", 1414974956),
        ("STRASSENKUNST", 1414974957),
        ("Straßenkunst II", 1414974955),
        ("bravo", 1414974955),
    ):
        long_texts = {"FullDescription": "<p>long</p>", "OverviewText": "<p>longer</p>"}
        answer = admin.create(course | long_texts | {"Title": title, "BusinessId": place})
        ids.append(answer.json()["Value"]["Id"])
        clock.advance(600)
    return ids


def test_empty_list_has_the_whole_envelope(admin: Caller) -> None:
    assert list(admin.get(_COURSES).json().items()) == [
        ("Records", []),
        ("CurrentPage", 1),
        ("CurrentPageSize", 25),
        ("CurrentOrderField", "Id"),
        ("CurrentSortDirection", 0),
        ("FirstItem", 1),
        ("LastItem", 0),
        ("TotalItems", 0),
        ("TotalPages", 0),
        ("HasNextPage", False),
        ("HasPreviousPage", False),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param({}, [0, 1, 2, 3, 4], id="no filter, by Id"),
        pytest.param({"Course_Business": "1414974955"}, [0, 3, 4], id="location"),
        pytest.param({"Course_Business": "London"}, [], id="a location is a number"),
        pytest.param({"Course_Business": str(2**70)}, [], id="a number beyond 64 bits"),
        pytest.param({"Course_Title": "LPH"}, [1], id="part of a title, any case"),
        pytest.param({"Course_Title": "strassen"}, [2, 3], id="sharp s is ss"),
        pytest.param({"Course_Title": "%"}, [], id="no wildcards"),
        pytest.param({"Course_Title": "ULU", "Course_Business": "1414974956"}, [], id="two filters"),
        pytest.param({"from_Course_CreatedOn": "2026-01-31T12:50:15"}, [2, 3, 4], id="from, included"),
        pytest.param({"to_Course_CreatedOn": "2026-01-31T12:50:15"}, [0, 1, 2], id="to, included"),
        pytest.param({"from_Course_CreatedOn": "2026-01-31T14:00+01:00"}, [3, 4], id="time with a zone"),
        pytest.param({"from_Course_CreatedOn": "yesterday"}, [0, 1, 2, 3, 4], id="no time at all"),
        pytest.param({"from_Course_CreatedOn": "0001-01-01T00:00+09:00"}, [0, 1, 2, 3, 4], id="first time"),
        pytest.param({"Course_Colour": "blue"}, [0, 1, 2, 3, 4], id="unknown filter"),
        pytest.param({"orderBy": "Title"}, [1, 4, 2, 3, 0], id="by title"),
        pytest.param({"orderBy": "CreatedOn"}, [0, 1, 2, 3, 4], id="by time"),
        pytest.param({"orderBy": "Colour"}, [0, 1, 2, 3, 4], id="unknown order"),
    ],
)
def test_filters(admin: Caller, five: list[int], query: dict[str, str], found: list[int]) -> None:
    answer = admin.get(_COURSES, **query).json()
    assert [five.index(course["Id"]) for course in answer["Records"]] == found
    assert answer["TotalItems"] == len(found)


@pytest.mark.parametrize(
    ("query", "shown", "said"),
    [
        pytest.param({"page": "1", "size": "2"}, [0, 1], (1, 2, 1, 2, 3, True, False), id="first"),
        pytest.param({"page": "2", "size": "2"}, [2, 3], (2, 2, 3, 4, 3, True, True), id="middle"),
        pytest.param({"page": "3", "size": "2"}, [4], (3, 2, 5, 5, 3, False, True), id="last"),
        pytest.param({"page": "4", "size": "2"}, [], (4, 2, 7, 6, 3, False, True), id="beyond"),
        pytest.param({"size": "5"}, [0, 1, 2, 3, 4], (1, 5, 1, 5, 1, False, False), id="full page"),
        pytest.param({"size": "1000"}, [0, 1, 2, 3, 4], (1, 100, 1, 5, 1, False, False), id="size cut"),
        pytest.param(
            {"page": "-1", "size": "0"}, [0, 1, 2, 3, 4], (1, 25, 1, 5, 1, False, False), id="no sense"
        ),
        pytest.param(
            {"page": "x", "size": "y"}, [0, 1, 2, 3, 4], (1, 25, 1, 5, 1, False, False), id="no numbers"
        ),
        pytest.param(
            {"page": str(2**62), "size": "100"},
            [],
            (10**9, 100, 10**11 - 99, 10**11 - 100, 1, False, True),
            id="absurd page",
        ),
    ],
)
def test_pages(
    admin: Caller, five: list[int], query: dict[str, str], shown: list[int], said: tuple[int, ...]
) -> None:
    answer = admin.get(_COURSES, **query).json()
    names = ("CurrentPage", "CurrentPageSize", "FirstItem", "LastItem", "TotalPages")
    assert [five.index(course["Id"]) for course in answer["Records"]] == shown
    assert tuple(answer[name] for name in (*names, "HasNextPage", "HasPreviousPage")) == said


def test_list_leaves_long_texts_out(admin: Caller, five: list[int]) -> None:
    """A list row is the course as reading it by Id gives it, but for the two long texts."""
    listed = admin.get(_COURSES).json()["Records"][0]
    whole = admin.get(f"{_COURSES}/{five[0]}").json()
    assert (whole["FullDescription"], whole["OverviewText"]) == ("<p>long</p>", "<p>longer</p>")
    assert listed == whole | {"FullDescription": None, "OverviewText": None}


@pytest.mark.parametrize("path", [_COURSES, f"{_COURSES}/"])
def test_several_by_id_are_whole(admin: Caller, five: list[int], path: str) -> None:
    """Ids that are not there are left out; the address works with and without its last slash."""
    answer = admin.get(path, id=f"[{five[3]}, {five[1]}, 7, {2**70}]").json()
    assert answer["Records"] == [admin.get(f"{_COURSES}/{five[at]}").json() for at in (1, 3)]
    assert answer["TotalItems"] == 2


@pytest.mark.parametrize("ids", ["7", "[one]", '["7"]', "[" * 5_000])
def test_ids_that_are_no_list_of_numbers_are_refused(admin: Caller, ids: str) -> None:
    answer = admin.get(_COURSES, id=ids)
    assert answer.status_code == 400
    assert answer.json()["Message"] == "id: must be a list of numbers, as in [1,2,3]"


def test_deleted_course_is_gone_and_its_id_never_comes_back(
    admin: Caller, five: list[int], course: dict[str, object]
) -> None:
    newest = f"{_COURSES}/{five[-1]}"
    answer = admin.send("DELETE", newest)
    assert answer.status_code == 200
    assert answer.json()["Message"] == "Course was successfully deleted."
    assert answer.json()["Value"] == {"Id": five[-1]}
    assert admin.send("DELETE", newest).status_code == admin.get(newest).status_code == 404
    assert admin.create(course).json()["Value"]["Id"] == five[-1] + 1


def test_ids_look_like_the_api_s(five: list[int]) -> None:
    assert all(1_414_980_000 < course_id < 1_415_000_000 for course_id in five)


@pytest.mark.parametrize("course_id", ["7", "0", "-1", "seven", str(2**70)])
def test_unknown_course_is_not_found(admin: Caller, course_id: str) -> None:
    answer = admin.get(f"{_COURSES}/{course_id}")
    assert answer.status_code == 404
    assert answer.json() == {
        "Message": "Not Found",
        "Value": None,
        "Errors": None,
        "WasSuccessful": False,
    }


@pytest.mark.parametrize(
    ("account", "statuses"),
    [
        ("admin@example.com", (200, 200, 200, 200)),
        ("importer@example.com", (200, 200, 200, 401)),
        ("reader@example.com", (200, 200, 200, 401)),
        ("nobody@example.com", (401, 401, 401, 401)),
    ],
)
def test_roles(signed_in: SignIn, five: list[int], account: str, statuses: tuple[int, ...]) -> None:
    """Lists, single courses, several by Id and deleting each need their role."""
    caller, one = signed_in(account), f"{_COURSES}/{five[0]}"
    answers = (
        caller.get(_COURSES),
        caller.get(one),
        caller.get(_COURSES, id=f"[{five[0]}]"),
        caller.send("DELETE", one),
    )
    assert tuple(answer.status_code for answer in answers) == statuses
