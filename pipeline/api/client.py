"""What this project asks of the API. Every request keeps the pace, is noted in the log, and is waited for."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol

from pipeline.api.answers import (
    Again,
    Answer,
    Expired,
    NoAnswer,
    Settled,
    Stop,
    again_when_reading,
    envelope_of,
    meaning_of,
    no_access,
    out_of_patience,
)
from pipeline.api.signin import TOKEN_PATH, SignIn
from pipeline.errors import AccessRefused, CourseImportError, StoppedEarly
from pipeline.model import Created, Deferred

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pipeline.api.answers import Meaning, Reply
    from pipeline.api.connection import Connection
    from pipeline.api.pacing import Pacer
    from pipeline.api.patience import Patience
    from pipeline.settings import Credentials

_LOGGER: Final = logging.getLogger(__name__)
COURSES_PATH: Final = "/api/content/courses"
_ME_PATH: Final = "/api/auth/me"
_TOLD: Final = 2000  # characters of an answer that are kept for `explain`


class RequestLog(Protocol):
    """Where every request is written down: the journal."""

    def sending(self, method: str, path: str, *, row: int | None) -> int:
        """Note that a request leaves now, on disk before it does; return its number."""

    def answered(self, number: int, *, status: int | None, told: str) -> None:
        """Note what came back; may reach the disk with the next `sending` or `settle`."""

    def settle(self) -> None:
        """Bring everything noted so far to the disk: nothing will leave for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who is signed in."""

    user_id: int
    email: str


class Client:
    """The API's face for one account.

    Args:
        connection: to the API.
        pacer: tells when a request may leave.
        patience: how often the same request is tried.
        log: notes every request.
        now: aware time of day.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        pacer: Pacer,
        patience: Patience,
        log: RequestLog,
        now: Callable[[], datetime],
    ) -> None:
        self._connection = connection
        self._pacer = pacer
        self._patience = patience
        self._log = log
        self._now = now
        self._signin: SignIn | None = None
        self.created_lately = False  # whether this account created a course within a day

    def sign_in(self, credentials: Credentials, *, client_id: str) -> Account:
        """Sign in and return the account.

        Raises:
            AccessRefused: the account, its token or the address is not accepted.
            StoppedEarly: the API cannot be reached.
        """
        self._signin = SignIn(credentials, client_id=client_id, post_form=self._post_form)
        me = self.read(_ME_PATH)
        user_id, email = me.get("Id"), me.get("Email")
        if not isinstance(user_id, int) or not isinstance(email, str):
            raise AccessRefused(f"{self._connection.host} does not tell who is signed in. Check the address.")
        return Account(user_id=user_id, email=email)

    def create_course(self, payload: Mapping[str, object], *, row: int) -> Settled:
        """Send one course; return what became of it. It is sent again only when it surely was not applied."""

        def attempt() -> Meaning:
            reply = self._exchange("POST", COURSES_PATH, row=row, json=payload)
            return meaning_of(reply, now=self._now())

        meaning: Meaning = self._patience.attempts()(attempt)
        try:
            if isinstance(meaning, Expired) and self._renew():
                meaning = self._patience.attempts()(attempt)
        except CourseImportError as refused:  # the course itself was surely not applied
            return Settled(
                outcome=Deferred(reason=str(refused)), stop=Stop(code=refused.exit_code, reason=str(refused))
            )
        if isinstance(meaning, Expired):
            return no_access(created_lately=self.created_lately)
        if isinstance(meaning, Again):
            return out_of_patience(meaning)
        self.created_lately = self.created_lately or isinstance(meaning.outcome, Created)
        return meaning

    def read(self, path: str, params: Mapping[str, str | int] | None = None) -> Mapping[str, Any]:
        """Return the JSON object that GET `path` answers.

        Raises:
            AccessRefused: no access, or the address is not the API's.
            StoppedEarly: no answer that can be used.
        """
        reply = self._try("GET", path, params=params)
        if isinstance(reply, Answer) and reply.status == HTTPStatus.UNAUTHORIZED and self._renew():
            reply = self._try("GET", path, params=params)
        if isinstance(reply, NoAnswer):
            raise StoppedEarly(f"{self._connection.host}: {reply.reason}. Run again later.")
        envelope, host, status = envelope_of(reply), self._connection.host, reply.status
        if status == HTTPStatus.OK and envelope is not None:
            return envelope
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise AccessRefused(f"{host} refused {path} (HTTP {status}). Check the token and its roles.")
        if again_when_reading(reply, now=self._now()):
            raise StoppedEarly(f"{host} answered {path} with HTTP {status}. Run again later.")
        raise AccessRefused(f"{host} does not answer like the API (HTTP {status}). Check the address.")

    def _renew(self) -> bool:
        return self._signin is not None and self._signin.renew()

    def _post_form(self, path: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        return self._try("POST", path, form=form, headers=headers)

    def _try(self, method: str, path: str, **parts: Any) -> Reply:  # noqa: ANN401 - handed on to Connection.exchange
        """Send a request that changes nothing until it is answered, throttling and failures waited out."""

        def attempt() -> Reply | Again:
            reply = self._exchange(method, path, **parts)
            return again_when_reading(reply, now=self._now()) or reply

        result: Reply | Again = self._patience.attempts()(attempt)
        return result.reply if isinstance(result, Again) else result

    def wait_for_turn(self) -> bool:
        """Wait until a course may be sent; False when the run is to end instead."""
        self._wait(write=True)
        return not self._patience.hurried()

    def _wait(self, *, write: bool) -> None:
        while (seconds := self._pacer.wait_seconds(write=write)) > 0 and not self._patience.hurried():
            self._log.settle()
            self._patience.sleep(seconds)

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        row: int | None = None,
        headers: Mapping[str, str] | None = None,
        **parts: Any,  # noqa: ANN401 - handed on to Connection.exchange
    ) -> Reply:
        """Wait for a slot, note the request, send it once, note its answer."""
        if path != TOKEN_PATH and self._signin is not None:
            headers = {"Authorization": f"Bearer {self._signin.token()}"}
        write = method != "GET" and path != TOKEN_PATH
        self._wait(write=write)
        if self._patience.hurried():
            return NoAnswer(never_sent=True, reason="the run is ending")
        number = self._log.sending(method, path, row=row)
        self._pacer.sent(write=write)
        reply = self._connection.exchange(method, path, headers=headers, **parts)
        self._pacer.answered(write=write)
        if isinstance(reply, Answer):
            # What signing in answers is secret.
            status, told = reply.status, "" if path == TOKEN_PATH else reply.body[:_TOLD]
        else:
            status, told = None, reply.reason
        self._log.answered(number, status=status, told=told)
        _LOGGER.info("%s %s%s: %s", method, path, f" for row {row}" if row else "", status or told)
        return reply
