"""The schedules that are shell scripts act on every exit code as the table says."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.samples.conftest import AGAIN, HOPELESS, import_step, job_of_crontab

if TYPE_CHECKING:
    from pathlib import Path


def stub(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    path.chmod(0o700)


def ends_in_turn(folder: Path, codes: tuple[int, ...]) -> dict[str, str]:
    """Return an environment where course-import ends with one code after the other and no time passes."""
    (folder / "codes").write_text("".join(f"{code}\n" for code in codes), encoding="ascii")
    told = "$1 $2 $3 token=$NEXUDUS_TOKEN"
    stub(
        folder,
        "course-import",
        f'echo "{told}" >> calls; read code < codes; sed -i 1d codes; exit $code',
    )
    stub(folder, "sleep", 'echo "$1" >> pauses')
    return {"HOME": str(folder), "PATH": f"{folder}:/usr/bin:/bin"}


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


CALLS = [
    pytest.param((0,), 0, id="done"),
    pytest.param((4,), 0, id="rows for a person"),
    *(pytest.param((code, 0), 0, id=f"{code} then done") for code in sorted(AGAIN)),
    pytest.param((8, 7, 5), 5, id="again and again"),
    *(pytest.param((code,), code, id=f"{code} at once") for code in sorted(HOPELESS)),
]


@pytest.mark.parametrize(("codes", "_end"), CALLS)
def test_the_cron_job_tries_again_what_may_end_better(
    codes: tuple[int, ...], _end: int, tmp_path: Path
) -> None:
    """It has its settings from the file, and calls the command once for each code that is there."""
    environment = ends_in_turn(tmp_path, codes)
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "course-import.env").write_text("NEXUDUS_TOKEN='a b'\n", encoding="ascii")
    subprocess.run(["/bin/sh", "-c", job_of_crontab()[1]], env=environment, cwd=tmp_path, check=True)
    call = f"import {tmp_path}/exports --unattended token=a b"
    assert lines_of(tmp_path / "calls") == [call] * len(codes)
    assert lines_of(tmp_path / "pauses") == ["0", "900", "3600"][: len(codes)]


def run_step(environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the step's script as a runner does."""
    return subprocess.run(
        ["bash", "-e", "-c", import_step()["run"]],
        env=environment,
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(("codes", "end"), CALLS)
def test_the_workflow_tries_again_what_may_end_better(
    codes: tuple[int, ...], end: int, tmp_path: Path
) -> None:
    """It warns of rows for a person, and ends with the last code otherwise."""
    environment = ends_in_turn(tmp_path, codes)
    environment |= {"NEXUDUS_TOKEN": "t", "COURSE_IMPORT_JOURNAL_URL": "postgresql://journal"}
    ended = run_step(environment, tmp_path)
    assert ended.returncode == end
    assert ("::warning" in ended.stdout) == (codes == (4,))
    assert lines_of(tmp_path / "calls") == ["import exports --unattended token=t"] * len(codes)


@pytest.mark.parametrize("missing", ["NEXUDUS_TOKEN", "COURSE_IMPORT_JOURNAL_URL"])
def test_the_workflow_sends_nothing_without_its_secrets(missing: str, tmp_path: Path) -> None:
    """A secret that nobody set is empty: it would be a rehearsal, or a journal that vanishes."""
    environment = ends_in_turn(tmp_path, (0,))
    environment |= {"NEXUDUS_TOKEN": "t", "COURSE_IMPORT_JOURNAL_URL": "postgresql://journal", missing: ""}
    ended = run_step(environment, tmp_path)
    assert ended.returncode != 0
    assert missing in ended.stderr
    assert lines_of(tmp_path / "calls") == []
