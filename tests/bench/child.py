"""One measurement in a process of its own: `python -m tests.bench.child MODULE:FUNCTION ARGUMENT…`.

The function loads what it needs and returns the work to be measured, a function without arguments. What the
work returns, a number by name, is told together with what it cost; the interpreter's start and the loading
are told apart.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path


def main() -> None:
    """Do the work once and print its cost as JSON."""
    begun = time.perf_counter()
    place, *arguments = sys.argv[1:]
    module, _, name = place.partition(":")
    work = getattr(importlib.import_module(module), name)(*arguments)
    loaded = time.perf_counter()
    cpu = time.process_time()
    told = work() or {}
    cost = {
        "load seconds": loaded - begun,
        "seconds": time.perf_counter() - loaded,
        "CPU seconds": time.process_time() - cpu,
        "megabytes": _peak_kilobytes() / 1024,
    }
    sys.stdout.write(json.dumps({**cost, **told}))


def _peak_kilobytes() -> int:
    """Return the most memory this process held.

    What getrusage says begins, on Linux, with what the process held that started this one.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
