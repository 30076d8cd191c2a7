"""A file becomes cells as they are, with the row numbers people see."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.collector import uncollected
from pipeline.model import Source
from pipeline.read.delimited import read_delimited
from pipeline.read.folder import files_in
from pipeline.read.header import under_header
from pipeline.read.kinds import Kind, kind_of, misnamed
from pipeline.read.opened import STDIN, opened
from pipeline.read.reading import Limits, Reading
from pipeline.read.web_page import read_web_page
from pipeline.read.workbook import read_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import RawSheet

__all__ = ["STDIN", "Limits", "Reading", "files_in", "hash_of", "read_sheet"]


def hash_of(path: Path, reading: Reading) -> str:
    """Return the SHA-256 of a file, as the sheet read from it carries it.

    Raises:
        FileRefused: it cannot be read.
    """
    with opened(path, reading) as source:
        return source.sha256


def read_sheet(path: Path, reading: Reading | None = None) -> RawSheet:
    """Read one table; what the file holds, not what it is called, decides how.

    It can be a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods), text with any delimiter in any usual encoding, or
    a table of a web page. The header is the first row that names enough columns of a course; where none names
    any, the first that looks like a header. Other tools may call this: the result's `cells` is the table,
    its index the row numbers, `headers` what stands above it, `findings` what is to be known of it: a fault
    with a row means that this row or cell cannot be told, and that its cells are not to be relied on.

    Args:
        path: the file; `-` stands for `reading.stdin`.
        reading: what is known of the file beforehand, and what it may hold at most.

    Raises:
        FileRefused: there is no table in this file, or none that can be read; `problems` says why.
    """
    reading = reading or Reading()
    with uncollected(), opened(path, reading) as source:
        kind = kind_of(source, reading.limits)
        if kind is Kind.TEXT:
            table = read_delimited(source.file, file_name=source.name, reading=reading)
        elif kind is Kind.HTML:
            table = read_web_page(source.file, file_name=source.name, reading=reading)
        else:
            table = read_workbook(source, kind, reading)
        notes = misnamed(kind, source)
        origin = Source(path=str(path), sheet=table.sheet, sha256=source.sha256)
        return under_header(replace(table, findings=(*notes, *table.findings)), origin)
