"""Keyrings for tests, of the library's own kind: one in a file, so that processes share it, one locked."""

from __future__ import annotations

import json
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

FILE = Path("keyring.json")  # in the folder the test works in


class InFile(KeyringBackend):
    """Keeps its secrets in a file."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        secret = self._held().get(f"{service}/{username}")
        return None if secret is None else str(secret)

    def set_password(self, service: str, username: str, password: str) -> None:
        FILE.write_text(json.dumps(self._held() | {f"{service}/{username}": password}), encoding="utf-8")

    def delete_password(self, service: str, username: str) -> None:
        held = self._held()
        del held[f"{service}/{username}"]
        FILE.write_text(json.dumps(held), encoding="utf-8")

    @staticmethod
    def _held() -> dict[str, object]:
        held: dict[str, object] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
        return held


class Locked(InFile):
    """Keeps nothing: nobody unlocks it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"{service} of {username} is locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(f"{service} of {username} is locked: {len(password)} letters")
