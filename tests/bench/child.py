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
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps({**cost, **told}))


if __name__ == "__main__":
    main()
