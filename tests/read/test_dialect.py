from __future__ import annotations

import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.errors import FileRefused
from pipeline.read.dialect import dialect_of, named_delimiter
from pipeline.read.reading import Reading
from pipeline.read.text_rows import Dialect


def found(
    sample: str, *, delimiter: str | None = None, quote: str | None = None
) -> tuple[str, str, str | None]:
    reading = Reading(delimiter=delimiter, quote=quote)
    dialect = dialect_of(sample, reading, file_name="courses.csv")
    return dialect.delimiter, dialect.quote, dialect.escape


@pytest.mark.parametrize(
    ("sample", "delimiter"),
    [
        pytest.param("Title;HostId;a,b,c,d\nx;1;2\n", ";", id="known names count, not marks"),
        pytest.param("Title,HostId;Order\nBooks\n", ",", id="a draw goes to the comma"),
        pytest.param("Our courses, 2026, Berlin\n\nTitle;HostId\nBooks;1\n", ";", id="below a title"),
        pytest.param("Title\tHostId\tSummary\nBooks\t1\ta, b, c\n", "\t", id="tab"),
        pytest.param("Title|HostId|Summary\nBooks, and; more|1|a, b\n", "|", id="bar"),
        pytest.param("a,b,c\n1,2,3\n", ",", id="unknown names"),
        pytest.param("Kurs;Preis;Dauer\nA;1,50;2\nB;2,50;3\nC;3,50;4\n", ";", id="decimal commas"),
        pytest.param("Kurs;Preis;Dauer\n" + "A;1,5;2,5\n" * 9, ";", id="decimal commas in each row"),
        pytest.param("Title\nBooks, and more\nTaxes, simple\nBread\n", ";", id="one column with commas"),
        pytest.param("Title\nBooks and more\nTaxes and less\n", ",", id="one column"),
        pytest.param(
            "Kurs\nBuch und mehr\nSteuer und Recht\nBrot\n", ",", id="one unknown column with blanks"
        ),
        pytest.param("Neue Kurse\nBuch binden\nSteuer sparen\n", ",", id="two words in each row"),
        pytest.param("Title:HostId:Order\nBooks:1:2\n", ":", id="colon"),
        pytest.param("Title^HostId^Order\nBooks^1^2\n", "^", id="caret"),
        pytest.param("a~b~c\n1~2~3\n4~5~6\n", "~", id="tilde"),
        pytest.param('Title HostId Order\n"Books and more" 1 2\n', " ", id="blank"),
        pytest.param("Title\x1fHostId\x1fOrder\nBooks\x1f1\x1f2\n", "\x1f", id="unit separator"),
        pytest.param(
            'a b c\n"it is 10:00" x "http://y"\nwith more words 10:00 "http://z"\n', " ", id="quoted"
        ),
        pytest.param("", ",", id="nothing"),
        pytest.param("\n,\n", ",", id="nothing but blanks"),
    ],
)
def test_the_delimiter_that_makes_a_table_of_courses_wins(sample: str, delimiter: str) -> None:
    assert found(sample)[0] == delimiter


