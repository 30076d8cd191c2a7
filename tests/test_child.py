from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.child import ChildFailed, in_child

if TYPE_CHECKING:
    from collections.abc import Callable

MEMORY_BYTES = 2 * 2**30


def test_a_task_gives_back_what_it_returns() -> None:
    """Whatever can be pickled; what it prints goes nowhere."""
    said = in_child(os.path.join, seconds=30, memory_bytes=MEMORY_BYTES)("a", "b")
    assert said == os.path.join("a", "b")  # noqa: PTH118 - any function of the standard library will do
    assert in_child(print, seconds=30, memory_bytes=MEMORY_BYTES)("lost") is None


@pytest.mark.parametrize(
    ("task", "arguments", "words"),
    [
        pytest.param(int, ("x",), "ValueError: invalid literal", id="raises"),
        pytest.param(sys.exit, (3,), "SystemExit: 3", id="leaves"),
        pytest.param(os.abort, (), "died with code -6", id="dies"),
        pytest.param(bytes, (MEMORY_BYTES,), "MemoryError", id="wants more memory than there is"),
        pytest.param(time.sleep, (60,), "took longer than 1 seconds", id="hangs"),
    ],
)
def test_a_task_that_does_not_end_well_says_how(
    task: Callable[..., object], arguments: tuple[object, ...], words: str
) -> None:
    seconds = 1 if task is time.sleep else 30
    with pytest.raises(ChildFailed) as caught:
        in_child(task, seconds=seconds, memory_bytes=MEMORY_BYTES)(*arguments)
    assert words in str(caught.value)


def test_a_script_without_a_main_guard_may_use_it(tmp_path: Path) -> None:
    """The caller's own program is not run a second time in the child."""
    script = tmp_path / "script.py"
    script.write_text(
        "from pipeline.child import in_child\n"
        "print('once', in_child(abs, seconds=30, memory_bytes=2**31)(-7))\n"
    )
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert ended.stdout == "once 7\n"


def test_ctrl_c_ends_the_child_with_its_parent(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    task = (
        f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    script = (
        # Whoever runs the tests in the background may have let them ignore Ctrl-C.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        f"from pipeline.child import in_child; in_child(exec, seconds=60, memory_bytes=2**31)({task!r})"
    )
    with subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL) as parent:
        while not (mark.exists() and mark.read_text()):
            assert parent.poll() is None
            time.sleep(0.02)
        parent.send_signal(signal.SIGINT)
        parent.wait(30)
    assert parent.returncode != 0
    assert not _lives(int(mark.read_text()))


def _lives(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # dead, and nobody has asked how
