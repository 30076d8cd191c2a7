"""Who works alone: on a target for a whole run, on a file for a moment.

Locks are the operating system's, which frees them with their process.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import socket
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from pipeline.errors import JournalUnusable, RunLocked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

_LONGEST_SECONDS: Final = 120  # twice the usual time-out of an answer


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a short lock, waiting for whoever has it.

    Raises:
        RunLocked: it is held for longer than one answer of the API can take.
        JournalUnusable: the lock cannot be made.
    """
    lock = FileLock(path)
    try:
        lock.acquire(timeout=_LONGEST_SECONDS)
    except Timeout as taken:
        raise RunLocked(f"Another process holds {path} and does not let it go. Try again later.") from taken
    except OSError as failure:
        raise JournalUnusable(f"The lock {path} cannot be used: {failure}. Nothing was sent.") from failure
    try:
        yield
    finally:
        lock.release()


@contextmanager
def locked(folder: Path, target: str, *, at: datetime) -> Iterator[None]:
    """Hold the lock of a target.

    Raises:
        RunLocked: another process holds it; the text says who, where and since when.
        JournalUnusable: the lock cannot be made.
    """
    path = folder / f"{hashlib.sha256(target.encode()).hexdigest()[:16]}.lock"
    owner = path.with_suffix(".owner")
    lock = FileLock(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as taken:
        told = in_words(_read(owner))
        raise RunLocked(f"Another run is at work on {target}{told}. Try again later.") from taken
    except OSError as failure:
        raise JournalUnusable(f"The lock {path} cannot be used: {failure}. Nothing was sent.") from failure
    try:
        with suppress(OSError):  # it only serves the message
            owner.write_text(json.dumps(me(at)), encoding="utf-8")
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()


def me(at: datetime) -> dict[str, object]:
    """Return who takes a lock, where and when."""
    return {
        "user": whoami(),
        "host": socket.gethostname(),
        "process": os.getpid(),
        "since": f"{at:%Y-%m-%d %H:%M:%S} UTC",
    }


def whoami() -> str:
    """Return who runs this process, as far as the system knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return f"user {os.getuid()}"


def in_words(told: str | None) -> str:
    """Say who holds a lock, from the JSON they left; nothing when it cannot be told."""
    try:
        who = json.loads(told or "")
        return f": {who['user']}@{who['host']}, process {who['process']}, since {who['since']}"
    except (ValueError, KeyError, TypeError):  # it is being written, or its process died in between
        return ""


def _read(owner: Path) -> str | None:
    try:
        return owner.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
