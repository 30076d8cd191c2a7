from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.check.markup import faults_of_markup
from tests.check.conftest import HEADERS

if TYPE_CHECKING:
    from pipeline.model import Finding
    from tests.check.conftest import Judge

WITH_PROSE = (*HEADERS, "Description", "Overview")


def found_in(judge: Judge, text: str, header: str = "Description") -> tuple[Finding, ...]:
    return judge({"Description": None, "Overview": None, header: text}, headers=WITH_PROSE).findings


@pytest.mark.parametrize(
    ("text", "code", "piece"),
    [
        pytest.param(
            "<img src='@@PLUGINFILE@@/week%201.pdf'>",
            "moodle-file",
            "@@PLUGINFILE@@/week%201.pdf",
            id="Moodle",
        ),
        pytest.param(
            '<img src="$IMS-CC-FILEBASE$/a.png">', "canvas-file", "$IMS-CC-FILEBASE$/a.png", id="Canvas"
        ),
        pytest.param(
            '<img src="%24IMS-CC-FILEBASE%24/a.png">',
            "canvas-file",
            "%24IMS-CC-FILEBASE%24/a.png",
            id="Canvas, encoded",
        ),
        pytest.param("see [ld_course_list num=5]", "shortcode", "[ld_course_list num=5]", id="LearnDash"),
        pytest.param("[vc_row]", "shortcode", "[vc_row]", id="an underscore"),
        pytest.param('[button color="red"]', "shortcode", '[button color="red"]', id="an attribute"),
        pytest.param("[gallery]", "shortcode", "[gallery]", id="WordPress's own"),
        pytest.param("so [b]bold[/b]", "shortcode", "[/b]", id="a closing one"),
        pytest.param(
            "<script src='//x.y/z.js'></script>", "program", "<script src='//x.y/z.js'>", id="script"
        ),
        pytest.param("<SCRIPT>go()</SCRIPT>", "program", "<SCRIPT>", id="script in capitals"),
        pytest.param('<b onClick = "go()">a</b>', "program", "onclick=go()", id="event"),
        pytest.param('<a href="/courses/1">a</a>', "relative-link", "/courses/1", id="a path"),
        pytest.param('<a href="../a.html">a</a>', "relative-link", "../a.html", id="a path upwards"),
        pytest.param("<img src=a.png>", "relative-link", "a.png", id="a picture, without quotes"),
        pytest.param("<img SRC = 'a.png'>", "relative-link", "a.png", id="white space and capitals"),
        pytest.param('<a href="www.example.com">a</a>', "relative-link", "www.example.com", id="no scheme"),
        pytest.param('<img src="C:\\a.png">', "relative-link", "C:\\a.png", id="a drive"),
        pytest.param("<![foo]>a<![if x]><b>b", "unclosed-tag", "<b>", id="behind Word's marks"),
        pytest.param("a <b>b", "unclosed-tag", "<b>", id="unclosed"),
        pytest.param("<div class='x'><DIV></div>", "unclosed-tag", "<div class='x'>", id="the outer of two"),
        pytest.param("<i>a</b></i></i><u>", "unclosed-tag", "<u>", id="after too many are closed"),
        pytest.param(
            'read <a href="https://exam', "unclosed-tag", '<a href="https://exam', id="cut in a tag"
        ),
    ],
)
def test_a_left_over_of_the_old_system_is_a_warning(text: str, code: str, piece: str, judge: Judge) -> None:
    """It quotes the piece at its cell, does not keep the course from being sent, and is told once a cell."""
    [finding] = found_in(judge, text)
    assert (finding.code, finding.severity, finding.stage) == (code, "warning", "check")
    assert (finding.cell, finding.column, finding.value) == ("K2", "Description", text)
    assert f'"{piece}"' in finding.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "[text](https://example.com) [a_b][1] ![alt=x y=z](https://x.y/a.png)", id="Markdown links"
        ),
        pytest.param("[my_ref]: https://example.com", id="a Markdown reference"),
        pytest.param("[1] and [ ] and [x] and [online] and [self-paced] and [a, b]", id="brackets"),
        pytest.param("<ul><li>a<li>b</ul><table><tr><td>c</table><p>d<br>e<hr>", id="optional end tags"),
        pytest.param("<b><i>crossed</b></i>", id="crossed tags"),
        pytest.param("<div/><!-- <div> --> 1 < 2 <3 List<String> <https://example.com>", id="no open tags"),
        pytest.param("<![if !supportLists]>a<![endif]>", id="Word's marks"),
        pytest.param(
            '<a href="https://x.y" class="a" data-src="b">a</a><a href="#b">b</a><a href="mailto:a@x.y">c</a>'
            '<img src="//x.y/a.png"><a href="">d</a><a href>e</a><a href="TEL:1">f</a>',
            id="links that work anywhere",
        ),
        pytest.param("lessons = 3, conversion = 4, href = 5", id="no markup"),
    ],
)
def test_what_works_anywhere_is_no_left_over(text: str, judge: Judge) -> None:
    assert found_in(judge, text) == ()


