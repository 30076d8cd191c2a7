"""The real parts a run works with: journal, connection, folders, files."""

from __future__ import annotations

import socket
import uuid
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.api import Connection
from pipeline.api.images import anywhere, is_public, look_at_images
from pipeline.cli.entrance import address_of, now, sign_in
from pipeline.errors import AccessRefused, SettingsRefused, UsageError
from pipeline.journal import open_journal, whoami
from pipeline.read import STDIN
from pipeline.report import CopyLimits, write_report
from pipeline.run import House, look_up_names, read_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from pydantic import SecretStr

    from pipeline.cli.interrupt import Interrupt
    from pipeline.journal import Journal
    from pipeline.model import Directory, ImageAnswer, Memory, Plan, Report, TidySheet
    from pipeline.run import Order
    from pipeline.settings import Settings

_LONGEST_NAME: Final = 50  # characters of a file's name in its folder's; UTF-8 has four bytes for some


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[Journal, Connection]]:
    """Open journal and connection, and the sandbox when this is a rehearsal; close them at the end."""
    with (
        journal_of(settings) as journal,
        address_of(settings) as address,
        closing(
            Connection(
                address,
                connect_timeout_seconds=settings.connect_timeout_seconds,
                read_timeout_seconds=settings.read_timeout_seconds,
            )
        ) as connection,
    ):
        yield journal, connection


def journal_of(settings: Settings) -> AbstractContextManager[Journal]:
    """Open the journal alone; close it at the end."""
    return closing(open_journal(_journal_place(settings)))


@contextmanager
def open_house(
    settings: Settings,
    interrupt: Interrupt,
    *,
    consent: Callable[[Plan], None],
    progress: Callable[[int], Callable[[], None]],
) -> Iterator[House]:
    """Open what a run works with; close it at the end."""
    with opened(settings) as (journal, connection):
        clock = journal.common_clock(now)
        yield House(
            journal=journal,
            host=connection.host,
            sign_in=lambda log: sign_in(settings, connection, interrupt, journal, log, clock=clock),
            lock=lambda target: journal.lock(target.name, at=clock()),
            consent=consent,
            progress=progress,
            interrupted=interrupt.stop,
            new_token=lambda: uuid.uuid4().hex,
            now=clock,
            settle_seconds=settings.settle_seconds,
            reads_back=settings.verify,
        )


def quiet_house(settings: Settings, interrupt: Interrupt) -> AbstractContextManager[House]:
    """Open the same for what asks nobody and shows no progress."""
    return open_house(settings, interrupt, consent=lambda _plan: None, progress=lambda _total: lambda: None)


@contextmanager
def reading_journal(settings: Settings) -> Iterator[Journal]:
    """Open the journal for a look; a look makes no file.

    Raises:
        UsageError: there is no journal.
    """
    place = _journal_place(settings)
    with suppress(OSError):  # what may not even be looked at, opening it tells in words
        if isinstance(place, Path) and not place.exists():
            raise UsageError(f"Nothing was imported yet: there is no journal at {place}.")
    with closing(open_journal(place)) as journal:
        yield journal


def remembering(settings: Settings) -> Callable[[int, str], tuple[Memory, ...]] | None:
    """Return how the journal is asked for a course by location and key; None when there is none yet."""
    place = _journal_place(settings)
    if isinstance(place, Path) and not place.exists():
        return None

    def remember(business_id: int, key: str) -> tuple[Memory, ...]:
        with reading_journal(settings) as journal:
            return journal.memories(business_id, key)

    return remember


class Seen:
    """Keeps what a run's file holds, for the report that shows it again within its limits."""

    def __init__(self, settings: Settings) -> None:
        self.sheet: TidySheet | None = None  # until it was read
        self.limits = CopyLimits(seconds=settings.reader_seconds, memory_bytes=settings.reader_mb * 2**20)

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


def look_up(order: Order, settings: Settings, interrupt: Interrupt, wanted: frozenset[str]) -> Directory:
    """Read the target's lists that say what names mean.

    Raises:
        SettingsRefused: these settings cannot sign in, or would send a secret in the clear.
    """
    problems = [*settings.account_problems(), *settings.address_problems()]
    if problems:
        raise SettingsRefused("\n".join(problems))
    with quiet_house(settings, interrupt) as house:
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


def new_folder(path: Path, run_id: str, settings: Settings) -> Path:
    """Return a run's new, empty report folder.

    Raises:
        AccessRefused: the folder cannot be made.
    """
    name = "stdin" if path == STDIN else path.stem
    wanted = settings.report_dir.resolve() / f"{run_id.partition('-')[0]}-{name[:_LONGEST_NAME]}"
    names = (wanted, *(wanted.with_name(f"{wanted.name}-{number}") for number in range(2, 100)))
    try:
        return next(name for name in names if _made(name))
    except (OSError, StopIteration) as failure:
        raise AccessRefused(f"The report folder {wanted} cannot be made: {failure}.") from failure


def new_run_id() -> str:
    """Return an id that sorts by time."""
    return f"{now():%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:4]}"


def somebody() -> str:
    """Return who is at this machine, for a word that is theirs."""
    return f"{whoami()}@{socket.gethostname()}"


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


def _journal_place(settings: Settings) -> Path | SecretStr:
    return settings.journal_url or settings.state_dir / "journal.db"


def _made(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return False
    return True
