"""Processes forked from one that has loaded everything already: loading takes most of a run."""

from __future__ import annotations

import multiprocessing
import os
from functools import cache
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING, Final

import coverage
import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROCESSES: Final = multiprocessing.get_context("forkserver")
_ROOT: Final = Path(__file__).parents[1]
_LOADED: Final = (
    *("tests.forked", "tests.crown.mortal", "openpyxl", "rich.progress"),
    *("pipeline.run", "pipeline.sandbox", "pipeline.report.metrics"),
    *("pipeline.cli.batch", "pipeline.cli.beside", "pipeline.cli.rows", "pipeline.template"),
)


@cache
def load_everything() -> None:
    """Start the process the others are forked from; it is not measured itself."""
    PROCESSES.set_forkserver_preload(list(_LOADED))
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("COVERAGE_")]:
            patch.delenv(name)
        patch.setenv("PYTHONPATH", str(_ROOT))  # it knows nothing of pytest's path
        forkserver.ensure_running()


def command_line(words: Sequence[str], folder: Path, streams: Path, environment: Mapping[str, str]) -> None:
    """Run the command line in this process, as in a new one with that folder and environment.

    Its input is `streams`/in, what it prints `streams`/out and `streams`/err.
    """
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, (name, flags) in enumerate(
        (("in", os.O_RDONLY), ("out", os.O_WRONLY | os.O_CREAT), ("err", os.O_WRONLY | os.O_CREAT))
    ):
        os.dup2(os.open(streams / name, flags), number)
    import sys  # noqa: PLC0415 - its streams are given away

    from pipeline.cli import run_command_line  # noqa: PLC0415 - loaded where the process was forked from

    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it lives as long as the process
    sys.argv[1:] = words
    measured = coverage.process_startup()
    try:
        code = run_command_line()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if measured is not None:  # a forked process ends without its last deeds
            measured.stop()
            measured.save()
    os._exit(code)
