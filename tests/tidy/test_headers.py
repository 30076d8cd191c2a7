from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import FileRefused
from pipeline.model import Column
from pipeline.tidy.headers import match_headers
from schemas.properties import PROPERTIES, REQUIRED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Finding
    from tests.tidy.conftest import MakeRaw


def refused(make_raw: MakeRaw, headers: Sequence[str]) -> tuple[Finding, ...]:
    """Return every reason against these headers."""
    with pytest.raises(FileRefused) as caught:
        match_headers(make_raw(headers))
    return caught.value.problems


def test_every_property_is_found_under_its_own_name(make_raw: MakeRaw) -> None:
    columns, warnings = match_headers(make_raw(tuple(PROPERTIES)))
    assert {name: column.header for name, column in columns.items()} == {name: name for name in PROPERTIES}
    assert warnings == ()


def test_headers_are_found_in_any_order_and_spelling(make_raw: MakeRaw) -> None:
    headers = ("visibility *", "", "display_order", "Course Title", "LOCATION-ID", "Trainer")
    columns, _ = match_headers(make_raw(headers))
    assert list(columns.items()) == [
        ("Visibility", Column(header="visibility *", letter="A")),
        ("DisplayOrder", Column(header="display_order", letter="C")),
        ("Title", Column(header="Course Title", letter="D")),
        ("BusinessId", Column(header="LOCATION-ID", letter="E")),
        ("HostId", Column(header="Trainer", letter="F")),
    ]


def test_everything_wrong_with_the_headers_is_told_at_once(make_raw: MakeRaw) -> None:
    """Doubled columns name both cells; missing ones say what they are for."""
    doubled, *missing = refused(make_raw, ["Title", "Host", "Order", "Trainer", "Instructor"])
    assert (doubled.code, doubled.cell, doubled.property_name) == ("column-twice", "E1", "HostId")
    assert doubled.message == (
        'courses.xlsx · Plan: "Host" (B1) and "Trainer" (D1) and "Instructor" (E1) all mean HostId. '
        "Keep one of these columns."
    )
    assert [(finding.code, finding.property_name) for finding in missing] == [
        ("column-missing", "BusinessId"),
        ("column-missing", "Visibility"),
    ]
    assert missing[0].message == (
        "courses.xlsx · Plan: the column BusinessId is missing: Location the course belongs to: its name or "
        "Id. Add it, or give it for all rows with --set BusinessId=…"
    )


def test_a_file_without_any_column_of_a_course_is_told_how_to_begin(make_raw: MakeRaw) -> None:
    (finding,) = refused(make_raw, ["fullname", "shortname", "idnumber"])
    assert finding.code == "no-header"
    assert "courses.xlsx · Plan: row 1 names no column of a course" in finding.message
    assert finding.message.endswith(f"{', '.join(REQUIRED)}.")


def test_the_same_header_twice_is_a_doubled_column(make_raw: MakeRaw) -> None:
    (finding,) = refused(make_raw, [*REQUIRED, "Title"])
    assert '"Title" (C1) and "Title" (F1) both mean Title.' in finding.message


def test_a_missing_column_that_is_only_misspelt_names_the_likely_one(make_raw: MakeRaw) -> None:
    (finding,) = refused(make_raw, ["Title", "Host", "Location", "Order", "Visiblity"])
    assert finding.message.endswith('If "Visiblity" (E1) is that column, rename it.')


def test_a_column_that_looks_like_one_under_another_name_is_told_the_name_it_has_here(
    make_raw: MakeRaw,
) -> None:
    _, (finding,) = match_headers(
        make_raw(["BusinessId", "Host", "Title", "DisplayOrder", "Visibility", "Trainr"])
    )
    assert finding.message.endswith('It looks like HostId, which is there already: "Host" (B).')


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        pytest.param("Summry", ' Did you mean "Summary"? Then rename it.', id="near"),
        pytest.param("Room size", "", id="like nothing"),
        pytest.param(
            "Titel",
            ' It looks like Title, which is there already: "Title" (C).',
            id="near a column that is there already",
        ),
    ],
)
def test_a_column_nobody_knows_is_named_with_the_nearest_known_one(
    header: str, hint: str, make_raw: MakeRaw
) -> None:
    _, (finding,) = match_headers(make_raw([*REQUIRED, header]))
    assert (finding.code, finding.severity) == ("not-imported", "warning")
    assert (finding.row, finding.cell, finding.column) == (None, "F1", header)
    assert finding.message == f'courses.xlsx · Plan: the column "{header}" (F) is not imported.{hint}'
