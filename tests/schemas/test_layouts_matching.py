from __future__ import annotations

import pytest

from schemas.layouts import fit, load_layout, not_imported, recognise, shipped
from schemas.properties import PROPERTIES


def layout(name: str, *signature: str, columns: str = "") -> str:
    quoted = ", ".join(f'"{header}"' for header in signature)
    return f'name = "{name}"\ntitle = "{name}"\nsignature = [{quoted}]\n{columns}'


@pytest.mark.parametrize(
    ("headers", "name", "told"),
    [
        pytest.param(
            ["shortname", "fullname", "category_path", "summary", "visible"],
            "moodle",
            "5 of 5 columns",
            id="Moodle",
        ),
        pytest.param(["Short Name", "FULLNAME", "Category"], "moodle", "3 of 3 columns", id="other spelling"),
        pytest.param(
            ["\ufeffcourse_id", "short_name", "long_name", "status", "our notes", ""],
            "canvas",
            "4 of 5 columns",
            id="one column of their own",
        ),
    ],
)
def test_a_file_is_recognised_by_its_headers(headers: list[str], name: str, told: str) -> None:
    (match,) = recognise(headers, shipped().values())
    assert (match.layout.name, match.told) == (name, told)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([*PROPERTIES], id="our own properties"),
        pytest.param(
            ["ID", "Title", "Content", "Post Type", "Status", "Order", "Access"],
            id="ours, with others' columns",
        ),
        pytest.param(
            ["user_id", "login_id", "full_name", "short_name", "email", "status"], id="people of Canvas"
        ),
        pytest.param(["shortname", "summary", "category"], id="half a signature"),
        pytest.param([], id="no headers"),
    ],
)
def test_other_files_are_not_recognised(headers: list[str]) -> None:
    assert recognise(headers, shipped().values()) == []


def test_the_layout_that_knows_most_columns_comes_first() -> None:
    few = load_layout(layout("few", "a"), "few.toml")
    more = load_layout(layout("more", "a", columns='[not_imported]\n"b*" = "x"'), "more.toml")
    longer = load_layout(
        layout("longer", "a", "b", columns='[properties.Title]\ncolumn = "b"'), "longer.toml"
    )
    found = recognise(["a", "b", "c"], [few, more, longer])
    assert [(match.layout.name, match.known) for match in found] == [("longer", 1), ("more", 1), ("few", 0)]


def test_a_fitted_layout_has_only_what_the_file_has() -> None:
    """What is required and not there is missing, told once and not row by row."""
    fitted = fit(shipped()["moodle"], ["FullName", "Short Name", "category_path"])
    assert fitted.missing == ("BusinessId", "HostId", "Visibility")
    assert {name: feeds[0].columns for name, feeds in fitted.properties.items()} == {
        "SystemId": ("Short Name",),
        "Title": ("FullName",),
        "DisplayOrder": (),
        "GroupName": ("category_path",),
    }
    assert {each.column for each in fitted.leave_out} == {"category_path"}


def test_columns_that_are_not_imported_say_why() -> None:
    reasons = not_imported(
        shipped()["moodle"], ["fullname", "Start Date", "role_student", "our notes", " ", "enrolment_1_cost"]
    )
    assert reasons == {
        "Start Date": "a course has no dates here",
        "role_student": "names of roles in Moodle",
        "our notes": None,
    }
