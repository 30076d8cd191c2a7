"""The warning of a `.env` that shows its secrets to others."""

from __future__ import annotations

from pathlib import Path


def warn() -> None:
    """Say on stderr that others can read a secret of ours in `.env`, if they can."""
    if not Path(".env").exists():  # nobody waits then for the settings' room to be loaded
        return
    import logging

    from pipeline.cli import log
    from pipeline.settings.sources import open_env_file

    warning = open_env_file()
    if warning:
        log.say(f"course-import: {warning}", event="open-env-file", level=logging.WARNING)
