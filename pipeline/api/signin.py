"""Signing in: a token that is given, or one for an e-mail and a password; renewed when it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipeline.api.answers import Answer, NoAnswer, envelope_of
from pipeline.errors import AccessRefused, StoppedEarly

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.api.answers import Reply
    from pipeline.settings import Credentials

TOKEN_PATH: Final = "/api/token"  # noqa: S105 - the address of tokens, no token


class SignIn:
    """The token of one account.

    Source: the API's pages on authentication. The form carries a client id of our own: without one the
    e-mail would be the client, and two tools under one account would end each other's refresh tokens.

    Args:
        credentials: what the user gave.
        client_id: this installation's.
        post_form: sends a form to a path, within pace and patience.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        client_id: str,
        post_form: Callable[[str, Mapping[str, str], Mapping[str, str]], Reply],
    ) -> None:
        self._credentials = credentials
        self._client_id = client_id
        self._post_form = post_form
        self._token = credentials.token.get_secret_value() if credentials.token else None
        self._refresh_token: str | None = None

    def token(self) -> str:
        """Return the token to send; sign in when there is none yet.

        Raises:
            AccessRefused: the API does not accept the account.
            StoppedEarly: the API cannot be reached.
        """
        if self._token is None:
            self._token = self._sign_in()
        return self._token

    def renew(self) -> bool:
        """Get another token after this one was refused; False when nothing but the given token is known."""
        if self._credentials.password is None:
            return False
        self._token = self._refresh() or self._sign_in()
        return True

    def _refresh(self) -> str | None:
        if self._refresh_token is None:
            return None
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        self._refresh_token = None  # each one works once
        reply = self._ask(form)
        return self._keep(envelope_of(reply)) if isinstance(reply, Answer) else None

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
        token = self._keep(envelope)
        if token is None:
            raise AccessRefused(_refusal(reply, envelope, given.email))
        return token

    def _ask(self, form: Mapping[str, str]) -> Reply:
        form = {**form, "client_id": self._client_id}
        return self._post_form(TOKEN_PATH, form, {"client_id": self._client_id})

    def _keep(self, envelope: Mapping[str, Any] | None) -> str | None:
        token, refresh_token = ((envelope or {}).get(name) for name in ("access_token", "refresh_token"))
        self._refresh_token = refresh_token if isinstance(refresh_token, str) else None
        return token if isinstance(token, str) and token else None


def _refusal(answer: Answer, envelope: Mapping[str, Any] | None, email: str | None) -> str:
    match (envelope or {}).get("error"):
        case "two_factor_auth_check":
            return f"{email} signs in with two factors. Set NEXUDUS_TOTP to the code of this moment."
        case "invalid_grant":
            return f"The e-mail and password of {email} were not accepted. Correct the settings."
    if envelope is None:
        return f"The address does not answer like the API (HTTP {answer.status}). Check it."
    return f"Signing in as {email} was answered with HTTP {answer.status}. The account may lack API access."
