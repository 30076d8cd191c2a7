#!/usr/bin/env python3
"""Make the sample workbooks beside this script.

courses.csv is written by hand, and courses.xlsx holds the same courses; the rows with mistakes stand here.
After changing either, run `.venv/bin/python samples/make.py`.
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    Content: TypeAlias = str | int | float | bool | datetime | None

_HERE: Final = Path(__file__).parent

_LONDON, _LISBON, _BERLIN = 1414974955, 1414974956, 1414974957
_LONG: Final = (
    "Forty pages of programme do not fit into a summary, but nobody has told the author so far. " * 5
)

_TYPED_AS_2_3: Final = datetime(2026, 3, 2)  # noqa: DTZ001 - Excel's dates have no zone

# What a row of the workbook with mistakes holds unless it says otherwise.
_USUAL: Final[Mapping[str, Content]] = {
    "Key": None,
    "Location": _LONDON,
    "Trainer": 1414980011,
    "Course title": None,
    "Order": 10,
    "Access": "Public",
    "Pricing plan": None,
    "Summary": None,
    "Description": None,
    "Image": None,
    "Clear image": None,
    "Featured": None,
    "Group": "Autumn",
    "Internal notes": None,
}

# One mistake a row, with good rows between; the last one has five.
_MISTAKES: Final[tuple[tuple[Content, Mapping[str, Content]], ...]] = (
    ("Letters that sell", {"Summary": "Long ones and short ones.", "Internal notes": "room 3"}),
    ("Selling by phone", {"Location": None, "Trainer": None, "Order": None, "Internal notes": "ask Priya"}),
    (None, {"Summary": "Nobody has found a name for it yet.", "Internal notes": "name by Friday!"}),
    ("First aid", {"Trainer": 0}),
    ("Fire drill", {"Location": -1414974955}),
    ("Mushrooms of Epping Forest", {"Image": "https://example.com/courses/mushrooms.jpg"}),
    ("Podcasting", {"Order": "about ten"}),
    ("Podcasting, second steps", {"Order": 1.5}),
    ("Interviews", {"Trainer": 1414980011999999999}),
    ("Editing", {"Trainer": "99999999999999999999"}),
    ("Ceramics", {"Location": _LISBON, "Trainer": 1414980017, "Access": "Paid", "Pricing plan": 1414990025}),
    ("Glazing", {"Featured": "maybe"}),
    ("Throwing", {"Access": "Secret"}),
    ("Turning", {"Access": 7}),
    ("Firing", {"Access": "Paid (2)"}),
    ("Kintsugi", {"Access": "Hidden (2)", "Summary": "金継ぎ: mending with gold."}),
    (_TYPED_AS_2_3, {"Internal notes": "it is called 2-3, like the climbing grade"}),
    (12.5, {"Internal notes": "the wine with 12.5 %"}),
    ("Tax for artists", {"Access": "Paid"}),
    ("Law for artists", {"Pricing plan": 1414990021}),
    ("Grants for artists", {"Location": _BERLIN, "Trainer": 1414980012, "Access": "private"}),
    ("Writing a programme", {"Summary": _LONG}),
    ("Drawing", {"Image": "/courses/drawing.jpg"}),
    ("Vector drawing", {"Image": "https://example.com/courses/drawing.svg"}),
    ("Life drawing", {"Image": "https://example.com/courses/77"}),
    ("Ink drawing", {"Image": "https://example.com/courses/ink.png", "Clear image": "yes"}),
    ("Collage", {"Clear image": "yes", "Featured": "yes"}),
    ("Improvised theatre", {"Key": "AU-50", "Internal notes": "with Sofia"}),
    ("Improvised theatre", {"Key": "AU-50", "Internal notes": "pasted twice?"}),
    ("Choir", {"Key": "AU-51"}),
    ("Choir for beginners", {"Key": "AU-51"}),
    ("Chess", {"Featured": False, "Description": "**Openings**\n\n- Italian\n- Spanish\n- none at all"}),
    (
        "Everything at once",
        {
            "Trainer": None,
            "Order": 1.5,
            "Access": "Secret",
            "Summary": _LONG,
            "Image": "/courses/everything.jpg",
        },
    ),
)

_WIDTHS: Final = {"Title": 34, "Course title": 34, "SummaryText": 48, "Summary": 48, "Internal notes": 30}
_USUAL_WIDTH: Final = 22  # characters: room for the longest number and for most headers
_WHOLE: Final = "0"  # the number format that shows an Id with all its digits
_DAY: Final = "d-m"  # how a date looks that was never meant to be one


def main() -> None:
    """Write both workbooks."""
    with (_HERE / "courses.csv").open(encoding="utf-8-sig", newline="") as table:
        headers, *rows = csv.reader(table)
    courses = [[int(cell) if cell.isdecimal() else cell or None for cell in row] for row in rows]
    _write(_HERE / "courses.xlsx", headers, courses)
    _write(_HERE / "courses-with-mistakes.xlsx", list(_USUAL), _with_mistakes())


def _with_mistakes() -> Iterator[list[Content]]:
    for number, (title, differences) in enumerate(_MISTAKES, start=1):
        row = {**_USUAL, "Key": f"AU-{number:02}", "Course title": title, **differences}
        yield list(row.values())


def _write(path: Path, headers: Sequence[str], rows: Iterable[Sequence[Content]]) -> None:
    book = Workbook(write_only=True)
    book.properties.creator = "course-import"
    sheet = book.create_sheet("Courses")
    sheet.freeze_panes = "A2"
    for position, header in enumerate(headers, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = _WIDTHS.get(header, _USUAL_WIDTH)
    sheet.append([_header(sheet, header) for header in headers])
    for row in rows:
        sheet.append([_cell(sheet, content) for content in row])
    book.save(path)


def _header(sheet: Worksheet, header: str) -> Cell:
    cell = _cell(sheet, header)
    cell.font = Font(name="Calibri", size=11, bold=True)
    cell.fill = PatternFill("solid", fgColor="DDEBF7")
    return cell


def _cell(sheet: Worksheet, content: Content) -> Cell:
    cell = WriteOnlyCell(sheet, value=content)
    if isinstance(content, int):
        cell.number_format = _WHOLE
    elif isinstance(content, datetime):
        cell.number_format = _DAY
    return cell


if __name__ == "__main__":
    main()
