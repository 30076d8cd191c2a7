"""The sample schedules as texts, and the two scripts in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

from pipeline.errors import Exit

SCHEDULES: Final = Path(__file__).parents[2] / "samples" / "schedules"
TEXTS: Final = {path.name: path.read_text(encoding="utf-8") for path in SCHEDULES.iterdir() if path.is_file()}
AGAIN: Final = {Exit.IN_DOUBT, Exit.LOCKED, Exit.STOPPED}
HOPELESS: Final = {Exit.BUG, Exit.USAGE, Exit.FILE_REFUSED, Exit.NO_ACCESS}


def job_of_crontab() -> tuple[str, str]:
    """Return when and what; the other lines are comments and variables."""
    lines = [line for line in TEXTS["crontab"].splitlines() if line and not line.startswith("#")]
    (job,) = [line for line in lines if not re.match(r"[A-Z_]+=", line)]
    *when, what = job.split(None, 5)
    assert "%" not in what  # cron makes an end of line of it
    return " ".join(when), what


def import_step() -> dict[str, Any]:
    steps: list[dict[str, Any]] = yaml.safe_load(TEXTS["github-workflow.yml"])["jobs"]["import"]["steps"]
    return next(step for step in steps if step.get("name") == "Import")
