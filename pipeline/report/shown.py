"""Characters that nobody sees, shown as their code."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

_JOINERS: Final = "\u200c\u200d"  # they hold letters and emoji together
_COMMANDS: Final = frozenset(
    {"Cc", "Cf", "Cs", "Zl", "Zp"}
)  # controls, formats (bidi), surrogates, line ends


def as_code(text: str) -> str:
    r"""Return `text` as its codes: `\x1b`, `\u202e`."""
    return text.encode("unicode_escape").decode("ascii")


def visible(text: str) -> str:
    r"""Return `text` with everything that could command a terminal or a page shown as its code."""
    return re.sub(r"[^ -~]", lambda found: _shown(found[0]), text)


@cache
def _shown(character: str) -> str:
    if unicodedata.category(character) in _COMMANDS and character not in _JOINERS:
        return as_code(character)
    return character
