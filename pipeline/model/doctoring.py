"""What the doctor finds: one diagnosis a check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.errors import Exit, first_of


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What one check found."""

    subject: str  # one word or two
    health: Health
    told: str
    code: Exit = Exit.NO_ACCESS  # what a fault of it ends with


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSetting:
    """One setting as it may be shown: a secret is `set`."""

    name: str  # of its environment variable
    value: str
    source: str  # flag, environment, .env, course-import.toml or default


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What one limit of the API's leaves now."""

    most: int
    seconds: float  # the length of its window
    writes_only: bool
    left: int
    frees_in_seconds: float  # until the next slot; 0 while some are left


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Which roles an account has, as far as reading tells."""

    held: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]  # there was nothing to read


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """All that the doctor found."""

    rehearsal: bool
    settings: tuple[ShownSetting, ...]
    diagnoses: tuple[Diagnosis, ...]

    @property
    def exit_code(self) -> Exit:
        """What the process ends with; warnings are no failure."""
        return first_of({each.code for each in self.diagnoses if each.health is Health.FAULT})
