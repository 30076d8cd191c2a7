from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import Finding, Report, Status
from pipeline.report.page import page, shown_rows, told, write_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.report.page.conftest import Judge

_VOID = {"meta", "input"}
_INLINE = {"a", "bdi", "span", "strong", "time", "label", "input"}


class Outline(HTMLParser):
    """What a page is made of: its elements, its text line by line, its script and style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.raw: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)
        self._break_before(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, "tags are closed in the order they were opened"
        self._break_before(tag)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in {"script", "style"}:
            self.raw[self._open[-1]] = data
        else:
            self.text += data

    def _break_before(self, tag: str) -> None:
        self.text += "" if tag in _INLINE else "\f"

    def lines(self) -> list[str]:
        """Return what is read, one block a line."""
        return [" ".join(block.split()) for block in self.text.split("\f") if block.strip()]

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_page_tells_the_golden_text(report: Report, golden: Callable[[str, str], None]) -> None:
    golden("report.html.txt", "\n".join(Outline(page(report, None)).lines()) + "\n")


def test_policy_lets_only_its_own_script_and_style_run(report: Report) -> None:
    outline = Outline(page(report, None))
    policy = next(meta["content"] for meta in outline.all("meta") if "http-equiv" in meta)
    hashes = {
        kind: f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for kind, text in outline.raw.items()
    }
    assert policy == (
        f"default-src 'none'; style-src {hashes['style']}; script-src {hashes['script']}; "
        "base-uri 'none'; form-action 'none'"
    )


def test_nothing_points_outside(report: Report, judge: Judge) -> None:
    """Links lead within the page, and to something that is there; nothing is loaded."""
    judged = judge({}, {"Trainer": ""}, {"Trainer": ""}, {"Summary": "https://example.com/x"})
    for text in (page(report, None), page(judged.report, judged.sheet)):
        outline = Outline(text)
        ids = {attributes["id"] for _, attributes in outline.elements if "id" in attributes}
        assert {str(link["href"])[0] for link in outline.all("a")} == {"#"}
        assert {str(link["href"])[1:] for link in outline.all("a")} <= ids
        named = {name for _, attributes in outline.elements for name in attributes}
        assert named.isdisjoint({"src", "style", "action", "background", "srcset"})
        assert not [name for name in named if name.startswith("on")]
        assert not {"link", "iframe", "img", "object", "base"} & {tag for tag, _ in outline.elements}


def test_page_is_built_for_everybody(report: Report, judge: Judge) -> None:
    """One h1, headings without a gap, no id twice, a name for every field, a scope for every header."""
    judged = judge({"Group": "A"}, {"Location": "x"}, {"Trainer": ""})
    for text in (page(report, None), page(judged.report, judged.sheet)):
        outline = Outline(text)
        assert outline.all("html") == [{"lang": "en"}]
        levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
        ids = Counter(attributes["id"] for _, attributes in outline.elements if "id" in attributes)
        assert max(ids.values()) == 1
        assert all(header["scope"] in {"col", "row"} for header in outline.all("th"))
        # Some browsers take rows that are laid out as grids for no table.
        roles = {
            tag: {part.get("role") for part in outline.all(tag)} for tag in ("table", "tbody", "tr", "td")
        }
        assert roles == {"table": {"table"}, "tbody": {"rowgroup"}, "tr": {"row"}, "td": {"cell"}}
        labelled = {label.get("for") for label in outline.all("label")}
        assert all(field.get("id") in labelled for field in outline.all("input") if field["type"] == "search")
        assert all(section["aria-labelledby"] in ids for section in outline.all("section"))
        assert len(outline.all("main")) == len(outline.all("caption")) == 1


def palette() -> dict[str, dict[str, str]]:
    """Return the colours by name, as light and as dark people see them."""
    style = (files("pipeline.report.page") / "page.css").read_text("utf-8")
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    )
    return {"light": light, "dark": dark}


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2.2 defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_apart(scheme: str) -> None:
    """Text has a contrast of at least 4.5, what is drawn of at least 3, on each ground it stands on."""
    colours = palette()[scheme]
    assert colours.keys() == palette()["light"].keys()
    texts = [(text, ground) for text in ("text", "quiet", "link") for ground in ("paper", "panel", "notice")]
    texts += [("notice-text", "notice")]
    drawn = [(str(status), ground) for status in Status for ground in ("paper", "panel")]
    drawn += [("edge", "paper"), ("edge", "panel")]
    wanted = {**dict.fromkeys(texts, 4.5), **dict.fromkeys(drawn, 3)}
    poor = {
        pair: round(contrast(*(colours[name] for name in pair)), 2)
        for pair, least in wanted.items()
        if contrast(*(colours[name] for name in pair)) < least
    }
    assert poor == {}


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("plain", "<bdi>plain</bdi>"),
        (None, "<bdi></bdi>"),
        ("<b>&\"'", "<bdi>&lt;b&gt;&amp;&#34;&#39;</bdi>"),
        ("\u202eexe.cod", r"<bdi>\u202eexe.cod</bdi>"),
        ("half \ud83d", r"<bdi>half \ud83d</bdi>"),
        ("a\x00b\nc", r"<bdi>a\x00b\nc</bdi>"),
        ("x" * 401, f"<bdi>{'x' * 400}</bdi>… (and 1 more characters; report.json has all)"),
    ],
    ids=["plain", "nothing", "markup", "bidi", "half a character", "controls", "long"],
)
def test_text_of_a_user_is_escaped_and_set_apart(text: str | None, markup: str) -> None:
    assert str(told(text)) == markup


@settings(max_examples=25, deadline=None)
@given(text=st.one_of(st.text(st.characters()), st.text("<>/&\"'!-[]scriptonload=", min_size=3)))
def test_no_text_becomes_markup(report: Report, tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever the user's words, the page has the elements it has with harmless ones, and is UTF-8."""
    path = tmp_path_factory.mktemp("any") / "report.html"
    elements = []
    for words in (f"x{text}", "x"):
        finding = replace(report.rows[1].findings[0], column=words, message=words, value=words, cell=words)
        rows = (
            replace(report.rows[1], key=words, title=words, reason=words, findings=(finding,)),
            replace(report.rows[5], title=words, reason=words),
        )
        source = replace(report.source, path=words, sheet=words)
        write_page(
            replace(report, target=words, stop_reason=words, source=source, rows=rows, run_id=words),
            None,
            path,
        )
        elements.append(Outline(path.read_text("utf-8")).elements)
    assert elements[0] == elements[1]


