"""What somebody asks of the sandbox in JSON, read field by field and answered in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

_MOST: Final = 10**9  # of anything: a count, or seconds (32 years)


class UnclearError(ValueError):
    """A wish that cannot be understood; the text says where, what, and what would be right."""


def read_wish(raw: bytes) -> object:
    """Return what a JSON text holds.

    Raises:
        UnclearError: it is no JSON.
    """
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnclearError(f"This is not JSON: {error}.") from error


class Wish:
    """One JSON object whose fields are taken out one by one; what is missing takes its default.

    Every method raises UnclearError when the field is not what it must be, or missing without a default.
    """

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise UnclearError(f"{where} must be a JSON object, as in {{…}}.")
        self._fields = dict(value)
        self._where = where

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def whole(self, name: str, default: int | None = None, *, least: int = 1) -> int:
        """Take a whole number."""
        value = self._fields.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _MOST:
            raise self._unclear(name, f"a whole number from {least} to {_MOST}")
        return value

    def number(self, name: str, default: float | None = None, *, most: float = _MOST) -> float:
        """Take a number from 0 on, whole or not."""
        value = self._fields.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise self._unclear(name, f"a number from 0 to {most}")
        return value

    def text(self, name: str, default: str) -> str:
        """Take a text."""
        value = self._fields.pop(name, default)
        if not isinstance(value, str):
            raise self._unclear(name, "a text")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Take true or false."""
        value = self._fields.pop(name, default)
        if not isinstance(value, bool):
            raise self._unclear(name, "true or false")
        return value

    def choice(self, name: str, among: Collection[str]) -> str:
        """Take one of some words."""
        value = self._fields.pop(name, None)
        if not isinstance(value, str) or value not in among:
            raise self._unclear(name, f"one of {', '.join(among)}")
        return value

    def entries(self, name: str) -> list[object]:
        """Take a list."""
        value = self._fields.pop(name, None)
        if not isinstance(value, list):
            raise self._unclear(name, "a list, as in […]")
        return value

    def end(self) -> None:
        """Refuse the fields that nobody took."""
        if self._fields:
            raise UnclearError(f"{self._where}: {', '.join(self._fields)} has no meaning here. Leave it out.")

    def _unclear(self, name: str, what: str) -> UnclearError:
        return UnclearError(f"{self._where}: {name} must be {what}.")
