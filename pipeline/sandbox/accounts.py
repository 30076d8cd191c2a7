"""Who may sign in to the sandbox, and what each may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PASSWORD: Final = "sandbox"  # noqa: S105 - public: everybody may enter a sandbox
TOTP_SECRET: Final = "SANDBOXSANDBOXSANDBOXSANDBOX2345"  # noqa: S105 - public, for the account that needs a code

_LISTS: Final = frozenset({"Course-List", "Business-List", "Coworker-List", "User-List", "Tariff-List"})
_READS: Final = _LISTS | {"Course-Read"}
_ALL: Final = _READS | {"Course-Create", "Course-Delete"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One user of the sandbox."""

    id: int
    email: str
    full_name: str
    roles: frozenset[str]
    needs_totp: bool = False


ACCOUNTS: Final = {
    account.email: account
    for account in (
        Account(id=1414982001, email="admin@example.com", full_name="Ada Lindqvist", roles=_ALL),
        Account(
            id=1414982002,
            email="importer@example.com",
            full_name="Ivo Martens",
            roles=_READS | {"Course-Create"},
        ),
        Account(id=1414982003, email="reader@example.com", full_name="Rita Falcão", roles=_READS),
        Account(id=1414982004, email="nobody@example.com", full_name="Noah Brandt", roles=frozenset()),
        Account(id=1414982005, email="totp@example.com", full_name="Tara Quinn", roles=_ALL, needs_totp=True),
    )
}
