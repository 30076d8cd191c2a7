"""Which roles an account has, found out by reading one entry of each list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.api.client import COURSES_PATH
from pipeline.api.directory import PATHS
from pipeline.api.lists import records_of
from pipeline.errors import RoleMissing
from pipeline.model import Roles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pipeline.api.client import Client


def read_roles(client: Client) -> Roles:
    """Return the roles for reading that an account has; those for writing show only by writing.

    Raises:
        StoppedEarly: no answer that can be used.
    """
    firsts = {
        role: _first_page(client, path) for role, path in {"Course-List": COURSES_PATH, **PATHS}.items()
    }
    held = [role for role, page in firsts.items() if page is not None]
    missing = [role for role, page in firsts.items() if page is None]
    unknown = []
    courses = records_of(firsts["Course-List"] or {})
    if not courses:
        unknown.append("Course-Read")
    else:
        whole = _readable(client, f"{COURSES_PATH}/{courses[0].get('Id')}")
        (missing if whole is None else held).append("Course-Read")
    return Roles(held=tuple(held), missing=tuple(missing), unknown=tuple(unknown))


def _first_page(client: Client, path: str) -> Mapping[str, Any] | None:
    return _readable(client, path, {"page": 1, "size": 1})


def _readable(
    client: Client, path: str, params: Mapping[str, str | int] | None = None
) -> Mapping[str, Any] | None:
    """Return an answer; None when the account may not have it."""
    try:
        return client.read(path, params)
    except RoleMissing:
        return None
