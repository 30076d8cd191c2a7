"""A `.env` that shows its secrets to others is warned of."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import course_import
from tests.run.conftest import course, write_courses


@pytest.mark.parametrize(
    ("text", "mode", "warned"),
    [
        pytest.param("NEXUDUS_PASSWORD=hush\n", 0o644, "NEXUDUS_PASSWORD", id="a secret, for all"),
        pytest.param(
            "export nexudus_token='hush'\nNEXUDUS_TOTP=1\n",
            0o640,
            "NEXUDUS_TOKEN and NEXUDUS_TOTP",
            id="two secrets, for the group",
        ),
        pytest.param("NEXUDUS_PASSWORD=hush\n", 0o600, None, id="a secret, for its owner"),
        pytest.param("NEXUDUS_EMAIL=\nCOURSE_IMPORT_MAX_NEW=1\n", 0o644, None, id="no secret, for all"),
        pytest.param("NEXUDUS_PASSWORD=\nOTHER_PASSWORD=x\n", 0o644, None, id="no secret of ours"),
    ],
)
def test_a_file_of_secrets_that_others_can_read_is_warned_of(
    text: str, mode: int, warned: str | None
) -> None:
    """Once, with what to type; nothing else changes."""
    Path(".env").write_text(text, encoding="utf-8")
    Path(".env").chmod(mode)
    ended = course_import("template", "new.xlsx", "--target", "sandbox")
    lines = [line for line in ended.stderr.splitlines() if "chmod" in line]
    assert len(lines) == (0 if warned is None else 1)
    assert "hush" not in ended.stderr
    if warned is not None:
        assert (
            f".env holds {warned}, and others on this machine can read it. Type: chmod 600 .env" in lines[0]
        )
        subprocess.run(["chmod", "600", ".env"], check=True)
        assert "chmod" not in course_import("template", "other.xlsx", "--target", "sandbox").stderr


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_an_import_warns_in_the_kind_of_lines_that_was_asked_for(log_format: str) -> None:
    Path(".env").write_text("NEXUDUS_TOTP=1\n", encoding="utf-8")
    Path(".env").chmod(0o644)
    write_courses(Path("courses.csv"), course("Pottery"))
    ended = course_import(
        "import", "courses.csv", "--target", "sandbox", "--pace", "off", "--log-format", log_format
    )
    warnings = [line for line in ended.stderr.splitlines() if "chmod 600 .env" in line]
    assert len(warnings) == 1
    if log_format == "json":
        assert json.loads(warnings[0])["event"] == "open-env-file"
        assert json.loads(warnings[0])["level"] == "warning"
