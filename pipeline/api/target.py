"""Who receives the courses: host and account, or a sandbox's store and account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.api.answers import Answer, envelope_of
from pipeline.model import Target
from pipeline.settings import is_loopback

if TYPE_CHECKING:
    from pipeline.api.client import Account
    from pipeline.api.connection import Connection

_STORE_PATH: Final = "/_sandbox/store"  # the sandbox's control door, never part of the API


def target_of(connection: Connection, account: Account) -> Target:
    """Return the target that a journal tells apart from all others.

    A sandbox is known by the id of its store, so that a wiped one does not leave a lying journal, and so that
    a rehearsal never marks a course as sent to production. Only an address on this machine is asked for one.
    """
    store_id = _store_id(connection) if is_loopback(connection.address) else None
    host = f"sandbox:{store_id}" if store_id else connection.host
    return Target(
        name=f"{host}/{account.email.casefold()}",
        url=connection.address,
        account=account.email,
        rehearsal=store_id is not None,
    )


def _store_id(connection: Connection) -> str | None:
    reply = connection.exchange("GET", _STORE_PATH)
    envelope = envelope_of(reply) if isinstance(reply, Answer) else None
    store_id = (envelope or {}).get("id")
    return store_id if isinstance(store_id, str) else None
