"""`python -m tests.bench [--quick] [--json FILE] [NAME…]`: measure, tell, and hold what is promised.

Run by `make bench` in the environment "peers"; each comparison is one module beside this one with a function
`compare(quick)`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench.measuring import Comparison, broken
from tests.bench.telling import document, header, table

if TYPE_CHECKING:
    from tests.bench.measuring import Comparison

NAMES: Final = ("pace", "sending", "reading", "checking", "reporting", "whole", "starting")
_SLACK: Final = 1.5  # where others are at work on the same machine, and for a quick look


def main() -> int:
    """Run the comparisons that are asked for; return 1 when a promise does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="smaller cases, fewer rounds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    asked = parser.parse_args()
    names = asked.names or NAMES
    if unknown := set(names) - set(NAMES):
        parser.error(f"no comparison is called {', '.join(sorted(unknown))}")
    sys.stdout.write(header())
    comparisons: list[Comparison] = []
    failures: list[str] = []
    for name in names:
        comparison = importlib.import_module(f"tests.bench.{name}").compare(quick=asked.quick)
        comparisons.append(comparison)
        sys.stdout.write(table(comparison))
        sys.stdout.flush()
        failures += broken(comparison, slack=_SLACK if asked.quick or "CI" in os.environ else 1)
    if asked.json:
        asked.json.write_text(json.dumps(document(comparisons), indent=1) + "\n", encoding="utf-8")
    for failure in failures:
        sys.stdout.write(f"NOT AS PROMISED: {failure}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
