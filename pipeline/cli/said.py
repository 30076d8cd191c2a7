"""What is said of a file's rows on the command line: constants and aliases."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from pipeline.check.aliases import given_aliases, read_aliases
from pipeline.errors import UsageError
from schemas.properties import PROPERTIES, SPELLINGS, fold_header

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def given(pairs: Iterable[str]) -> dict[str, str]:
    """Return what `--set Property=value` says, by the API's names.

    Raises:
        UsageError: naming every pair that says nothing.
    """
    said: dict[str, str] = {}
    problems = []
    for pair in pairs:
        word, mark, value = pair.partition("=")
        name = SPELLINGS.get(fold_header(word))
        if not mark or not value.strip():
            problems.append(f"--set {pair}: write PROPERTY=VALUE, such as HostId=1414980011.")
        elif name is None:
            nearest = get_close_matches(word, PROPERTIES, n=1, cutoff=0)[0]
            problems.append(f'--set {pair}: no property is called "{word}". Nearest: {nearest}.')
        elif name in said:
            problems.append(f"--set {pair}: {name} is set twice.")
        else:
            said[name] = value
    if problems:
        raise UsageError("\n".join(problems))
    return said


def aliases(file: Path | None, pairs: Iterable[str]) -> dict[str, int]:
    """Return what names mean, by an aliases file and by `--alias NAME=ID`, which goes before it."""
    return {**(read_aliases(file) if file else {}), **given_aliases(pairs)}
