"""Runs of the command line, each in a process that may die, or halt, at a step of its way.

Steps are counted before and after each exchange with the network and each commit of the journal; who halts
counts the network's alone, since a commit that stands still holds everybody up. Who is killed can tell
nothing of coverage, so that it is not measured.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

from pipeline.api import Connection
from pipeline.cli import run_command_line
from pipeline.journal import Journal
from tests.forked import PROCESSES, load_everything

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing import connection as pipes
    from pathlib import Path

    import sqlalchemy

    Deed = Literal["die", "halt"]

NEVER: Final = 0  # no step has this number
_SECONDS: Final = 60  # a whole run takes one


class MortalRun:
    """A run of the command line that dies, or stands still until it may go on, at a step."""

    def __init__(
        self, deed: Deed, step: int, words: Sequence[str], *, folder: Path, environment: Mapping[str, str]
    ) -> None:
        load_everything()
        self._printed = folder / "printed.txt"
        self._line, their_line = PROCESSES.Pipe()
        live = _Life(deed, step, their_line)
        self._process = PROCESSES.Process(
            target=live, args=(words, folder, self._printed, dict(environment)), daemon=True
        )
        self._process.start()
        their_line.close()

    @property
    def process_id(self) -> int | None:
        """The number the system gave the process."""
        return self._process.pid

    def halts(self) -> None:
        """Return once it stands still."""
        assert self._line.poll(_SECONDS)
        assert self._line.recv() == "here"

    def go_on(self) -> None:
        """Let it go on from where it stands still."""
        self._line.send("go on")

    def kill(self) -> None:
        """Kill it, and be there when it is dead."""
        self._process.kill()
        self._process.join(_SECONDS)

    def end(self) -> tuple[int, int, str]:
        """Return its exit code, the steps it took (none when it was killed), and what it printed."""
        self._process.join(_SECONDS)
        code = self._process.exitcode
        assert code is not None, "it does not end"
        steps = self._line.recv() if code >= 0 else 0
        return code, steps, self._printed.read_text(encoding="utf-8")


class _Life:
    """What the process does."""

    def __init__(self, deed: Deed, last: int, line: pipes.Connection) -> None:
        self._deed = deed
        self._last = last
        self._line = line

    def __call__(
        self, words: Sequence[str], folder: Path, printed: Path, environment: dict[str, str]
    ) -> None:
        """Run the command line."""
        self._numbers = itertools.count(1)  # courses may be in flight together: `next` is one step for all
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        paper = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(paper, 1)
        os.dup2(paper, 2)
        Connection.exchange = self._counting(Connection.exchange)  # type: ignore[method-assign]  # from outside
        if self._deed == "die":
            commit = Journal._transaction  # noqa: SLF001 - commits are counted from outside
            counted = self._counting_commits(commit)
            Journal._transaction = counted  # type: ignore[method-assign]  # noqa: SLF001 - the same
        if self._deed == "halt" and not self._last:
            self._do()
        sys.argv[1:] = words
        code = run_command_line()
        self._line.send(next(self._numbers) - 1)
        raise SystemExit(code)

    def _counting(self, exchange: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*request: Any, **parts: Any) -> object:  # noqa: ANN401 - as it is
            self._step()
            reply = exchange(*request, **parts)
            self._step()
            return reply

        return counted

    def _counting_commits(self, transaction: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def counted(journal: Journal) -> Iterator[sqlalchemy.Connection]:
            with transaction(journal) as connection:
                yield connection
                self._step()
            self._step()

        return counted

    def _step(self) -> None:
        if next(self._numbers) == self._last:
            self._do()

    def _do(self) -> None:
        if self._deed == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        self._line.send("here")
        self._line.recv()
