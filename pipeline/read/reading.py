"""How a file is to be read: what a user said of it, and how much of it is too much."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may hold; more is refused in words."""

    file_bytes: int = 500 * 2**20
    unpacked_bytes: int = 2 * 2**30  # of all parts of a workbook together
    unpacked_ratio: int = 500  # times the packed size; beyond `NO_BOMB_BYTES` only
    rows: int = 200_000  # that hold anything
    cell_characters: int = 1_000_000
    reader_seconds: float = 120  # of the reader that takes damaged workbooks, in a process of its own
    reader_bytes: int = 2 * 2**30  # of memory, the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a user said about a file; what is None is found out."""

    sheet: str | None = None
    encoding: str | None = None  # as Python calls it: "cp1252"
    delimiter: str | None = None  # one character
    quote: str | None = None  # one character; "" means that no character quotes
    stdin: BinaryIO | None = None  # what the path `-` stands for
    limits: Limits = field(default_factory=Limits)
