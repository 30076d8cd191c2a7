"""One run at a time for each target; the lock frees itself with its process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import JournalUnusable, RunLocked
from pipeline.journal import locked
from tests.journal.conftest import at

if TYPE_CHECKING:
    from pathlib import Path

HOLDER = """
import datetime, pathlib, sys
from pipeline.journal import locked
with locked(pathlib.Path(sys.argv[1]), "a target", at=datetime.datetime.now(datetime.UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "locks")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_target_that_is_locked_says_by_whom(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    with (
        pytest.raises(RunLocked, match=rf"a target: .+@.+, process {holder.pid}, since 2\d{{3}}-.* UTC"),
        locked(tmp_path / "locks", "a target", at=at(0)),
    ):
        pass
    with locked(tmp_path / "locks", "another target", at=at(0)):
        end(holder)


def test_a_killed_process_leaves_no_lock(holder: subprocess.Popen[str], tmp_path: Path) -> None:
    end(holder)
    with locked(tmp_path / "locks", "a target", at=at(0)):
        [owner] = (tmp_path / "locks").glob("*.owner")
        assert re.search(rf'"process": {os.getpid()}', owner.read_text(encoding="utf-8"))
    assert not owner.exists()


def test_a_locked_target_is_told_even_when_nobody_left_a_name(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    for owner in (tmp_path / "locks").glob("*.owner"):
        owner.write_text("half a na", encoding="utf-8")
    with (
        pytest.raises(RunLocked, match=r"at work on a target\. Try again later"),
        locked(tmp_path / "locks", "a target", at=at(0)),
    ):
        pass
    end(holder)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with (
        pytest.raises(JournalUnusable, match="cannot be used"),
        locked(tmp_path / "file" / "locks", "a target", at=at(0)),
    ):
        pass
