"""The catalogues that are measured: planned courses, alike every time, as files and as typed cells."""

from __future__ import annotations

import csv
import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
_SUMMARY: Final = 300  # characters
_BUSINESS_ID: Final = 1414974955
_HOST_ID: Final = 1414980011
_TARIFF_ID: Final = 1414990021
_SIZES: Final = ("", "?w=300")  # of pictures, as their addresses ask for them

# One fault each, by property; a cell of text where a number belongs is blank once cells have types.
FAULTS: Final = (
    ("Title", None),
    ("BusinessId", -5),
    ("HostId", None),
    ("DisplayOrder", "soon"),
    ("Visibility", 9),
    ("TariffId", None),
    ("SummaryText", "x" * 450),
    ("SummaryText", "See @@PLUGINFILE@@/plan.pdf"),
    ("NewImageUrl", "example dot com"),
    ("NewImageUrl", "https://example.com/images/plan.pdf"),
)


def planned(count: int) -> Iterator[list[object]]:
    """Yield courses with summaries of 300 characters and descriptions of one to three kilobytes."""
    text = _texts()
    for number in range(count):
        yield [
            f"BK-{number}",
            f"{text(30)} {number}",
            _BUSINESS_ID,
            _HOST_ID,
            number,
            "Paid (4)",
            _TARIFF_ID,
            text(_SUMMARY),
            f"<p>{text(1000 + number * 37 % 2000)}</p>",
        ]


def by_property(count: int, percent: int) -> dict[str, list[object]]:
    """Return courses as columns of the API's properties, `percent` of their rows with one fault each."""
    columns = {name: [*cells] for name, cells in _without_fault(count).items()}
    for number in filter(lambda number: _is_faulty(number, percent), range(count)):
        name, cell = FAULTS[(number // 100 + number) % len(FAULTS)]
        columns[name][number] = cell
    return columns


@cache
def _without_fault(count: int) -> Mapping[str, Sequence[object]]:
    text = _texts()
    return {
        "SystemId": [f"BK-{number}" for number in range(count)],
        "Title": [f"{text(30)} {number}" for number in range(count)],
        "BusinessId": [_BUSINESS_ID] * count,
        "HostId": [_HOST_ID] * count,
        "DisplayOrder": range(count),
        "Visibility": [4] * count,
        "TariffId": [_TARIFF_ID] * count,
        "SummaryText": [text(_SUMMARY) for _ in range(count)],
        "NewImageUrl": [
            f"https://example.com/images/{number}.jpg{_SIZES[number % 2]}" for number in range(count)
        ],
    }


def faulty(count: int, percent: int) -> int:
    """Return how many rows of `by_property` have a fault."""
    return sum(_is_faulty(number, percent) for number in range(count))


def _is_faulty(number: int, percent: int) -> bool:
    return number % 100 < percent


def written(kind: str, path: str, count: str) -> Callable[[], None]:
    """Return what writes a catalogue; in a process of its own: the one that measures stays small.

    Args:
        kind: "inline", "shared" or "text".
        path: where to.
        count: how many courses.
    """
    write = {"inline": _write_inline, "shared": _write_shared, "text": _write_text}[kind]
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


def _write_shared(path: Path, count: int) -> None:
    """Write texts into one table that cells refer to, as Excel does."""
    import xlsxwriter  # noqa: PLC0415 - only who writes loads it

    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Plan")
    for number, row in enumerate((HEADER, *planned(count))):
        sheet.write_row(number, 0, row)
    book.close()


def _write_text(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows((HEADER, *planned(count)))


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
