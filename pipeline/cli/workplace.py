"""The real parts a run works with: clock, folders, journal, connection, sandbox, log."""

from __future__ import annotations

import logging
import math
import socket
import sys
import time
import traceback
import uuid
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformdirs import user_state_path
from pydantic import SecretStr

from pipeline.api import Bounds, Client, Connection, Gate, Limit, Pacer, Patience, target_of
from pipeline.api.images import anywhere, is_public, look_at_images
from pipeline.errors import AccessRefused, Bug, CourseImportError, SettingsRefused, UsageError
from pipeline.journal import locked, open_journal, whoami
from pipeline.read import STDIN, Reading
from pipeline.read import Limits as ReadingLimits
from pipeline.report import CopyLimits, write_report
from pipeline.run import DAY, House, look_up_names, read_report
from pipeline.settings import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pipeline.cli.interrupt import Interrupt
    from pipeline.journal import Journal, RunLog
    from pipeline.model import Directory, ImageAnswer, Plan, Report, Target, TidySheet
    from pipeline.run import Order
    from pipeline.settings import Settings

_LONGEST_NAME: Final = 50  # characters of a file's name in its folder's; UTF-8 has four bytes for some
_MB: Final = 2**20
_LOG: Final = logging.getLogger("pipeline")
_LINE: Final = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
_REHEARSING: Final = Credentials(email="importer@example.com", password=SecretStr("sandbox"))


def now() -> datetime:
    """Return the time of day, aware, in UTC."""
    return datetime.now(UTC)


@contextmanager
def open_house(
    settings: Settings,
    interrupt: Interrupt,
    *,
    consent: Callable[[Plan], None],
    progress: Callable[[int], Callable[[], None]],
) -> Iterator[House]:
    """Open journal and connection, and the sandbox when this is a rehearsal; close them at the end."""
    with (
        closing(open_journal(_journal_path(settings))) as journal,
        _address_of(settings) as address,
        closing(
            Connection(
                address,
                connect_timeout_seconds=settings.connect_timeout_seconds,
                read_timeout_seconds=settings.read_timeout_seconds,
            )
        ) as connection,
    ):
        yield House(
            journal=journal,
            host=connection.host,
            sign_in=lambda log: _sign_in(settings, connection, interrupt, journal, log),
            lock=lambda target: locked(settings.state_dir / "locks", target.name, at=now()),
            consent=consent,
            progress=progress,
            interrupted=interrupt.stop,
            new_token=lambda: uuid.uuid4().hex,
            now=now,
            settle_seconds=settings.settle_seconds,
            reads_back=settings.verify,
        )


@contextmanager
def reading_journal(settings: Settings) -> Iterator[Journal]:
    """Open the journal for a look; a look makes none.

    Raises:
        UsageError: there is no journal.
    """
    path = _journal_path(settings)
    with suppress(OSError):  # what may not even be looked at, opening it tells in words
        if not path.exists():
            raise UsageError(f"Nothing was imported yet: there is no journal at {path}.")
    with closing(open_journal(path)) as journal:
        yield journal


class Seen:
    """Keeps what a run's file holds, for the report that shows it again within its limits."""

    def __init__(self, settings: Settings) -> None:
        self.sheet: TidySheet | None = None  # until it was read
        self.limits = CopyLimits(seconds=settings.reader_seconds, memory_bytes=settings.reader_mb * _MB)

    def __call__(self, sheet: TidySheet) -> None:
        """Keep the sheet."""
        self.sheet = sheet


@contextmanager
def report_in_any_case(journal: Journal, run_id: str, seen: Seen) -> Iterator[None]:
    """Write the report's files even when the run ends with an error, as far as the journal knows it."""
    try:
        yield
    except BaseException:  # a second signal among them
        with suppress(Exception):  # the first error is the one to tell
            write_files(read_report(journal, run_id), seen)
        raise


def reading_of(settings: Settings, sheet: str | None) -> Reading:
    """Return how a file is to be read."""
    return Reading(
        sheet=sheet,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        quote=settings.quote,
        stdin=sys.stdin.buffer if sys.stdin else None,  # whoever starts it may have closed it
        limits=ReadingLimits(
            file_bytes=settings.max_file_mb * _MB,
            unpacked_bytes=settings.max_unpacked_mb * _MB,
            unpacked_ratio=settings.max_unpacked_ratio,
            rows=settings.max_rows,
            cell_characters=settings.max_cell_characters,
            reader_seconds=settings.reader_seconds,
            reader_bytes=settings.reader_mb * _MB,
        ),
    )


def look_up(order: Order, settings: Settings, interrupt: Interrupt, wanted: frozenset[str]) -> Directory:
    """Read the target's lists that say what names mean.

    Raises:
        SettingsRefused: these settings cannot sign in, or would send a secret in the clear.
    """
    problems = [*settings.account_problems(), *settings.address_problems()]
    if problems:
        raise SettingsRefused("\n".join(problems))
    with open_house(
        settings, interrupt, consent=lambda _plan: None, progress=lambda _total: lambda: None
    ) as house:
        return look_up_names(order, house, wanted)


def image_looks(settings: Settings) -> Callable[[Iterable[str]], dict[str, ImageAnswer]]:
    """Return how pictures are asked for: those of a rehearsal may stand on this machine."""
    may_ask = anywhere if settings.rehearsal else is_public
    return lambda addresses: look_at_images(addresses, may_ask=may_ask)


