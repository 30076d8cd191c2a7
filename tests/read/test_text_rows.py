from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read.text_rows import Broken, Dialect, rows_of

LONGEST = 100
COMMA = Dialect(delimiter=",")
BACKSLASH = Dialect(delimiter=",", escape="\\")
APOSTROPHE = Dialect(delimiter=",", quote="'")


def rows(text: str, dialect: Dialect = COMMA, longest: int = LONGEST) -> list[tuple[int, list[str] | Broken]]:
    return list(rows_of(io.StringIO(text, newline=""), dialect, longest=longest))


def cells(text: str, dialect: Dialect = COMMA) -> list[list[str] | Broken]:
    return [row for _, row in rows(text, dialect)]


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        pytest.param("a,b\n", COMMA, ["a", "b"], id="plain"),
        pytest.param("a,b,", COMMA, ["a", "b", ""], id="a delimiter ends the file"),
        pytest.param('"a, b",c\n', COMMA, ["a, b", "c"], id="delimiter between marks"),
        pytest.param('"a ""b"" c",""""', COMMA, ['a "b" c', '"'], id="doubled marks"),
        pytest.param('"","",\n', COMMA, ["", "", ""], id="nothing between marks"),
        pytest.param('"one\r\ntwo\rthree\n",b\n', COMMA, ["one\r\ntwo\rthree\n", "b"], id="line ends"),
        pytest.param('5" pipe,2" pipe\n', COMMA, ['5" pipe', '2" pipe'], id="marks within a plain cell"),
        pytest.param('a"b"c"d,"e, f"\n', COMMA, ['a"b"c"d', "e, f"], id="a plain cell, then a quoted one"),
        pytest.param('a, b,  "c, d" \n', COMMA, Broken, id="a blank behind the closing mark"),
        pytest.param(' a, "b, c",  d\n', COMMA, ["a", "b, c", "d"], id="blanks before cells"),
        pytest.param('" a"," "\n', COMMA, [" a", " "], id="blanks between marks"),
        pytest.param('a "b c" d\n', Dialect(delimiter=" "), ["a", "b c", "d"], id="blanks divide"),
        pytest.param("a  b\n", Dialect(delimiter=" "), ["a", "", "b"], id="each blank divides"),
        pytest.param('"a",b"\n', Dialect(delimiter=",", quote=""), ['"a"', 'b"'], id="nothing quotes"),
        pytest.param('"a \\"b\\", c",d\n', BACKSLASH, ['a "b", c', "d"], id="backslash between marks"),
        pytest.param("a\\,b,c\\\\\n", BACKSLASH, ["a,b", "c\\"], id="backslash in a plain cell"),
        pytest.param(
            '"C:\\courses",C:\\new\n',
            BACKSLASH,
            ["C:\\courses", "C:\\new"],
            id="a backslash that escapes nothing",
        ),
        pytest.param(
            '"a \0"b\0"",c\0\n', Dialect(delimiter=",", escape="\0"), ['a "b"', "c\0"], id="NUL escapes"
        ),
        pytest.param("'a, b','it''s'\n", APOSTROPHE, ["a, b", "it's"], id="apostrophes quote"),
        pytest.param(
            "'you won't, here',don't\n",
            APOSTROPHE,
            ["you won't, here", "don't"],
            id="an apostrophe within a word",
        ),
    ],
)
def test_a_row_is_divided(text: str, dialect: Dialect, expected: list[str] | type[Broken]) -> None:
    (row,) = cells(text, dialect)
    assert row == expected if isinstance(expected, list) else isinstance(row, expected)


def test_lines_are_counted_apart_from_rows() -> None:
    """Every line end counts, whichever it is."""
    assert rows('a\r"b\r\nc"\r\n\nd\r\n') == [(1, ["a"]), (2, ["b\r\nc"]), (4, [""]), (5, ["d"])]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param('a,b\n"c,d\ne,f\n', 2, id="never closed"),
        pytest.param('a,b\n"c,\nd","e\nf,g\n', 3, id="the second cell of several lines"),
        pytest.param('a,b\n"c" d,e\nf,g\n', 2, id="text behind the mark"),
        pytest.param('a,b\n"c\nd" e,f\n', 2, id="text behind the mark, lines later"),
    ],
)
def test_a_broken_row_names_the_line_on_which_its_cell_begins(text: str, line: int) -> None:
    broken = next(row for _, row in rows(text) if isinstance(row, Broken))
    assert (broken.line, broken.too_long) == (line, False)


