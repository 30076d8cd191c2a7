"""From what was typed to settings and an order."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from pipeline.cli import said as words
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
        **options,
    )


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
