"""Workbooks: the cells of one sheet, through python-calamine, else through openpyxl."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final, Literal, NoReturn

from python_calamine import PasswordError, XmlError

from pipeline.child import ChildFailed, TookTooLong, in_child
from pipeline.errors import FileRefused
from pipeline.model import Finding
from pipeline.read.archive import is_whole
from pipeline.read.books import CalamineBook, OpenpyxlBook
from pipeline.read.header import known_columns, named_properties
from pipeline.read.kinds import Kind, damaged, gave_up, locked
from pipeline.read.piecewise import xlsx_book
from pipeline.read.sheet_xml import facts_of
from pipeline.read.table import Table, filled_rows, position_of, refusal, within
from schemas.properties import REQUIRED, TEMPLATE_LISTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from pipeline.model import Cell
    from pipeline.read.books import Book, SheetName
    from pipeline.read.opened import Opened
    from pipeline.read.reading import Reading
    from pipeline.read.sheet_xml import SheetFacts
    from pipeline.read.table import Area

    Rows = list[tuple[int, list[Cell]]]
    Way = Literal["in pieces", "openpyxl", "calamine"]

_BOOKS: Final[Mapping[Way, Callable[[BinaryIO], Book]]] = {
    "in pieces": xlsx_book,
    "openpyxl": OpenpyxlBook,
    "calamine": CalamineBook,
}
_HEAD_ROWS: Final = 30  # in which a sheet shows what it is


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """One sheet, read; what a process of its own sends back."""

    name: str
    rows: Rows
    others: tuple[str, ...]  # sheets that were not read
    merged: Sequence[Area] | None  # None where nobody can know
    lost: tuple[Finding, ...]
    facts: SheetFacts | None  # None where the format has no XML to scan


def read_workbook(opened: Opened, kind: Kind, reading: Reading) -> Table:
    """Read one sheet of a workbook; what is not read of it is told in findings.

    An .xlsx is read in this process once its XML shows that it can be. What python-calamine gives up on there
    openpyxl reads, in a process of its own: damage can make it hang. Every other kind is read in such a
    process too: where memory ends python-calamine does not raise but ends its process.

    Raises:
        FileRefused: no sheet can be chosen, or nobody can read it.
    """
    if kind is not Kind.XLSX:
        sheet = _in_child("calamine", opened, reading)
        return _table(sheet, _unknowable(f"{opened.name} · {sheet.name}", kind, sheet), opened.name)
    try:
        sheet = _read("in pieces", opened.file, opened.name, reading)
    except BaseException as error:
        if not gave_up(error):
            raise
        if isinstance(error, XmlError) or not is_whole(opened.file):  # then nobody can read it
            raise damaged(opened.name) from error
        sheet = _in_child("openpyxl", opened, reading)
        return _table(sheet, _forgiven(opened.name), opened.name)
    return _table(sheet, (), opened.name)


def _in_child(way: Way, opened: Opened, reading: Reading) -> _Sheet:
    limits = reading.limits
    read = in_child(_read_path, seconds=limits.reader_seconds, memory_bytes=limits.reader_bytes)
    try:
        sheet = read(way, opened.path, opened.name, replace(reading, stdin=None))
    except TookTooLong as failure:
        raise refusal(
            "took-too-long",
            f"{opened.name} was not read within {limits.reader_seconds:g} seconds. Set "
            "COURSE_IMPORT_READER_SECONDS higher, or save it as .xlsx.",
        ) from failure
    except ChildFailed as failure:
        most = limits.reader_bytes // 2**20
        more = f" If it is large and good, set COURSE_IMPORT_READER_MB higher than {most}."
        raise damaged(opened.name, more) from failure
    if isinstance(sheet, tuple):
        raise FileRefused(*sheet)
    return sheet


def _read_path(way: Way, path: Path, name: str, reading: Reading) -> _Sheet | tuple[Finding, ...]:
    """Read a sheet, or return why the file is refused: exceptions do not travel whole."""
    try:
        with path.open("rb") as file:
            return _read(way, file, name, reading)
    except PasswordError:
        return locked(name).problems
    except FileRefused as refused:
        return refused.problems


def _read(way: Way, file: BinaryIO, name: str, reading: Reading) -> _Sheet:
    """Choose a sheet and read it; in an .xlsx no sheet is loaded whose XML was not scanned before."""
    book: Book = _BOOKS[way](file)
    facts: dict[str, SheetFacts] = {}

    def load(sheet: str) -> Iterator[tuple[int, list[Cell]]]:
        if way != "calamine" and sheet not in facts:
            facts[sheet] = facts_of(file, sheet, name, closely=way == "openpyxl")
        return filled_rows(book.rows(sheet))

    sheets = book.sheets
    chosen = _choose(sheets, load, reading.sheet, name)
    rows = load(chosen)
    merged = facts[chosen].merged if chosen in facts else book.merged(chosen)
    book.close()  # for its strings take as much memory as the rows
    return _Sheet(
        name=chosen,
        rows=list(within(reading.limits, rows, name)),
        others=tuple(
            sheet.name
            for sheet in sheets
            if sheet.name != chosen and not (sheet.hidden and sheet.name == TEMPLATE_LISTS)
        ),
        merged=merged,
        lost=(*(facts[chosen].lost if chosen in facts else ()), *book.lost),
        facts=facts.get(chosen),
    )


def _choose(
    sheets: Sequence[SheetName],
    load: Callable[[str], Iterator[tuple[int, list[Cell]]]],
    wanted: str | None,
    file_name: str,
) -> str:
    """Return the sheet that was asked for, else the one that can be meant; ask when several can."""
    if wanted is not None:  # Excel, too, takes two names that differ in case only for the same
        found = [sheet.name for sheet in sheets if sheet.name.casefold() == wanted.casefold()]
        return (
            found[0]
            if found
            else _ask(f'has no sheet "{wanted}"', [sheet.name for sheet in sheets], file_name)
        )
    visible = [sheet.name for sheet in sheets if not sheet.hidden]
    if not visible:
        return _ask("has no visible sheet", [sheet.name for sheet in sheets], file_name)
    if len(visible) == 1:
        return visible[0]
    heads = {name: [cells for _, cells in islice(load(name), _HEAD_ROWS)] for name in visible}
    filled = [name for name in visible if heads[name]] or visible[:1]
    complete = [
        name for name in filled if any(named_properties(cells) >= set(REQUIRED) for cells in heads[name])
    ]
    named = {name: max((known_columns(cells) for cells in heads[name]), default=0) for name in filled}
    most = max(named.values())
    likely = complete or [name for name in filled if named[name] == most]
    if len(likely) == 1:
        return likely[0]
    return _ask("has several sheets that can be meant", likely, file_name)


def _ask(trouble: str, names: Sequence[str], file_name: str) -> NoReturn:
    raise refusal("no-sheet", f"{file_name} {trouble}. Name one of these with --sheet: {_listed(names)}.")


def _table(sheet: _Sheet, notes: tuple[Finding, ...], file_name: str) -> Table:
    """Put together what a sheet holds and what is to be told of it."""
    name = f"{file_name} · {sheet.name}"
    rows = dict(sheet.rows)
    places = [position_of(fault.cell or "") for fault in sheet.lost]
    width = max((len(cells) for cells in rows.values()), default=0)
    wider = max([width, *(column for column, _ in places)]) - width
    # openpyxl ends a row with its last cell.
    rows = {number: cells + [None] * (width + wider - len(cells)) for number, cells in rows.items()}
    # A cell that lost its value is not blank, nor is its row; what a reader made of it does not count.
    for column, row in places:
        rows.setdefault(row, [None] * (width + wider))[column - 1] = None
    filled = _spread(sheet.merged or (), rows)
    findings = (*_not_read(sheet, file_name), *_merged(name, filled), *_hidden(name, sheet.facts), *notes)
    return Table(sheet=sheet.name, rows=sorted(rows.items()), findings=findings, lost=sheet.lost)


def _spread(merged: Iterable[Area], rows: dict[int, list[Cell]]) -> list[Area]:
    """Give each merged cell's value to the other rows it spans; return the areas that gave anything.

    A row that holds nothing of its own stays blank.
    """
    numbers = sorted(rows)
    given = []
    done: dict[int, int] = {}  # the last row an area of this column reached: overlapping ones are no area
    for area in sorted(merged, key=lambda area: (area.first_column, area.first_row)):
        column = area.first_column - 1
        value = next(iter(rows.get(area.first_row, [])[column : column + 1]), None)
        if value is None or area.first_row <= done.get(column, 0):
            continue
        done[column] = area.last_row
        spanned = numbers[bisect_right(numbers, area.first_row) : bisect_right(numbers, area.last_row)]
        blank = [number for number in spanned if column < len(rows[number]) and rows[number][column] is None]
        for number in blank:
            rows[number][column] = value
        if blank:
            given.append(area)
    return given


def _merged(table: str, areas: Sequence[Area]) -> Iterator[Finding]:
    if areas:
        listed = ", ".join(map(str, areas))
        yield _note("merged", f"{table}: merged cells give their value to every row they span: {listed}.")


def _hidden(table: str, facts: SheetFacts | None) -> Iterator[Finding]:
    if facts and facts.hidden_rows:
        why = ", some by a filter" if facts.filtered else ""
        rows = _runs(facts.hidden_rows)
        yield _note("hidden", f"{table}: these rows are hidden{why}, and read like the others: {rows}.")
    if facts and facts.hidden_columns:
        columns = ", ".join(facts.hidden_columns)
        yield _note("hidden", f"{table}: these columns are hidden, and read like the others: {columns}.")


def _unknowable(table: str, kind: Kind, sheet: _Sheet) -> tuple[Finding, ...]:
    unknown = (
        "which rows and columns are hidden, and which blank cells are errors or formulas without a value"
    )
    if sheet.merged is None:
        unknown = f"which cells are merged, {unknown}"
    return (_note("unknowable", f"{table}: {kind} does not tell {unknown}. Save it as .xlsx to know."),)


def _forgiven(file_name: str) -> tuple[Finding, ...]:
    message = (
        f"{file_name} is damaged in places, and was read as well as it goes. Compare the report with the "
        "file, or open it in Excel and save it again."
    )
    return (replace(_note("damaged-in-places", message), severity="warning"),)


def _not_read(sheet: _Sheet, file_name: str) -> Iterator[Finding]:
    if sheet.others:
        yield _note(
            "sheet-not-read",
            f'{file_name}: only the sheet "{sheet.name}" is read, not {_listed(sheet.others)}. '
            "To read another one, name it with --sheet.",
        )


def _note(code: str, message: str) -> Finding:
    return Finding(code=code, message=message, severity="information", stage="read")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _runs(numbers: Sequence[int]) -> str:
    """Return ascending numbers in words: "5 to 9, 12"."""
    starts = [number for before, number in pairwise([-1, *numbers]) if number != before + 1]
    ends = [number for number, after in pairwise([*numbers, -1]) if after != number + 1]
    return ", ".join(
        str(first) if first == last else f"{first} to {last}"
        for first, last in zip(starts, ends, strict=True)
    )
