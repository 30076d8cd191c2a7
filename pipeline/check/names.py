"""What one name means: an Id where that is sure, else words for the cell."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process

from schemas.properties import BLANKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model import Directory, Entry, Severity

CALLED: Final = {"BusinessId": "location", "HostId": "host", "TariffId": "pricing plan"}
_NEAR: Final = 60  # of 100: "Jon Smyth" and "John Smith" have 84, "Shoreditch" and "London Shoreditch" 74
_SHOWN: Final = 5  # entries of one name; more would bury what to do
_QUOTED_CHARACTERS: Final = 40  # of a name shown in a message
_ACCENTS: Final = range(0x300, 0x370)  # of Latin, Greek, Cyrillic; other scripts' marks make other letters
_IGNORED: Final = dict.fromkeys([*_ACCENTS, *(ord(blank) for blank in BLANKS if not blank.isspace())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What there is to say of a cell, told as what stands after its address."""

    code: str
    message: str
    severity: Severity = "fault"


class Names:
    """What the names of one property mean.

    Args:
        property_name: `BusinessId`, `HostId` or `TariffId`.
        directory: what names mean at the target.
        aliases: folded name -> Id; they answer before the directory.
    """

    def __init__(self, property_name: str, directory: Directory, aliases: Mapping[str, int]) -> None:
        self._called = CALLED[property_name]
        self._aliases = aliases
        self._is_known = property_name in directory.entries
        self._missing_roles = directory.missing_roles.get(property_name, ())
        self._by_name: dict[str, list[Entry]] = defaultdict(list)
        self._by_email: dict[str, list[Entry]] = defaultdict(list)
        for entry in directory.entries.get(property_name, ()):
            if folded := fold_name(entry.name):
                self._by_name[folded].append(entry)
            if entry.email:
                self._by_email[entry.email].append(entry)

    def meaning(self, text: str, place: int | None) -> int | Remark | None:
        """Return the Id a name means at a location, or why it means none; None when it was not looked up."""
        alias = self._aliases.get(fold_name(text))
        if alias is not None or not self._is_known:
            return alias
        of_email = self._by_email.get(_email(text), [])
        if self._missing_roles and not of_email:  # the same name may stand in the list that was not seen
            return self._not_seen(text)
        found = _at(place, of_email or self._by_name.get(fold_name(text), []))
        if not found:
            return self._unknown(text)
        return found[0].id if len(found) == 1 else self._ambiguous(text, found)

    def _unknown(self, text: str) -> Remark:
        if "@" in text:
            wrong, nearest = "has that e-mail", _nearest(_email(text), self._by_email)
        else:
            wrong, nearest = "is called that", _nearest(fold_name(text), self._by_name)
        hint = f" Nearest: {_listed(nearest, 'or')}." if nearest else ""
        return Remark(
            code="name-unknown",
            message=f"is {quoted(text)}, but no {self._called} {wrong}.{hint} Correct the cell, or write the "
            "Id.",
        )

    def _ambiguous(self, text: str, found: Sequence[Entry]) -> Remark:
        return Remark(
            code="name-ambiguous",
            message=f"is {quoted(text)}, which means more than one {self._called}: {_listed(found, 'and')}. "
            "Write the Id of the one that is meant.",
        )

    def _not_seen(self, text: str) -> Remark:
        roles = " and ".join(f"the role {role}" for role in self._missing_roles)
        return Remark(
            code="role-missing",
            message=f"is {quoted(text)}, but {self._called}s cannot be looked up by name: the account lacks "
            f"{roles}. Write the Id, or have that added to the account.",
        )


def fold_name(name: str) -> str:
    """Return what two spellings of one name have in common: case, accents and white space do not count.

    >>> fold_name("  João   CONCEIÇÃO") == fold_name("joao conceicao")
    True
    """
    decomposed = unicodedata.normalize("NFKD", name).translate(_IGNORED)
    return " ".join(decomposed.casefold().split())


def shown(entry: Entry) -> str:
    """Return an entry as messages name it."""
    return f'"{entry.name}" ({entry.id}{f", {entry.email}" if entry.email else ""})'


def quoted(text: str) -> str:
    """Return a name as messages quote it, a long one cut."""
    return f'"{text}"' if len(text) <= _QUOTED_CHARACTERS else f'"{text[:_QUOTED_CHARACTERS]}…"'


def _email(text: str) -> str:
    return text.strip(BLANKS).lower()


def _at(place: int | None, found: list[Entry]) -> list[Entry]:
    """Return those a row at `place` can mean: each location may have a pricing plan of the same name."""
    here = [entry for entry in found if entry.business_id in (None, place)]
    return here if here and place is not None else found


def _nearest(text: str, entries: Mapping[str, list[Entry]]) -> list[Entry]:
    near = process.extractOne(text, entries.keys(), scorer=fuzz.token_sort_ratio, score_cutoff=_NEAR)
    return [] if near is None else entries[near[0]]


def _listed(entries: Sequence[Entry], joined_by: str) -> str:
    *some, last = [shown(entry) for entry in entries[:_SHOWN]]
    if len(entries) > _SHOWN:
        some, last = [*some, last], f"{len(entries) - _SHOWN} more"
    return f"{', '.join(some)} {joined_by} {last}" if some else last
