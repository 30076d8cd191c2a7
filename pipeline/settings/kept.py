"""A sign-in that was kept: who and where, never the token itself."""

from __future__ import annotations

import errno
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, Literal

from pipeline.errors import SettingsRefused

if TYPE_CHECKING:
    from pathlib import Path

_FILE: Final = "sign-in.json"
_TEXTS: Final = ("address", "email", "client_id")
# A folder of such a name cannot be at all; who makes it tells that.
_NOT_THERE: Final = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
_PRIVATE: Final = 0o600  # its owner reads and writes it, nobody else does either


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSignIn:
    """What `course-import sign-in` left in the state folder beside the refresh token."""

    address: str  # of the API, without a slash at its end
    email: str
    client_id: str  # the refresh token works with this one only
    place: Literal["keyring", "file"]  # where the refresh token is


def read_kept(state_dir: Path) -> KeptSignIn | None:
    """Return the sign-in that was kept in a state folder; None where there is none.

    Raises:
        SettingsRefused: there is one that cannot be read.
    """
    path = state_dir / _FILE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        texts = [told[name] for name in _TEXTS]
        if told["place"] in ("keyring", "file") and all(isinstance(text, str) for text in texts):
            return KeptSignIn(place=told["place"], **dict(zip(_TEXTS, texts, strict=True)))
    except (OSError, ValueError, KeyError, TypeError) as failure:
        if getattr(failure, "errno", None) in _NOT_THERE:
            return None
        raise _unreadable(path, str(failure)) from failure
    raise _unreadable(path, "it is not as sign-in writes it")


def write_kept(state_dir: Path, kept: KeptSignIn) -> None:
    """Write down who is signed in, and where; raises OSError when it cannot be written."""
    write_private(state_dir / _FILE, json.dumps({"format": 1, **asdict(kept)}))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read; after a power cut the old text is there or the new one.

    One process at a time may write the same file. Raises OSError when it cannot be written.
    """
    unfinished = path.with_name(f"{path.name}.unfinished")  # one name: who was killed leaves one file at most
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:  # noqa: PTH123 - born private
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    with suppress(OSError):  # Windows cannot open a folder, and keeps the new name without that
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _unreadable(path: Path, reason: str) -> SettingsRefused:
    return SettingsRefused(
        f"{path} cannot be used: {reason}. Remove it and sign in again with course-import sign-in."
    )
