"""What a user asked for, and the real parts it is done with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.read import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from pipeline.api import Client, Stop
    from pipeline.journal import Journal, RunLog
    from pipeline.model import ImageAnswer, Plan, Target, TidySheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a user asked for."""

    command: str
    path: Path
    run_id: str
    folder: Path  # receives the report files
    seen: Callable[[TidySheet], None] = lambda _sheet: None  # told what the file holds, for those who show it
    reading: Reading = field(default_factory=Reading)
    layout: str | None = None  # a layout's name or file; found out when None
    given: Mapping[str, str] = field(default_factory=dict)  # properties that are the same for all rows
    aliases: Mapping[str, int] = field(default_factory=dict)  # Ids for names, folded
    look_at_images: Callable[[Iterable[str]], Mapping[str, ImageAnswer]] | None = None  # None: nobody looks
    strict: bool = False
    first: int | None = None
    all_or_nothing: bool = False
    plan_id: str | None = None  # the plan that was agreed to; None: any
    max_new: int | None = None  # courses; more stop the run before anything is sent
    max_faulty: float | None = None  # per cent of the rows; the same
    max_shrink: float | None = None  # per cent of the rows it had last time; the same
    flags: tuple[str, ...] = ()  # as they were typed, those that say what is read and where it goes


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The real parts a run works with; `cli` and tests choose them."""

    journal: Journal
    host: str
    sign_in: Callable[[RunLog], tuple[Client, Target]]
    lock: Callable[[Target], AbstractContextManager[None]]  # one run at a time for a target
    consent: Callable[[Plan], None]  # asks before the first course leaves; raises when it may not
    progress: Callable[[int], Callable[[], None]]  # how many courses go -> called once for each
    interrupted: Callable[[], Stop | None]
    new_token: Callable[[], str]
    now: Callable[[], datetime]
    settle_seconds: float  # how long after a lost answer a course may still appear
    reads_back: bool  # whether created courses are compared with what was sent
