"""Signing in: a password or a refresh token becomes a bearer token, and a bearer token opens endpoints."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import parse_qsl

import pyotp

from pipeline.sandbox.accounts import ACCOUNTS, PASSWORD, TOTP_SECRET, Account
from pipeline.sandbox.answers import Answer, failed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from pipeline.sandbox.store import Store

    Endpoint: TypeAlias = Callable[[Request, Account], Awaitable[Response]]

_ACCESS_SECONDS: Final = 604_799
_REFRESH_SECONDS: Final = 15 * 24 * 3600
_FORM: Final = "application/x-www-form-urlencoded"


class _RefusedError(Exception):
    """A sign-in that fails; its arguments are `error` and `error_description`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """`POST /api/token`."""

    store: Store
    clock: Callable[[], datetime]

    async def token(self, request: Request) -> Response:
        """Answer with a fresh pair of tokens, or say what is wrong as OAuth does (RFC 6749, section 5.2)."""
        try:
            return Answer(self._tokens_for(await _form_of(request), request.headers.get("client_id")))
        except _RefusedError as refusal:
            error, description = refusal.args
            return Answer({"error": error, "error_description": description}, status_code=400)

    def _tokens_for(self, form: dict[str, str], client_header: str | None) -> dict[str, object]:
        client = form.get("client_id") or client_header
        match form.get("grant_type"):
            case "password":
                account = self._known_account(form)
                email, client = account.email, client or account.email
            case "refresh_token":
                email, client = self._owner(form.get("refresh_token", ""), client)
            case _:
                raise _RefusedError("unsupported_grant_type", "Use password or refresh_token.")
        return self._new_tokens(email, client)

    def _known_account(self, form: dict[str, str]) -> Account:
        account = ACCOUNTS.get(form.get("username", "").casefold())
        if account is None or form.get("password") != PASSWORD:
            raise _RefusedError("invalid_grant", "The user name or password is incorrect.")
        if account.needs_totp:
            code = form.get("totp")
            if not code:
                raise _RefusedError("two_factor_auth_check", "A two-factor authentication code is needed.")
            if not pyotp.TOTP(TOTP_SECRET).verify(code, for_time=self.clock(), valid_window=1):
                raise _RefusedError("invalid_grant", "The two-factor authentication code is incorrect.")
        return account

    def _owner(self, refresh_token: str, client: str | None) -> tuple[str, str]:
        owner = self.store.refresh_owner(_hash(refresh_token), at=self.clock().timestamp())
        if owner is None or owner[1] != (client or owner[0]):
            raise _RefusedError("invalid_grant", "The refresh token is unknown, used or expired.")
        return owner

    def _new_tokens(self, email: str, client: str) -> dict[str, object]:
        access, refresh = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        now = self.clock().timestamp()
        self.store.forget_tokens(expired_at=now)
        self.store.keep_access(_hash(access), email=email, expires_at=now + _ACCESS_SECONDS)
        self.store.keep_refresh(_hash(refresh), email=email, client=client, expires_at=now + _REFRESH_SECONDS)
        return {
            "access_token": access,
            "token_type": "bearer",
            "expires_in": _ACCESS_SECONDS,
            "refresh_token": refresh,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Stands before endpoints: only a living token whose account has the role gets in."""

    store: Store
    clock: Callable[[], datetime]

    def needs(self, role: str | None, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
        """Return `endpoint` behind the guard; a role of None admits every account."""

        async def guarded(request: Request) -> Response:
            account = self._account(request)
            if account is None or not (role is None or role in account.roles):
                return failed(401, "Access Denied")  # the API does not tell a token from a role
            return await endpoint(request, account)

        return guarded

    def _account(self, request: Request) -> Account | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.casefold() != "bearer":
            return None
        email = self.store.access_owner(_hash(token.strip()), at=self.clock().timestamp())
        return None if email is None else ACCOUNTS.get(email)


async def _form_of(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != _FORM:
        raise _RefusedError("unsupported_grant_type", f"Send the body as {_FORM}.")
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
