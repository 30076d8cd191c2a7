"""Settings of this moment, or every reason why they cannot be used."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_settings import TomlConfigSettingsSource

from pipeline.errors import SettingsRefused, UsageError
from pipeline.settings.addresses import holds_password, is_of_postgresql
from pipeline.settings.fields import PREFIX, PROJECT_FILE, SECRETS, Settings, environment_name
from pipeline.settings.words import did_you_mean, in_words

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def load_settings(*, connects: bool = True, **flags: object) -> Settings:
    """Return the settings of this moment; a flag that is None was not given.

    Args:
        connects: whether the API is to be asked, so that account and address have to be right.
        flags: what the command line says of settings.

    Raises:
        SettingsRefused: naming every setting that cannot be used.
        UsageError: a flag cannot be used.
    """
    problems = []
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        problems += _unknown_names()
        settings = Settings(**given)  # type: ignore[arg-type]  # pydantic checks what mypy cannot see
    except ValidationError as refused:
        of_flags = [problem for problem in refused.errors() if problem["loc"][0] in given]
        if of_flags:
            raise UsageError(
                "\n".join(in_words(problem, f"--{_place(problem).replace('_', '-')}") for problem in of_flags)
            ) from None
        problems += [in_words(problem, _variable(_place(problem))) for problem in refused.errors()]
    except (OSError, ValueError) as unreadable:  # a project file that is no TOML, a .env that is no text
        problems.append(f"{PROJECT_FILE} or .env cannot be read: {unreadable}")
    else:
        problems += (
            [*settings.account_problems(), *settings.address_problems(), *settings.notice_problems()]
            if connects
            else []
        )
        if not problems:
            return settings
    raise SettingsRefused("\n".join(problems)) from None  # the cause would show what was typed


def _unknown_names() -> list[str]:
    """Name every COURSE_IMPORT_ variable and project-file key that means nothing, with its nearest name."""
    fields = list(Settings.model_fields)
    variables = [environment_name(field) for field in fields]
    problems = [
        did_you_mean(name, variables)
        for name in {**os.environ, **dotenv_values(".env")}
        if name.upper().startswith(PREFIX) and name.upper() not in variables
    ]
    by_variable = dict(zip(variables, fields, strict=True))
    for read, value in TomlConfigSettingsSource(Settings)().items():
        key = by_variable.get(read, read)  # pydantic gives a field's alias for its name
        if key not in fields:
            problems.append(f"{PROJECT_FILE}: {did_you_mean(key, fields)}")
        elif key in SECRETS and (key != "journal_url" or _holds_password(value)):
            problems.append(f"{PROJECT_FILE}: {key} is a secret. Keep it in the environment or in .env.")
    return problems


def _holds_password(value: object) -> bool:
    return isinstance(value, str) and is_of_postgresql(value) and holds_password(value)


def _place(problem: ErrorDetails) -> str:
    return str(problem["loc"][0])  # the field, or its alias


def _variable(place: str) -> str:
    return environment_name(place) if place in Settings.model_fields else place
