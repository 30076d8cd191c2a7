"""From what was typed to settings and an order."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pipeline.cli import said as words
from pipeline.cli.workplace import Seen, image_looks, new_folder, new_run_id
from pipeline.read import Limits, Reading
from pipeline.run import Order
from pipeline.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.cli.flags import Said
    from pipeline.settings import Settings

_MB: Final = 2**20


def settings_of(said: Said, *, connects: bool = True, **flags: object) -> Settings:
    """Return the settings of this moment, with what was typed of them.

    Raises:
        SettingsRefused: naming every setting that cannot be used.
        UsageError: a flag cannot be used.
    """
    return load_settings(
        connects=connects, encoding=said.encoding, delimiter=said.delimiter, quote=said.quote, **flags
    )


def order_of(
    command: str,
    file: Path,
    said: Said,
    settings: Settings,
    **options: Any,  # noqa: ANN401 - handed on to Order
) -> Order:
    """Return what a user asked for.

    Raises:
        UsageError: naming what was said of the rows and cannot be meant.
    """
    return Order(
        command=command,
        path=file,
        reading=reading_of(settings, said.sheet),
        layout=said.layout,
        given=words.given(said.given or ()),
        aliases=words.aliases(said.aliases, said.alias or ()),
        flags=said.flags,
        max_new=settings.max_new,
        max_faulty=settings.max_faulty,
        max_shrink=settings.max_shrink,
        **options,
    )


def order_with_report(
    command: str,
    file: Path,
    said: Said,
    settings: Settings,
    *,
    check_images: bool,
    **options: Any,  # noqa: ANN401 - handed on to Order
) -> tuple[Order, Seen]:
    """Return what a user asked for, with a report folder of its own, and what keeps the file for the report.

    Raises:
        UsageError: naming what was said of the rows and cannot be meant.
        AccessRefused: the folder cannot be made.
    """
    order = order_of(
        command, file, said, settings, run_id=new_run_id(), folder=settings.report_dir, **options
    )
    return with_report(order, settings, check_images=check_images)


def with_report(order: Order, settings: Settings, *, check_images: bool) -> tuple[Order, Seen]:
    """Return an order with a report folder of its own, and what keeps its file for the report.

    Raises:
        AccessRefused: the folder cannot be made.
    """
    seen = Seen(settings)
    looks = image_looks(settings) if check_images else None
    folder = new_folder(order.path, order.run_id, settings)
    return replace(order, folder=folder, seen=seen, look_at_images=looks), seen


def reading_of(settings: Settings, sheet: str | None) -> Reading:
    """Return how a file is to be read."""
    return Reading(
        sheet=sheet,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        quote=settings.quote,
        stdin=sys.stdin.buffer if sys.stdin else None,  # whoever starts it may have closed it
        limits=Limits(
            file_bytes=settings.max_file_mb * _MB,
            unpacked_bytes=settings.max_unpacked_mb * _MB,
            unpacked_ratio=settings.max_unpacked_ratio,
            rows=settings.max_rows,
            cell_characters=settings.max_cell_characters,
            reader_seconds=settings.reader_seconds,
            reader_bytes=settings.reader_mb * _MB,
        ),
    )
