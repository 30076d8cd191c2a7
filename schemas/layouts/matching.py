"""A file's headers find the layout they were written for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from schemas.properties import REQUIRED, SPELLINGS, fold_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemas.layouts.layout import Feed, Layout

# A file with all of these is one of ours; location and host are often given once for all rows.
_OWN: Final = frozenset(REQUIRED) - {"BusinessId", "HostId"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A layout whose signature a file has."""

    layout: Layout
    known: int  # columns of the file that the layout speaks of
    columns: int  # columns of the file

    @property
    def told(self) -> str:
        """How well they fit: "9 of 9 columns"."""
        return f"{self.known} of {self.columns} columns"


def recognise(headers: Sequence[str], layouts: Iterable[Layout]) -> list[Match]:
    """Return the layouts a file may have been written in, the one that knows most columns first.

    None, when the file is in this project's own columns.
    """
    folded = {fold_header(header) for header in headers} - {""}
    if {SPELLINGS.get(header) for header in folded} >= _OWN:
        return []
    matches = [
        Match(layout=layout, known=sum(_knows(layout, header) for header in folded), columns=len(folded))
        for layout in layouts
        if all(_is_there(header, folded) for header in layout.signature)
    ]
    return sorted(matches, key=lambda match: (-match.known, -len(match.layout.signature), match.layout.name))


def fit(layout: Layout, headers: Iterable[str]) -> Layout:
    """Return `layout` with its columns spelt as the file spells them, without what the file does not have.

    A property none of whose columns is there is not fed, so a required one is in `missing`.
    """
    written: dict[str, str] = {}
    for header in headers:
        written.setdefault(fold_header(header), header)
    fitted = {
        name: tuple(there for each in feeds if (there := _fit(each, written)) is not None)
        for name, feeds in layout.properties.items()
    }
    price = layout.price
    return replace(
        layout,
        properties={name: feeds for name, feeds in fitted.items() if feeds},
        price=price and replace(price, columns=tuple(_expanded(price.columns, written))),
        leave_out=tuple(
            replace(each, column=written[fold_header(each.column)])
            for each in layout.leave_out
            if fold_header(each.column) in written
        ),
    )


def _expanded(columns: Iterable[str], written: dict[str, str]) -> Iterator[str]:
    """Yield the file's columns that are meant, in its own spelling."""
    for column in columns:
        wanted = fold_header(column) + ("*" if column.endswith("*") else "")
        yield from (header for folded, header in written.items() if fnmatchcase(folded, wanted))


def _fit(feed: Feed, written: dict[str, str]) -> Feed | None:
    there = tuple(written[fold_header(column)] for column in feed.columns if fold_header(column) in written)
    return replace(feed, columns=there) if there or not feed.columns else None


def not_imported(layout: Layout, headers: Iterable[str]) -> dict[str, str | None]:
    """Return each header the layout takes nothing from, with the reason it gives, None where it has none."""
    headers = list(headers)
    written = {fold_header(header): header for header in headers}
    priced = _expanded(layout.price.columns, written) if layout.price else ()
    used = {fold_header(column) for column in (*layout.columns, *priced)}
    return {
        header: layout.not_imported.find(header)
        for header in headers
        if fold_header(header) and fold_header(header) not in used
    }


def _knows(layout: Layout, folded: str) -> bool:
    written = {folded: folded}
    if layout.price and next(_expanded(layout.price.columns, written), None):
        return True
    return folded in map(fold_header, layout.columns) or layout.not_imported.find(folded) is not None


def _is_there(header: str, folded: set[str]) -> bool:
    wanted = fold_header(header)
    return any(each.startswith(wanted) for each in folded) if header.endswith("*") else wanted in folded
