from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sandbox.answers import refused
from pipeline.sandbox.rules import PROPERTIES, errors_in

if TYPE_CHECKING:
    from tests.sandbox.conftest import Caller, SignIn

_EVERYTHING = {
    "BusinessId": 1414974956,
    "HostId": 1414981002,
    "Title": "Contabilidade para começar 📚",
    "DisplayOrder": -3,
    "Visibility": 4,
    "TariffId": 1414990021,
    "SummaryText": "s" * 400,
    "FullDescription": "<p>Olá</p>\n* one",
    "ShowOverview": True,
    "OverviewText": "<ul></ul>",
    "HasCommunityGroup": True,
    "NewImageUrl": "https://example.com/pictures/small.png?v=2",
    "ClearImageFile": False,
    "NewLargeImageUrl": "http://example.com/",
    "ClearLargeImageFile": None,
    "Active": True,
    "GroupName": "Running a business",
    "ShowInHomePage": True,
    "SystemId": "BK-101",
}


def test_answer_to_a_good_course_is_the_documented_one_to_the_letter(
    admin: Caller, course: dict[str, object]
) -> None:
    answer = admin.create(course)
    course_id = answer.json()["Value"]["Id"]
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.text.replace(str(course_id), "87654321") == (
        '{"Status":200,"Message":"Course was successfully created.","Value":{"Id":87654321},'
        '"OpenInDialog":false,"OpenInWindow":false,"RedirectURL":null,"JavaScript":null,"UpdatedOn":"2026-01-31T12:30:15Z",'
        '"UpdatedBy":"admin@example.com","Errors":null,"WasSuccessful":true}'
    )


def test_answer_to_a_missing_title_is_the_documented_one_to_the_letter(
    admin: Caller, course: dict[str, object]
) -> None:
    del course["Title"]
    answer = admin.create(course)
    assert answer.status_code == 400
    assert answer.text == (
        '{"Message":"Title: is a required field","Value":null,"Errors":[{"AttemptedValue":null,'
        '"Message":"is a required field","PropertyName":"Title"}],"WasSuccessful":false}'
    )


def test_every_property_comes_back_but_the_orders(admin: Caller) -> None:
    """What was sent is read again; `New…Url` and `Clear…` are orders and come back null."""
    course_id = admin.create(_EVERYTHING).json()["Value"]["Id"]
    stored = admin.get(f"/api/content/courses/{course_id}").json()
    orders = dict.fromkeys(("NewImageUrl", "ClearImageFile", "NewLargeImageUrl", "ClearLargeImageFile"))
    assert len(stored.pop("UniqueId")) == 36
    assert stored == _EVERYTHING | orders | {
        "Id": course_id,
        "CreatedOn": "2026-01-31T12:30:15",
        "UpdatedOn": "2026-01-31T12:30:15",
        "UpdatedBy": "admin@example.com",
        "BusinessName": "Lisbon",
        "HostFullName": "Inês Falcão",
        "TariffName": "All courses",
        "ImageFileName": "small.png",
        "LargeImageFileName": "image",
    }


def test_left_out_properties_are_false_or_null(admin: Caller, course: dict[str, object]) -> None:
    """Active too is false: a client that forgets it shall notice."""
    course_id = admin.create(course).json()["Value"]["Id"]
    stored = admin.get(f"/api/content/courses/{course_id}").json()
    flags = ("Active", "ShowOverview", "HasCommunityGroup", "ShowInHomePage")
    others = ("TariffId", "TariffName", "SummaryText", "SystemId", "ImageFileName", "LargeImageFileName")
    assert [stored[name] for name in flags] == [False] * len(flags)
    assert [stored[name] for name in others] == [None] * len(others)


def test_unknown_property_is_tolerated(admin: Caller, course: dict[str, object]) -> None:
    assert admin.create(course | {"Colour": {"of": ["the", "cover"]}}).status_code == 200


