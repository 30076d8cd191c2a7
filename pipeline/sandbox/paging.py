"""Lists in pages: what a caller may ask, and the envelope a page comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.sandbox.answers import Json

_DEFAULT_SIZE: Final = 25
_LARGEST_SIZE: Final = 100  # a larger size is cut to this one without a word
_LAST_PAGE: Final = 10**9
_LONG: Final = 2**63  # Ids are 64-bit integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list is wanted; `number` counts from 1."""

    number: int
    size: int

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> Self:
        """Return the page a query asks for; what makes no sense there counts as absent."""
        number, size = number_in(query.get("page", "")) or 1, number_in(query.get("size", "")) or 0
        return cls(
            number=min(max(number, 1), _LAST_PAGE),
            size=min(size, _LARGEST_SIZE) if size > 0 else _DEFAULT_SIZE,
        )

    @property
    def offset(self) -> int:
        """How many entries stand before this page."""
        return (self.number - 1) * self.size


def number_in(text: str) -> int | None:
    """Return the 64-bit integer a text holds, else None."""
    try:
        number = int(text)
    except ValueError:
        return None
    return number if -_LONG <= number < _LONG else None


def envelope(shown: Sequence[Json], *, total: int, page: Page, order: str = "Id") -> Json:
    """Return one page of a list as the API wraps it."""
    pages = -(-total // page.size)
    return {
        "Records": shown,
        "CurrentPage": page.number,
        "CurrentPageSize": page.size,
        "CurrentOrderField": order,
        "CurrentSortDirection": 0,
        "FirstItem": page.offset + 1,
        "LastItem": page.offset + len(shown),
        "TotalItems": total,
        "TotalPages": pages,
        "HasNextPage": page.number < pages,
        "HasPreviousPage": page.number > 1,
    }
