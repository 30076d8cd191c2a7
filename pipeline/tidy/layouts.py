"""Which layout a file is written in: the one that was asked for, else the one its header shows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rapidfuzz import process

from pipeline.errors import FileRefused, UsageError
from pipeline.model import Finding
from schemas.layouts import LayoutRefused, read_layout, recognise, shipped

if TYPE_CHECKING:
    from pipeline.model import RawSheet, Severity
    from schemas.layouts import Layout

OWN: Final = "none"  # what --layout calls our own columns


def layout_of(raw: RawSheet, wanted: str | None) -> tuple[Layout | None, tuple[Finding, ...]]:
    """Return a file's layout, None for our own columns, and a note that says so.

    Args:
        raw: the table as the file holds it.
        wanted: a shipped layout's name, a layout file's path, or `none`; found out when None.

    Raises:
        UsageError: there is no such layout, or it has a mistake.
        FileRefused: the header fits two layouts alike.
    """
    if wanted is not None:
        return (None if wanted == OWN else _named(wanted)), ()
    matches = recognise(raw.headers, shipped().values())
    if not matches:
        return None, ()
    best, *others = matches
    alike = [match.layout.name for match in others if match.known == best.known]
    if alike:
        names = ", ".join([best.layout.name, *alike])
        raise FileRefused(
            _note(raw, f"may be in several layouts. Name one with --layout: {names}.", severity="fault")
        )
    title = best.layout.title
    told = f"this looks like {title}: {best.told}. If it is not, name another layout with --layout, or none."
    return best.layout, (_note(raw, told, severity="information"),)


def _named(wanted: str) -> Layout:
    layouts = shipped()
    if wanted in layouts:
        return layouts[wanted]
    if not os.path.exists(wanted):  # noqa: PTH110 - Path raises for a name that is too long
        nearest = process.extractOne(wanted, layouts.keys())
        raise UsageError(
            f"--layout: there is no file {wanted}, and no layout of that name. Nearest: {nearest[0]}. "
            f"Layouts: {', '.join(layouts)}."
        )
    try:
        return read_layout(Path(wanted))
    except LayoutRefused as refused:
        raise UsageError(str(refused)) from refused


def _note(raw: RawSheet, told: str, *, severity: Severity) -> Finding:
    return Finding(code="layout", message=f"{raw.source.name}: {told}", severity=severity, stage="tidy")
