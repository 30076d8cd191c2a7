"""The command as users type it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.forked import PROCESSES, command_line, load_everything

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
COMMAND = (sys.executable, "-m", "pipeline")
_SECONDS = 60


def course_import_anew(*words: str) -> subprocess.CompletedProcess[str]:
    """Run course-import in a process of the interpreter's own making."""
    return subprocess.run(
        [*COMMAND, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        input="",
        check=False,
        timeout=_SECONDS,
    )


def course_import(*words: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run course-import in the current folder, without a terminal; return what it printed and its code.

    The process is forked from one that has loaded everything, which a run needs most of its time for.
    """
    load_everything()
    with tempfile.TemporaryDirectory() as folder:
        streams = Path(folder)
        (streams / "in").write_text(stdin or "", encoding="utf-8")
        process = PROCESSES.Process(
            target=command_line, args=([*map(str, words)], Path.cwd(), streams, dict(os.environ)), daemon=True
        )
        process.start()
        process.join(_SECONDS)
        code = process.exitcode
        assert code is not None, "it does not end"
        out, err = ((streams / name).read_text(encoding="utf-8") for name in ("out", "err"))
    return subprocess.CompletedProcess(words, code, out, err)
