"""Texts that PostgreSQL cannot keep as they are: those with a NUL character, which a cell may hold.

`␀0` stands for it in the database, and `␀␀` for a `␀` that was there before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from psycopg.types.string import StrDumper, TextLoader

if TYPE_CHECKING:
    from psycopg.abc import Buffer
    from psycopg.adapt import AdaptersMap

_SIGN: Final = "␀"
_TO_ESCAPE: Final = re.compile(f"[\0{_SIGN}]")
_ESCAPED: Final = re.compile(f"{_SIGN}([0{_SIGN}])")


def keep_every_character(adapters: AdaptersMap) -> None:
    """Let a connection write every text in a form PostgreSQL keeps, and read it back as it was."""
    adapters.register_dumper(str, _Escaping)
    for kind in ("text", "varchar"):
        adapters.register_loader(kind, _Unescaping)


class _Escaping(StrDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(_TO_ESCAPE.sub(_escape, obj))


class _Unescaping(TextLoader):
    def load(self, data: Buffer) -> bytes | str:
        text = super().load(data)
        return _ESCAPED.sub(_unescape, text) if isinstance(text, str) and _SIGN in text else text


def _escape(found: re.Match[str]) -> str:
    return _SIGN + (_SIGN if found[0] == _SIGN else "0")


def _unescape(found: re.Match[str]) -> str:
    return _SIGN if found[1] == _SIGN else "\0"