def test_half_a_character_is_kept_and_readable(admin: Caller, course: dict[str, object]) -> None:
    """A lone surrogate, which UTF-8 cannot hold, reads back as a question mark."""
    course_id = admin.create(course | {"Title": "half \ud83d"}).json()["Value"]["Id"]
    assert admin.get(f"/api/content/courses/{course_id}").json()["Title"] == "half ?"


_REQUIRED = "is a required field"
_WHOLE = "must be a whole number"
_FLAG = "must be true or false"


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        pytest.param({"Title": " \u00a0"}, [("Title", _REQUIRED, " \u00a0")], id="blank title"),
        pytest.param({"HostId": None}, [("HostId", _REQUIRED, None)], id="null is absent"),
        pytest.param({"HostId": "1414980011"}, [("HostId", _WHOLE, "1414980011")], id="id as text"),
        pytest.param({"HostId": 1414980011.0}, [("HostId", _WHOLE, "1414980011.0")], id="id as fraction"),
        pytest.param({"DisplayOrder": True}, [("DisplayOrder", _WHOLE, True)], id="true is no number"),
        pytest.param({"DisplayOrder": 2**63}, [("DisplayOrder", _WHOLE, 2**63)], id="more than 64 bits"),
        pytest.param({"BusinessId": [1]}, [("BusinessId", _WHOLE, None)], id="id as list"),
        pytest.param({"HostId": 0}, [("HostId", "must be greater than 0", 0)], id="id zero"),
        pytest.param({"BusinessId": 7}, [("Business", "not found", 7)], id="unknown location"),
        pytest.param({"HostId": 7}, [("Host", "not found", 7)], id="unknown host"),
        pytest.param({"TariffId": 7}, [("Tariff", "not found", 7)], id="unknown tariff"),
        pytest.param(
            {"TariffId": 1414990024},
            [("Tariff", "belongs to another location", 1414990024)],
            id="tariff of another location",
        ),
        pytest.param(
            {"TariffId": 1414990024, "BusinessId": 7},
            [("Business", "not found", 7)],
            id="no location, no quarrel with the tariff",
        ),
        pytest.param(
            {"TariffId": 1414990024, "BusinessId": {}},
            [("BusinessId", _WHOLE, None)],
            id="location as object",
        ),
        pytest.param({"Visibility": 5}, [("Visibility", "must be 1, 2, 3 or 4", 5)], id="visibility 5"),
        pytest.param({"Visibility": "Public"}, [("Visibility", _WHOLE, "Public")], id="visibility by name"),
        pytest.param({"Visibility": 4}, [("TariffId", _REQUIRED, None)], id="paid without tariff"),
        pytest.param(
            {"SummaryText": "s" * 401},
            [("SummaryText", "must be at most 400 characters long", "s" * 401)],
            id="long summary",
        ),
        pytest.param({"SummaryText": 5}, [("SummaryText", "must be a text", 5)], id="number as text"),
        pytest.param({"Title": {"a": 1}}, [("Title", "must be a text", None)], id="object as text"),
        pytest.param({"Active": "true"}, [("Active", _FLAG, "true")], id="text as flag"),
        pytest.param({"Active": 1}, [("Active", _FLAG, 1)], id="number as flag"),
        pytest.param(
            {"NewImageUrl": "ftp://example.com/a.png"},
            [("NewImageUrl", "must be an http or https address", "ftp://example.com/a.png")],
            id="image by ftp",
        ),
        pytest.param(
            {"NewImageUrl": "http://[half"},
            [("NewImageUrl", "must be an http or https address", "http://[half")],
            id="half an address",
        ),
        pytest.param(
            {"NewLargeImageUrl": "https:///a.png"},
            [("NewLargeImageUrl", "must be an http or https address", "https:///a.png")],
            id="image without host",
        ),
        pytest.param({"NewImageUrl": 1}, [("NewImageUrl", "must be a text", 1)], id="number as image"),
        pytest.param(
            {"NewLargeImageUrl": "https://example.com/a.png", "ClearLargeImageFile": True},
            [
                (
                    "NewLargeImageUrl",
                    "cannot be given together with ClearLargeImageFile",
                    "https://example.com/a.png",
                )
            ],
            id="new image and clear",
        ),
        pytest.param(
            {"ShowInHomePage": "no", "BusinessId": -1, "Visibility": 4, "Title": ""},
            [
                ("BusinessId", "must be greater than 0", -1),
                ("Title", _REQUIRED, ""),
                ("TariffId", _REQUIRED, None),
                ("ShowInHomePage", _FLAG, "no"),
            ],
            id="all at once, in the order of the properties",
        ),
    ],
)
def test_refusal_names_every_fault(
    admin: Caller,
    course: dict[str, object],
    changes: dict[str, object],
    errors: list[tuple[str, str, object]],
) -> None:
    """A refused course creates nothing; Message sums up what Errors[] says."""
    answer = admin.create(course | changes)
    assert answer.status_code == 400
    assert answer.json() == {
        "Message": "; ".join(f"{name}: {message}" for name, message, _ in errors),
        "Value": None,
        "Errors": [
            {"AttemptedValue": value, "Message": message, "PropertyName": name}
            for name, message, value in errors
        ],
        "WasSuccessful": False,
    }
    assert admin.get("/api/content/courses").json()["TotalItems"] == 0


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"NewImageUrl": "", "ClearImageFile": True}, id="blank image with clear"),
        pytest.param({"ClearImageFile": True}, id="clear alone"),
        pytest.param({"TariffId": 1414990022}, id="tariff beside another visibility"),
        pytest.param({"HostId": 1414981001}, id="administrator as host"),
        pytest.param({"Visibility": 4, "TariffId": 1414990023}, id="paid by the location's own tariff"),
    ],
)
def test_unusual_but_allowed(admin: Caller, course: dict[str, object], changes: dict[str, object]) -> None:
    assert admin.create(course | changes).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'{"Title": ', id="cut"),
        pytest.param(b"\xff\xfe\xfd", id="no text"),
        pytest.param(b"[" * 100_000, id="nested without end"),
    ],
)
def test_body_that_is_no_object_is_refused(admin: Caller, body: bytes) -> None:
    answer = admin.send("POST", "/api/content/courses", data=body)
    assert answer.status_code == 400
    assert answer.json() == {
        "Message": "The body must be a JSON object.",
        "Value": None,
        "Errors": None,
        "WasSuccessful": False,
    }