def looking_up(
    order: Order, settings: Settings, interrupt: Interrupt
) -> Callable[[frozenset[str]], Directory] | None:
    """Return how a check looks names up: with an account only."""
    if not settings.has_account:
        return None
    return lambda wanted: look_up(order, settings, interrupt, wanted)


def new_run(path: Path, settings: Settings) -> tuple[str, Path]:
    """Return a run's id and its new, empty report folder.

    Raises:
        AccessRefused: the folder cannot be made.
    """
    run_id = new_run_id()
    name = "stdin" if path == STDIN else path.stem
    wanted = settings.report_dir.resolve() / f"{run_id.partition('-')[0]}-{name[:_LONGEST_NAME]}"
    names = (wanted, *(wanted.with_name(f"{wanted.name}-{number}") for number in range(2, 100)))
    try:
        folder = next(name for name in names if _made(name))
    except (OSError, StopIteration) as failure:
        raise AccessRefused(f"The report folder {wanted} cannot be made: {failure}.") from failure
    return run_id, folder


def new_run_id() -> str:
    """Return an id that sorts by time."""
    return f"{now():%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:4]}"


def somebody() -> str:
    """Return who is at this machine, for a word that is theirs."""
    return f"{whoami()}@{socket.gethostname()}"


@contextmanager
def run_log(folder: Path, *, verbose: bool) -> Iterator[None]:
    """Write every request and every bug to the report folder's run.log, and to stderr when asked to."""
    _LOG.setLevel(logging.INFO)
    to_file = logging.FileHandler(folder / "run.log", encoding="utf-8", delay=True)
    handlers: list[logging.Handler] = [to_file, logging.StreamHandler(sys.stderr)] if verbose else [to_file]
    for handler in handlers:
        handler.setFormatter(_LINE)
        _LOG.addHandler(handler)
    try:
        yield
    except CourseImportError:
        raise
    except Exception as bug:
        _LOG.exception("a bug")
        raise _bug(bug, to_file.baseFilename) from bug
    finally:
        for handler in handlers:
            _LOG.removeHandler(handler)
            handler.close()


def bug_outside_a_run(bug: Exception) -> Bug:
    """Write a bug's traceback to the state folder; return it as an error that names the file."""
    try:
        path = user_state_path("course-import", ensure_exists=True) / "bug.log"
        path.write_text("".join(traceback.format_exception(bug)), encoding="utf-8")
    except OSError:
        return Bug(f"a bug of ours: {''.join(traceback.format_exception_only(bug)).strip()}")
    return _bug(bug, str(path))


def write_files(report: Report, seen: Seen, *, again: bool = False) -> str | None:
    """Write the report's files when its run has a folder; return in words why they could not be written.

    `again`: somebody may have written into those that are there; they stay.
    """
    if report.folder is None:
        return None
    folder = Path(report.folder)
    if again and (folder / "report.xlsx").exists():
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_report(report, seen.sheet, folder, seen.limits)
    except OSError as failure:
        return f"The report could not be written to {folder}: {failure}. What was done is in the journal."
    return None


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


def _sign_in(
    settings: Settings,
    connection: Connection,
    interrupt: Interrupt,
    journal: Journal,
    log: RunLog,
) -> tuple[Client, Target]:
    bounds = Bounds(
        max_wait_seconds=math.inf if settings.wait else settings.max_wait.total_seconds(),
        most_in_flight=settings.max_in_flight,
        sleep=interrupt.sleep,
        hurried=interrupt.is_told,
        now=now,
    )
    gate = Gate(connection, pacer=Pacer(limits_of(settings), time.monotonic), log=log, bounds=bounds)
    patience = Patience(
        max_attempts=settings.max_attempts,
        max_seconds=settings.max_retry_seconds,
        sleep=interrupt.sleep,
        hurried=interrupt.is_told,
    )
    client = Client(gate, patience=patience, now=now)
    gate.remember(journal.requests_since(now() - DAY, host=connection.host, target=None))
    credentials = _REHEARSING if settings.rehearsal else settings.credentials
    return client, target_of(connection, client.sign_in(credentials, client_id=_client_id(settings)))


@contextmanager
def _address_of(settings: Settings) -> Iterator[str]:
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


def _client_id(settings: Settings) -> str:
    """Return the client id of this installation, made once and kept."""
    if settings.client_id:
        return settings.client_id
    path = settings.state_dir / "client-id"
    try:
        if not path.exists():
            made = path.with_name(f"client-id-{uuid.uuid4().hex}")  # nobody shall read half of it
            made.write_text(str(uuid.uuid4()), encoding="ascii")
            made.replace(path)
        return str(uuid.UUID(path.read_text(encoding="ascii").strip()))
    except (OSError, ValueError) as failure:  # it cannot be read, or is no id
        raise AccessRefused(f"{path} cannot be used: {failure}. Mend or remove it.") from failure


def _journal_path(settings: Settings) -> Path:
    return settings.state_dir / "journal.db"


def _made(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return False
    return True


def _bug(bug: Exception, path: str) -> Bug:
    return Bug(f"a bug of ours ({type(bug).__name__}): please report it with {path}")
