"""A task in a process of its own: what hangs, runs out of memory or dies there, ends in words here."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


class ChildFailed(Exception):  # noqa: N818 - like those in errors.py, its name says what happened
    """A task did not come to its end; the message says how it ended."""


class TookTooLong(ChildFailed):
    """A task was ended at its bound on time."""


def in_child(task: Callable[P, T], *, seconds: float, memory_bytes: int) -> Callable[P, T]:
    """Return `task` as a function that runs it in a fresh interpreter, within bounds.

    Task, arguments and result travel by pickle. The bound on memory is kept where the system knows one
    (POSIX) and counts the interpreter's own. What the child prints is thrown away, and Ctrl-C does not reach
    it: whatever ends the call ends the child. multiprocessing would run the caller's script once more.

    Raises (when called):
        ChildFailed: the task raised, took longer than `seconds`, or its process died.
    """

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            ended = subprocess.run(  # noqa: S603 - this interpreter and this module
                [sys.executable, "-m", __name__, str(memory_bytes)],
                input=pickle.dumps((task, args, kwargs)),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONSAFEPATH": "1"},
                timeout=seconds,
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TookTooLong(f"took longer than {seconds:g} seconds") from None
        if ended.returncode:
            raise ChildFailed(f"died with code {ended.returncode}")
        done, answer = pickle.loads(ended.stdout)  # noqa: S301 - written by `_work`
        if not done:
            raise ChildFailed(answer)
        return answer  # type: ignore[no-any-return]  # what the task returned

    return run


def _work(memory_bytes: int) -> None:
    task, args, kwargs = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - written by `in_child`
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing that is printed mixes with the answer
    _bound(memory_bytes)
    try:
        answer = (True, task(*args, **kwargs))
    except BaseException as failure:  # noqa: BLE001 - a Rust panic is no Exception; the parent is told of any
        answer = (False, f"{type(failure).__name__}: {failure}")
    with answers:
        pickle.dump(answer, answers)


def _bound(memory_bytes: int) -> None:
    try:
        import resource  # noqa: PLC0415 - Windows has none
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


if __name__ == "__main__":
    _work(int(sys.argv[1]))
