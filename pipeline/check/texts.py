"""Texts that are whole and yet not what was meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

from pipeline.check.markup import faults_of_markup
from pipeline.model import finding_at
from schemas.properties import PROPERTIES, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.model import Finding, TidySheet

    _Told: TypeAlias = tuple[int, str, str, str]  # row, text, code, message

_TEXTS: Final = tuple(name for name, entry in PROPERTIES.items() if entry.kind is Kind.TEXT)
_MARKUP: Final = ("SummaryText", "FullDescription", "OverviewText")
_PROSE: Final = ("Title", *_MARKUP)
_OLD_LIMIT: Final = 255  # characters; the longest text a VARCHAR(255) keeps, and it cuts in silence
_HANDFUL: Final = 500  # texts; joined they are a megabyte or two, which the processor's cache holds
_SHOWN: Final = 40  # characters of a word; Japanese has no blanks
_WORD: Final = re.compile(r"[0-9A-Za-z\x80-\U0010ffff]+")
_CONTROLS: Final = r"\x80-\x9f"  # the quotation marks of cp1252, read as Latin-1
_READ_AS: Final = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "mac_roman", "cp437")
# Of Latin, Greek, Cyrillic, Hebrew and Arabic letters, of signs, of Asian scripts, of emoji.
_FIRST_BYTES: Final = (*range(0xC2, 0xC6), *range(0xCE, 0xD2), *range(0xD7, 0xDA), *range(0xE0, 0xF1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _LeftOver:
    """Something only the old system understands."""

    code: str
    mark: str  # no text without it is looked at: finding it costs next to nothing
    pattern: re.Pattern[str]
    message: str


_LEFT_OVERS: Final = (
    _LeftOver(
        code="moodle-file",
        mark="@@PLUGINFILE@@",
        pattern=re.compile(r"@@PLUGINFILE@@[^\s\"'<>)]*"),
        message='has "{piece}", which stands for a file inside Moodle. Put the file on the web and write its '
        "whole address, or delete the link.",
    ),
    _LeftOver(
        code="canvas-file",
        mark="IMS-CC-FILEBASE",
        pattern=re.compile(r"(?:\$|%24)IMS-CC-FILEBASE(?:\$|%24)[^\s\"'<>)]*"),
        message='has "{piece}", which stands for a file inside Canvas. Put the file on the web and write its '
        "whole address, or delete the link.",
    ),
    # WordPress's own, those with an underscore or an attribute, closing ones; "[online] Yoga" is none, nor
    # is the text of a Markdown link, which stands before ( [ or a colon.
    _LeftOver(
        code="shortcode",
        mark="[",
        pattern=re.compile(
            r"\[(?:/[a-z][\w-]*|(?:[a-z]+_\w+|audio|caption|embed|gallery|playlist|video)\b[^\[\]]*"
            r"|[a-z][\w-]*\s[^\[\]=]*=[^\[\]]*)\](?![(\[:])"
        ),
        message='has "{piece}", a shortcode that only the old system fills in. Write what it stood for, or '
        "delete it.",
    ),
    _LeftOver(
        code="inline-image",
        mark=";base64,",
        pattern=re.compile(r"data:image/[\w.+-]+;base64,[A-Za-z0-9+/=]*"),
        message='has "{piece}", a picture of {kilobytes} kB written out as text. Put the picture on the web '
        "and write its address.",
    ),
)
_MARKUP_MESSAGES: Final = {
    "program": 'has "{piece}", which is a program and not text. Delete it.',
    "relative-link": 'links to "{piece}", which works inside the old system only. Write the whole address, '
    "from https:// on.",
    "unclosed-tag": 'opens "{piece}" and never closes it, so that all text behind it changes its look. Close '
    "it, or delete it.",
}


def doubtful_texts(sheet: TidySheet) -> Iterator[Finding]:
    """Yield a warning for each text read in a wrong encoding, and for what only an old system understands."""
    mend = "Correct it, save the file as UTF-8, or name its encoding with --encoding."
    if sheet.raw.source.sheet is not None:  # a workbook tells its encoding: it was misread before
        mend = "Correct it."
    for name in _TEXTS:
        for texts in _handfuls(sheet, name):
            found: list[Iterable[_Told]] = [_misread_in(texts, mend)]
            if name in _PROSE:
                markup = _markup_in(texts) if name in _MARKUP else ()
                found += [_patterns_in(texts), markup, _cuts_in(texts)]
            for row, text, code, message in chain.from_iterable(found):
                yield finding_at(
                    sheet.columns,
                    name,
                    row,
                    code=code,
                    message=message,
                    severity="warning",
                    stage="check",
                    value=text,
                )


def _misread_in(texts: _Texts, mend: str) -> Iterator[_Told]:
    if texts.joined.isascii():
        return
    for row, text in texts.items():
        if not text.isascii() and (meant := _meant(text)):
            wrong, right = map(_cut, meant)
            message = f'has "{wrong}", which looks like "{right}" read in a wrong encoding. {mend}'
            yield row, text, "misread", message


def _patterns_in(texts: _Texts) -> Iterator[_Told]:
    for kind in _LEFT_OVERS:
        for row, text in texts.having(kind.mark):
            if found := kind.pattern.search(text):
                kilobytes = -(-len(found[0]) * 3 // 4000)  # four letters hold three bytes
                yield row, text, kind.code, kind.message.format(piece=_cut(found[0]), kilobytes=kilobytes)


def _markup_in(texts: _Texts) -> Iterator[_Told]:
    for row, text in texts.having("<"):
        for code, piece in faults_of_markup(text):
            yield row, text, code, _MARKUP_MESSAGES[code].format(piece=_cut(piece))


def _cuts_in(texts: _Texts) -> Iterator[_Told]:
    if _OLD_LIMIT not in map(len, texts.texts):
        return
    for row, text in texts.items():
        if len(text) == _OLD_LIMIT:
            message = (
                f'ends with "{text[-_SHOWN:]}" after exactly {_OLD_LIMIT} characters, where many systems '
                "cut. Complete it if its end is missing."
            )
            yield row, text, "cut-text", message


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """Some texts of a column; joined they tell at one look that none of them has what is looked for."""

    rows: Sequence[int]
    texts: Sequence[str]
    joined: str

    def items(self) -> Iterator[tuple[int, str]]:
        """Return row and text of each."""
        return zip(self.rows, self.texts, strict=True)

    def having(self, mark: str) -> Iterator[tuple[int, str]]:
        """Yield row and text of each with `mark` in it."""
        if mark in self.joined:
            yield from ((row, text) for row, text in self.items() if mark in text)


def _handfuls(sheet: TidySheet, name: str) -> Iterator[_Texts]:
    """Yield the texts of a column, where there is one, in handfuls: joined all at once they take memory."""
    if name in sheet.frame:
        texts = sheet.frame[name].dropna()
        for start in range(0, len(texts), _HANDFUL):
            some = texts.iloc[start : start + _HANDFUL]
            cells = some.tolist()
            yield _Texts(rows=some.index.tolist(), texts=cells, joined="\n".join(cells))


def _meant(text: str) -> tuple[str, str] | None:
    """Return the first word that was read in a wrong encoding, and what it was; None where there is none."""
    suspect = _misreadings()
    if not suspect.search(text):
        return None
    import ftfy  # noqa: PLC0415 - loads its tables; most files need none

    for word in _WORD.findall(text):
        if suspect.search(word) and (meant := ftfy.fix_encoding(word)) != word:
            return word, meant
    return None


@cache
def _misreadings() -> re.Pattern[str]:
    """Return the pattern of a letter's first two bytes in UTF-8, as other encodings show them.

    For a page of French ftfy takes 2 ms, this 0.04 ms.
    """
    firsts = seconds = pairs = ""
    for encoding in _READ_AS:
        letters = [bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in range(256)]
        first = re.escape("".join(letters[byte] for byte in _FIRST_BYTES))
        second = re.escape("".join(letters[0x80:0xC0]))
        firsts, seconds, pairs = firsts + first, seconds + second, f"{pairs}|(?<=[{first}])[{second}]"
    # It begins with one set of letters, and looks at each encoding's own behind that: so it is quickest.
    return re.compile(f"[{_CONTROLS}{firsts}](?:(?<=[{_CONTROLS}])|(?=[{seconds}])(?:{pairs[1:]}))")


def _cut(word: str) -> str:
    return word if len(word) <= _SHOWN else f"{word[:_SHOWN]}…"
