"""What sending costs with a journal that survives a power cut, and what is left when something breaks."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from pipeline import sandbox
from tests.bench import stub
from tests.bench.contenders.sending_singer import messages
from tests.bench.measuring import OURS, Bound, Comparison, Figure, child, in_turns
from tests.bench.scripts import CASES, courses

if TYPE_CHECKING:
    from collections.abc import Mapping

_BARE: Final = "requests, a loop with fdatasync"
_DLT: Final = "dlt, a custom destination"
_TOLD: Final = ("rows a second", "whole seconds", "CPU ms a row", "megabytes")
_ENDS: Final = ("ended right", "ended wrong", "courses missing", "courses twice or more")
_SLOW_MILLISECONDS: Final = 200
_QUICK_EVERY: Final = 8  # of the cases, which then are an eighth


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contender:
    """Where its work lies in `tests/bench/contenders`."""

    speed: str
    faults: str | None  # None: they end as another one's do
    reads: bool = False  # what a Singer tap prints


_CONTENDERS: Final[Mapping[str, _Contender]] = {
    _BARE: _Contender(speed="sending_requests:bare", faults="sending_requests:bare"),
    OURS: _Contender(speed="sending_ours:submitting", faults="importing_ours:importing"),
    "requests with urllib3's Retry": _Contender(
        speed="sending_requests:retrying", faults="sending_requests:retrying"
    ),
    _DLT: _Contender(speed="sending_dlt:destination", faults="sending_dlt:destination"),
    "dlt, with its rows in four files": _Contender(speed="sending_dlt:four_files", faults=None),
    "Singer SDK, a target with a RecordSink": _Contender(
        speed="sending_singer:on_stdin", faults="sending_singer:resuming", reads=True
    ),
}
_NOTES: Final = (
    "Sending: from the first request to the last, with all rows in memory.",
    "Only the loop with fdatasync and course-import wait until each row is on the disk before it leaves. dlt",
    "notes behind each answer how many were sent, not which is on its way, and waits for no disk.",
    "One request is in flight, but for dlt with several files; course-import sends up to four side by side",
    "where answers take over a second.",
    "Faults: each case is played at the same sandbox for four courses. course-import and dlt are run again,",
    "five times at most, while they say that something is left; a Singer tap and its target likewise, from",
    "the last bookmark the target printed, which it does at its end. The two loops note a row that failed,",
    "go on and have nothing to resume from: where such a course was created all the same, that counts as",
    "right, although they call it failed. Retry has 409 among its statuses, this API's word for too fast.",
    "None of the others looks whether a course is there before it is sent again; none asks for a person.",
)


def compare(*, quick: bool) -> Comparison:
    """Measure with answers at once and after 200 ms, then play the faults."""
    at_once, late, ends = (
        _at_once(rows=200 if quick else 1000, rounds=2 if quick else 9),
        _late(rows=10 if quick else 100),
        _ends(every=_QUICK_EVERY if quick else 1),
    )
    fast, slow, broken = (figures[0].case for figures in (at_once, late, ends))
    rows = partial(Bound, what="rows a second", contender=OURS)
    return Comparison(
        name="sending",
        title="Sending",
        figures=(*at_once, *late, *ends),
        bounds=(
            rows(case=fast, reference=_BARE, at_least=0.8),
            rows(case=fast, reference=_DLT, at_least=1),
            rows(case=slow, reference=_DLT, at_least=0.95),  # the server takes its time for everybody
            Bound(case=broken, what="ended wrong", contender=OURS, at_most=0),
        ),
        notes=_NOTES,
    )


def _at_once(*, rows: int, rounds: int) -> tuple[Figure, ...]:
    """Measure in turns with a server that answers at once."""
    with stub.running(0) as url:
        measured = {name: partial(_speed, name, url, rows) for name in _CONTENDERS}
        figures = in_turns(f"{rows:,} rows, answers at once", measured, rounds=rounds)
    return tuple(sorted(figures, key=lambda figure: _TOLD.index(figure.what)))


def _late(*, rows: int) -> tuple[Figure, ...]:
    """Measure at the same time: each waits for nearly all of it, and nobody needs a core."""
    case = f"{rows:,} rows, answers after {_SLOW_MILLISECONDS} ms"
    with stub.running(_SLOW_MILLISECONDS) as url, ThreadPoolExecutor(len(_CONTENDERS)) as pool:
        told = pool.map(lambda name: _speed(name, url, rows), _CONTENDERS)
        rates = [figures["rows a second"] for figures in told]
    return tuple(
        Figure(case=case, contender=name, what="rows a second", values=(rate,))
        for name, rate in zip(_CONTENDERS, rates, strict=True)
    )


def _ends(*, every: int) -> tuple[Figure, ...]:
    """Play each so-many-th case of faults; tell how many ended with each course there exactly once."""
    programs = {name: contender.faults for name, contender in _CONTENDERS.items() if contender.faults}
    slowest_first = sorted(programs, key=lambda name: name != _DLT)
    with ThreadPoolExecutor(2) as pool:  # each at a sandbox of its own; dlt waits as long as all others take
        ends = pool.map(lambda name: _faults(programs[name], every), slowest_first)
        told = dict(zip(slowest_first, ends, strict=True))
    return tuple(
        Figure(
            case=f"{len(CASES[::every])} cases of faults",
            contender=name,
            what=what,
            values=(told[name][what],),
        )
        for what in _ENDS
        for name in programs
    )


def _speed(name: str, url: str, rows: int) -> Mapping[str, float]:
    contender = _CONTENDERS[name]
    with tempfile.TemporaryDirectory(prefix="bench-sending-") as folder:
        # The stub tells its callers apart by their tokens.
        arguments = (f"tests.bench.contenders.{contender.speed}", url, uuid4().hex, folder, str(rows))
        stdin = messages(courses(rows)) if contender.reads else ""
        told = child("tests.bench.contenders.sending:speed", *arguments, stdin=stdin)
    return {what: told[what] for what in _TOLD}


def _faults(program: str, every: int) -> Mapping[str, float]:
    with tempfile.TemporaryDirectory(prefix="bench-sending-") as held:
        folder = Path(held)
        (mine := folder / "mine").mkdir()
        with sandbox.start(folder / "store.db", limits="off") as broken:
            place = f"tests.bench.contenders.{program}"
            told = child("tests.bench.contenders.sending:faults", place, broken.url, mine, str(every))
    return {what: told[what] for what in _ENDS}
