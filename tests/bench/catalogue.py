"""The catalogues that are measured: planned courses, alike every time, as files."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEADER: Final = (
    "Key",
    "Title",
    "Location",
    "Trainer",
    "Order",
    "Visibility",
    "Tariff",
    "Summary",
    "Description",
)


def planned(count: int) -> Iterator[list[object]]:
    """Yield courses with summaries of 300 characters and descriptions of one to three kilobytes."""
    text = _texts()
    for number in range(count):
        yield [
            f"BK-{number}",
            f"{text(30)} {number}",
            1414974955,
            1414980011,
            number,
            "Paid (4)",
            1414990021,
            text(300),
            f"<p>{text(1000 + number * 37 % 2000)}</p>",
        ]


def written(kind: str, path: str, count: str) -> Callable[[], None]:
    """Return what writes a catalogue; in a process of its own, since measured ones inherit its peak memory.

    Args:
        kind: "inline".
        path: where to.
        count: how many courses.
    """
    write = {"inline": _write_inline}[kind]
    return lambda: write(Path(path), int(count))


def _write_inline(path: Path, count: int) -> None:
    """Write texts into their cells, as openpyxl and pandas do."""
    import openpyxl  # noqa: PLC0415 - only who writes loads it

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Plan")
    sheet.append(HEADER)
    for row in planned(count):
        sheet.append(row)
    book.save(path)


def _texts() -> Callable[[int], str]:
    """Return what makes texts of a length, the same ones every time."""
    chance = random.Random(20_26)  # noqa: S311 - nothing secret
    letters = "abcdefghijklmnoprstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(4000)]
    words += ["für", "café,", 'the "best"', "one\ntwo"]
    prose = " ".join(chance.choices(words, k=200_000))

    def text(length: int) -> str:
        start = chance.randrange(len(prose) - length)
        return prose[start : start + length]

    return text