@pytest.mark.parametrize(
    ("sample", "quote", "escape"),
    [
        pytest.param('Title,HostId\n"Books, and",1\n', '"', None, id="quotation mark"),
        pytest.param("'Title','HostId'\n'Books, and',1\n", "'", None, id="apostrophe"),
        pytest.param("a,b\n'x, y',1\n'z, y',2\n", "'", None, id="apostrophe under unknown names"),
        pytest.param("a,b\n'x','1'\n'z','2'\n", "'", None, id="apostrophe around all cells"),
        pytest.param("Title,HostId\n'Tis time,1\n'Round here,2\n", '"', None, id="a word begins so"),
        pytest.param("Title,HostId\n'Books',1\nTaxes,2\nBread,3\n", '"', None, id="one cell is so"),
        pytest.param('Title,HostId\n"A \\"B\\", C",1\n', '"', "\\", id="backslash"),
        pytest.param("Title,HostId\n'it\\'s, here',1\n", "'", "\\", id="apostrophe and backslash"),
        pytest.param('Title,HostId\n"A \0"B\0", C",1\n', '"', "\0", id="NUL"),
        pytest.param('Title,Path\nBooks,"C:\\in\\"\nTaxes,"C:\\out\\"\n', '"', None, id="paths"),
        pytest.param('Title,Access\nBooks,"{""a"":""x\\""y""}"\n', '"', None, id="JSON"),
        pytest.param('Title,HostId\nBooks,1\n"Taxes,2\nBread,3\n', '"', None, id="an unclosed one"),
        pytest.param('Title,HostId\n"Books" for all,1\nTaxes,2\n', '"', None, id="a word quoted by a person"),
        pytest.param('Title\tHostId\n"A" b\t1\n"C" d\t2\n"E" f\t3\n', "", None, id="many such words"),
        pytest.param(
            'Title\tHostId\n"A" b\t1\n"C" d\t2\n"E" f\t"3"\n', '"', None, id="many such, but one that quotes"
        ),
    ],
)
def test_the_quote_is_what_keeps_cells_whole(sample: str, quote: str, escape: str | None) -> None:
    assert found(sample)[1:] == (quote, escape)


def test_what_a_user_names_is_obeyed() -> None:
    sample = "Title,HostId\n'Books',1\n"
    assert found(sample, delimiter=";") == (";", '"', None)
    assert found(sample, quote="'") == (",", "'", None)
    assert found('Title,HostId\n"Books",1\n', quote="") == (",", "", None)


def test_one_character_is_not_two_things() -> None:
    """Not even where that would make more rows alike."""
    assert found("'a\na\na\n\"", delimiter="'") == ("'", '"', None)
    assert found('\\""a\na\\\n"\na\na', delimiter="\\") == ("\\", '"', None)


@pytest.mark.parametrize(
    ("delimiter", "quote", "told"),
    [
        pytest.param("", None, "one character divides cells", id="no delimiter"),
        pytest.param(",,", None, "one character divides cells", id="two characters"),
        pytest.param("\n", None, "neither is a line end", id="a line end"),
        pytest.param(None, "''", "one or none quotes them", id="two quotes"),
        pytest.param('"', None, "the same character cannot", id="the usual quote divides"),
        pytest.param("'", "'", "the same character cannot", id="one for both"),
    ],
)
def test_what_can_divide_nothing_is_refused(delimiter: str | None, quote: str | None, told: str) -> None:
    with pytest.raises(FileRefused, match=told) as caught:
        found("Title,HostId\n", delimiter=delimiter, quote=quote)
    assert caught.value.problems[0].code == "mark-unknown"


@pytest.mark.parametrize(
    ("line", "delimiter"),
    [
        pytest.param("sep=;\r\n", ";", id="as Excel writes it"),
        pytest.param("SEP=\t\n", "\t", id="tab"),
        pytest.param('"sep=,"\n', ",", id="quoted"),
        pytest.param("sep=|", "|", id="the only line"),
        pytest.param("sep=;;\n", None, id="two characters"),
        pytest.param("sep=\n", None, id="none"),
        pytest.param("separator;x\n", None, id="a word"),
    ],
)
def test_a_first_line_may_name_the_delimiter(line: str, delimiter: str | None) -> None:
    assert named_delimiter(line) == delimiter


@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9), min_size=3, max_size=3
        ),
        max_size=9,
    ),
    delimiter=st.sampled_from(",;\t|"),
)
def test_a_known_header_tells_the_delimiter_whatever_the_cells_hold(
    rows: list[list[str]], delimiter: str
) -> None:
    assume(not any("\\" in cell or "'" in cell for row in rows for cell in row))
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows([["Title", "HostId", "Summary"], *rows])
    assert dialect_of(written.getvalue(), Reading(), file_name="courses.csv") == Dialect(delimiter=delimiter)