def test_rows_with_something_to_tell_go_before_others(report: Report) -> None:
    """Where a page has no room for all, those at fault stay, then those with a word to them, in row order."""
    assert [row.number for row in shown_rows(report, 10)] == list(range(2, 12))
    assert [row.number for row in shown_rows(report, 7)] == [2, 3, 4, 6, 7, 8, 9]
    assert [row.number for row in shown_rows(report, 6)] == [3, 4, 6, 7, 8, 9]


def test_rows_left_away_are_counted(report: Report) -> None:
    text = Outline(page(report, None, 4)).lines()
    assert "6 more rows would make this page too slow; report.xlsx and report.json have all." in text


def test_refused_file_has_neither_rows_nor_preview(report: Report, judge: Judge) -> None:
    """What is wrong with the file is what there is to do."""
    missing = Finding(
        code="column-missing", message="the column HostId is missing", severity="fault", stage="check"
    )
    refused = replace(report, rows=(), file_findings=(missing,))
    lines = Outline(page(refused, judge({}).sheet)).lines()
    assert lines[lines.index("The file itself") + 1] == "the column HostId is missing"
    assert lines.count("No rows were read.") == 2
    assert "There is no preview: the file was refused, or is no longer at hand." in lines


@pytest.mark.parametrize(
    ("command", "status", "words"),
    [("check", Status.NOT_SENT, "right"), ("import", Status.NOT_SENT, "not sent")],
)
def test_right_row_of_a_check_looks_right(report: Report, command: str, status: Status, words: str) -> None:
    rows = (replace(report.rows[0], status=status),)
    outline = Outline(page(replace(report, command=command, rows=rows), None))
    assert f"1 {words}" in outline.lines()
    colours = {span["class"] for span in outline.all("span") if str(span.get("class")).startswith("dot")}
    assert colours == {"dot created" if command == "check" else "dot not_sent"}


def test_cut_off_run_says_so(report: Report) -> None:
    lines = Outline(page(replace(report, finished_at=None, stop_reason="cut off"), None)).lines()
    assert "Not finished: cut off" in lines
    assert "Finished" not in lines


def test_key_made_of_a_title_is_not_shown_twice(report: Report) -> None:
    rows = (replace(report.rows[0], key="title:bookkeeping basics"), report.rows[1])
    text = page(replace(report, rows=rows), None)
    assert "title:" not in text
    assert "SP-3" in text
