"""A loaded workbook made still: nothing in it calculates, links, runs or forbids any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl.cell.cell import ERROR_CODES, MergedCell
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.workbook.protection import DocumentSecurity
from openpyxl.worksheet.datavalidation import DataValidationList
from openpyxl.worksheet.scenario import ScenarioList

from pipeline.report.inert import keep_as_text, looks_live

if TYPE_CHECKING:
    from collections.abc import ItemsView

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.table import Table
    from openpyxl.worksheet.worksheet import Worksheet


def still(book: Workbook) -> None:
    """Take from a workbook that was loaded with its values only whatever else is alive or locked.

    Links, names, drop-down lists, conditional formats, scenarios, pivot tables, charts and pictures go, and
    so do tables that calculate or fetch; cells keep their values, text as text, and their formats.
    """
    for chart in book.chartsheets:
        book.remove(chart)
    book.defined_names.clear()
    book.security = DocumentSecurity()
    book.template = False
    for view in book.views:
        view.firstSheet = 0
    for sheet in book.worksheets:
        _still_sheet(sheet)


def filled_cells(sheet: Worksheet) -> ItemsView[tuple[int, int], Cell | MergedCell]:
    """Return the cells that are there, by row and column; openpyxl's own ways make the ones between, too."""
    return sheet._cells.items()  # noqa: SLF001 - one cell far away would fill the memory


def _still_sheet(sheet: Worksheet) -> None:
    sheet.defined_names.clear()
    sheet.protection.disable()
    sheet.data_validations = DataValidationList()
    sheet.conditional_formatting = ConditionalFormattingList()
    sheet.scenarios = ScenarioList()
    sheet.sheet_view.tabSelected = False
    for drawn in ("_charts", "_images", "_pivots"):  # openpyxl has no public name for them
        getattr(sheet, drawn).clear()
    for table in list(sheet.tables.values()):
        if not _is_still(table):
            del sheet.tables[table.displayName]
    for _, cell in filled_cells(sheet):
        if not isinstance(cell, MergedCell):
            _still_cell(cell)


def _still_cell(cell: Cell) -> None:
    if cell.hyperlink is not None:
        cell.hyperlink = None
    value = cell.value
    if isinstance(value, str) and not (cell.data_type == "e" and value in ERROR_CODES):
        cell.data_type = "s"
        if looks_live(value):
            keep_as_text(cell)


def _is_still(table: Table) -> bool:
    """Return whether a table is but a frame around cells: no query feeds it, no column calculates."""
    return table.tableType in (None, "worksheet") and not any(
        column.calculatedColumnFormula or column.totalsRowFormula or column.totalsRowFunction
        for column in table.tableColumns
    )
