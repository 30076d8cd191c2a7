"""The README is true: commands, options, exit codes, settings, properties, and its curl session."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import PRECEDENCE, Exit
from pipeline.report.words import EXIT_MEANINGS
from pipeline.sandbox.accounts import ACCOUNTS, TOTP_SECRET
from pipeline.settings import Settings, environment_name, load_settings
from schemas.properties import PROPERTIES

if TYPE_CHECKING:
    from pipeline.sandbox import Running

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = README.splitlines()


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def table(first_column: str) -> list[list[str]]:
    """Return the rows of the table whose first heading is `first_column`."""
    begin = next(n for n, line in enumerate(LINES) if line.startswith(f"| {first_column} |"))
    end = next(n for n in range(begin, len(LINES)) if not LINES[n].startswith("|"))
    return [cells(line) for line in LINES[begin + 2 : end]]


def test_it_fits_two_hundred_lines() -> None:
    assert len(LINES) < 200


def test_the_property_table_is_the_schemas() -> None:
    limits = {
        entry.name: f", at most {entry.limit} characters" for entry in PROPERTIES.values() if entry.limit
    }
    assert table("column") == [
        [
            f"`{entry.name}`",
            entry.help + limits.get(entry.name, ""),
            "yes" if entry.required else "",
            ", ".join(entry.spellings),
        ]
        for entry in PROPERTIES.values()
    ]


def test_the_exit_codes_are_the_programs() -> None:
    assert table("code") == [[str(int(code)), EXIT_MEANINGS[code]] for code in Exit]
    told = re.search(r"the first of ([\d, ]+) is given", README)
    assert told is not None
    assert [int(code) for code in told[1].split(",")] == [
        code for code in PRECEDENCE if code is not Exit.DONE
    ]


def test_the_settings_are_the_programs() -> None:
    """A description that ends with a comma goes on in the next one, in the same row of the table."""
    settings = load_settings(state_dir=Path())
    defaults = {"state_dir": "the user's state folder"}
    expected: list[list[str]] = []
    before = ""
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        default = defaults.get(name, "" if value is None else f"`{shown}`")
        told = [f"`{environment_name(name)}`", str(field.description), default]
        if before.endswith(","):
            row = expected.pop()
            told = [f"{row[0]}, {told[0]}", f"{row[1]} {told[1]}", ", ".join(filter(None, (row[2], told[2])))]
        expected.append(told)
        before = str(field.description)
    assert table("variable") == expected


def test_the_commands_are_the_programs() -> None:
    runner = CliRunner()
    names = [
        str(command.name or getattr(command.callback, "__name__", "")) for command in app.registered_commands
    ]
    helps = {name: runner.invoke(app, [name, "--help"]).output for name in names}
    told = [re.match(r"`course-import ([\w-]+)", row[0]) for row in table("command")]
    assert [match[1] for match in told if match] == list(helps)
    all_help = " ".join(helps.values())
    for option in set(re.findall(r"`(--[a-z-]+)", README)) - {"--help"}:
        assert option in all_help, option


def test_the_rooms_are_there() -> None:
    named = re.findall(r"`((?:samples|pipeline)/[^`]+)`", README)
    rooms = {path.name for path in (ROOT / "pipeline").iterdir() if path.is_dir() and path.name[0] != "_"}
    assert rooms - {path.split("/")[1] for path in named} == {"model", "settings"}
    for path in named:
        assert (ROOT / path).exists(), path


def test_the_make_targets_are_the_makefiles() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z]+)(?= |`|$)", README, flags=re.MULTILINE):
        assert f"\n{target}:" in makefile, target


def test_the_accounts_are_the_sandboxes() -> None:
    assert TOTP_SECRET in README
    for account in ACCOUNTS:
        assert f"`{account}`" in README, account


@pytest.mark.skipif(
    shutil.which("curl") is None and "CI" not in os.environ, reason="no curl here; CI installs it"
)
def test_curl_can_follow_it(sandbox: Running) -> None:
    """Get a token, create a course, be refused with Errors."""
    block = re.search(r"```bash\n(.*?)```", README, flags=re.DOTALL)
    assert block is not None
    script = block[1].replace("http://127.0.0.1:8899", sandbox.url).replace("curl -s", "curl -s -w '\\n'")
    shown = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    created, refused = (json.loads(line) for line in shown.stdout.splitlines())
    assert created["WasSuccessful"] is True
    assert created["Value"]["Id"] > 0
    assert {error["PropertyName"] for error in refused["Errors"]} == {"Title", "Host", "TariffId"}
