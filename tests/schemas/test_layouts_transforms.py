from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.layouts.transforms import (
    cut_at_sentence,
    decode_entities,
    first_of,
    last_part,
    row_times_ten,
    text_of_html,
)
from schemas.properties import SUMMARY_LIMIT

SENTENCE = "A course about books and numbers, and how the two of them meet in the evening at last. "  # 87


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("plain  words\n and more", "plain words and more", id="no html"),
        pytest.param("<p>One.</p><p>Two.</p>", "One.\nTwo.", id="paragraphs"),
        pytest.param("<h2>Why</h2>Because<br>it is.", "Why\nBecause\nit is.", id="heading and break"),
        pytest.param("<ul><li>a</li><li>b</li></ul>", "a\nb", id="list"),
        pytest.param("<b>bo</b>ld and <i>it</i>alic", "bold and italic", id="inside a word"),
        pytest.param("<p>one\n  line</p>", "one line", id="line ends that are not shown"),
        pytest.param("R&amp;D &lt; 5&nbsp;&euro;", "R&D < 5 €", id="entities"),
        pytest.param("<SCRIPT>if (a<b) {}</SCRIPT>x<style>p{}</style>", "x", id="script and style"),
        pytest.param("<script src='a.js'/><p>x</p>", "x", id="script without contents"),
        pytest.param("<!-- wp:paragraph --><p>x</p><!-- /wp -->", "x", id="comments"),
        pytest.param('a<img src="@@PLUGINFILE@@/a.png" alt="b">c', "ac", id="picture"),
        pytest.param("1 < 2 and <p>never closed", "1 < 2 and\nnever closed", id="unclosed"),
        pytest.param("<a " * 9_999 + "x", "<a " * 9_999 + "x", id="thousands of tags that never end"),
        pytest.param("<p>&nbsp;</p><div></div>", None, id="nothing to see"),
        pytest.param(" \u00a0 ", None, id="blank"),
    ],
)
def test_text_of_html_is_what_a_page_shows(html: str, text: str | None) -> None:
    assert text_of_html(html) == text


@given(st.text(st.sampled_from("<>&;/!-pbr =\"'\n a"), max_size=60) | st.text())
def test_text_of_html_never_breaks_and_leaves_no_blank_lines(html: str) -> None:
    text = text_of_html(html)
    assert text is None or all(line and line == " ".join(line.split()) for line in text.split("\n"))


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        pytest.param("x" * 400, "x" * 400, id="fits exactly"),
        pytest.param("x" * 399 + ". More.", "x" * 399 + ".", id="a sentence that just fits"),
        pytest.param("x" * 399 + ".5 and more", "x" * 399 + "…", id="a number that just fits"),
        pytest.param(SENTENCE * 5, (SENTENCE * 4).strip(), id="whole sentences"),
        pytest.param(
            'He said "No." ' * 40, ('He said "No." ' * 28).strip(), id="closing quotes belong to it"
        ),
        pytest.param("これは本です。" * 60, "これは本です。" * 57, id="sentences without blanks"),
        pytest.param(
            "Dr. " + "word " * 100, ("Dr. " + "word " * 79).strip() + "…", id="too short a sentence"
        ),
        pytest.param("word " * 100, ("word " * 79).strip() + " word…", id="whole words"),
        pytest.param("x" * 500, "x" * 399 + "…", id="one long word"),
        pytest.param("Ver. 1.2 " + "1.5" * 200, "Ver. 1.2 " + "1.5" * 130 + "…", id="points inside numbers"),
    ],
)
def test_cut_at_sentence_ends_where_a_reader_can_stop(text: str, cut: str) -> None:
    assert cut_at_sentence(text) == cut


@given(st.text(st.sampled_from("ab .!?。\n"), max_size=900))
def test_cut_at_sentence_always_fits_and_cuts_once(text: str) -> None:
    cut = cut_at_sentence(text)
    assert len(cut) <= SUMMARY_LIMIT
    assert text.startswith(cut.removesuffix("…"))
    assert cut_at_sentence(cut) == cut


@pytest.mark.parametrize(
    ("path", "last"),
    [
        ("School / Business / Book-keeping", "Book-keeping"),
        ("Business > Money", "Money"),
        ("Business>Money", "Money"),
        ("Business » Money", "Money"),
        ("HR/Payroll", "HR/Payroll"),
        ("Business", "Business"),
        ("Business / ", "Business"),
        ("Business > ", "Business"),
        (" > ", None),
    ],
)
def test_last_part_of_a_path(path: str, last: str | None) -> None:
    """A slash without blanks around it belongs to a name."""
    assert last_part(path) == last


@pytest.mark.parametrize(
    ("text", "decoded"),
    [("Q&amp;A", "Q&A"), ("&eacute;", "é"), ("AT&T", "AT&T"), ("&amp;amp;", "&amp;"), ("&nbsp;", None)],
)
def test_decode_entities_once(text: str, decoded: str | None) -> None:
    assert decode_entities(text) == decoded


def test_row_times_ten_leaves_room() -> None:
    assert [row_times_ten(position) for position in (1, 2, 100_000)] == ["10", "20", "1000000"]


@pytest.mark.parametrize(
    ("cells", "separator", "found"),
    [
        pytest.param([("a", " x ")], None, ("a", "x"), id="one column"),
        pytest.param(
            [("a", "\u200b"), ("b", None), ("c", "y")], None, ("c", "y"), id="blanks are passed over"
        ),
        pytest.param([("a", "x, y")], None, ("a", "x, y"), id="no list"),
        pytest.param([("a", "x, y")], ",", ("a", "x"), id="list"),
        pytest.param([("a", ', "x, y",z')], ",", ("a", "x, y"), id="quoted item"),
        pytest.param([("a", ""), ("b", "x|y")], "|", ("b", "x"), id="list in the second column"),
        pytest.param([("a", "x\r\ny,z")], ",", ("a", "x y"), id="line ends in an item"),
        pytest.param([("a", '"' + "x" * 200_000)], ",", ("a", "x" * 9_999), id="far too long a list"),
        pytest.param([("a", " ")], ",", None, id="nothing"),
    ],
)
def test_first_of_takes_the_first_that_is_not_blank(
    cells: list[tuple[str, str | None]], separator: str | None, found: tuple[str, str] | None
) -> None:
    assert first_of(cells, separator) == found
