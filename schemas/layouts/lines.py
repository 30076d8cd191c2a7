"""Where in a layout file a key or a value is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PART: Final = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED: Final = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER: Final = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]")
_KEY: Final = re.compile(rf"\s*({_DOTTED})\s*=")

Place = tuple[str | int, ...]  # ("properties", "Visibility", 0, "values")


class Lines:
    """The lines of a TOML text, numbered from 1.

    A place inside an inline table has no line of its own: it is looked for from its key on.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._places: dict[Place, int] = {}
        counts: dict[Place, int] = {}
        table: Place = ()
        for number, line in enumerate(self._lines, start=1):
            header, key = _HEADER.match(line), _KEY.match(line)
            if header is not None:
                table = tuple(_parts(header[2]))
                if header[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = (*table, counts[table])
                self._note(table, number)
            elif key is not None:
                self._note((*table, *_parts(key[1])), number)

    def _note(self, place: Place, number: int) -> None:
        for length in range(1, len(place) + 1):
            self._places.setdefault(place[:length], number)

    def of(self, place: Sequence[str | int], word: str | None = None) -> int | None:
        """Return the line of a place, or of `word` in quotes at or after it; None when it is not found."""
        known = (self._places.get(tuple(place[:length])) for length in range(len(place), 0, -1))
        start = next((number for number in known if number is not None), None)
        if start is None or word is None:
            return start
        quoted = re.compile(rf"""(?<![\w-])["']?{re.escape(word)}["']?(?![\w-])""")
        seen = (
            number for number in range(start, len(self._lines) + 1) if quoted.search(self._lines[number - 1])
        )
        return next(seen, start)


def _parts(dotted: str) -> Iterator[str]:
    for part in re.findall(_PART, dotted):
        yield part[1:-1] if part[0] in "\"'" else part
