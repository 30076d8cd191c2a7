"""The closed set of things a layout may do to a cell.

Each of `TEXT_TRANSFORMS` takes a text that is not blank and returns one, or None when nothing is left.
`first_of` and `row_times_ten` choose where the text comes from, so they come before the others.
"""

from __future__ import annotations

import csv
import html
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from schemas.properties import BLANKS, SUMMARY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_BLOCKS: Final = re.compile(
    "address|article|aside|blockquote|br|d[dlt]|details|div|fieldset|fig(?:caption|ure)|footer|form|h[1-6r]|header|"
    "legend|li|main|nav|[ou]l|option|p|pre|section|summary|table|tbody|t[dhr]|tfoot|thead"
)
_UNSEEN: Final = ("script", "style")
_MANY: Final = 100  # tags that never end, each of which costs the parser a look at all that follows
_UNENDED_TAG: Final = re.compile(r"<(?=[A-Za-z][^<>]*(?:<|\Z))")
_LONGEST_LIST: Final = 10_000  # characters; the csv module refuses more than 131,072
_LEAST_CHARACTERS: Final = 100  # of whole sentences worth keeping: "Dr." alone is no summary
_SENTENCE_END: Final = re.compile(r"[.!?…][\"'”’»)\]]*(?=\s)|[。！？]")  # noqa: RUF001 - sentences end so in Chinese and Japanese
_PART: Final = re.compile(r"\s/\s|\s*[>»]\s*")  # as "A / B" in Moodle and "A > B" in WordPress


class _Reader(HTMLParser):
    """Collects what a browser would show, each block on lines of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self._unseen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, or what is not shown."""
        del attrs
        self._unseen = tag in _UNSEEN
        self._block(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block; an element without contents hides nothing."""
        del attrs
        self._block(tag)

    def handle_endtag(self, tag: str) -> None:
        """End a block, or what is not shown."""
        self._unseen = False
        self._block(tag)

    def handle_data(self, data: str) -> None:
        """Take what stands between two tags."""
        if not self._unseen:
            self.shown.append(data.replace("\n", " "))

    def _block(self, tag: str) -> None:
        if _BLOCKS.fullmatch(tag):
            self.shown.append("\n")


def text_of_html(text: str) -> str | None:
    """Return what a page shows of some HTML: one line for each block, entities decoded, scripts left out."""
    if "<" not in text and "&" not in text:
        return " ".join(text.split()) or None
    if text.count("<") > text.count(">") + _MANY:
        text = _UNENDED_TAG.sub("&lt;", text)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.shown).split("\n"))
    return "\n".join(line for line in lines if line) or None


def cut_at_sentence(text: str) -> str:
    """Return at most as many characters as a summary holds: whole sentences, else whole words and "…"."""
    if len(text) <= SUMMARY_LIMIT:
        return text
    ends = [end.end() for end in _SENTENCE_END.finditer(text, 0, SUMMARY_LIMIT + 1)]
    fitting = [end for end in ends if _LEAST_CHARACTERS <= end <= SUMMARY_LIMIT]
    if fitting:
        return text[: fitting[-1]]
    start = text[:SUMMARY_LIMIT]
    end = max(start.rfind(blank) for blank in " \n\t")
    return start[: end if end >= _LEAST_CHARACTERS else -1].rstrip() + "…"


def last_part(text: str) -> str | None:
    """Return the last part of a path of categories.

    >>> last_part("School / Business / Book-keeping"), last_part("Business > Money")
    ('Book-keeping', 'Money')
    """
    parts = (part.strip(BLANKS) for part in reversed(_PART.split(text)))
    return next((part for part in parts if part), None)


def decode_entities(text: str) -> str | None:
    """Return a text with its HTML entities as the letters they stand for: `Q&amp;A` becomes `Q&A`."""
    return html.unescape(text).strip(BLANKS) or None


TEXT_TRANSFORMS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "text_of_html": text_of_html,
    "cut_at_sentence": cut_at_sentence,
    "last_part": last_part,
    "decode_entities": decode_entities,
}
TRANSFORMS: Final = (*TEXT_TRANSFORMS, "row_times_ten", "first_of")


def row_times_ten(position: int) -> str:
    """Return ten times the row's position, counted from 1: room for nine courses between two of them."""
    return str(position * 10)


def first_of(cells: Iterable[tuple[str, str | None]], separator: str | None) -> tuple[str, str] | None:
    """Return the first text that is not blank, with its column; a cell may be a list itself."""
    for column, cell in cells:
        for text in [cell or ""] if separator is None else _items(cell or "", separator):
            stripped = text.strip(BLANKS)
            if stripped:
                return column, stripped
    return None


def _items(cell: str, separator: str) -> list[str]:
    """Return the items of a list like `"Arts, crafts", Music`: one in quotes may hold the separator."""
    line = " ".join(cell[:_LONGEST_LIST].split())
    return next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
