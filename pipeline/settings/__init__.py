"""Settings from flags, environment, `.env` and `course-import.toml`, in that order, as one frozen value."""

from __future__ import annotations

from pipeline.settings.addresses import is_loopback
from pipeline.settings.fields import (
    PREFIX,
    PROJECT_FILE,
    SANDBOX,
    SECRETS,
    Credentials,
    Settings,
    environment_name,
)
from pipeline.settings.kept import KeptSignIn, read_kept, write_kept, write_private
from pipeline.settings.loading import load_settings

__all__ = [
    "PREFIX",
    "PROJECT_FILE",
    "SANDBOX",
    "SECRETS",
    "Credentials",
    "KeptSignIn",
    "Settings",
    "environment_name",
    "is_loopback",
    "load_settings",
    "read_kept",
    "write_kept",
    "write_private",
]
