"""One cell becomes the value it surely means, or a doubt; nothing is guessed and no digit is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from pipeline.model import shown
from schemas.properties import BLANKS, PROPERTIES, Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pipeline.model import Cell

_EXACT_LIMIT: Final = 10**15  # Excel keeps fifteen digits of a number; the others become zeros
_INT64_LIMIT: Final = 2**63  # the API types Ids as 64-bit
_INT64_DIGITS: Final = 19
_QUOTED_CHARACTERS: Final = 40  # of a text shown in a message

_WHOLE: Final = re.compile(r"(-?)0*([0-9]+)(?:\.0+)?")
_NAME_AND_NUMBER: Final = re.compile(r"(\w+)\s*\(\s*([0-9])\s*\)")
_VISIBILITIES: Final = {entry.name.casefold(): entry.value for entry in Visibility}
_ANSWERS: Final = {
    **dict.fromkeys(("true", "yes", "y", "1", "1.0"), True),
    **dict.fromkeys(("false", "no", "n", "0", "0.0"), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why a cell's meaning is not certain, told as what stands after its address."""

    code: str
    message: str


Parsed: TypeAlias = int | str | bool | Doubt


def whole_number(cell: Cell) -> int | Doubt:
    """Return the whole number a cell holds, as a number or as text like `12` or `12.0`."""
    if isinstance(cell, date | time | timedelta):
        return _made_by_excel(cell, "a number")
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell if abs(cell) < _EXACT_LIMIT else _digits_lost(cell)
    matched = _WHOLE.fullmatch(cell.strip(BLANKS)) if isinstance(cell, str) else None
    if matched is None:
        return Doubt(
            code="not-whole", message=f"is {_quoted(cell)}, but must be a whole number in digits, such as 12."
        )
    sign, digits = matched.groups()
    if len(digits) > _INT64_DIGITS:
        return _too_large(cell)
    number = int(sign + digits)
    return number if -_INT64_LIMIT <= number < _INT64_LIMIT else _too_large(cell)


def flag(cell: Cell) -> bool | Doubt:
    """Return the yes or no a cell holds: true/false, yes/no, y/n or 1/0."""
    if isinstance(cell, date | time | timedelta):
        return _made_by_excel(cell, "text")
    answer = _ANSWERS.get(shown(cell).strip(BLANKS).casefold())
    if answer is None:
        return Doubt(code="not-yes-or-no", message=f"is {_quoted(cell)}, but must be yes or no.")
    return answer


def visibility(cell: Cell) -> int | Doubt:
    """Return a visibility's number from `4`, `Paid` or `Paid (4)`; a number nobody knows is judged later."""
    number = whole_number(cell)
    if not isinstance(cell, str) or not isinstance(number, Doubt):
        return number
    word = cell.strip(BLANKS).casefold()
    if word in _VISIBILITIES:
        return _VISIBILITIES[word]
    choose = f"Choose one of: {PROPERTIES['Visibility'].help}."
    both = _NAME_AND_NUMBER.fullmatch(word)
    known = _VISIBILITIES.get(both[1]) if both else None
    if both is None or known is None:
        return Doubt(
            code="visibility-unknown", message=f"is {_quoted(cell)}, which is no visibility. {choose}"
        )
    if known != int(both[2]):
        return Doubt(
            code="visibility-contradictory", message=f"is {_quoted(cell)}, which says two things. {choose}"
        )
    return known


def text(cell: Cell) -> str | Doubt:
    """Return a text without the blanks around it, unchanged inside; a whole number gives its digits."""
    if isinstance(cell, str):
        return cell.strip(BLANKS)
    if isinstance(cell, date | time | timedelta):
        return _made_by_excel(cell, "text")
    number = whole_number(cell)
    if isinstance(number, int):
        return str(number)
    if isinstance(cell, bool) or number.code == "not-whole":
        kind = "a yes or no" if isinstance(cell, bool) else "a number"
        return Doubt(
            code="number-for-text",
            message=f"is {_quoted(cell)}, which is {kind}, not text. {_again('text')}",
        )
    return number


def _made_by_excel(cell: date | time | timedelta, meant: str) -> Doubt:
    """Return the doubt of a date or time: what Excel did, and what may have been typed."""
    kind = "a date" if isinstance(cell, date) else "a time"
    typed = " or ".join(f'"{form}"' for form in dict.fromkeys(_typed(cell)))
    return Doubt(
        code="made-a-date",
        message=f"is {_quoted(cell)}, {kind}: Excel probably made it of what was typed, such as {typed}. "
        f"{_again(meant)}",
    )


def _typed(cell: date | time | timedelta) -> Iterator[str]:
    """Yield what Excel makes such a cell of; "9-10" is a day in September or October, by its language."""
    if isinstance(cell, datetime) and cell.time() != time():
        for day in _typed(cell.date()):
            yield f"{day} {cell.hour}:{cell.minute:02}"
    elif isinstance(cell, date):
        yield f"{cell.month}-{cell.day}"
        yield f"{cell.day}-{cell.month}"
        if cell.day == 1:
            yield f"{cell.month}-{cell.year}"
    elif isinstance(cell, time):
        yield f"{cell.hour}:{cell.minute:02}"
    else:
        minutes = cell // timedelta(minutes=1)
        yield f"{minutes // 60}:{minutes % 60:02}"


def _again(meant: str) -> str:
    return f"Format the cell as {meant} and type it again."


def _digits_lost(cell: int) -> Doubt:
    return Doubt(
        code="digits-lost",
        message=f"is {shown(cell)}, too long for a number cell: its last digits may have been lost. "
        f"{_again('text')}",
    )


def _too_large(cell: Cell) -> Doubt:
    return Doubt(code="too-large", message=f"is {_quoted(cell)}, larger than any number the API takes.")


def _quoted(cell: Cell) -> str:
    whole = shown(cell)
    if not isinstance(cell, str):
        return whole
    return f'"{whole}"' if len(whole) <= _QUOTED_CHARACTERS else f'"{whole[:_QUOTED_CHARACTERS]}…"'


PARSERS: Final[Mapping[Kind, Callable[[Cell], Parsed]]] = {
    Kind.ID: whole_number,
    Kind.WHOLE: whole_number,
    Kind.VISIBILITY: visibility,
    Kind.FLAG: flag,
    Kind.TEXT: text,
    Kind.IMAGE: text,
}
