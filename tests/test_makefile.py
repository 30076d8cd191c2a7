"""make hands the file's name on as it was typed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"


@pytest.mark.skipif(shutil.which("make") is None and "CI" not in os.environ, reason="no make here; CI has it")
@pytest.mark.parametrize("target", ["import", "check", "plan"])
def test_no_letter_of_the_name_is_read_by_make_or_shell(target: str, tmp_path: Path) -> None:
    command = tmp_path / "course-import"
    command.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="ascii")
    command.chmod(0o700)
    for name in ("requirements.lock", "pyproject.toml", "made"):
        (tmp_path / name).touch()
    name = "-p$HOME $(id) `id` 'a\".csv"
    words = (f"BIN={tmp_path}", "STAMP=made", "ARGS=--sheet Plan", f"FILE={name}", target)
    ended = subprocess.run(
        ["make", "-s", "-f", MAKEFILE, *words], capture_output=True, text=True, check=True, timeout=30
    )
    assert ended.stdout.splitlines() == [target, "--sheet", "Plan", "--", name]
