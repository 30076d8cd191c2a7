"""A file is taken once by content: what came of it before, if nothing can come of it again."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline import __version__
from pipeline.errors import Exit, FileRefused
from pipeline.read import STDIN, hash_of
from pipeline.report.verdict import report_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model import Report
    from pipeline.run.orders import House, Order

# How a run may have ended that told all there is to tell of its file.
_ENDED: Final = frozenset({Exit.DONE, Exit.NEEDS_A_PERSON, Exit.FILE_REFUSED})


def content_of(order: Order, sha256: str) -> str:
    """Hash a file together with all that says what its cells mean; a new version may read it better."""
    reading = order.reading
    whole = [
        __version__,
        sha256,
        [reading.sheet, reading.encoding, reading.delimiter, reading.quote],
        [order.layout, _hash_of_own(order.layout)],
        sorted(order.given.items()),
        sorted(order.aliases.items()),
        [order.strict, order.first, order.all_or_nothing],
    ]
    return hashlib.sha256(json.dumps(whole).encode("ascii")).hexdigest()


def content_on_disk(order: Order) -> str | None:
    """Return the content of a file as it is now; None when it cannot be read, or only once."""
    try:
        return None if order.path == STDIN else content_of(order, hash_of(order.path, order.reading))
    except FileRefused:
        return None


def taken_before(order: Order, house: House, target: Callable[[], str]) -> Report | None:
    """Return the report of the run that took this content, if a next one has nothing to add to it.

    Args:
        order: what is asked for now.
        house: the real parts.
        target: signs in and returns the target's name; called only for content that is known.
    """
    content = content_on_disk(order)
    if content is None or not house.journal.knows_content(content):
        return None
    record = house.journal.last_run_of(content, target())
    if record is None or record.finished_at is None:
        return None
    report = report_of(record)
    return report if report.exit_code in _ENDED else None


def name_of_target(house: House, run_id: str) -> str:
    """Sign in and return the target's name; a run may be under way meanwhile."""
    log = house.journal.log(run_id=run_id, host=house.host, now=house.now)
    _, target = house.sign_in(log)
    log.target = target.name
    log.settle()
    return target.name


def _hash_of_own(layout: str | None) -> str | None:
    """Return the hash of a layout that is a file of the user's own, who may edit it."""
    if layout is None or not os.path.isfile(layout):  # noqa: PTH113 - Path raises for a name that is too long
        return None
    return hashlib.sha256(Path(layout).read_bytes()).hexdigest()
