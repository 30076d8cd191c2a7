"""What a run did, told to people and machines: report files, rows to correct, a summary."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.report.checkup import checkup_document, checkup_text
from pipeline.report.document import document
from pipeline.report.life import life_document, life_text
from pipeline.report.notice import notice
from pipeline.report.one_line import one_line
from pipeline.report.page import write_page
from pipeline.report.summary import summary
from pipeline.report.to_fix import plan_to_fix, told_of, write_to_fix
from pipeline.report.workbook import CopyLimits, write_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.model import Report, TidySheet

__all__ = [
    "CopyLimits",
    "checkup_document",
    "checkup_text",
    "document",
    "life_document",
    "life_text",
    "notice",
    "one_line",
    "summary",
    "write_report",
]


def write_report(
    report: Report,
    sheet: TidySheet | None,
    folder: Path,
    limits: CopyLimits = CopyLimits(),  # noqa: B008 - a frozen value
) -> None:
    """Write report.json, report.xlsx, report.html and, where rows have to be corrected, a to-fix file.

    Each appears whole or not at all.

    Args:
        report: what the journal remembers of the run.
        sheet: what its file holds; None where the file was refused, or is no longer at hand.
        folder: is there already.
        limits: what the marked copy may take.

    Raises:
        OSError: the folder is missing, full or not ours to write to.
    """
    with _whole(folder / "report.json") as unfinished:
        text = json.dumps(document(report), ensure_ascii=False, indent=1)
        # Half a surrogate pair has no UTF-8; its backslash form is JSON's own way to write it.
        unfinished.write_bytes(text.encode("utf-8", "backslashreplace") + b"\n")
    notes = () if sheet is None else _write_to_fix(report, sheet, folder)
    with _whole(folder / "report.xlsx") as unfinished:
        write_workbook(report, sheet, unfinished, limits=limits, notes=notes)
    with _whole(folder / "report.html") as unfinished:
        write_page(report, sheet, unfinished, to_fix=[text for _, text in notes])


def _write_to_fix(report: Report, sheet: TidySheet, folder: Path) -> tuple[tuple[str, str], ...]:
    """Write what is to be corrected, if anything; return what the report says of it."""
    fix = plan_to_fix(report, sheet)
    if fix is None:
        return ()
    if fix.rows:
        with _whole(folder / fix.name) as unfinished:
            write_to_fix(fix, report, sheet, unfinished)
    return tuple(told_of(fix, report))


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Yield a name beside `path` to write to; it becomes `path` only when nothing went wrong."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
