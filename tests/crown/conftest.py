"""Courses on their way, in a process that dies or to a sandbox that breaks, and what became of them."""

from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from pipeline import sandbox as sandbox_room
from pipeline.journal import open_journal
from pipeline.model import State
from tests.crown.mortal import NEVER, MortalRun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pydantic import SecretStr

    from pipeline.model import Known
    from tests.crown.mortal import Deed

    Case = TypeVar("Case")
    Named: TypeAlias = tuple[int, str]  # a course by its place and title

EVERY: Final = os.environ.get("CROWN") == "all"  # else a sample
ACCOUNT: Final = "importer@example.com"
PLACES: Final = (1414974955, 1414974956)
_HEADERS: Final = (
    *("BusinessId", "HostId", "Title", "DisplayOrder", "Visibility"),
    *("Key", "SummaryText", "NewImageUrl"),
)
_TITLES: Final = (
    "Bookkeeping basics",
    "Cash flow for founders",
    "Pitch night rehearsal",
    "Pottery for beginners",
    "Weaving by hand",
    "Sourdough at home",
    "Vinyasa before work",
    "Breathing and posture",
    "Photography with a phone",
    "Typography in a day",
    "Spreadsheets without fear",
    "Negotiating a lease",
    "Portuguese for newcomers",
    "Screen printing",
    "First aid at the office",
)
_SUMMARY: Final = (
    "One evening a week in a small group, with tea, time for questions, and all you need on the table. "
)

# The same title stands at both places; every third course has no key of its own.
COURSES: Final = tuple((place, title) for title in _TITLES for place in PLACES)


def spread(cases: Sequence[Case], few: int) -> list[Case]:
    """Return all cases when all are asked for, else `few` of them, evenly chosen."""
    chosen = range(len(cases)) if EVERY else [len(cases) * number // few for number in range(few)]
    return [cases[number] for number in chosen]


def write_courses(path: Path, count: int) -> Path:
    """Write the first `count` of the courses, each with a long summary and a picture."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADERS)
        writer.writerows(
            (
                *(place, 1414980011, title, number, "Public", f"C-{number}" if number % 3 else ""),
                *(_SUMMARY * 2, f"https://example.com/{number}.jpg"),
            )
            for number, (place, title) in enumerate(COURSES[:count])
        )
    return path


def in_store(path: Path) -> dict[Named, list[int]]:
    """Return the Ids under which a sandbox holds each course."""
    held: dict[Named, list[int]] = {}
    with closing(sqlite3.connect(path)) as store:
        for course_id, place, course in store.execute("SELECT id, business_id, course FROM courses"):
            held.setdefault((place, json.loads(course)["Title"]), []).append(course_id)
    return held


def in_journal(place: Path | SecretStr, store: Path) -> dict[Named, Known]:
    """Return what a journal knows of a sandbox's courses."""
    with closing(sqlite3.connect(store)) as held:
        (store_id,) = held.execute("SELECT store_id FROM about").fetchone()
    with closing(open_journal(place)) as journal:
        known = journal.known(f"sandbox:{store_id}/{ACCOUNT}")
    return {(place, str(course.payload["Title"])): course for (place, _), course in known.items()}


def ids_in(known: dict[Named, Known]) -> dict[Named, list[int]]:
    """Return the Ids of the courses known as created."""
    return {
        course: [one.course_id]
        for course, one in known.items()
        if one.state is State.CREATED and one.course_id is not None
    }


class Scene:
    """A file of courses, a sandbox of this process, and the journal of those that import the file."""

    def __init__(self, folder: Path, url: str, count: int, address: SecretStr | None) -> None:
        self.store = folder / "store.db"
        self.journal = address or folder / "state" / "journal.db"
        self.url = url
        self._own_journal = {} if address is None else {"COURSE_IMPORT_JOURNAL_URL": address}
        self._folder = folder
        self._file = write_courses(folder / "courses.csv", count)
        self._started: list[MortalRun] = []

    def start(self, deed: Deed = "die", step: int = NEVER, *, machine: str = "state") -> MortalRun:
        """Start an import that dies, or halts, at a step of its way; each machine has its state folder."""
        own = {name: value for name, value in os.environ.items() if not _is_foreign(name)}
        flags = ["--target", self.url, "--yes", "--pace", "off", "--quiet"]
        run = MortalRun(
            deed,
            step,
            ["import", str(self._file), *flags],
            folder=self._folder,
            environment=own
            | {
                "NEXUDUS_EMAIL": ACCOUNT,
                "NEXUDUS_PASSWORD": "sandbox",
                "COURSE_IMPORT_STATE_DIR": str(self._folder / machine),
                "COURSE_IMPORT_SETTLE_SECONDS": "0.05",
                "XDG_STATE_HOME": str(self._folder / "xdg"),
                **{name: address.get_secret_value() for name, address in self._own_journal.items()},
            },
        )
        self._started.append(run)
        return run

    def start_and_halt(self, step: int, *, machine: str = "state") -> MortalRun:
        """Start an import and return it once it stands still at a step."""
        run = self.start("halt", step, machine=machine)
        run.halts()
        return run

    def import_file(self) -> int:
        """Import the file, unharmed; return the number of steps it took."""
        code, steps, printed = self.start().end()
        assert code == 0, printed
        return steps

    def die_at(self, step: int) -> None:
        """Import the file until the process is killed at a step."""
        code, _, printed = self.start("die", step).end()
        assert code == -signal.SIGKILL, f"step {step}: {printed}"

    def known(self) -> dict[Named, Known]:
        """Return what the journal knows."""
        return in_journal(self.journal, self.store)

    def end(self) -> None:
        """Leave no process behind."""
        for run in self._started:
            run.kill()


@contextmanager
def scene(folder: Path, *, count: int = len(COURSES), address: SecretStr | None = None) -> Iterator[Scene]:
    """Set a scene with the first `count` courses; without an address each machine has a journal in a file."""
    folder.mkdir()
    with sandbox_room.start(folder / "store.db", limits="off") as running:
        set_up = Scene(folder, running.url, count, address)
        try:
            yield set_up
        finally:
            set_up.end()


def _is_foreign(name: str) -> bool:
    return name.upper().startswith(("NEXUDUS_", "COURSE_IMPORT_")) or name.upper().endswith("_PROXY")
