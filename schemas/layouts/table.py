"""A layout file read key by key: what is not as it must be is collected, each with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schemas.layouts.lines import Lines, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to correct in a layout file."""

    line: int | None
    message: str


class LayoutRefused(ValueError):  # noqa: N818 - an exception's name says what happened
    """A layout file cannot be followed; `problems` holds every reason at once, in the order of the lines."""

    def __init__(self, file_name: str, *problems: Problem) -> None:
        self.file_name = file_name
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line or 0))
        super().__init__("\n".join(map(self._told, self.problems)))

    def _told(self, problem: Problem) -> str:
        place = self.file_name if problem.line is None else f"{self.file_name}, line {problem.line}"
        return f"{place}: {problem.message}"


def nearest(word: str, words: Iterable[str]) -> str:
    """Return what may have been meant, as the end of a message; nothing when no word is near."""
    folded = {known.casefold(): known for known in words}
    found = get_close_matches(word.casefold(), folded, n=1)
    return f' Nearest: "{folded[found[0]]}".' if found else f" Known: {', '.join(folded.values())}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the file; what is not as it must be is noted, and answered as if it were absent."""

    entries: Mapping[str, object]
    lines: Lines
    place: Place = ()
    problems: list[Problem] = field(default_factory=list)

    def note(self, message: str, *place: str | int, word: str | None = None) -> None:
        """Note a problem at a place below this table, or at a word after it."""
        line = self.lines.of((*self.place, *place), word)
        self.problems.append(Problem(line=line, message=message))

    def only(self, *keys: str) -> None:
        """Note each key that is none of `keys`."""
        for key in self.entries:
            if key not in keys:
                self.note(f'"{key}" is not a key that can stand here.{nearest(key, keys)}', key)

    def text(self, key: str) -> str | None:
        """Return a text; None when it is absent."""
        value = self.entries.get(key)
        if value is None or isinstance(value, str):
            return value
        self.note(f'{key} must be a text in quotes, such as {key} = "{value}".', key)
        return None

    def required(self, key: str) -> str:
        """Return a text that must be there."""
        value = self.text(key)
        if self.entries.get(key, "") == "":
            self.note(f'{key} is missing. Add a line {key} = "…".', key)
        return value or ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; none when it is absent."""
        value = self.entries.get(key, [])
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(map(str, value))
        self.note(f'{key} must be a list of texts, such as {key} = ["one", "two"].', key)
        return ()

    def some_texts(self, key: str, what: str) -> tuple[str, ...]:
        """Return a list of texts that must be there, one at least."""
        if self.entries.get(key, []) == []:
            self.note(f'{key} is missing: {what}, such as {key} = ["one", "two"].', key)
        return self.texts(key)

    def table(self, key: str) -> Table:
        """Return the table under a key; an empty one when it is absent."""
        value = self.entries.get(key, {})
        return self._below(value, key) if isinstance(value, dict) else self._no_table(key)

    def tables(self, key: str) -> tuple[Table, ...]:
        """Return the tables under a key, whether one or several."""
        value = self.entries.get(key, [])
        if isinstance(value, list) and all(isinstance(each, dict) for each in value):
            return tuple(self._below(each, key, number) for number, each in enumerate(value))
        return (self.table(key),)

    def words(self) -> dict[str, str]:
        """Return this table as texts by key; a number is its digits, true and false are yes and no."""
        found = {}
        for key, value in self.entries.items():
            if isinstance(value, bool):
                found[key] = "yes" if value else "no"
            elif isinstance(value, int | str):
                found[key] = str(value)
            else:
                self.note(f'{key} must be a text in quotes, such as "{key}" = "…".', key)
        return found

    def _no_table(self, key: str) -> Table:
        self.note(
            f"{key} must be a table: a line [{'.'.join(map(str, (*self.place, key)))}] and its keys below.",
            key,
        )
        return self._below({}, key)

    def _below(self, entries: Mapping[str, object], *place: str | int) -> Table:
        return Table(entries=entries, lines=self.lines, place=(*self.place, *place), problems=self.problems)
