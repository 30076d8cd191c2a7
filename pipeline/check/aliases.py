"""Aliases: the user's own answers to what a name means, for all rows at once."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from typing import TYPE_CHECKING, Final

from pipeline.check.names import fold_name
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_ID: Final = re.compile(r"0*[1-9][0-9]{0,17}")  # 64-bit, with room to spare
_HEADER: Final = ["name", "id"]
_PAIR: Final = 2  # cells


def given_aliases(given: Iterable[str]) -> dict[str, int]:
    """Return folded name -> Id of aliases as `--alias` has them: `Jon Smyth=55`.

    Raises:
        UsageError: something is no alias, or a name has two Ids; all of them are told.
    """
    return _aliases([(f'--alias "{text}"', *text.rpartition("=")[::2]) for text in given], "Jon Smyth=55")


def read_aliases(path: Path) -> dict[str, int]:
    """Return folded name -> Id of an aliases file: TOML of `"Jon Smyth" = 55`, else CSV of `name,id`.

    The CSV may have a header or none, and semicolons in place of commas.

    Raises:
        UsageError: the file cannot be read, something in it is no alias, or a name has two Ids; all of them
            are told.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".toml":
            return _aliases(_in_toml(path.name, text), '"Jon Smyth" = 55')
        return _aliases(_in_csv(path.name, text), "Jon Smyth,55")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Name another file of aliases.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path.name} is not in UTF-8. Save it as UTF-8.") from error
    except (tomllib.TOMLDecodeError, csv.Error) as error:
        raise UsageError(f"{path.name} cannot be read: {error}. Correct the file.") from error


def _in_toml(file_name: str, text: str) -> Iterator[tuple[str, str, str]]:
    for name, entry_id in tomllib.loads(text).items():
        yield f'{file_name}: "{name}"', name, str(entry_id)


def _in_csv(file_name: str, text: str) -> Iterator[tuple[str, str, str]]:
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for cells in reader:
        if any(cells) and [cell.strip().casefold() for cell in cells] != _HEADER:
            name, entry_id = cells if len(cells) == _PAIR else ("", "")
            yield f"{file_name}, line {reader.line_num}", name, entry_id


def _aliases(given: Iterable[tuple[str, str, str]], example: str) -> dict[str, int]:
    """Return the aliases among (where, name, Id)."""
    aliases: dict[str, int] = {}
    problems = []
    for where, name, entry_id in given:
        folded, digits = fold_name(name), entry_id.strip()
        if not folded or not _ID.fullmatch(digits):
            problems.append(f"{where}: this is no name with its Id. Write it like {example}.")
        elif folded.isdecimal():
            problems.append(f"{where}: a number in a cell is an Id as it stands. Give aliases to names only.")
        elif aliases.setdefault(folded, int(digits)) != int(digits):
            problems.append(f"{where}: the same name has the Id {aliases[folded]} before. Keep one of them.")
    if problems:
        raise UsageError("\n".join(problems))
    return aliases
