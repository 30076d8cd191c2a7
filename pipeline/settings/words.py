"""How a setting that cannot be used is told."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

# What pydantic calls a problem -> what a user is told.
_WORDS: Final = {
    "literal_error": "can be {expected}.",
    "greater_than": "has to be above {gt:g}.",
    "greater_than_equal": "has to be {ge} or more.",
    "less_than_equal": "has to be {le:g} or less.",
    "int_parsing": "has to be a whole number.",
    "float_parsing": "has to be a number.",
    "value_error": "{error}",
    "finite_number": "has to be a number.",
    "bool_parsing": "has to be true or false.",
    "time_delta_parsing": "has to be a time such as 90s, 10m, 2h or 1d.",
}


def in_words(problem: ErrorDetails, name: str) -> str:
    """Return what pydantic found wrong, as the user's word for the setting and ours for the problem."""
    words = _WORDS.get(problem["type"], problem["msg"])
    return f"{name}: {words.format(**problem.get('ctx', {}))}"


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return what is said of a name that means nothing."""
    return f"{name} is no setting. Did you mean {get_close_matches(name, known, n=1, cutoff=0)[0]}?"
