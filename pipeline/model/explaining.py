"""The life of one row: where its course comes from, and what the journal remembers of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pipeline.model.sending import Action, Candidate, Known, Status
    from pipeline.model.sheets import Column, Finding, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One cell of a row, or one property that no cell says, and what became of it."""

    property_name: str | None  # None: nothing is made of the cell
    column: Column | None  # the user's; None: no cell says it
    typed: str | None  # as the sheet shows it; None: blank
    value: int | str | bool | None  # what is sent; None: nothing
    rules: tuple[str, ...] = ()  # what was done to it, in order, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request that left for a course, and what came back."""

    method: str
    path: str
    sent_at: datetime  # UTC
    answered_at: datetime | None  # UTC; None: no answer was recorded
    status: int | None  # of HTTP; None: no answer came
    told: str | None  # the answer's beginning, or why there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """What one run made of a course."""

    run_id: str
    started_at: datetime  # UTC
    row: int  # the row it stood in then
    status: Status
    reason: str
    candidates: tuple[Candidate, ...] = ()
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the journal remembers of a course at one target."""

    target: str
    rehearsal: bool
    known: Known | None  # None: it was never sent there
    since: datetime | None  # UTC, of what is known; None while it is being sent
    appearances: tuple[Appearance, ...]  # in the order the runs started


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLife:
    """Everything there is to tell of one row."""

    source: Source
    number: int
    target: str  # where an import would go, in words
    status: Status  # what an import would count the row as before it sends
    origins: tuple[Origin, ...]  # in the order of the file's columns, those without a cell last
    key: str | None = None
    title: str | None = None
    findings: tuple[Finding, ...] = ()
    payload: Mapping[str, object] | None = None  # as it would be sent; None: it cannot be
    action: Action | None = None  # what an import would do with it; None: it stays behind
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()
    memories: tuple[Memory, ...] = ()
    notes: tuple[str, ...] = ()  # what is not known, and how to get to know it
    flags: tuple[str, ...] = ()  # as they were typed
