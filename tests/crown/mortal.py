"""The command line in a process that dies, or halts, at a step of its way.

Usage: mortal.py die|halt STEP ARGUMENT…

Steps are counted before and after each exchange with the network and each commit of the journal; who halts
counts the network's alone, since a commit that stands still holds everybody up. Who halts at step 0 does so
before anything else; who dies at step 0 lives, and prints how many steps it took.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipeline.api import Connection
from pipeline.cli import (
    run_command_line,
    workplace,  # noqa: F401 - the command needs it: who halts at step 0 has loaded it already
)
from pipeline.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy

_deed, _last = sys.argv[1], int(sys.argv[2])
_steps = itertools.count(1)  # courses may be in flight together: `next` is one step of the interpreter
_exchange, _transaction = Connection.exchange, Journal._transaction  # noqa: SLF001 - counted from outside


def _step() -> None:
    if next(_steps) == _last:
        _do()


def _do() -> None:
    if _deed == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    print("here", flush=True)  # noqa: T201 - whoever started this process reads it
    sys.stdin.readline()


def _counted_exchange(connection: Connection, *request: Any, **parts: Any) -> object:  # noqa: ANN401 - as it is
    _step()
    reply = _exchange(connection, *request, **parts)
    _step()
    return reply


@contextmanager
def _counted_transaction(journal: Journal) -> Iterator[sqlalchemy.Connection]:
    with _transaction(journal) as connection:
        yield connection
        _step()
    _step()


Connection.exchange = _counted_exchange  # type: ignore[method-assign,assignment]  # from outside
if _deed == "die":
    Journal._transaction = _counted_transaction  # type: ignore[method-assign,assignment]  # noqa: SLF001 - the same
sys.argv[1:] = sys.argv[3:]
if _deed == "halt" and not _last:
    _do()
_code = run_command_line()
print(next(_steps) - 1)  # noqa: T201 - whoever started this process reads it
sys.exit(_code)
