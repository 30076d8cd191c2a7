"""The sandbox, as those who play faults at others know it: its control door, and its list of courses."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import requests

from tests.bench.scripts import COURSES_PATH

if TYPE_CHECKING:
    from tests.bench.scripts import Case

_TIMEOUT_SECONDS: Final = 10
_ACCOUNT: Final = {"username": "importer@example.com", "password": "sandbox"}


class Sandbox:
    """A sandbox that breaks as it is told to."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._token = ""

    def play(self, case: Case) -> str:
        """Forget everything, and break from now on; return the token of an account that may import."""
        self._send("DELETE", "/_sandbox/store")
        self._repair()
        form = {"grant_type": "password", **_ACCOUNT}
        self._token = self._send("POST", "/api/token", data=form).json()["access_token"]
        self._send("PUT", "/_sandbox/faults", json={"faults": list(case.faults)})
        if case.limits is not None:
            self._send("PUT", "/_sandbox/limits", json=case.limits)
        return self._token

    def titles(self) -> Counter[str]:
        """Break no more; return how many courses there are of each title."""
        self._repair()
        head = {"Authorization": f"Bearer {self._token}"}
        page = self._send("GET", f"{COURSES_PATH}?page=1&size=100", headers=head).json()
        return Counter(course["Title"] for course in page["Records"])

    def _repair(self) -> None:
        self._send("PUT", "/_sandbox/faults", json={"faults": []})
        self._send("PUT", "/_sandbox/limits", json={"limits": "off"})

    def _send(self, method: str, path: str, **what: Any) -> requests.Response:  # noqa: ANN401 - as requests has it
        answer = requests.request(method, self._url + path, timeout=_TIMEOUT_SECONDS, **what)
        answer.raise_for_status()
        return answer