def test_behind_a_broken_row_reading_goes_on_with_its_second_line() -> None:
    text = 'a,b\n"c,d\n"e\nf",g\nh,"i\n'
    found = rows(text)
    assert [(line, row) for line, row in found if not isinstance(row, Broken)] == [
        (1, ["a", "b"]),
        (3, ["e\nf", "g"]),
    ]
    assert [line for line, row in found if isinstance(row, Broken)] == [2, 5]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("a\n12345678901,b\n", 2, id="plain"),
        pytest.param('a\n"12345678901",b\n', 2, id="quoted"),
        pytest.param('a\n1"2345678901,"b"\n', 2, id="plain, beside a quoted one"),
        pytest.param('"a\nb",12345678901\n', 2, id="plain, on a later line"),
        pytest.param('a\n"123456\n7890",b\n', 2, id="over two lines"),
        pytest.param('a\n"b\nc\nd\ne\nf\ng\nh",i', 2, id="over many lines"),
        pytest.param('"a\nb","c\nd\ne\nf\ng\nh\ni\n', 2, id="never closed"),
    ],
)
def test_a_cell_beyond_the_longest_breaks_its_row(text: str, line: int) -> None:
    broken = [row for _, row in rows(text, longest=10) if isinstance(row, Broken)]
    assert [(row.line, row.too_long) for row in broken[:1]] == [(line, True)]


@pytest.mark.parametrize(
    "text",
    ["1234567890,b\n", '"1234567890",b\n', '"12345""7890",b\n', '"12345\n7890",b\n', "1,2,3,4,5,6,7\n"],
)
def test_a_cell_as_long_as_allowed_is_whole(text: str) -> None:
    (row,) = [row for _, row in rows(text, longest=10)]
    assert not isinstance(row, Broken)


def test_a_broken_row_tells_how_much_was_read_to_find_out() -> None:
    """All of the file, where a cell never ends."""
    text = 'a,"\n' + "b\n" * 5
    ((_, first), *_) = rows(text)
    assert isinstance(first, Broken)
    assert first.characters == len(text)


@given(
    text=st.text(st.sampled_from('ab,;" \t\r\n'), max_size=30),
    delimiter=st.sampled_from(",; \t"),
)
def test_rows_are_those_of_the_csv_module(text: str, delimiter: str) -> None:
    """Up to the first row that module gives up on, which is broken here."""
    expected: list[list[str]] = []
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter != " ", strict=True)
    try:
        expected.extend(row or [""] for row in reader)  # a blank row has no cell there
        gives_up = False
    except csv.Error:
        gives_up = True
    found = cells(text, Dialect(delimiter=delimiter))
    assert found[: len(expected)] == expected
    assert len(found) > len(expected) if gives_up else len(found) == len(expected)
    assert any(isinstance(row, Broken) for row in found) == gives_up


class Doubling(csv.excel):
    """All cells quoted, as most programs write them."""

    quoting = csv.QUOTE_ALL


class Tabs(csv.excel_tab):
    """The same, divided by tabs."""

    quoting = csv.QUOTE_ALL


class Blanks(csv.excel):
    """Divided by blanks."""

    delimiter = " "


class Escaping(csv.excel):
    """Quotes escaped, as databases write them."""

    delimiter = ";"
    escapechar = "\\"
    doublequote = False
    quoting = csv.QUOTE_ALL


class Apostrophes(Escaping):
    """The same with apostrophes."""

    quotechar = "'"


@pytest.mark.parametrize(
    ("dialect", "written_by"),
    [
        (COMMA, Doubling),
        (Dialect(delimiter="\t"), Tabs),
        (Dialect(delimiter=" "), Blanks),
        (Dialect(delimiter=";", escape="\\"), Escaping),
        (Dialect(delimiter=";", quote="'", escape="\\"), Apostrophes),
    ],
)
@given(
    table=st.lists(
        st.lists(st.text(st.sampled_from("ab\\'\",; \r\n\tü書"), max_size=8), min_size=2, max_size=3),
        max_size=5,
    )
)
def test_every_cell_comes_back_as_written(
    dialect: Dialect, written_by: type[csv.Dialect], table: list[list[str]]
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, written_by).writerows(table)
    assert cells(written.getvalue(), dialect) == table
