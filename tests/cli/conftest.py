"""The command as users type it: a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
COMMAND = (sys.executable, "-m", "pipeline")


def course_import(*words: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run course-import in the current folder, without a terminal; return what it printed and its code."""
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        input=stdin or "",
        check=False,
        timeout=60,
    )
