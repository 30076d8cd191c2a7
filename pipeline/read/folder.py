"""Which files of a folder hold courses: those that tables come in, told by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_KINDS: Final = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".txt"})
# Hidden files, and those by which an office program marks a file that is open (~$courses.xlsx).
_NOT_MEANT: Final = (".", "~$")


def files_in(places: Iterable[Path]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the files to take, each once, and what is left out of folders.

    A file that was named is taken whatever it is called; of a folder those that tables come in, by name, but
    none of a folder in it.

    Raises:
        OSError: a folder cannot be read.
    """
    taken: dict[Path, None] = {}
    left: list[Path] = []
    for place in places:
        if not place.is_dir():
            taken[place] = None
            continue
        for path in sorted(place.iterdir()):
            if path.name.startswith(_NOT_MEANT):
                continue
            if path.suffix.casefold() in _KINDS and not path.is_dir():
                taken[path] = None
            else:
                left.append(path)
    return tuple(taken), tuple(left)
