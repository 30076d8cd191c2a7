"""From a file to judged rows, and to the beginning of what is written down of a run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.check import check
from pipeline.check.images import image_addresses, with_images
from pipeline.check.strict import strictly
from pipeline.errors import Exit, FileRefused
from pipeline.model import RunRecord, Source
from pipeline.read import read_sheet
from pipeline.record import judged
from pipeline.run.taking import content_of, content_on_disk
from pipeline.tidy import layout_of, tidy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pipeline.model import Checked, Directory, Finding, RawSheet, TidySheet
    from pipeline.run.orders import Order
    from schemas.layouts import Layout


def read(order: Order, now: Callable[[], datetime]) -> tuple[RunRecord, TidySheet | None]:
    """Read and tidy; return the run's record, and the sheet unless the file was refused."""
    record = RunRecord(
        run_id=order.run_id,
        command=order.command,
        started_at=now(),
        finished_at=None,
        version=__version__,
        target=None,
        rehearsal=False,
        source=Source(path=str(order.path), sheet=order.reading.sheet, sha256=None),
        rows=(),
        file_findings=(),
        folder=str(order.folder),
        flags=order.flags,
    )
    notes: tuple[Finding, ...] = ()
    try:
        raw, layout, notes = opened(order)
        sheet = tidy(replace(raw, findings=(*notes, *raw.findings)), layout, order.given)
    except FileRefused as refused:
        return replace(_refuse(record, refused, *notes), content=content_on_disk(order)), None
    order.seen(sheet)
    sha256 = raw.source.sha256
    return replace(record, content=None if sha256 is None else content_of(order, sha256)), sheet


def opened(order: Order) -> tuple[RawSheet, Layout | None, tuple[Finding, ...]]:
    """Return the table a file holds, its layout, and what there is to say of that.

    Raises:
        FileRefused: it cannot be read.
    """
    raw = read_sheet(order.path, order.reading)
    layout, notes = layout_of(raw, order.layout)
    return raw, layout, notes


def judge(
    order: Order, record: RunRecord, sheet: TidySheet, directory: Directory
) -> tuple[RunRecord, Checked | None]:
    """Check; return the run's record with its rows, and these unless the file was refused."""
    try:
        checked = check(sheet, directory, order.aliases)
        if order.look_at_images is not None:
            checked = with_images(checked, sheet, order.look_at_images(image_addresses(checked, sheet)))
        if order.strict:
            checked = strictly(checked)
    except FileRefused as refused:
        return _refuse(record, refused), None
    return judged(record, checked), checked


def _refuse(record: RunRecord, refused: FileRefused, *notes: Finding) -> RunRecord:
    return replace(record, file_findings=(*refused.problems, *notes), stop_code=Exit.FILE_REFUSED)
