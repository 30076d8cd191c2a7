"""What this project asks of the API, for one account."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from pipeline.api.answers import (
    Again,
    Answer,
    Expired,
    NoAnswer,
    Settled,
    Stop,
    again_when_reading,
    again_when_unapplied,
    envelope_of,
    meaning_of,
    no_access,
    out_of_patience,
)
from pipeline.api.signin import SignIn
from pipeline.errors import AccessRefused, CourseImportError, JournalUnusable, RoleMissing, StoppedEarly
from pipeline.model import Created, Deferred, Estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pipeline.api.answers import Meaning, Reply
    from pipeline.api.gate import Gate
    from pipeline.api.patience import Patience
    from pipeline.api.signin import Keeper
    from pipeline.model import Row
    from pipeline.settings import Credentials

COURSES_PATH: Final = "/api/content/courses"
BATCH: Final = 50  # Ids in one address, which stays far below any server's limit on its length
_ME_PATH: Final = "/api/auth/me"
_HALF_SECOND: Final = 0.5  # a Date header leaves the rest of its second out: half of one, usually


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who is signed in."""

    user_id: int
    email: str


class Client:
    """The API's face for one account; `create_course` may be called from several threads.

    Args:
        gate: lets every request out.
        patience: how often the same request is tried.
        now: aware time of day.
    """

    def __init__(self, gate: Gate, *, patience: Patience, now: Callable[[], datetime]) -> None:
        self.gate = gate
        self._patience = patience
        self._now = now
        self._signin: SignIn | None = None
        self._renewing = threading.Lock()
        self.created_lately = False  # whether this account created a course within a day

    def sign_in(self, credentials: Credentials, *, client_id: str, keeper: Keeper | None = None) -> Account:
        """Sign in, with what `keeper` holds where there is one, and return the account.

        Raises:
            AccessRefused: the account, its token or the address is not accepted.
            StoppedEarly: the API cannot be reached.
        """
        self._signin = SignIn(credentials, client_id=client_id, post_form=self._post_form, keeper=keeper)
        me = self.read(_ME_PATH)
        user_id, email = me.get("Id"), me.get("Email")
        if not isinstance(user_id, int) or not isinstance(email, str):
            raise AccessRefused(f"{self.gate.host} does not tell who is signed in. Check the address.")
        return Account(user_id=user_id, email=email)

    def refresh_token(self) -> str | None:
        """Return what this sign-in can be renewed with, to be kept; None when the API gave nothing."""
        return self._signin.refresh_token if self._signin else None

    def create_course(self, payload: Mapping[str, object], *, row: Row) -> Settled:
        """Send one course; return what became of it. It is sent again only when it surely was not applied."""

        def attempt() -> Meaning:
            reply = self.gate.exchange("POST", COURSES_PATH, row=row, json=payload, headers=self._bearer())
            return meaning_of(reply, now=self._now())

        try:
            token = self._token()
            meaning: Meaning = self._patience.persist(attempt)
            if isinstance(meaning, Expired) and self._renew(token):
                meaning = self._patience.persist(attempt)
        except JournalUnusable:
            raise
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
            RoleMissing: the account may not read this.
            AccessRefused: the address is not the API's.
            StoppedEarly: no answer that can be used.
        """
        reply = self._read(path, params)
        envelope, host, status = envelope_of(reply), self.gate.host, reply.status
        if status == HTTPStatus.OK and envelope is not None:
            return envelope
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise RoleMissing(f"{host} refused {path} (HTTP {status}). Check the token and its roles.")
        if again_when_reading(reply, now=self._now()):
            raise StoppedEarly(f"{host} answered {path} with HTTP {status}. Run again later.")
        raise AccessRefused(f"{host} does not answer like the API (HTTP {status}). Check the address.")

    def clock_ahead_seconds(self) -> float | None:
        """Return by how much our clock is ahead of the server's; None when its answer tells no time.

        Raises:
            StoppedEarly: no answer came.
        """
        told = self._read(_ME_PATH, None).headers.get("date", "")
        try:
            theirs = parsedate_to_datetime(told)
            return (self._now() - theirs).total_seconds() - _HALF_SECOND
        except (ValueError, TypeError):  # no date, or one without a zone
            return None

    def estimate(self, courses: int, *, reads_back: bool) -> Estimate:
        """Return what creating so many courses, and reading them back, will take."""
        seconds = self.gate.forecast(courses)
        return Estimate(
            requests=courses + (-(-courses // BATCH) if reads_back else 0),
            seconds=seconds,
            finish_at=self._now() + timedelta(seconds=seconds),
        )

    def is_there(self, path: str) -> bool:
        """Tell whether GET `path` finds something.

        Raises:
            StoppedEarly: no answer came.
        """
        return self._read(path, None).status != HTTPStatus.NOT_FOUND

    def _read(self, path: str, params: Mapping[str, str | int] | None) -> Answer:
        def get() -> Reply:
            return self._try("GET", path, params=params, headers=self._bearer())

        token = self._token()
        reply = get()
        if isinstance(reply, Answer) and reply.status == HTTPStatus.UNAUTHORIZED and self._renew(token):
            reply = get()
        if isinstance(reply, NoAnswer):
            raise StoppedEarly(f"{self.gate.host}: {reply.reason}. Run again later.")
        return reply

    def _token(self) -> str:
        return self._signin.token() if self._signin else ""

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token()}"}

    def _renew(self, refused: str) -> bool:
        """Get another token than the one that was refused; several threads may ask for it at once."""
        with self._renewing:
            return self._token() != refused or (self._signin is not None and self._signin.renew())

    def _post_form(
        self, path: str, form: Mapping[str, str], headers: Mapping[str, str], *, works_once: bool
    ) -> Reply:
        again = again_when_unapplied if works_once else again_when_reading
        return self._try("POST", path, again=again, form=form, headers=headers)

    def _try(
        self,
        method: str,
        path: str,
        *,
        again: Callable[..., Again | None] = again_when_reading,
        **parts: Any,  # noqa: ANN401 - handed on to Gate.exchange
    ) -> Reply:
        """Send a request until it is answered, as often as `again` says that it may be sent once more."""

        def attempt() -> Reply | Again:
            reply = self.gate.exchange(method, path, **parts)
            return again(reply, now=self._now()) or reply

        result: Reply | Again = self._patience.persist(attempt)
        return result.reply if isinstance(result, Again) else result
