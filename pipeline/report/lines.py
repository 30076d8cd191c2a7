"""Plain text for a terminal: lines that fit, and nothing in them that could command it."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import Final

from pipeline.report.shown import visible

INDENT: Final = "  "  # doubled where a line runs on
LINE_LIMIT: Final = 400  # characters: a cell may hold 32,767, and a message may quote it


def labelled(label: str, text: str, width: int) -> list[str]:
    """Return `text` behind its label, or uncut on a line below when both do not fit."""
    text = visible(text)
    line = f"{label} {text}"
    return [line] if len(_spread(line)) <= width else [label, INDENT + text]


def wrapped(
    text: str, width: int, *, indent: str = "", whole: str = "report.json", breaks: bool = False
) -> list[str]:
    """Return `text` in lines of `width` columns.

    Args:
        text: what is longer than a line should be is cut, and says by how much.
        width: in terminal columns.
        indent: of the first line; doubled where it runs on.
        whole: where all of a text is that was cut.
        breaks: whether words longer than a line are broken; else they can be copied.
    """
    spread = _spread(visible(_begun(text, whole)))
    lines = textwrap.wrap(
        spread,
        # A wide character at the end of a line has lost the column that stood behind it.
        width - 1 if _SPREAD in spread else width,
        initial_indent=indent,
        subsequent_indent=indent * 2,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=breaks,
        break_on_hyphens=False,
    )
    return [line.replace(_SPREAD, "") for line in lines]


# Stands behind each character that is two columns wide (Chinese, Japanese, Korean, most emoji): textwrap then
# counts both columns, and may break the line there, which is right for writing without spaces.
_SPREAD: Final = "\v"


def _spread(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        character + _SPREAD if unicodedata.east_asian_width(character) in "WF" else character
        for character in text
    )


def _begun(text: str, whole: str) -> str:
    more = len(text) - LINE_LIMIT
    return text if more <= 0 else f"{text[:LINE_LIMIT]}… ({more:,} more characters in {whole})"


def cut(text: str, limit: int) -> str:
    """Return the beginning of a text that only has to be known again."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
