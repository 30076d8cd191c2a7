"""The installed command, also `python -m pipeline`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and end the process with its code."""
    from pipeline.cli import run_command_line  # noqa: PLC0415 - nothing is loaded before somebody asks

    sys.exit(run_command_line())


if __name__ == "__main__":
    main()
