"""From a file to judged rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from schemas.course import Course

# What a file can hold in one cell; None is a blank one.
Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | None
Severity: TypeAlias = Literal["fault", "warning", "information"]
Stage: TypeAlias = Literal["read", "tidy", "check", "plan", "send"]


def shown(cell: Cell) -> str:
    """Return a cell as a sheet shows it: whole numbers without a point, dates as ISO 8601 writes them."""
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    if isinstance(cell, bool):
        return str(cell).upper()
    return "" if cell is None else str(cell)


def letter_of(position: int) -> str:
    """Return the letters Excel gives the column at `position`, counted from 0.

    >>> letter_of(0), letter_of(25), letter_of(26)
    ('A', 'Z', 'AA')
    """
    before, last = divmod(position, 26)
    return (letter_of(before - 1) if before else "") + chr(ord("A") + last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where cells came from."""

    path: str
    sheet: str | None  # None where the format has no sheets
    sha256: str | None  # of the whole file, hexadecimal; None where it could not be read

    @property
    def name(self) -> str:
        """The table as messages call it: "courses.xlsx · Plan"."""
        file_name = "standard input" if self.path == "-" else PurePath(self.path).name
        return file_name if self.sheet is None else f"{file_name} · {self.sheet}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know about a cell, a row or a file, from us or in the API's own words."""

    code: str  # stable, for machines: "required", "tariff-missing", "api"
    message: str  # what is wrong and what to do, in the user's words
    severity: Severity
    stage: Stage
    row: int | None = None  # as Excel shows it; None speaks of the file
    cell: str | None = None  # "G17"
    column: str | None = None  # the header as the user wrote it
    property_name: str | None = None  # the API's name
    value: str | None = None  # what stands in the cell, as text


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the user's that feeds one property."""

    header: str
    letter: str  # "G"

    def cell(self, row: int) -> str:
        """Return the address of this column's cell in `row`, as Excel writes it."""
        return f"{self.letter}{row}"


def finding_at(  # noqa: PLR0913 - a finding has as many parts
    columns: Mapping[str, Column],
    property_name: str,
    row: int,
    *,
    code: str,
    message: str,
    severity: Severity,
    stage: Stage,
    value: str | None,
) -> Finding:
    """Return a finding at a property's cell in `row`; what no column of the user's feeds has no address."""
    column = columns.get(property_name)
    return Finding(
        code=code,
        message=message,
        severity=severity,
        stage=stage,
        row=row,
        cell=column.cell(row) if column else None,
        column=column.header if column else None,
        property_name=property_name,
        value=value,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSheet:
    """A table as the file holds it.

    `cells` is a frame of objects: its index is the row number people see, its columns count from 0 and
    stand in the file's order (position 6 is column G); blank cells are None and blank rows are absent.
    """

    source: Source
    header_row: int
    headers: tuple[str, ...]  # as the user wrote them, one for each column of `cells`
    cells: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    places: Mapping[int, int] = field(
        default_factory=dict
    )  # row -> its place among the file's, where it counts
    delimiter: str | None = None  # of a text that can be written as CSV and read the same way; else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TidySheet:
    """The same rows in our columns.

    `frame` has the index of `raw.cells` and one column for every property the file feeds, typed by its kind:
    Int64, boolean or str, missing where the cell was blank or is the subject of a finding. A name in place of
    an Id is in `names`, and missing from `frame` until it is looked up.
    """

    raw: RawSheet
    columns: Mapping[str, Column]  # property name -> the user's column
    frame: pd.DataFrame
    findings: tuple[Finding, ...]
    names: Mapping[str, pd.Series] = field(default_factory=dict)  # property name -> names as typed, by row
    layout: str | None = None  # the name of the other system's layout it was written in


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One location, host or pricing plan that a name can mean."""

    id: int
    name: str
    email: str = ""  # of a host, in lower case
    active: bool = True  # False for a host who is not, and for an archived pricing plan
    business_id: int | None = None  # the location a pricing plan is for; None: all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """What names mean at a target, by the property they stand for; one that is absent was not looked up."""

    entries: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    missing_roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # those the account would need


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row after checking; `course` is there only when no fault stands against it."""

    number: int
    key: str | None  # None without a title or a location
    title: str | None
    business_id: int | None
    course: Course | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A whole file, judged."""

    source: Source
    columns: Mapping[str, Column]  # property name -> the user's column, for what the API will say of it
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]  # those of the file first, then in row order


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHead:
    """What a server told of one image, without the image."""

    status: int  # of HTTP, after redirects
    content_type: str | None  # "image/png", without parameters
    size_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoImageHead:
    """Why nothing is known of an image: it was asked for in vain, or not asked for, for safety's sake."""

    asked: bool
    reason: str


ImageAnswer: TypeAlias = ImageHead | NoImageHead