def test_a_picture_written_out_as_text_tells_its_size(judge: Judge) -> None:
    """Four letters of base64 hold three bytes."""
    [finding] = found_in(judge, f'<img src="data:image/png;base64,{"A" * 40_000}">')
    assert finding.code == "inline-image"
    assert '"data:image/png;base64,AAAAAAAAAAAAAAAAAA…", a picture of 31 kB' in finding.message


@pytest.mark.parametrize("header", ["Course Title", "Summary", "Description", "Overview"])
def test_a_text_of_exactly_255_characters_may_be_cut(header: str, judge: Judge) -> None:
    """One character more or less is no reason to ask."""
    [finding] = found_in(judge, "a" * 239 + " and that is all", header)
    assert finding.code == "cut-text"
    assert f'"{"a" * 24} and that is all"' in finding.message
    assert found_in(judge, "a" * 254, header) == found_in(judge, "a" * 256, header) == ()


def test_markup_in_a_title_is_not_looked_at(judge: Judge) -> None:
    """A title is no HTML: "<b>" stands there as it is."""
    assert found_in(judge, "The <b> tag", "Course Title") == ()


def test_each_kind_is_told_once_a_cell(judge: Judge) -> None:
    """The first piece speaks for its kind; another cell speaks for itself."""
    text = '<b><i><img src="a.png"><img src="b.png" onload="x()">[a_b][/c]'
    checked = judge({"Description": text, "Overview": text}, headers=WITH_PROSE)
    kinds = ["shortcode", "program", "relative-link", "unclosed-tag"]
    assert [finding.code for finding in checked.findings] == kinds * 2
    assert [finding.cell for finding in checked.findings] == ["K2"] * 4 + ["L2"] * 4


ELEMENTS = st.recursive(
    st.sampled_from(["", "text", "<br>", "<p>text", "<!-- <b> -->", '<img src="https://example.com/a.png">']),
    lambda inner: st.builds(
        "<{0}>{1}</{0}>".format, st.sampled_from(["b", "div", "a href", "h1"]), st.lists(inner).map("".join)
    ),
).map(lambda text: text.replace("</a href>", "</a>"))


@given(ELEMENTS)
def test_markup_whose_tags_are_all_closed_is_right(text: str) -> None:
    assert not list(faults_of_markup(text))


@given(ELEMENTS.map("<u>{}</u>".format), st.data())
def test_any_end_tag_that_is_missing_is_noticed(text: str, data: st.DataObject) -> None:
    ends = [match.span() for match in re.finditer("</[a-z0-9]+>", text)]
    start, end = data.draw(st.sampled_from(ends))
    assert [code for code, _ in faults_of_markup(text[:start] + text[end:])] == ["unclosed-tag"]


@given(
    st.lists(st.sampled_from([*"<>/!-[]'\" =&", "b", "a", "href=", "onload=", "script", "<![a"])).map("".join)
)
def test_any_text_can_be_looked_at(text: str) -> None:
    """Nothing a cell can hold ends the check."""
    codes = [code for code, _ in faults_of_markup(text)]
    assert len(codes) == len(set(codes))
