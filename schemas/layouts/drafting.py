"""A first layout for a file nobody has described: what is certain stands there, doubts are comments."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, TypeAlias

from schemas.layouts.layout import fold_value
from schemas.properties import BLANKS, PROPERTIES, SPELLINGS, Kind, fold_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Rows: TypeAlias = Sequence[Mapping[str, str | None]]

_SHOWN_VALUES: Final = 8  # more would be a catalogue, not a choice
_NEAR: Final = 0.75  # of 1: one letter wrong in four
_SURROGATES: Final = re.compile("[\ud800-\udfff]")  # halves of characters, which no text file can hold
_PRICE: Final = frozenset(("price", "cost", "fee"))
# What other systems call it; never certain.
_ELSEWHERE: Final = {
    "Title": ("name", "fullname", "coursename", "longname"),
    "SystemId": ("id", "courseid", "code", "coursecode", "idnumber", "shortname", "slug"),
    "Visibility": ("status", "state", "visible", "published", "hidden", "private"),
    "GroupName": ("category", "categories", "categorypath", "subject"),
    "SummaryText": ("excerpt", "shortdescription", "intro"),
    "FullDescription": ("content", "body", "longdescription", "details"),
    "NewImageUrl": ("picture", "imagelink", "featuredimage"),
    "HostId": ("teacher", "teacheremail", "author", "authoremail"),
    "BusinessId": ("site", "branch", "campus"),
}
_GUESSES: Final = {word: name for name, words in _ELSEWHERE.items() for word in words} | dict(SPELLINGS)
_SAME_FOR_ALL: Final = (
    "BusinessId",
    "HostId",
    "Visibility",
)  # required, and often one thing for a whole file
_CHOICES: Final = {Kind.VISIBILITY: "Public, Hidden, Private or Paid", Kind.FLAG: "yes or no"}


def draft(headers: Iterable[str], rows: Rows, file_name: str) -> str:
    """Return the text of a layout to be edited; `load_layout` accepts it as it is.

    Args:
        headers: as the file has them; blank ones are passed over.
        rows: some of the file's rows, to show which values a column holds.
        file_name: the file's own name, which names the layout.
    """
    return "\n".join(_lines(_distinct(headers, fold_header), rows, PurePath(file_name))) + "\n"


def _distinct(words: Iterable[str], fold: Callable[[str], str]) -> list[str]:
    """Return the first of each spelling, without blank ones."""
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(fold(word), word)
    found.pop("", None)
    return list(found.values())


def _lines(headers: Sequence[str], rows: Rows, file: PurePath) -> Iterator[str]:
    sure: dict[str, str] = {}
    for header in headers:
        name = SPELLINGS.get(fold_header(header))
        if name is not None:
            sure.setdefault(name, header)
    rest = [header for header in headers if header not in sure.values()]
    name = re.sub(r"[^a-z0-9]+", "-", file.stem.casefold()).strip("-")
    yield f"# A first layout for {_quoted(file.name)}. Lines that begin with # say what is not certain:"
    yield "# remove the # where a guess is right, and that column from [not_imported]; delete other guesses."
    yield f"name = {_quoted(name or 'my-layout')}"
    yield f"title = {_quoted(file.name or 'My layout')}"
    yield f"signature = [{', '.join(map(_quoted, headers or ['the first header']))}]"
    for name, header in sure.items():
        yield from ("", *_feed(name, header, rows))
    if "DisplayOrder" not in sure:
        yield from ("", "[properties.DisplayOrder]", 'transforms = ["row_times_ten"]')
    for header in rest:
        yield from _doubt(header, rows, sure)
    missing = [name for name in _SAME_FOR_ALL if name not in sure]
    if missing:
        yield from ("", f"# doubt: no column surely says {', '.join(missing)}. Is it the same for all rows?")
        yield "# [constants]"
        yield from (f"# {name} = {_quoted(PROPERTIES[name].example)}" for name in missing)
    yield from ("", "# Columns that are not imported, each with the reason.", "[not_imported]")
    yield from (f'{_quoted(header)} = "nobody has said yet what it is for"' for header in rest)


def _doubt(header: str, rows: Rows, sure: Mapping[str, str]) -> Iterator[str]:
    folded = fold_header(header)
    if folded in _PRICE:
        yield from ("", f"# doubt: {_quoted(header)} may be what a course costs.", "# [price]")
        yield from (f"# column = {_quoted(header)}", "# [price.tariffs]", '# "49.00" = 1414990021')
        return
    near = get_close_matches(folded, _GUESSES, n=1, cutoff=_NEAR)
    name = _GUESSES[near[0]] if near else None
    if name is not None and name not in sure:
        yield from ("", f"# doubt: {_quoted(header)} may be {name}: {PROPERTIES[name].help}.")
        yield from (f"# {line}" for line in _feed(name, header, rows))


def _feed(name: str, header: str, rows: Rows) -> Iterator[str]:
    yield f"[properties.{name}]"
    yield f"column = {_quoted(header)}"
    choice = _CHOICES.get(PROPERTIES[name].kind)
    cells = ((row.get(header) or "").strip(BLANKS) for row in rows)
    values = _distinct(cells, fold_value)[:_SHOWN_VALUES]
    if choice and values:
        pairs = ", ".join(_quoted(value) + ' = "…"' for value in values)
        yield from (f"# doubt: say for each value what it means: {choice}.", f"# values = {{ {pairs} }}")
    if name == "SummaryText":
        yield 'transforms = ["text_of_html", "cut_at_sentence"]'


def _quoted(text: str) -> str:
    """Return a text as TOML writes it on one line."""
    whole = _SURROGATES.sub("\ufffd", text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(each if each.isprintable() else f"\\U{ord(each):08X}" for each in whole) + '"'
