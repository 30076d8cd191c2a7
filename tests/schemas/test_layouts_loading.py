from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.layouts import LayoutRefused, feed, fit, load_layout, read_layout, shipped
from schemas.layouts.lines import Lines
from schemas.properties import PROPERTIES

if TYPE_CHECKING:
    from pathlib import Path

TOP = 'name = "own"\ntitle = "Own"\nsignature = ["a"]\n'  # lines 1 to 3


def refusal(text: str) -> str:
    with pytest.raises(LayoutRefused) as refused:
        load_layout(text, "own.toml")
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            TOP + '[properties.Titel]\ncolumn = "a"',
            'own.toml, line 4: no property is called "Titel". Nearest: "Title".',
            id="property",
        ),
        pytest.param(
            TOP + '[constants]\nHostID = 7\n"X-Y" = 1',
            'own.toml, line 5: no property is called "HostID". Nearest: "HostId".\n'
            f'own.toml, line 6: no property is called "X-Y". Known: {", ".join(PROPERTIES)}.',
            id="constant, and nothing near",
        ),
        pytest.param(
            TOP
            + '[properties.Title]\ncolumn = "a"\ntransforms = [\n  "decode_entities",\n  "text_of_htm",\n]',
            'own.toml, line 8: no transform is called "text_of_htm". Nearest: "text_of_html".',
            id="transform",
        ),
        pytest.param(
            TOP + '[properties.Title]\ncolum = "a"\ncolumn = "a"',
            'own.toml, line 5: "colum" is not a key that can stand here. Nearest: "column".',
            id="key of a property",
        ),
        pytest.param(
            'naem = "x"\n' + TOP,
            'own.toml, line 1: "naem" is not a key that can stand here. Nearest: "name".',
            id="key at the top",
        ),
        pytest.param(
            TOP + '[properties.Visibility]\ncolumn = "a"\nvalues = { "1" = "Public", "0" = "Hiden" }',
            'own.toml, line 6: "Hiden" is no word for Visibility. Nearest: "Hidden".',
            id="visibility in one line",
        ),
        pytest.param(
            TOP + '[[properties.Visibility]]\ncolumn = "a"\n[[properties.Visibility]]\ncolumn = "b"\n'
            '[properties.Visibility.values]\nyes = "Public"\nno = "public"',
            'own.toml, line 10: "public" is no word for Visibility. Nearest: "Public".',
            id="visibility in a table of its own",
        ),
        pytest.param(
            TOP + '[properties.Active]\ncolumn = "a"\nblank = "maybe"',
            'own.toml, line 6: "maybe" is no word for Active. Known: yes, no.',
            id="flag",
        ),
        pytest.param(
            TOP + "x = = 1",
            "own.toml, line 4: this line cannot be understood as TOML: invalid value.",
            id="not TOML",
        ),
        pytest.param(
            TOP + 'y = "never ends',
            "own.toml, line 4: this line cannot be understood as TOML: unterminated string.",
            id="not TOML at the end",
        ),
        pytest.param(
            "",
            'own.toml: name is missing. Add a line name = "…".\n'
            'own.toml: title is missing. Add a line title = "…".\n'
            'own.toml: signature is missing: the headers that tell such a file, such as signature = ["one", '
            '"two"].',
            id="empty",
        ),
        pytest.param(
            'name = 7\ntitle = ""\nsignature = "a"',
            'own.toml, line 1: name must be a text in quotes, such as name = "7".\n'
            'own.toml, line 2: title is missing. Add a line title = "…".\n'
            'own.toml, line 3: signature must be a list of texts, such as signature = ["one", "two"].',
            id="wrong kinds",
        ),
        pytest.param(
            TOP + '[properties]\nTitle = "a"\n[constants]\nActive = [1]',
            "own.toml, line 5: Title must be a table: a line [properties.Title] and its keys below.\n"
            'own.toml, line 5: name one place to take it from: column = "…", or columns = ["…", "…"].\n'
            'own.toml, line 7: Active must be a text in quotes, such as "Active" = "…".',
            id="no table, no text",
        ),
        pytest.param(
            TOP + "[properties.Title]\ntransforms = []",
            'own.toml, line 4: name one place to take it from: column = "…", or columns = ["…", "…"].',
            id="no column",
        ),
        pytest.param(
            TOP + '[properties.Title]\ncolumns = ["a", "b"]',
            'own.toml, line 5: several columns need the transform "first_of": the first that is not blank '
            "counts.",
            id="several columns",
        ),
        pytest.param(
            TOP + '[properties.DisplayOrder]\ncolumn = "a"\ntransforms = ["row_times_ten"]',
            "own.toml, line 6: row_times_ten needs no column and no other transform. Remove them.",
            id="position with a column",
        ),
        pytest.param(
            TOP + '[properties.GroupName]\ncolumn = "a"\nseparator = ", "\ntransforms = ["first_of"]',
            'own.toml, line 6: separator must be one character, such as ",", beside the transform '
            '"first_of".',
            id="separator",
        ),
        pytest.param(
            TOP + '[properties.Active]\ncolumn = "a"\n[constants]\nActive = true',
            "own.toml, line 7: Active is under [properties] too. Keep it in one of the two places.",
            id="twice",
        ),
        pytest.param(
            TOP + '[[leave_out]]\ncolumn = "a"\nvalues = ["x"]\nreason = "old"\n[[leave_out]]\nvalue = "x"',
            'own.toml, line 8: reason is missing. Add a line reason = "…".\n'
            "own.toml, line 8: values is missing: the cells whose rows are left out, such as values = "
            '["one", "two"].\n'
            'own.toml, line 8: column is missing. Add a line column = "…".\n'
            'own.toml, line 9: "value" is not a key that can stand here. Nearest: "values".',
            id="rows to leave out",
        ),
        pytest.param(
            TOP + 'leave_out = "old"',
            "own.toml, line 4: leave_out must be a table: a line [leave_out] and its keys below.\n"
            'own.toml, line 4: reason is missing. Add a line reason = "…".\n'
            "own.toml, line 4: values is missing: the cells whose rows are left out, such as values = "
            '["one", "two"].\n'
            'own.toml, line 4: column is missing. Add a line column = "…".',
            id="rows to leave out as a text",
        ),
        pytest.param(
            TOP + '[price]\ncolum = "cost"',
            'own.toml, line 4: column is missing. Add a line column = "…".\n'
            'own.toml, line 5: "colum" is not a key that can stand here. Nearest: "column".',
            id="price",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_nearest_right_word(text: str, told: str) -> None:
    assert refusal(text) == told


def test_problems_can_be_told_one_by_one() -> None:
    with pytest.raises(LayoutRefused) as refused:
        load_layout(TOP + "[constants]\nHost = 1", "own.toml")
    (problem,) = refused.value.problems
    assert (refused.value.file_name, problem.line) == ("own.toml", 5)
    assert problem.message == 'no property is called "Host". Nearest: "HostId".'


def test_constants_and_pricing_plans_may_be_numbers_and_answers() -> None:
    layout = load_layout(
        TOP
        + '[constants]\nBusinessId = 7\nActive = false\n[price]\ncolumn = "cost"\n[price.tariffs]\n49 = 11',
        "own.toml",
    )
    assert layout.constants == {"BusinessId": "7", "Active": "no"}
    assert layout.price
    assert layout.price.tariff("49.00") == "11"


def test_a_file_is_read_whatever_editor_wrote_it(tmp_path: Path) -> None:
    """The mark some editors put before UTF-8 does not count."""
    path = tmp_path / "own.toml"
    path.write_text(TOP, encoding="utf-8-sig")
    assert read_layout(path).name == "own"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "own.toml: cannot be read: No such file or directory."),
        ("name = 'Bücher'".encode("latin-1"), "own.toml: cannot be read: it is not saved as UTF-8."),
    ],
    ids=["absent", "latin-1"],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LayoutRefused) as refused:
        read_layout(path)
    assert str(refused.value) == told


