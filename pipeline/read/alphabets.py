"""Which letters languages write beyond ASCII, to tell the encoding of a text that does not say it.

A text makes sense in an encoding when nearly all it holds beyond ASCII are letters of one language, where its
words have them. This tells single words where frequencies of letters cannot.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# The likelier one first: it wins where a short text makes as much sense in several.
_ENCODINGS: Final = (
    *("cp1252", "cp1250", "cp1251", "cp1254", "cp1257", "cp1253", "mac_roman", "cp1255", "cp1256", "koi8_r"),
    *("gb18030", "cp949", "cp932", "big5", "euc_jp", "cp874", "cp850", "mac_cyrillic", "cp866", "iso8859_2"),
)
_WESTERN: Final = ("cp1252", "mac_roman", "cp850")
_CENTRAL: Final = ("cp1250", "iso8859_2")
_CYRILLIC: Final = ("cp1251", "koi8_r", "mac_cyrillic", "cp866")
_ALPHABETS: Final = (
    ("äöüß", _WESTERN),  # German
    ("àâæçèéêëîïôùûüœ", _WESTERN),  # French
    ("áéíñóúüªº", _WESTERN),  # Spanish
    ("àáâãçéêíóôõúªº", _WESTERN),  # Portuguese
    ("àèéìòù", _WESTERN),  # Italian
    ("àáçèéíïñòóúü", _WESTERN),  # Catalan
    ("åäöé", _WESTERN),  # Swedish, Finnish
    ("åæéóø", _WESTERN),  # Danish, Norwegian
    ("áæðéíóöúýþ", _WESTERN[:1]),  # Icelandic
    ("ąćęłńóśźż", _CENTRAL),  # Polish
    ("áčďéěíňóřšťúůýž", _CENTRAL),  # Czech
    ("áäčďéíĺľňóôŕšťúýž", _CENTRAL),  # Slovak
    ("áéíóöőúüű", _CENTRAL),  # Hungarian
    ("âăîşţ", _CENTRAL),  # Romanian
    ("ćčđšž", _CENTRAL),  # Croatian, Slovene
    ("абвгдежзийклмнопрстуфхцчшщъыьэюяё", _CYRILLIC),  # Russian, Bulgarian
    ("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", ("cp1251", "mac_cyrillic")),  # Ukrainian
    ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώ", ("cp1253",)),
    ("âçğıîİöşü", ("cp1254",)),  # Turkish
    ("ąčęėįšųūž", ("cp1257",)),  # Lithuanian
    ("āčēģīķļņšūž", ("cp1257",)),  # Latvian
    ("äõöüšž", ("cp1257",)),  # Estonian
    ("אבגדהוזחטיךכלםמןנסעףפץצקרשת", ("cp1255",)),
    ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيً،؟ـ", ("cp1256",)),
    ("".join(map(chr, range(0x0E01, 0x0E5C))), ("cp874",)),  # Thai
)
# The first bytes of what a character set is used for most, other signs, and the encodings that hold it.
_CHINESE_SIGNS: Final = "，。、：；（）！？“”《》「」"  # noqa: RUF001 - these are meant
_JAPANESE_SIGNS: Final = "、。「」（）　①②③④⑤"  # noqa: RUF001 - these are meant
_CHARACTER_SETS: Final = (
    ("euc_kr", range(0xB0, 0xC9), "", ("cp949",)),
    ("gb2312", range(0xB0, 0xD8), _CHINESE_SIGNS, ("gb18030",)),
    ("big5", range(0xA4, 0xC7), _CHINESE_SIGNS, ("big5",)),
    ("euc_jp", (0xA4, 0xA5, *range(0xB0, 0xD0)), _JAPANESE_SIGNS, ("cp932", "euc_jp")),
)
_WITHIN_WORDS: Final = "’·"  # noqa: RUF001 - these are meant
_BEFORE_WORDS: Final = "“„‘«¿¡"  # noqa: RUF001 - these are meant
_AFTER_WORDS: Final = "”»…"
_BETWEEN_WORDS: Final = "–—•"  # noqa: RUF001 - these are meant
_BESIDE_WORDS: Final = "€£°©®§²³½×№™"  # noqa: RUF001 - these are meant
_MIXED_SENSE: Final = 0.9  # of a text in several languages: one would be likelier
_ALONE_SENSE: Final = 0.7  # of a letter that is a word
_AMONG_SENSE: Final = 0.5  # of a Latin letter between others beyond ASCII
_ENOUGH_SENSE: Final = 0.6
_LONG: Final = 20  # letters; by then a larger alphabet would have shown its other letters
_MOST_LETTERS: Final = 2000  # looked at; more would tell no more
_LATIN_END: Final = "\u0250"
_CJK: Final = "\u3000"
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")


def likely_encodings(sample: bytes) -> Iterator[str]:
    """Yield the encodings in which a sample makes sense, the best first.

    Args:
        sample: lines that hold more than ASCII; it may be cut within a letter.
    """
    senses: dict[str, tuple[float, int, int]] = {}
    for place, name in enumerate(_ENCODINGS):
        text = f" {sample.decode(name, 'replace')} "
        places = [match.start() for match in islice(_BEYOND_ASCII.finditer(text), _MOST_LETTERS)]
        ranks = [
            (
                round(_sense(text, places, alphabet) * weight, 2),
                -len(alphabet) if len(places) >= _LONG else 0,
                -place,
            )
            for alphabet, weight in _alphabets(name)
        ]
        senses[name] = max(ranks)
    for name in sorted(senses, key=lambda name: senses[name], reverse=True):
        if senses[name][0] >= _ENOUGH_SENSE:
            yield name


@cache
def _alphabets(encoding: str) -> list[tuple[frozenset[str], float]]:
    """Return the alphabets written in an encoding, their union last, each with its weight."""
    written = [
        *(letters + letters.upper() for letters, names in _ALPHABETS if encoding in names),
        *(_rows(own, leads) + signs for own, leads, signs, names in _CHARACTER_SETS if encoding in names),
    ]
    weighted = [(frozenset(letters), 1.0) for letters in written]
    return [*weighted, (frozenset("".join(written)), _MIXED_SENSE)]


def _rows(character_set: str, leads: Iterable[int]) -> str:
    """Return all letters of two bytes that begin with one of these."""
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF)) if character_set == "big5" else range(0xA1, 0xFF)
    pairs = (bytes((lead, trail)) for lead in leads for trail in trails)
    return b"".join(pairs).decode(character_set, "ignore")


def _sense(text: str, places: Sequence[int], alphabet: frozenset[str]) -> float:
    """Return how much sense those letters of a text make in an alphabet, from 0 to 1."""
    sense = 0.0
    for place in places:
        before, letter, after = text[place - 1], text[place], text[place + 1]
        if letter in alphabet:
            sense += _letter_sense(before, letter, after)
        else:
            sense += _is_at_its_place(before, letter, after)
    return sense / max(len(places), 1)


def _letter_sense(before: str, letter: str, after: str) -> float:
    if letter.isupper() and before.islower():
        return 0
    beside_latin = _is_latin(before) + _is_latin(after)
    alone = not (before.isalpha() or after.isalpha())
    if letter >= _CJK:  # stands beside Latin words, but not within them
        return 1 - beside_latin / 2
    if not _is_latin(letter):
        return 0 if beside_latin else _ALONE_SENSE if alone else 1
    among_its_like = before > "\x7f" and after > "\x7f"
    if among_its_like:
        return _AMONG_SENSE
    return _ALONE_SENSE if alone else 1


def _is_latin(letter: str) -> bool:
    return letter < _LATIN_END and letter.isalpha()


def _is_at_its_place(before: str, sign: str, after: str) -> bool:
    if sign in _WITHIN_WORDS:
        return before.isalpha()
    if sign in _BEFORE_WORDS:
        return not before.isalnum() and not after.isspace()
    if sign in _AFTER_WORDS:
        return not after.isalnum()
    if sign in _BETWEEN_WORDS:
        return before.isspace() == after.isspace()
    return sign == "\xa0" or (sign in _BESIDE_WORDS and not (before.isalpha() and after.isalpha()))
