"""What the doctor found, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.report.lines import INDENT, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.model import Checkup

_REHEARSAL: Final = "Rehearsal: the sandbox on this machine is looked at, not production."
_WORD: Final = 9  # columns for the longest of ok, warning and fault


def checkup_text(checkup: Checkup, *, width: int, every_setting: bool) -> str:
    """Return one line a check, which runs on indented where it is long; settings stand below theirs."""
    lines = wrapped(_REHEARSAL, width) if checkup.rehearsal else []
    for diagnosis in checkup.diagnoses:
        lines += _hanging(f"{diagnosis.health:<{_WORD}}{diagnosis.subject}: {diagnosis.told}", width)
        if diagnosis.subject == "settings":
            lines += _settings(checkup, width, every_setting=every_setting)
    return "\n".join(lines)


def checkup_document(checkup: Checkup, *, every_setting: bool) -> dict[str, object]:
    """Return the same as one JSON document."""
    return {
        "format": 1,
        "rehearsal": checkup.rehearsal,
        "exit_code": int(checkup.exit_code),
        "checks": [
            {"check": each.subject, "health": each.health.value, "told": each.told}
            for each in checkup.diagnoses
        ],
        "settings": [
            {"name": each.name, "value": each.value, "source": each.source}
            for each in checkup.settings
            if every_setting or each.source != "default"
        ],
    }


def _settings(checkup: Checkup, width: int, *, every_setting: bool) -> Iterable[str]:
    for setting in checkup.settings:
        if every_setting or setting.source != "default":
            shown = f"{setting.name} = {setting.value} ({setting.source})"
            yield from wrapped(shown, width, indent=" " * _WORD, whole="--json")


def _hanging(text: str, width: int) -> list[str]:
    first, *others = wrapped(text, width - len(INDENT), whole="--json")
    return [first, *(INDENT + line for line in others)]
