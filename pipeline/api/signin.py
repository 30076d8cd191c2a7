"""Signing in: with a token, with an e-mail and a password, or with what an earlier sign-in left."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol

from pipeline.api.answers import THROTTLED, Answer, NoAnswer, envelope_of
from pipeline.errors import AccessRefused, CodeNeeded, StoppedEarly

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from pipeline.api.answers import Reply
    from pipeline.settings import Credentials

TOKEN_PATH: Final = "/api/token"  # noqa: S105 - the address of tokens, no token


class Keeper(Protocol):
    """Keeps the one refresh token of an earlier sign-in that still works."""

    @property
    def again(self) -> str:
        """What to do when the token is not accepted any more, in words."""

    def alone(self) -> AbstractContextManager[None]:
        """Keep other processes from the token for as long as it is being renewed."""

    def load(self) -> str:
        """Return the newest token; raises AccessRefused when there is none."""

    def keep(self, refresh_token: str) -> None:
        """Put a new token in the old one's place, on the disk before this returns."""


class PostForm(Protocol):
    """Sends a form within pace and patience."""

    def __call__(
        self, path: str, form: Mapping[str, str], headers: Mapping[str, str], *, works_once: bool
    ) -> Reply:
        """Send it; `works_once`: again only when it surely was not applied."""


class SignIn:
    """The token of one account.

    Source: the API's pages on authentication. The form carries a client id of our own: without one the
    e-mail would be the client, and two tools under one account would end each other's refresh tokens.

    Args:
        credentials: what the user gave.
        client_id: this installation's.
        post_form: sends a form to a path.
        keeper: holds what an earlier sign-in left; then nothing else is signed in with.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        client_id: str,
        post_form: PostForm,
        keeper: Keeper | None = None,
    ) -> None:
        self._credentials = credentials
        self._client_id = client_id
        self._post_form = post_form
        self._keeper = keeper
        self._token = credentials.token.get_secret_value() if credentials.token else None
        self.refresh_token: str | None = None

    def token(self) -> str:
        """Return the token to send; sign in when there is none yet.

        Raises:
            AccessRefused: the API does not accept the account.
            StoppedEarly: the API cannot be reached.
        """
        if self._token is None:
            self._token = self._sign_in() if self._keeper is None else self._refresh_kept(self._keeper)
        return self._token

    def renew(self) -> bool:
        """Get another token after this one was refused; False when nothing but the given token is known."""
        if self._keeper is not None:
            self._token = self._refresh_kept(self._keeper)
            return True
        if self._credentials.password is None:
            return False
        self._token = self._refresh() or self._sign_in()
        return True

    def _refresh(self) -> str | None:
        if self.refresh_token is None:
            return None
        reply = self._ask_to_refresh(self.refresh_token)
        self.refresh_token = None  # each one works once
        return self._take(envelope_of(reply)) if isinstance(reply, Answer) else None

    def _refresh_kept(self, keeper: Keeper) -> str:
        """Renew with the newest kept token: another process may have renewed since."""
        with keeper.alone():
            reply = self._ask_to_refresh(keeper.load())
            envelope = envelope_of(reply) if isinstance(reply, Answer) else None
            token = self._take(envelope)
            if self.refresh_token is not None:
                keeper.keep(self.refresh_token)  # the old one is dead: this goes before all else
        if token is None:
            raise _refusal_of_kept(reply, envelope, keeper.again)
        return token

    def _sign_in(self) -> str:
        given = self._credentials
        form = {
            "grant_type": "password",
            "username": given.email or "",
            "password": given.password.get_secret_value() if given.password else "",
        }
        if given.totp:
            form["totp"] = given.totp.get_secret_value()
        reply = self._ask(form)
        if isinstance(reply, NoAnswer):
            raise StoppedEarly(f"Signing in failed: {reply.reason}. Nothing was sent. Run again later.")
        envelope = envelope_of(reply)
        token = self._take(envelope)
        if token is None:
            raise _refusal(reply, envelope, given)
        return token

    def _ask_to_refresh(self, refresh_token: str) -> Reply:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self._ask(form, works_once=True)

    def _ask(self, form: Mapping[str, str], *, works_once: bool = False) -> Reply:
        form = {**form, "client_id": self._client_id}
        return self._post_form(TOKEN_PATH, form, {"client_id": self._client_id}, works_once=works_once)

    def _take(self, envelope: Mapping[str, Any] | None) -> str | None:
        """Take both tokens from an answer; return the one that requests carry."""
        token, self.refresh_token = (_text(envelope, name) for name in ("access_token", "refresh_token"))
        return token


def _text(envelope: Mapping[str, Any] | None, name: str) -> str | None:
    told = (envelope or {}).get(name)
    return told if isinstance(told, str) and told else None


def _refusal(answer: Answer, envelope: Mapping[str, Any] | None, given: Credentials) -> AccessRefused:
    email = given.email
    match (envelope or {}).get("error"):
        case "two_factor_auth_check":
            return CodeNeeded(
                f"{email} signs in with two factors. Set NEXUDUS_TOTP to the code of this moment."
            )
        case "invalid_grant":
            code = ", or the code of NEXUDUS_TOTP," if given.totp else ""
            return AccessRefused(
                f"The e-mail and password of {email}{code} were not accepted. Correct the settings."
            )
    if envelope is None:
        return AccessRefused(f"The address does not answer like the API (HTTP {answer.status}). Check it.")
    return AccessRefused(
        f"Signing in as {email} was answered with HTTP {answer.status}. The account may lack API access."
    )


def _refusal_of_kept(
    reply: Reply, envelope: Mapping[str, Any] | None, again: str
) -> AccessRefused | StoppedEarly:
    """Return why a kept sign-in gave no token; only the server knows whether a lost answer renewed it."""
    reason = reply.reason if isinstance(reply, NoAnswer) else f"HTTP {reply.status}"
    if reply.never_sent if isinstance(reply, NoAnswer) else reply.status in THROTTLED:
        return StoppedEarly(f"Signing in failed: {reason}. Nothing was sent. Run again later.")
    if isinstance(reply, Answer) and reply.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        if envelope is not None and "error" in envelope:
            return AccessRefused(f"The kept sign-in is not accepted any more. {again}.")
        if reply.status != HTTPStatus.OK:
            return AccessRefused(
                f"The kept sign-in was answered with HTTP {reply.status}. Check the address. {again}."
            )
    return StoppedEarly(
        f"The answer to renewing the kept sign-in was lost ({reason}). It may not work any more: run again "
        f"later, and when it is refused then: {again}."
    )
