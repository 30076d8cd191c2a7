"""Each cell of a row says what became of it, and by which rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.read import read_sheet
from pipeline.tidy import layout_of, tidy
from pipeline.tidy.origins import origins_of, why_left_out

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import Origin

MOODLE = "shortname,fullname,category_path,visible,summary,enrolment_1_cost,delete,startdate,idnumber\n"


def told(origins: tuple[Origin, ...]) -> list[tuple[str | None, str | None, object, str]]:
    """Return address column, property, value and rules of each."""
    return [
        (
            origin.column.letter if origin.column else None,
            origin.property_name,
            origin.value,
            "; ".join(origin.rules),
        )
        for origin in origins
    ]


def origins(path: Path, text: str, row: int, **given: str) -> tuple[Origin, ...]:
    path.write_text(text, encoding="utf-8")
    raw = read_sheet(path)
    layout, _ = layout_of(raw, None)
    return origins_of(raw, tidy(raw, layout, given), layout, given, row)


def test_own_columns(tmp_path: Path) -> None:
    """What the header means, how a text became a value, and what is left."""
    text = (
        "Title,Location,Order,Visibility,Featured,Host,Summary,Notes,,Active,Image\n"
        'Books,Lisbon,010,Paid,yes,x1y,,mine,more,," http://a.b/c.png"\n'
    )
    assert told(origins(tmp_path / "a.csv", text, 2, TariffId="1414990021")) == [
        ("A", "Title", "Books", ""),
        ("B", "BusinessId", None, "the header means it"),
        ("C", "DisplayOrder", 10, "the header means it; read as a whole number"),
        ("D", "Visibility", 4, "the number of that word"),
        ("E", "ShowInHomePage", True, "the header means it; yes or no"),
        ("F", "HostId", None, "the header means it"),
        ("G", "SummaryText", None, "blank: nothing is sent"),
        ("H", None, None, "not imported"),
        ("I", None, None, "not imported"),
        ("J", "Active", None, "blank: nothing is sent"),
        (
            "K",
            "NewImageUrl",
            "http://a.b/c.png",
            "the header means it; without the blanks around it",
        ),
        (None, "TariffId", 1414990021, 'given with --set: "1414990021"'),
    ]


def test_what_is_not_understood_says_where_to_look(tmp_path: Path) -> None:
    text = "Title,Location,Order,Visibility,Host\nBooks,1,1.5,Public,2\n"
    found = told(origins(tmp_path / "a.csv", text, 2))
    assert found[2] == (
        "C",
        "DisplayOrder",
        None,
        "not understood: see below",
    )


GIVEN = {"BusinessId": "1", "HostId": "2"}


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        pytest.param(
            "PHOTO,Photo &amp; film,Creative / Film,1,<p>See.</p>,,0,02.09.2024,",
            {
                ("A", "SystemId", "PHOTO", "layout moodle: the first that is filled of idnumber, shortname"),
                ("B", "Title", "Photo & film", "layout moodle: decode_entities"),
                ("C", "GroupName", "Film", "layout moodle: decode_entities, last_part"),
                ("D", "Visibility", 1, 'layout moodle: it means "Public"; the number of that word'),
                ("E", "SummaryText", "See.", "layout moodle: text_of_html, cut_at_sentence"),
                ("E", "FullDescription", "<p>See.</p>", "layout moodle"),
                ("G", None, None, "says whether the row becomes a course"),
                ("H", None, None, "not imported: a course has no dates here"),
                (None, "DisplayOrder", 10, "layout moodle: ten times the row's place"),
                (None, "BusinessId", 1, 'given with --set: "1"'),
            },
            id="texts and tables",
        ),
        pytest.param(
            "PHOTO,Film,Creative,,,49.00,0,,F-1",
            {
                ("A", None, None, "another column was read"),
                ("D", "Visibility", 2, 'layout moodle: a blank means "Hidden"; the number of that word'),
                ("F", None, None, "says what the course costs"),
                ("I", "SystemId", "F-1", "layout moodle: the first that is filled of idnumber, shortname"),
            },
            id="a blank, and another column",
        ),
        pytest.param(
            "PHOTO,Film,Creative,1,,49.00,0,,F-1",
            {("D", "Visibility", 2, "layout moodle: by what the course costs; the number of that word")},
            id="a price hides what has no plan",
        ),
        pytest.param(
            "PHOTO,Film,Archive,1,,,0,,F-1",
            {("B", "Title", None, "left out with its row")},
            id="left out",
        ),
    ],
)
def test_a_layouts_columns(
    cells: str, wanted: set[tuple[str | None, str | None, object, str]], tmp_path: Path
) -> None:
    found = told(origins(tmp_path / "a.csv", f"{MOODLE}{cells}\nTWO,Two,Creative,1,,,0,,\n", 2, **GIVEN))
    assert wanted <= set(found), found


def test_a_row_that_is_left_out_says_why(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{MOODLE}ONE,One,Creative,1,,,1,,\nTWO,Two,Creative,1,,,0,,\n", encoding="utf-8")
    raw = read_sheet(path)
    layout, _ = layout_of(raw, None)
    assert layout is not None
    assert why_left_out(raw, layout, 2) == "marked for deletion"


def test_a_constant_of_the_layout(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'name = "own"\ntitle = "Own"\nsignature = ["Kurs"]\n\n[constants]\nVisibility = "Public"\n\n'
        '[properties.Title]\ncolumn = "Kurs"\n\n[properties.DisplayOrder]\ntransforms = ["row_times_ten"]\n',
        encoding="utf-8",
    )
    (tmp_path / "a.csv").write_text("Kurs\nBrot\n", encoding="utf-8")
    raw = read_sheet(tmp_path / "a.csv")
    layout, _ = layout_of(raw, str(path))
    found = told(origins_of(raw, tidy(raw, layout, GIVEN), layout, GIVEN, 2))
    assert (None, "Visibility", 1, "layout own: the same for all rows; the number of that word") in found
