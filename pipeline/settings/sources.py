"""Where each setting comes from, and whether `.env` keeps its secrets to itself."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dotenv import dotenv_values
from pydantic import SecretStr
from pydantic_settings import TomlConfigSettingsSource

from pipeline.model import ShownSetting
from pipeline.settings import PROJECT_FILE, SECRETS, Settings, environment_name
from pipeline.settings.addresses import without_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENV_FILE: Final = Path(".env")
_OTHERS: Final = 0o077  # what a file's group and everybody else may do


def shown_settings(settings: Settings, flags: Mapping[str, object]) -> tuple[ShownSetting, ...]:
    """Return every setting with its value and source; secrets are masked.

    Args:
        settings: of this moment.
        flags: what the command line says; None was not given.
    """
    sources = _sources(flags)
    return tuple(
        ShownSetting(
            name=environment_name(name),
            value=_shown(getattr(settings, name)),
            source=next((source for source, names in sources.items() if name in names), "default"),
        )
        for name in Settings.model_fields
    )


def open_env_file() -> str | None:
    """Return a warning when `.env` holds a secret of ours and others may read it; else None."""
    try:
        mode = _ENV_FILE.stat().st_mode
        if os.name != "posix" or not mode & _OTHERS:  # elsewhere the mode tells nothing
            return None
        held = {name.upper() for name, value in dotenv_values(_ENV_FILE).items() if value}
    except (OSError, ValueError):  # there is none; what cannot be read is told with the settings
        return None
    secrets = [name for name in map(environment_name, SECRETS) if name in held]
    if not secrets:
        return None
    return (
        f"{_ENV_FILE.resolve()} holds {' and '.join(secrets)}, and others on this machine can read it. "
        "Type: chmod 600 .env"
    )


def _sources(flags: Mapping[str, object]) -> dict[str, set[str]]:
    """Return the fields that each source says, the nearest source first."""
    environment = {name.upper() for name, value in os.environ.items() if value}
    env_file = {name.upper() for name, value in dotenv_values(_ENV_FILE).items() if value}
    project = {str(key) for key in TomlConfigSettingsSource(Settings)()}
    variables = {name: environment_name(name) for name in Settings.model_fields}
    return {
        "flag": {name for name, value in flags.items() if value is not None},
        "environment": {name for name, variable in variables.items() if variable in environment},
        str(_ENV_FILE): {name for name, variable in variables.items() if variable in env_file},
        PROJECT_FILE: {name for name, variable in variables.items() if {name, variable} & project},
    }


def _shown(value: object) -> str:
    match value:
        case None:
            return "not set"
        case SecretStr():
            return "set"
        case timedelta():
            return f"{value.total_seconds():g}s"
        case str() if "://" in value:
            return without_secrets(value)
        case float():
            return f"{value:g}"
    return str(value)
