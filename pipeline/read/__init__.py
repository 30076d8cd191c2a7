"""A file becomes cells as they are, with the row numbers people see."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pipeline.model import Source
from pipeline.read.delimited import read_delimited
from pipeline.read.header import under_header
from pipeline.read.table import refusal
from pipeline.read.workbook import is_workbook, read_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import RawSheet

__all__ = ["read_sheet"]


def read_sheet(path: Path, *, sheet: str | None = None) -> RawSheet:
    """Read one table; what the file holds, not what it is called, decides how.

    Args:
        path: an .xlsx workbook, or text in UTF-8 with commas, semicolons or tabs between the cells.
        sheet: which sheet of a workbook; the first one that is not hidden when left out.

    Raises:
        FileRefused: there is no table in this file, or none that can be read.
    """
    contents = _contents(path)
    read = read_workbook if is_workbook(contents) else read_delimited
    table = read(contents, file_name=path.name, sheet=sheet)
    source = Source(path=str(path), sheet=table.sheet, sha256=hashlib.sha256(contents).hexdigest())
    return under_header(table, source)


def _contents(path: Path) -> bytes:
    try:
        contents = path.read_bytes()
    except IsADirectoryError as error:
        raise refusal("directory", f"{path} is a folder. Name a file in it.") from error
    except FileNotFoundError as error:
        raise refusal("missing-file", f"There is no file {path}. Check its name and folder.") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise refusal(
            "unreadable", f"{path} cannot be read: {reason}. Check that you may open it."
        ) from error
    if not contents:
        raise refusal("empty-file", f"{path.name} is empty. Save your courses into it first.")
    return contents
