"""What a setting can be besides a text or a number, as people write it."""

from __future__ import annotations

import re
from base64 import b64decode
from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


def _duration(given: object) -> object:
    """Return a duration from `90s`, `10m`, `2h` or `1d`; anything else is pydantic's to judge."""
    written = re.fullmatch(r"(\d{1,9})\s*([smhd])", given.strip().lower()) if isinstance(given, str) else None
    return timedelta(seconds=int(written[1]) * _UNITS[written[2]]) if written else given


_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}  # seconds
Duration = Annotated[timedelta, BeforeValidator(_duration), Field(ge=timedelta(0))]


def _percent(given: object) -> object:
    """Return a share with its sign taken away; anything else is pydantic's to judge."""
    return given.strip().removesuffix("%") if isinstance(given, str) else given


Percent = Annotated[float, BeforeValidator(_percent), Field(ge=0, le=100, allow_inf_nan=False)]


def _signing_key(given: SecretStr) -> SecretStr:
    """Return a key to sign with: any text, or whsec_ and its bytes in base64."""
    text = given.get_secret_value()
    try:
        key = b64decode(text.removeprefix(WHSEC), validate=True) if text.startswith(WHSEC) else text.encode()
    except ValueError:
        key = b""
    if len(key) < _LEAST_KEY_BYTES:
        raise ValueError(f"has to be {_LEAST_KEY_BYTES} bytes or more: openssl rand -hex 32 makes one.")
    return given


WHSEC: Final = "whsec_"  # begins a key that is written in base64, as Standard Webhooks has it
_LEAST_KEY_BYTES: Final = 24  # the same specification's least
SigningKey = Annotated[SecretStr, AfterValidator(_signing_key)]


def _encoding(given: str) -> str:
    """Return the name Python knows an encoding of text by."""
    try:
        "".encode(given)
    except (LookupError, UnicodeError):
        raise ValueError("is no encoding. Name one such as utf-8, cp1252 or mac_roman.") from None
    return given


def _character(given: str) -> str:
    """Return a character, typed or named; "" for none."""
    character = _CHARACTERS.get(given.casefold(), given)
    if len(character) > 1 or character in ("\r", "\n"):
        raise ValueError("has to be one character, or one of the words tab, space and none.")
    return character


_CHARACTERS: Final = {"tab": "\t", "\\t": "\t", "space": " ", "none": "", "comma": ",", "semicolon": ";"}
Encoding = Annotated[str, AfterValidator(_encoding)]
Character = Annotated[str, AfterValidator(_character)]