def test_the_shipped_layouts_are_told_by_name() -> None:
    assert list(shipped()) == [
        "canvas",
        "learndash-woo",
        "learndash-wp",
        "litmos",
        "moodle",
        "openedx",
        "sensei",
        "talentlms",
    ]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_reason_of_a_shipped_layout_is_for_a_column_it_does_not_read(name: str) -> None:
    layout = shipped()[name]
    read_too = {column for column in layout.columns if column.casefold() in layout.not_imported.exact}
    assert read_too == set()
    assert layout.not_imported.exact


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_layout_leaves_only_location_and_host_to_say(name: str) -> None:
    """Keys, titles, order and visibility always come from the file or are said by the layout."""
    layout = shipped()[name]
    assert layout.missing == ("BusinessId", "HostId")
    assert {"SystemId", "Title"} <= layout.properties.keys()
    assert feed(fit(layout, layout.columns), {}, 3).values["DisplayOrder"] == "30"


@pytest.mark.parametrize(
    ("place", "word", "line"),
    [
        (("properties", "Title", "column"), None, 2),
        (("properties", "Title", "transforms"), "last_part", 5),
        (("properties", "Title", "transforms"), "no such word", 3),
        (("properties", "GroupName"), None, 8),
        (("leave_out", 1, "column"), None, 12),
        (("leave_out", 1, "values"), None, 11),
        (("not_imported", "a b"), None, 14),
        (("a", "b"), None, None),
    ],
)
def test_places_are_found_in_the_text(
    place: tuple[str | int, ...], word: str | None, line: int | None
) -> None:
    text = (
        '[ properties . "Title" ]\n'
        'column = "a" # not [here]\n'
        "transforms = [\n"
        '  "text_of_html",\n'
        '  "last_part",\n'
        "]\n"
        "[properties]\n"
        'GroupName.column = "c"\n'
        "[[leave_out]]\n"
        'column = "d"\n'
        "[[leave_out]]\n"
        'column = "e"\n'
        "[not_imported]\n"
        '"a b" = "c"\n'
    )
    assert Lines(text).of(place, word) == line
