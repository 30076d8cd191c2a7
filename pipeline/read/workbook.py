"""Workbooks: the cells of one sheet, through python-calamine."""

from __future__ import annotations

import io
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipeline.model import Finding
from pipeline.read.lost import lost_cells
from pipeline.read.table import Table, filled_rows, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.model import Cell

_ZIP: Final = b"PK\x03\x04"
_OLE2: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED: Final = "EncryptedPackage".encode(
    "utf-16-le"
)  # [MS-OFFCRYPTO] 2.3: the stream of a locked workbook
_OTHER_KINDS: Final = {"xl/workbook.bin": "a binary workbook (.xlsb)", "mimetype": "an OpenDocument file"}


def is_workbook(contents: bytes) -> bool:
    """Say whether a file is a workbook of any kind, by its first bytes."""
    return contents.startswith((_ZIP, _OLE2))


def read_workbook(contents: bytes, *, file_name: str, sheet: str | None) -> Table:
    """Read one sheet of an .xlsx workbook; other visible sheets are named in a finding."""
    _refuse_other_kinds(contents, file_name)
    with _damage_in_words(file_name):
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(contents))
        sheets = [entry for entry in workbook.sheets_metadata if entry.typ == SheetTypeEnum.WorkSheet]
    visible = [entry.name for entry in sheets if entry.visible == SheetVisibleEnum.Visible]
    chosen = _choose([entry.name for entry in sheets], visible, wanted=sheet, file_name=file_name)
    with _damage_in_words(file_name):
        cells = workbook.get_sheet_by_name(chosen)
        # Rows come from row 1 on, but each begins at the first column that holds anything.
        _, indent = cells.start or (0, 0)
        rows = dict(filled_rows(cells.iter_rows(), indent=indent))
        lost = lost_cells(contents, chosen)
    blank: list[Cell] = [None] * (indent + cells.width)
    # A cell that lost its value is not blank, nor is its row.
    rows = {fault.row: blank for fault in lost if fault.row} | rows
    others = [name for name in visible if name != chosen]
    findings = (_not_read(file_name, chosen, others),) if others and sheet is None else ()
    return Table(sheet=chosen, rows=tuple(sorted(rows.items())), findings=findings, lost=lost)


def _refuse_other_kinds(contents: bytes, file_name: str) -> None:
    if contents.startswith(_OLE2) and _ENCRYPTED in contents:
        raise refusal(
            "encrypted",
            f"{file_name} is locked with a password. Open it, remove the password and save it again.",
        )
    kind = "an old workbook (.xls)" if contents.startswith(_OLE2) else _other_kind(contents, file_name)
    if kind is not None:
        raise refusal("other-kind", f"{file_name} is {kind}. Open it and save it as .xlsx.")


def _other_kind(contents: bytes, file_name: str) -> str | None:
    with _damage_in_words(file_name), zipfile.ZipFile(io.BytesIO(contents)) as archive:
        parts = archive.namelist()
    kind = next((kind for part, kind in _OTHER_KINDS.items() if part in parts), None)
    if kind is None and not any(part.casefold().startswith(("xl/", "xl\\")) for part in parts):
        raise refusal(
            "other-kind", f"{file_name} is no workbook. Name an .xlsx workbook or a text saved as CSV."
        )
    return kind


def _choose(names: list[str], visible: list[str], *, wanted: str | None, file_name: str) -> str:
    if wanted is None:
        found = visible[:1]
    else:  # Excel, too, takes two names that differ in case only for the same
        found = [name for name in names if name.casefold() == wanted.casefold()]
    if not found:
        asked = "visible sheet" if wanted is None else f'sheet "{wanted}"'
        raise refusal(
            "no-sheet", f"{file_name} has no {asked}. Name one of these with --sheet: {_listed(names)}."
        )
    return found[0]


def _not_read(file_name: str, chosen: str, others: list[str]) -> Finding:
    return Finding(
        code="sheet-not-read",
        message=f'{file_name}: only the sheet "{chosen}" is read, not {_listed(others)}. '
        "To read another one, name it with --sheet.",
        severity="information",
        stage="read",
    )


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


@contextmanager
def _damage_in_words(file_name: str) -> Iterator[None]:
    """Refuse the file when a reader gives up on it, whatever it raises.

    Besides its own errors python-calamine raises OverflowError (a duration no timedelta holds) and,
    where Rust panics, a PanicException that is no Exception and cannot be imported.
    """
    try:
        yield
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise refusal(
                "damaged",
                f"{file_name} cannot be read as a workbook: it may be damaged. Open it in Excel and save it "
                "again as .xlsx.",
            ) from error
        raise
