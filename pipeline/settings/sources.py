"""Whether `.env` keeps its secrets to itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from pipeline.settings import environment_name, secret_fields

_ENV_FILE: Final = Path(".env")
_OTHERS: Final = 0o077  # what a file's group and everybody else may do


def open_env_file() -> str | None:
    """Return a warning when `.env` holds a secret of ours and others may read it; else None."""
    try:
        mode = _ENV_FILE.stat().st_mode
        if os.name != "posix" or not mode & _OTHERS:  # elsewhere the mode tells nothing
            return None
        held = {name.upper() for name, value in dotenv_values(_ENV_FILE).items() if value}
    except (OSError, ValueError):  # there is none; what cannot be read is told with the settings
        return None
    secrets = [name for name in map(environment_name, secret_fields()) if name in held]
    if not secrets:
        return None
    return (
        f"{_ENV_FILE.resolve()} holds {' and '.join(secrets)}, and others on this machine can read it. "
        "Type: chmod 600 .env"
    )
