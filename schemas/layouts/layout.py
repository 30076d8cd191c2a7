"""What a layout says: how the columns of another system's file become the properties of a course."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from schemas.properties import BLANKS, REQUIRED, fold_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_AMOUNT: Final = re.compile(r"(?:[^0-9]*[^0-9.,])?([0-9](?:[0-9.,'\s]*[0-9])?)[^0-9]*")  # one, never "10-20"
# 1.299 is one thing in London, another in Berlin.
_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What words mean; a word that ends in `*` stands for every word that begins so."""

    fold: Callable[[str], str]
    exact: Mapping[str, str]
    beginnings: tuple[tuple[str, str], ...]

    def find(self, word: str) -> str | None:
        """Return what `word` means; None when it is not listed."""
        folded = self.fold(word)
        found = self.exact.get(folded)
        if found is None:
            found = next((meaning for begin, meaning in self.beginnings if folded.startswith(begin)), None)
        return found


def lookup(entries: Mapping[str, str], fold: Callable[[str], str]) -> Lookup:
    """Return `entries` ready to be looked up, whatever the words' spelling under `fold`."""
    begin = {word.rstrip("*"): meaning for word, meaning in entries.items() if word.endswith("*")}
    return Lookup(
        fold=fold,
        exact={fold(word): meaning for word, meaning in entries.items() if not word.endswith("*")},
        beginnings=tuple((fold(word), meaning) for word, meaning in begin.items()),
    )


def fold_value(cell: str) -> str:
    """Return what two spellings of one value have in common: case and the blanks around it do not count."""
    return cell.strip(BLANKS).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One way a property gets its value."""

    columns: tuple[str, ...]  # none: the row's position feeds it
    transforms: tuple[str, ...] = ()
    separator: str | None = None  # of cells that are lists
    values: Lookup | None = None  # what each value means; "" says nothing
    known: tuple[str, ...] = ()  # the values, as they are written in the layout
    blank: str | None = None  # what a blank cell means


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveOut:
    """Rows that do not become courses, with the reason for each value."""

    column: str
    reasons: Lookup


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Which courses are sold, and under which pricing plan."""

    columns: tuple[str, ...]  # the first that asks for money counts; * stands for any letters
    free: frozenset[str]  # folded
    tariffs: Mapping[str | Decimal, str]  # folded price, and its amount where it has one

    def asks(self, cell: str | None) -> bool:
        """Tell whether a cell asks for money: all do but blank ones, zero, and what is listed as free."""
        price = _price(cell)
        return bool(price) and price not in self.free and amount(price) != 0

    def tariff(self, cell: str | None) -> str | None:
        """Return the pricing plan of a price, whether written `49`, `49.00` or `€ 49,00`."""
        price = _price(cell)
        known = amount(price)
        return self.tariffs.get(price) or (None if known is None else self.tariffs.get(known))


def _price(cell: str | None) -> str:
    return fold_value(html.unescape(cell or ""))


def amount(price: str) -> Decimal | None:
    """Return the number in a price; None where there is none or it could be read in two ways.

    >>> amount("$1,299.00"), amount("49,5 EUR"), amount("1.299")
    (Decimal('1299.00'), Decimal('49.5'), None)
    """
    found = _AMOUNT.fullmatch(price)
    digits = re.sub(r"['\s]", "", found[1]) if found else ""
    if not digits or _THOUSANDS.fullmatch(digits):
        return None
    whole, mark, rest = max(digits.rpartition("."), digits.rpartition(","), key=lambda part: len(part[0]))
    return Decimal(re.sub("[.,]", "", whole) + mark.replace(",", ".") + rest)


def price_tariffs(tariffs: Mapping[str, str]) -> dict[str | Decimal, str]:
    """Return pricing plans by price as it is written and, where it has one, by its amount."""
    written = {_price(price): plan for price, plan in tariffs.items()}
    found: dict[str | Decimal, str] = dict(written.items())
    for price, plan in written.items():
        number = amount(price)
        if number is not None:
            found.setdefault(number, plan)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the files of one system are read."""

    name: str  # what --layout calls it
    title: str  # "Moodle course upload"
    signature: tuple[str, ...]  # headers that tell such a file; one that ends in * needs only its beginning
    properties: Mapping[str, tuple[Feed, ...]]  # of several ways to one property, the first that answers
    constants: Mapping[str, str] = field(default_factory=dict)
    price: Price | None = None
    leave_out: tuple[LeaveOut, ...] = ()
    not_imported: Lookup = field(default_factory=lambda: lookup({}, fold_header))  # header -> reason

    @property
    def missing(self) -> tuple[str, ...]:
        """The required properties such a file does not say."""
        return tuple(name for name in REQUIRED if name not in self.properties and name not in self.constants)

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are read."""
        return frozenset(self._columns())

    @property
    def takes_places(self) -> bool:
        """Whether a row's place among the file's rows says something of its course."""
        return any(not each.columns for feeds in self.properties.values() for each in feeds)

    def _columns(self) -> Iterator[str]:
        for feeds in self.properties.values():
            for each in feeds:
                yield from each.columns
        yield from (each.column for each in self.leave_out)
        if self.price:
            yield from self.price.columns
