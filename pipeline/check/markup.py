"""HTML that will not work where it goes: programs, links without a host, tags that are never closed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# Elements that must be closed; those whose end tag HTML lets one leave out, like p and li, are not here.
_NAMES: Final = (
    "a|abbr|address|article|aside|audio|b|blockquote|button|center|cite|code|details|div|dl|em|fieldset|"
    "figcaption|figure|font|footer|form|h1|h2|h3|h4|h5|h6|header|i|iframe|ins|kbd|label|main|mark|nav|object|"
    "ol|pre|q|s|samp|script|section|select|small|span|strike|strong|style|sub|summary|sup|table|textarea|u|ul|"
    "var|video"
)
_PAIRED: Final = frozenset(_NAMES.split("|"))
_TAG: Final = re.compile(r"<(?!/?p>)(/?[A-Za-z][A-Za-z0-9]*)")  # most tags are a plain p, which needs no end
_CUT_TAG: Final = re.compile(rf"<(?:{_NAMES})(?![\w-])[^<>]*\Z", re.IGNORECASE)
_WHOLE: Final = r"[a-z][a-z0-9+.-]+:|//|\#"  # how a link begins that works anywhere; C: is a drive
_OLD_FILE: Final = r"@@PLUGINFILE@@|(?:\$|%24)IMS-CC-FILEBASE"  # told by a finding of its own
_RELATIVE: Final = re.compile(rf"\s*(?!{_WHOLE}|{_OLD_FILE})\S", re.IGNORECASE)
# Begins with a letter `re` can leap to; looking for the attribute's name first takes ten times as long.
_MAYBE_RELATIVE: Final = re.compile(
    rf"""=(?:(?<=href=)|(?<=src=)|(?<=\s=))\s*+["']?+\s*+(?!{_WHOLE})""", re.IGNORECASE
)
_MAYBE_EVENT: Final = re.compile(r"on[a-z]{3,30}\s{0,5}=", re.IGNORECASE)


def faults_of_markup(text: str) -> Iterator[tuple[str, str]]:
    """Yield the code of each kind of fault in `text`, with the first piece of text that has it."""
    if not _is_suspect(text):
        return
    markup = _Markup()
    markup.feed(text)  # not closed: what is open at the end would be read again from each of its "<"
    cut = _CUT_TAG.search(text)
    unclosed = [tag for tags in markup.open_tags.values() for tag in tags] + ([cut[0]] if cut else [])
    for code, pieces in (
        ("program", markup.programs),
        ("relative-link", markup.relative_links),
        ("unclosed-tag", unclosed),
    ):
        if pieces:
            yield code, pieces[0]


def _is_suspect(text: str) -> bool:
    """Tell whether parsing can find anything: it takes twenty times as long as asking."""
    if "=" in text and (_MAYBE_RELATIVE.search(text) or _MAYBE_EVENT.search(text)):
        return True
    tags = Counter(_TAG.findall(text))
    return any(
        number > tags[f"/{tag}"] or tag.lower() == "script"
        for tag, number in tags.items()
        if tag.lower() in _PAIRED
    )


class _Markup(HTMLParser):
    """What one text holds, each piece as it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.programs: list[str] = []
        self.relative_links: list[str] = []
        self.open_tags: defaultdict[str, list[str]] = defaultdict(list)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = self.get_starttag_text() or ""
        if tag == "script":
            self.programs.append(written)
        for name, value in attrs:
            if value and name.startswith("on") and name.isalpha():
                self.programs.append(f"{name}={value}")
            elif value and name in {"href", "src"} and _RELATIVE.match(value):
                self.relative_links.append(value)
        if tag in _PAIRED:
            self.open_tags[tag].append(written)

    def handle_endtag(self, tag: str) -> None:
        if self.open_tags[tag]:
            self.open_tags[tag].pop()

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: ARG002, FBT001, FBT002 - as the base has it
        # The base raises for what Word leaves behind: <![endif]-->, <![foo
        end = self.rawdata.find(">", i)
        return end + 1 if end >= 0 else -1
