"""The way in to the target: its address, the sandbox when this is a rehearsal, the pace, the account."""

from __future__ import annotations

import math
import time
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from pipeline.api import Bounds, Client, Connection, Gate, Limit, Pacer, Patience, target_of
from pipeline.errors import AccessRefused
from pipeline.journal import alone
from pipeline.run import DAY
from pipeline.settings import Credentials, is_loopback
from pipeline.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipeline.cli.interrupt import Interrupt
    from pipeline.journal import Journal, RunLog
    from pipeline.model import Target
    from pipeline.settings import KeptSignIn, Settings

_REHEARSING: Final = Credentials(email="importer@example.com", password=SecretStr("sandbox"))


def now() -> datetime:
    """Return the time of day, aware, in UTC."""
    return datetime.now(UTC)


def store_path(settings: Settings) -> Path:
    """Return where the embedded sandbox keeps its courses."""
    return settings.state_dir / "sandbox.db"


def limits_of(settings: Settings) -> tuple[Limit, ...]:
    """Return every limit of the API's that holds."""
    if settings.pace == "off":
        return ()
    return (
        Limit(most=1, seconds=settings.request_spacing_seconds, writes_only=False),
        Limit(most=settings.requests_a_minute, seconds=60, writes_only=False),
        Limit(most=settings.requests_an_hour, seconds=3600, writes_only=False),
        Limit(most=settings.requests_a_day, seconds=DAY.total_seconds(), writes_only=False),
        Limit(most=settings.writes_a_minute, seconds=60, writes_only=True),
        Limit(most=settings.writes_a_day, seconds=DAY.total_seconds(), writes_only=True),
    )


def sign_in(
    settings: Settings,
    connection: Connection,
    interrupt: Interrupt,
    journal: Journal,
    log: RunLog,
    *,
    clock: Callable[[], datetime],
) -> tuple[Client, Target]:
    """Sign in as these settings say; return the API's face, and who receives the courses.

    Args:
        settings: how to sign in, and how fast to go.
        connection: to the API.
        interrupt: sleeps, and tells when the run is to end.
        journal: tells which sign-ins count.
        log: receives every request.
        clock: tells the time as all who share the journal count it.

    Raises:
        AccessRefused: the account, its token or the address is not accepted.
        StoppedEarly: the API cannot be reached.
    """
    client = client_of(settings, connection, interrupt, journal, log, clock=clock)
    credentials = _REHEARSING if settings.rehearsal else settings.credentials
    account = client.sign_in(
        credentials,
        client_id=settings.kept.client_id if settings.kept else client_id_of(settings),
        keeper=vault_of(settings.kept, settings) if settings.kept else None,
    )
    return client, target_of(connection, account)


def client_of(
    settings: Settings,
    connection: Connection,
    interrupt: Interrupt,
    journal: Journal,
    log: RunLog,
    *,
    clock: Callable[[], datetime],
) -> Client:
    """Return the API's face with the pace of these settings; nobody is signed in yet."""
    bounds = Bounds(
        max_wait_seconds=math.inf if settings.wait else settings.max_wait.total_seconds(),
        most_in_flight=settings.max_in_flight,
        sleep=interrupt.sleep,
        sleep_for_slot=interrupt.sleep_for_slot,
        hurried=interrupt.is_told,
        now=clock,
    )
    gate = Gate(connection, pacer=Pacer(limits_of(settings), time.monotonic), log=log, bounds=bounds)
    patience = Patience(
        max_attempts=settings.max_attempts,
        max_seconds=settings.max_retry_seconds,
        sleep=interrupt.sleep,
        hurried=interrupt.is_told,
    )
    client = Client(gate, patience=patience, now=clock)
    gate.remember(journal.requests_since(clock() - DAY, host=connection.host, target=None))
    return client


def vault_of(kept: KeptSignIn, settings: Settings) -> Vault:
    """Return where the refresh token of a kept sign-in is."""
    return Vault(kept, settings.state_dir, alone=lambda: alone(settings.state_dir / "sign-in.lock"))


@contextmanager
def address_of(settings: Settings) -> Iterator[str]:
    """Give the address of the target, for as long as the sandbox runs when it is that.

    Raises:
        AccessRefused: the sandbox cannot start.
    """
    if not settings.rehearsal:
        yield settings.address
        return
    from pipeline import sandbox

    try:
        running = sandbox.start(store_path(settings), limits=settings.pace)
    except OSError as failure:
        raise AccessRefused(f"The sandbox cannot start: {failure}") from failure
    with running:
        yield running.url


def is_meant(target: str, settings: Settings) -> bool:
    """Tell of a target's name whether an import with these settings goes there, as far as they tell."""
    host, _, account = target.rpartition("/")
    sandbox = host.startswith("sandbox:")
    if settings.rehearsal or (sandbox and is_loopback(settings.address)):
        return sandbox
    email = settings.kept.email if settings.kept else settings.email
    mine = email is None or email.casefold() == account
    return mine and host == urlsplit(settings.address).netloc


def client_id_of(settings: Settings) -> str:
    """Return the client id of this installation, made once and kept."""
    if settings.client_id:
        return settings.client_id
    path = settings.state_dir / "client-id"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            made = path.with_name(f"client-id-{uuid.uuid4().hex}")  # nobody shall read half of it
            made.write_text(str(uuid.uuid4()), encoding="ascii")
            made.replace(path)
        return str(uuid.UUID(path.read_text(encoding="ascii").strip()))
    except (OSError, ValueError) as failure:  # it cannot be read, or is no id
        raise AccessRefused(f"{path} cannot be used: {failure}. Mend or remove it.") from failure
