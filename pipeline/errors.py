"""Every exception this project raises, and the code a process ends with.

CourseImportError
├── Bug               1   ours; its traceback is in run.log
├── UsageError        2   the command line cannot mean anything
├── FileRefused       3   nothing can be read from this file; nothing was sent
├── AccessRefused     6   settings, token, role or state folder are not as they must be
│   ├── CodeNeeded        the account signs in with two factors, and no code was given
│   ├── RoleMissing       the account may not do this one thing
│   └── SettingsRefused
├── RunLocked         7   another run works on the same target
└── StoppedEarly      8   an outage, a limit or a breaker ended the run before its end
    ├── NotAgreed         what would be sent is not what was agreed to
    └── JournalUnusable

What is wrong with a row is never an exception: it is a `Finding`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pipeline.model import Finding


class Exit(IntEnum):
    """How a process ends; the README's table is checked against this one."""

    DONE = 0
    BUG = 1
    USAGE = 2
    FILE_REFUSED = 3
    NEEDS_A_PERSON = 4
    IN_DOUBT = 5
    NO_ACCESS = 6
    LOCKED = 7
    STOPPED = 8
    INTERRUPTED = 130
    TERMINATED = 143


# Where several apply, the first of these is the one a scheduler must hear.
PRECEDENCE = (
    Exit.BUG,
    Exit.INTERRUPTED,
    Exit.TERMINATED,
    Exit.USAGE,
    Exit.LOCKED,
    Exit.NO_ACCESS,
    Exit.STOPPED,
    Exit.IN_DOUBT,
    Exit.NEEDS_A_PERSON,
    Exit.FILE_REFUSED,
    Exit.DONE,
)


def first_of(codes: set[Exit]) -> Exit:
    """Return the code that speaks for all of `codes`; none at all is `DONE`."""
    return min(codes, key=PRECEDENCE.index, default=Exit.DONE)


class CourseImportError(Exception):
    """Something a user can act on; its text is shown to them as it is."""

    exit_code: ClassVar[Exit] = Exit.BUG


class Bug(CourseImportError):
    """A fault of this program; the text names where its traceback is."""


class UsageError(CourseImportError):
    """The command line cannot mean anything."""

    exit_code = Exit.USAGE


class FileRefused(CourseImportError):
    """Nothing can be made of this file; `problems` holds every reason at once."""

    exit_code = Exit.FILE_REFUSED

    def __init__(self, *problems: Finding) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = problems


class AccessRefused(CourseImportError):
    """The target cannot be used with these settings, this token or this role."""

    exit_code = Exit.NO_ACCESS


class CodeNeeded(AccessRefused):
    """The account signs in with two factors, and the code of the moment was not given."""


class RoleMissing(AccessRefused):
    """The account lacks the role for one request; others may work."""


class SettingsRefused(AccessRefused):
    """One or more settings cannot be used; the text names all of them."""


class RunLocked(CourseImportError):
    """Another run works on the same target."""

    exit_code = Exit.LOCKED


class StoppedEarly(CourseImportError):
    """The run ended before its end; running the same command again goes on from there."""

    exit_code = Exit.STOPPED


class NotAgreed(StoppedEarly):
    """What would be sent is not what was agreed to: a plan, or a limit; nothing was sent."""

    def __init__(self, problem: Finding) -> None:
        super().__init__(problem.message)
        self.problem = problem


class JournalUnusable(StoppedEarly):
    """The journal cannot be opened, read or written: without it nothing may be sent."""
