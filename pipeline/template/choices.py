"""What can be chosen in the template: each word is one that surely means what stands beside it."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, TypeAlias

from schemas.properties import Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model import Directory, Entry
    from schemas.properties import Property

    # What a cell may hold -> what it means, for those who look.
    Choices: TypeAlias = Mapping[str | int, str]

# Properties that take a name, and the header that asks for one; its list is called the same, in the plural.
NAMED: Final = {"BusinessId": "Location", "HostId": "Host", "TariffId": "Tariff"}
_LIST_OF_KIND: Final = {Kind.VISIBILITY: "Visibilities", Kind.FLAG: "Answers"}


def list_name(entry: Property) -> str | None:
    """Return what the list of a property is called; None when it can have none."""
    return f"{NAMED[entry.name]}s" if entry.name in NAMED else _LIST_OF_KIND.get(entry.kind)


def lists_of(directory: Directory | None) -> dict[str, Choices]:
    """Return everything that can be chosen, by the name of its list; none is empty."""
    lists: dict[str, Choices] = {
        _LIST_OF_KIND[Kind.VISIBILITY]: {entry.name.capitalize(): str(entry.value) for entry in Visibility},
        _LIST_OF_KIND[Kind.FLAG]: {"yes": "true", "no": "false"},
    }
    if directory is not None:
        lists |= {f"{word}s": _sure_words(directory, name) for name, word in NAMED.items()}
    return {name: choices for name, choices in lists.items() if choices}


def _sure_words(directory: Directory, property_name: str) -> Choices:
    """Return a word for each active entry: its name, else its e-mail, else its Id.

    Pricing plans may share a name when each is of another location: the row's location tells them apart.
    """
    entries = directory.entries.get(property_name, ())
    # Where a list could not be seen, a name may mean somebody in it.
    all_seen = not directory.missing_roles.get(property_name)
    places: dict[str, list[int | None]] = defaultdict(list)
    for entry in entries:
        places[_outline(entry.name)].append(entry.business_id)
    emails = Counter(entry.email for entry in entries)
    ids: dict[str | int, list[str]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: (_outline(entry.name), entry.id)):
        if entry.active:
            is_sure = all_seen and _is_a_name(entry.name) and _are_apart(places[_outline(entry.name)])
            ids[_word(entry, named=is_sure, mailed=emails[entry.email] == 1)].append(str(entry.id))
    return {word: ", ".join(meant) for word, meant in ids.items()}


def _word(entry: Entry, *, named: bool, mailed: bool) -> str | int:
    if named:
        return " ".join(entry.name.split())
    return entry.email if entry.email and mailed else entry.id


def _outline(name: str) -> str:
    """Return a name's letters and digits, folded: coarser than any look-up, so that no namesake is missed."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", name).casefold()))


def _is_a_name(name: str) -> bool:
    """Say whether a name can be typed, and is taken for no number and no e-mail."""
    shown = " ".join(name.split())
    return shown.isprintable() and "@" not in shown and any(map(str.isalpha, shown))


def _are_apart(places: Sequence[int | None]) -> bool:
    """Say whether namesakes at these locations never meet; None is at every location."""
    return len(places) == 1 or (None not in places and len(set(places)) == len(places))
