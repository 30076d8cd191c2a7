from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.course import (
    _PLAIN_PICTURE,
    DTYPES,
    Course,
    _with_row_rules,
    broken_rules,
    complete,
    course_schema,
    fold_title,
    keys_of,
    plain,
)
from schemas.properties import PROPERTIES

if TYPE_CHECKING:
    from schemas.course import Value

VALUES: dict[str, Value] = {
    "Title": "Bücher",
    "BusinessId": 2**53 + 1,
    "HostId": 2,
    "DisplayOrder": 1,
    "Visibility": 1,
}
BOOKS = Course(key="BK-1", own_key="BK-1", values=VALUES)


def frame(**columns: list[object]) -> pd.DataFrame:
    """Return typed columns whose rows begin at row 2."""
    count = len(next(iter(columns.values())))
    return pd.DataFrame(
        {
            name: pd.Series(cells, index=range(2, 2 + count), dtype=DTYPES[PROPERTIES[name].kind])
            for name, cells in columns.items()
        }
    )


def test_a_course_says_its_title_and_location() -> None:
    assert (BOOKS.title, BOOKS.business_id) == ("Bücher", 2**53 + 1)


@pytest.mark.parametrize(
    ("given", "sent"), [({}, True), ({"Active": False}, False), ({"Active": True}, True)]
)
def test_active_is_always_sent(given: dict[str, bool], sent: bool) -> None:
    course = Course(key="k", own_key=None, values={**VALUES, **given})
    assert course.wire()["Active"] is sent
    assert "SystemId" not in course.wire()


def test_a_fingerprint_tells_what_is_sent_and_nothing_else() -> None:
    """Neither the order of the columns nor the key count; every value does."""
    turned = Course(key="other", own_key=None, values={name: VALUES[name] for name in reversed(VALUES)})
    changed = Course(key="BK-1", own_key="BK-1", values={**VALUES, "BusinessId": 2**53})
    assert turned.fingerprint == BOOKS.fingerprint
    assert changed.fingerprint != BOOKS.fingerprint


@pytest.mark.parametrize(
    "title", ["book keeping", "Book Keeping", " Book  Keeping ", "book\u00a0keeping", "\uff42ook keeping"]
)
def test_titles_fold_alike_whatever_their_case_and_spaces(title: str) -> None:
    assert fold_title(title) == "book keeping"


def test_folding_keeps_what_makes_titles_different() -> None:
    assert len({fold_title(title) for title in ("Books", "Books 2", "Bóoks", "Bo oks")}) == 4


def test_a_completed_frame_has_every_property_in_the_tables_order() -> None:
    completed = complete(frame(Title=["Books", None], HostId=[1, None]))
    assert list(completed.columns) == list(PROPERTIES)
    assert {name: str(dtype) for name, dtype in completed.dtypes.items()} == {
        name: DTYPES[entry.kind] for name, entry in PROPERTIES.items()
    }
    assert plain(completed["SystemId"]) == [None, None]


def test_the_schema_knows_every_property_and_coerces_none() -> None:
    schema = course_schema()
    assert list(schema.columns)[: len(PROPERTIES)] == list(PROPERTIES)
    assert not schema.coerce
    assert not any(column.coerce for column in schema.columns.values())


def test_plain_cells_can_be_written_as_json() -> None:
    """Large Ids keep every digit beside a blank cell."""
    cells = frame(BusinessId=[2**63 - 1, None], Active=[True, None], Title=["Books", None])
    assert json.dumps([plain(cells[name]) for name in cells]) == (
        '[[9223372036854775807, null], [true, null], ["Books", null]]'
    )


def test_a_key_is_the_rows_own_else_its_marked_folded_title() -> None:
    cells = frame(
        SystemId=["K", None, "K", "K"],
        Title=["Books", "Big  Books", None, "Books"],
        BusinessId=[1, 1, 1, None],
    )
    assert keys_of(cells) == ["K", "title:big books", None, None]


@given(own=st.text(min_size=1) | st.text().map("title:".__add__), title=st.text(min_size=1))
@example(own="beta", title="Beta")
@example(own="title:beta", title="Beta")
@example(own="title: beta", title=" Beta")
def test_an_own_key_is_never_taken_for_a_title(own: str, title: str) -> None:
    """Nor are two own keys ever taken for one: all but those that look like a title's stay as they are."""
    cells = frame(SystemId=[own, None, f"title:{own}"], Title=["x", title, "x"], BusinessId=[1, 1, 1])
    keys = keys_of(cells)
    assert len(set(keys)) == 3
    assert (keys[0] == own) is not own.startswith("title:")


_STARTS = ("https://", "HTTP://", "www.example.com", ":80", "@", "/", "a", "é", " ", "?", "#", ".")
_ENDS = (".jpg", ".JPEG", ".png", ".Gif", ".pdf")


@given(
    addresses=st.lists(
        st.lists(st.sampled_from(_STARTS + _ENDS), max_size=8).map("".join)
        | st.from_regex(_PLAIN_PICTURE, fullmatch=True),
        max_size=5,
    )
)
def test_a_look_for_plain_addresses_changes_no_answer(addresses: list[str]) -> None:
    cells = complete(frame(NewImageUrl=[*addresses]))
    keys = keys_of(cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("schemas.course._PLAIN_PICTURE", re.compile("(?!)"))
        asked_of_all = list(broken_rules(cells, keys))
    assert list(broken_rules(cells, keys)) == asked_of_all


def test_the_schemas_own_validation_breaks_the_same_rules() -> None:
    cells = complete(
        frame(
            Title=["Books", None, "Yoga", "Yoga", "Ink"],
            BusinessId=[1, -1, 2, 2, 3],
            HostId=[1, 1, 1, 2, None],
            DisplayOrder=[1, 1, 1, 1, 1],
            Visibility=[4, 9, 1, 1, 1],
            TariffId=[None, None, 5, None, None],
            SummaryText=["x" * 401, None, "", "a", "b"],
            NewImageUrl=["http://x/a.pdf", "x", "http://x/a", "http://x/a.png", None],
        )
    )
    keys = keys_of(cells)
    with pytest.raises(pa.errors.SchemaErrors) as raised:
        course_schema().validate(_with_row_rules(cells, keys), lazy=True)
    told = [
        (error.check.error, error.schema.name.split()[-1], passed.index[~passed.astype(bool)].tolist())
        for error in raised.value.schema_errors
        for passed in (error.check_output,)
    ]
    assert told == list(broken_rules(cells, keys))
    assert len(told) == 11


def test_cells_of_another_type_are_not_judged() -> None:
    cells = complete(frame(BusinessId=[1])).astype({"BusinessId": "float64"})
    with pytest.raises(TypeError, match="'BusinessId': 'float64'"):
        list(broken_rules(cells, ["K"]))
