"""What a run did, told to people and machines: report.json, report.xlsx, report.html, a summary."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.report.document import document
from pipeline.report.life import life_document, life_text
from pipeline.report.page import write_page
from pipeline.report.summary import summary
from pipeline.report.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.model import Report, TidySheet

__all__ = ["document", "life_document", "life_text", "summary", "write_report"]


def write_report(report: Report, sheet: TidySheet | None, folder: Path) -> None:
    """Write report.json, report.xlsx and report.html into `folder`; each appears whole or not at all.

    Args:
        report: what the journal remembers of the run.
        sheet: what its file holds; None where the file was refused, or is no longer at hand.
        folder: is there already.

    Raises:
        OSError: the folder is missing, full or not ours to write to.
    """
    with _whole(folder / "report.json") as unfinished:
        text = json.dumps(document(report), ensure_ascii=False, indent=1)
        # Half a surrogate pair has no UTF-8; its backslash form is JSON's own way to write it.
        unfinished.write_bytes(text.encode("utf-8", "backslashreplace") + b"\n")
    with _whole(folder / "report.xlsx") as unfinished:
        write_workbook(report, unfinished)
    with _whole(folder / "report.html") as unfinished:
        write_page(report, sheet, unfinished)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Yield a name beside `path` to write to; it becomes `path` only when nothing went wrong."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
