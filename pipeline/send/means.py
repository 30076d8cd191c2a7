"""What sending works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pipeline.api import Client
    from pipeline.journal import RunLog
    from pipeline.model import Column, Doubt, Known, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The API, the journal, and what the user's file calls its columns."""

    client: Client
    log: RunLog
    known: Callable[[], Mapping[tuple[int, str], Known]]  # what the journal knows at this moment
    doubts: Callable[[], tuple[Doubt, ...]]  # the courses in doubt at this moment
    columns: Mapping[str, Column]  # property name -> the user's column
    new_token: Callable[[], str]  # for courses without a key of their own
    now: Callable[[], datetime]
    settle_seconds: float  # how long after a lost answer a course may still appear


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A course that was created in this run, and what was sent for it."""

    row: Row
    payload: Mapping[str, object]
    course_id: int
