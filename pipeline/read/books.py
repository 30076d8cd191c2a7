"""Two readers of workbooks behind one face: python-calamine, and openpyxl for what that one gives up on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Protocol

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipeline.model import letter_of
from pipeline.read.table import Area, lost_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from pipeline.model import Cell, Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetName:
    """One of a workbook's tables."""

    name: str
    hidden: bool


class Book(Protocol):
    """A workbook that is open."""

    lost: list[Finding]  # cells of the sheet read last whose value cannot be told

    @property
    def sheets(self) -> Sequence[SheetName]:
        """The sheets that hold cells, in their order."""

    def rows(self, sheet: str) -> Iterator[Sequence[Cell]]:
        """Yield a sheet's rows from row 1 on, their cells from column A on."""

    def close(self) -> None:
        """Give back what is held beside the rows that are being yielded; nothing else can be asked then."""

    def merged(self, sheet: str) -> Sequence[Area] | None:
        """Return the areas merged into one cell; None where this cannot be known."""


def sheets_of(workbook: CalamineWorkbook) -> Sequence[SheetName]:
    """Return the sheets of a workbook that hold cells, in their order."""
    return [
        SheetName(name=entry.name, hidden=entry.visible != SheetVisibleEnum.Visible)
        for entry in workbook.sheets_metadata
        if entry.typ == SheetTypeEnum.WorkSheet
    ]


class CalamineBook:
    """A workbook of any kind python-calamine knows."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        self._workbook = CalamineWorkbook.from_filelike(file)
        self.lost: list[Finding] = []  # python-calamine tells errors as blanks

    @property
    def sheets(self) -> Sequence[SheetName]:
        """The sheets that hold cells, in their order."""
        return sheets_of(self._workbook)

    def rows(self, sheet: str) -> Iterator[Sequence[Cell]]:
        """Yield a sheet's rows from row 1 on, their cells from column A on."""
        cells = self._workbook.get_sheet_by_name(sheet)
        # Rows come from row 1 on, but each begins at the first column that holds anything.
        _, indent = cells.start or (0, 0)
        before: list[Cell] = [None] * indent
        return (before + list(row) for row in cells.iter_rows()) if indent else cells.iter_rows()

    def merged(self, sheet: str) -> Sequence[Area] | None:
        """Return the areas merged into one cell; None where this cannot be known."""
        areas = self._workbook.get_sheet_by_name(sheet).merged_cell_ranges
        if areas is None:
            return None
        return [
            Area(first_row=top + 1, first_column=left + 1, last_row=bottom + 1, last_column=right + 1)
            for (top, left), (bottom, right) in areas
        ]

    def close(self) -> None:
        """Give back what is held beside the rows that are being yielded; nothing else can be asked then."""
        self._workbook.close()


class OpenpyxlBook:
    """An .xlsx or .xlsm workbook, read more forgivingly and ten times as slowly."""

    def __init__(self, file: BinaryIO) -> None:
        import openpyxl  # noqa: PLC0415 - few files need it, and it costs time and memory to load

        self._workbook = openpyxl.load_workbook(file, read_only=True, data_only=True)
        self.lost: list[Finding] = []

    @property
    def sheets(self) -> Sequence[SheetName]:
        """The sheets that hold cells, in their order."""
        return [
            SheetName(name=sheet.title, hidden=sheet.sheet_state != "visible")
            for sheet in self._workbook.worksheets
        ]

    def rows(self, sheet: str) -> Iterator[Sequence[Cell]]:
        """Yield a sheet's rows from row 1 on, their cells from column A on."""
        cells = self._workbook[sheet]
        cells.reset_dimensions()  # what the sheet says of its own size may be wrong
        self.lost.clear()
        for number, row in enumerate(cells.iter_rows(), start=1):
            yield [self._value(cell, number, position) for position, cell in enumerate(row)]

    def merged(self, _sheet: str) -> Sequence[Area] | None:
        """Return None: a sheet that is read row by row does not tell."""
        return None

    def close(self) -> None:
        """Do nothing: rows are read from the file as they are yielded."""

    def _value(self, cell: Any, row: int, position: int) -> Cell:  # noqa: ANN401 - stubs have other cells
        value: Cell = cell.value
        if cell.data_type == "e":  # also of a number that is no date, though its format says so
            address = f"{letter_of(position)}{row}"
            self.lost.append(lost_cell("error-cell", row, address, value=str(value)))
            return None
        return value.date() if isinstance(value, datetime) and value.time() == time() else value