@pytest.mark.parametrize(
    ("account", "status"),
    [
        ("admin@example.com", 200),
        ("importer@example.com", 200),
        ("reader@example.com", 401),
        ("nobody@example.com", 401),
    ],
)
def test_creating_needs_the_role(
    signed_in: SignIn, course: dict[str, object], account: str, status: int
) -> None:
    answer = signed_in(account).create(course)
    assert answer.status_code == status
    assert answer.json()["Message"] == (
        "Course was successfully created." if status == 200 else "Access Denied"
    )


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=4
)


@settings(deadline=None)  # the machine may be busy
@given(st.dictionaries(st.sampled_from([*PROPERTIES]), _VALUES))
def test_any_object_is_judged_property_by_property(body: dict[str, object]) -> None:
    """Whatever a body holds, the refusal is JSON and names each property once, in their order."""
    answer = json.loads(bytes(refused(errors_in(body)).body))
    relations = {"Business": "BusinessId", "Host": "HostId", "Tariff": "TariffId"}
    named = [relations.get(error["PropertyName"], error["PropertyName"]) for error in answer["Errors"]]
    assert named == [name for name in PROPERTIES if name in named]
    assert {"BusinessId", "HostId", "Title", "DisplayOrder", "Visibility"} <= {*named, *body}
