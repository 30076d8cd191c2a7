"""Where the refresh token of a kept sign-in is: the system's keyring, else a file only its owner can read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pipeline.errors import AccessRefused
from pipeline.settings import read_kept, write_kept, write_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pipeline.settings import KeptSignIn

_SERVICE: Final = "course-import"  # what the keyring shows its owner
_FILE: Final = "sign-in.token"


class Vault:
    """Keeps the one refresh token that works; each refresh ends the one before.

    Args:
        kept: whose it is, and where it is.
        state_dir: is there already.
        alone: a lock that keeps this machine's other processes from the same token.
    """

    def __init__(
        self, kept: KeptSignIn, state_dir: Path, *, alone: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._kept = kept
        self._state_dir = state_dir
        self._path = state_dir / _FILE
        self.alone = alone

    @property
    def place(self) -> str:
        """Where the token is, in words."""
        return "the system's keyring" if self._kept.place == "keyring" else str(self._path)

    @property
    def again(self) -> str:
        """What to do when the token is not accepted any more."""
        return f"Sign in again with course-import sign-in --target {self._kept.address}"

    def load(self) -> str:
        """Return the newest token.

        Raises:
            AccessRefused: it is not there, or somebody signed in as another account meanwhile.
        """
        newest = read_kept(self._state_dir)
        if newest is None or replace(newest, place=self._kept.place) != self._kept:
            raise AccessRefused(f"Another account signed in on this machine meanwhile. {self.again}.")
        self._kept = newest
        token = self._from_keyring() if newest.place == "keyring" else self._from_file()
        if token is None:
            raise AccessRefused(
                f"The sign-in of {newest.email} is not in {self.place} any more. {self.again}."
            )
        return token

    def keep(self, refresh_token: str) -> None:
        """Keep a token in the place of the last one; it is on the disk when this returns.

        A keyring that fails is left for the file.

        Raises:
            AccessRefused: it cannot be kept anywhere.
        """
        try:
            if self._kept.place == "file" or not self._to_keyring(refresh_token):
                self._kept = replace(self._kept, place="file")
                write_private(self._path, json.dumps({**self._whose(), "refresh_token": refresh_token}))
            else:
                self._path.unlink(missing_ok=True)
            if read_kept(self._state_dir) != self._kept:
                write_kept(self._state_dir, self._kept)
        except OSError as failure:
            raise AccessRefused(
                f"The sign-in cannot be kept in {self._state_dir}: {failure}. Mend that. {self.again}."
            ) from failure

    def _whose(self) -> dict[str, str]:
        return {name: getattr(self._kept, name) for name in ("address", "email", "client_id")}

    def _from_file(self) -> str | None:
        """Return the file's token; None when there is none of this account."""
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            token = told.pop("refresh_token")
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return token if told == self._whose() and isinstance(token, str) else None

    def _from_keyring(self) -> str | None:
        import keyring  # noqa: PLC0415 - only who kept a token there pays for it

        try:
            return keyring.get_password(_SERVICE, self._name)
        except Exception as failure:
            raise AccessRefused(
                f"The system's keyring, which holds the sign-in, cannot be read: {failure}. "
                f"Unlock it; or {self.again[0].lower()}{self.again[1:]}, with "
                "PYTHON_KEYRING_BACKEND=keyring.backends.null.Keyring set, to keep it in a file."
            ) from failure

    def _to_keyring(self, refresh_token: str) -> bool:
        import keyring  # noqa: PLC0415 - the same

        try:
            keyring.set_password(_SERVICE, self._name, refresh_token)
            return keyring.get_password(_SERVICE, self._name) == refresh_token  # one of its kinds forgets
        except Exception:  # noqa: BLE001 - each desktop's keyring has failures of its own; the file is there
            return False

    @property
    def _name(self) -> str:
        """What this token is called in the keyring; two state folders keep two."""
        return f"{self._kept.email} at {self._kept.address}, client {self._kept.client_id}"
