"""Flags before environment before .env before the project file; every problem at once; no secret shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.ordering import reading_of
from pipeline.errors import SettingsRefused, UsageError
from pipeline.read import Limits
from pipeline.settings import (
    SECRETS,
    KeptSignIn,
    Settings,
    environment_name,
    is_loopback,
    load_settings,
    write_kept,
)
from pipeline.settings.addresses import without_secrets
from pipeline.settings.sources import shown_settings


def test_without_an_account_a_run_is_a_rehearsal() -> None:
    settings = load_settings()
    assert settings.rehearsal
    assert settings.address == "https://spaces.nexudus.com"


@pytest.mark.parametrize(
    "account",
    [
        pytest.param({"NEXUDUS_TOKEN": "t"}, id="a token"),
        pytest.param({"NEXUDUS_EMAIL": "me@example.com", "NEXUDUS_PASSWORD": "p"}, id="e-mail and password"),
    ],
)
def test_an_account_makes_production_the_target(
    account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in account.items():
        monkeypatch.setenv(name, value)
    assert not load_settings().rehearsal
    assert load_settings(target="sandbox").rehearsal


KEPT = KeptSignIn(address="https://kept.example.com", email="kept@example.com", client_id="c", place="file")
PRODUCTION = "https://spaces.nexudus.com"


@pytest.mark.parametrize(
    ("environment", "flags", "address", "used"),
    [
        pytest.param({}, {}, KEPT.address, True, id="alone"),
        pytest.param({"NEXUDUS_EMAIL": "Kept@example.com"}, {}, KEPT.address, True, id="the same e-mail"),
        pytest.param({}, {"target": f"{KEPT.address}/"}, KEPT.address, True, id="the same target"),
        pytest.param({"NEXUDUS_URL": KEPT.address}, {}, KEPT.address, True, id="the same address"),
        pytest.param({"NEXUDUS_TOKEN": "t"}, {}, PRODUCTION, False, id="a token"),
        pytest.param(
            {"NEXUDUS_EMAIL": "me@example.com", "NEXUDUS_PASSWORD": "p"},
            {},
            PRODUCTION,
            False,
            id="e-mail and password",
        ),
        pytest.param(
            {"NEXUDUS_EMAIL": "kept@example.com", "NEXUDUS_PASSWORD": "p"},
            {},
            PRODUCTION,
            False,
            id="the same account with its password",
        ),
    ],
)
def test_a_kept_sign_in_makes_its_address_the_target(
    environment: dict[str, str],
    flags: dict[str, Any],
    address: str,
    used: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Without loading any keyring; an account in the environment goes before it."""
    (tmp_path / "state").mkdir()
    write_kept(tmp_path / "state", KEPT)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = load_settings(**flags)
    assert (settings.rehearsal, settings.has_account) == (False, True)
    assert settings.address == address
    assert settings.kept == (KEPT if used else None)


@pytest.mark.parametrize(
    ("environment", "flags"),
    [
        pytest.param({}, {"target": "sandbox"}, id="a rehearsal is asked for"),
        pytest.param({"NEXUDUS_URL": "https://other.example.com"}, {}, id="another address is set"),
    ],
)
def test_a_kept_sign_in_is_left_alone(
    environment: dict[str, str], flags: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    write_kept(tmp_path / "state", KEPT)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = load_settings(**flags)
    assert (settings.rehearsal, settings.kept) == (True, None)


def test_another_target_needs_an_account_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    write_kept(tmp_path / "state", KEPT)
    with pytest.raises(SettingsRefused, match="or sign in there once with course-import sign-in"):
        load_settings(target="https://x.example.com")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("[]", id="a list"),
        pytest.param('{"address": "https://x.example.com"}', id="half of it"),
        pytest.param(
            '{"address": 1, "email": "e", "client_id": "c", "place": "file"}', id="a number for an address"
        ),
        pytest.param(
            '{"address": "https://x.example.com", "email": "e", "client_id": "c", "place": "there"}',
            id="an unknown place",
        ),
    ],
)
def test_a_kept_sign_in_that_cannot_be_read_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "sign-in.json").write_text(text, encoding="utf-8")
    with pytest.raises(
        SettingsRefused, match=r"sign-in\.json cannot be used: .* Remove it and sign in again"
    ):
        load_settings()


def test_the_nearest_source_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("course-import.toml").write_text('max_attempts = 2\nreport_dir = "toml"\n', encoding="utf-8")
    assert load_settings().max_attempts == 2
    Path(".env").write_text("COURSE_IMPORT_MAX_ATTEMPTS=3\nOTHER_PROGRAM=1\n", encoding="utf-8")
    assert load_settings().max_attempts == 3
    monkeypatch.setenv("COURSE_IMPORT_MAX_ATTEMPTS", "4")
    assert load_settings().max_attempts == 4
    assert load_settings(max_attempts=5).max_attempts == 5
    assert load_settings(max_attempts=None).report_dir == Path("toml")


def test_a_target_is_the_address_without_its_last_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUDUS_TOKEN", "t")
    assert load_settings(target="https://other.example.com/").address == "https://other.example.com"


@pytest.mark.parametrize(
    ("environment", "flags", "words"),
    [
        pytest.param({"NEXUDUS_EMAIL": "me@example.com"}, {}, ["without NEXUDUS_PASSWORD"], id="no password"),
        pytest.param({"NEXUDUS_PASSWORD": "hush"}, {}, ["without NEXUDUS_EMAIL"], id="no e-mail"),
        pytest.param({}, {"target": "https://x.example.com"}, ["needs an account"], id="no account"),
        pytest.param(
            {"NEXUDUS_TOKEN": "hush"},
            {"target": "http://x.example.com"},
            ["would send passwords in the clear"],
            id="plain http",
        ),
        pytest.param(
            {"NEXUDUS_TOKEN": "hush"}, {"target": "spaces"}, ["is no address of an API"], id="no address"
        ),
        pytest.param(
            {"NEXUDUS_TOKEN": "hush"},
            {"target": "https://me:hush@x.example.com"},
            ["x.example.com is no address of an API"],
            id="a password in the address",
        ),
        pytest.param(
            {"NEXUDUS_TOKEN": "hush"}, {"pace": "off"}, ["for a loopback target only"], id="no pace"
        ),
        pytest.param(
            {"COURSE_IMPORT_PACE": "fast"},
            {},
            ["COURSE_IMPORT_PACE: can be 'documented' or 'off'."],
            id="unknown pace",
        ),
        pytest.param(
            {"NEXUDUS_TOKEN": "hush…"}, {}, ["NEXUDUS_TOKEN holds letters that no token has"], id="no token"
        ),
        pytest.param(
            {"NEXUDUS_TOKEN": "hush"},
            {"target": "https://x.example.com:abc"},
            ["x.example.com:abc is no address of an API"],
            id="no port",
        ),
        pytest.param(
            {"NEXUDUS_TOKEN": "hush"},
            {"target": "https://[::1"},
            ["https://[::1 is no address of an API"],
            id="half an address",
        ),
        pytest.param(
            {"NEXUDUS_TOKEN": "hush"},
            {"target": "https://x.example.com#fragment"},
            ["is no address of an API"],
            id="more than an address",
        ),
        pytest.param(
            {
                "COURSE_IMPORT_MAX_IN_FLIGHT": "17",
                "COURSE_IMPORT_MAX_ATTEMPTS": "1.5",
                "COURSE_IMPORT_SETTLE_SECONDS": "-1",
                "COURSE_IMPORT_READ_TIMEOUT_SECONDS": "inf",
                "COURSE_IMPORT_WAIT": "perhaps",
                "COURSE_IMPORT_MAX_WAIT": "soon",
            },
            {},
            [
                "MAX_IN_FLIGHT: has to be 16 or less.",
                "MAX_ATTEMPTS: has to be a whole number.",
                "SETTLE_SECONDS: has to be 0.0 or more.",
                "READ_TIMEOUT_SECONDS: has to be a number.",
                "WAIT: has to be true or false.",
                "MAX_WAIT: has to be a time such as 90s, 10m, 2h or 1d.",
            ],
            id="in the user's words",
        ),
        pytest.param(
            {
                "COURSE_IMPORT_STATE_DIRR": "x",
                "COURSE_IMPORT_MAX_ATTEMPTS": "0",
                "COURSE_IMPORT_CONNECT_TIMEOUT_SECONDS": "-1",
            },
            {},
            [
                "Did you mean COURSE_IMPORT_STATE_DIR?",
                "COURSE_IMPORT_MAX_ATTEMPTS: ",
                "COURSE_IMPORT_CONNECT_TIMEOUT_SECONDS: ",
            ],
            id="three at once",
        ),
    ],
)
def test_every_setting_that_cannot_be_used_is_named_at_once(
    environment: dict[str, str],
    flags: dict[str, Any],
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsRefused) as refused:
        load_settings(**flags)
    for word in words:
        assert word in str(refused.value)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("pace = ", "cannot be read", id="no TOML"),
        pytest.param('state_dri = "x"', "Did you mean state_dir?", id="a key that means nothing"),
        pytest.param('password = "hush"', "password is a secret", id="a secret"),
        pytest.param(
            'journal_url = "postgresql://ann:hush@db.example.com/courses"',
            "journal_url is a secret",
            id="a password in an address",
        ),
        pytest.param("url = 5", "NEXUDUS_URL: ", id="a number for a name"),
    ],
)
def test_a_project_file_that_cannot_be_used_is_told(text: str, words: str) -> None:
    Path("course-import.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsRefused) as refused:
        load_settings()
    assert words in str(refused.value)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("flags", [{"pace": "fast"}, {"max_wait": "soon"}])
def test_a_flag_that_cannot_be_used_is_wrong_usage(flags: dict[str, Any]) -> None:
    [name] = flags
    with pytest.raises(UsageError, match=f"--{name.replace('_', '-')}: "):
        load_settings(**flags)


@pytest.mark.parametrize(
    ("written", "seconds"), [("90s", 90), ("10m", 600), ("2 h", 7200), ("1d", 86_400), ("PT5M", 300)]
)
def test_a_duration_is_written_as_people_do(written: str, seconds: float) -> None:
    assert load_settings(max_wait=written).max_wait.total_seconds() == seconds


def test_a_name_in_the_env_file_that_means_nothing_is_told() -> None:
    Path(".env").write_text("COURSE_IMPORT_STATE_DIRR=/x\n", encoding="utf-8")
    with pytest.raises(SettingsRefused, match=r"Did you mean COURSE_IMPORT_STATE_DIR\?"):
        load_settings()


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_IMPORT_TARGET", "")
    assert load_settings().rehearsal


def test_a_secret_read_from_a_file_may_end_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUDUS_TOKEN", "abc\r\n")
    token = load_settings().credentials.token
    assert token is not None
    assert token.get_secret_value() == "abc"


def test_what_does_not_connect_needs_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_IMPORT_TARGET", "https://x.example.com")
    assert load_settings(connects=False).target == "https://x.example.com"


def test_plain_http_and_no_pace_are_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUDUS_TOKEN", "t")
    assert load_settings(target="http://127.0.0.1:8899", pace="off").pace == "off"


@pytest.mark.parametrize(
    ("address", "stays"),
    [
        ("http://127.0.0.1:1", True),
        ("http://[::1]:1", True),
        ("http://localhost", True),
        ("http://127.0.0.1.example.com", False),
        ("https://spaces.nexudus.com", False),
        ("nothing", False),
    ],
)
def test_an_address_stays_on_this_machine_or_not(address: str, stays: bool) -> None:
    assert is_loopback(address) is stays


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("postgresql://ann:hush@db.example.com/courses", True),
        ("postgres://ann@db.example.com:5433/courses?sslmode=verify-full", True),
        ("postgresql://ann:hu,sh@[::1]/courses", True),
        ("postgresql:///courses?host=/run/postgresql", True),
        ("mysql://ann:hush@db.example.com/courses", False),
        ("postgresql://ann:hush@db.example.com", False),
        ("postgresql:///courses", False),
        ("postgresql://ann:hush@db.example.com:abc/courses", False),
        ("postgresql://ann:hush@one.example.com,two.example.com/courses", False),
        ("postgresql://ann:hush%00@db.example.com/courses", False),
        ("host=db.example.com password=hush", False),
        ("hush", False),
    ],
)
def test_a_journal_has_the_address_of_one_postgresql_database(
    address: str, is_one: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_IMPORT_JOURNAL_URL", address)
    if is_one:
        settings = load_settings()
        assert settings.journal_url
        assert settings.journal_url.get_secret_value() == address
        assert "hush" not in f"{settings!r} {settings}"
        return
    with pytest.raises(SettingsRefused, match="JOURNAL_URL: is no address of a PostgreSQL") as refused:
        load_settings()
    assert "hush" not in str(refused.value)


def test_a_journals_address_without_a_password_may_stand_in_the_project_file() -> None:
    Path("course-import.toml").write_text(
        'journal_url = "postgresql://ann@db.example.com/courses"', encoding="utf-8"
    )
    assert load_settings().journal_url is not None


def test_nothing_secret_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUDUS_EMAIL", "me@example.com")
    monkeypatch.setenv("NEXUDUS_PASSWORD", "hush")
    settings = load_settings()
    assert "hush" not in f"{settings!r} {settings} {settings.credentials!r}"


def test_every_setting_has_a_line_for_the_readme() -> None:
    assert all(field.description for field in Settings.model_fields.values())
    assert environment_name("token") == "NEXUDUS_TOKEN"
    assert environment_name("pace") == "COURSE_IMPORT_PACE"


@pytest.mark.parametrize(
    ("given", "character"),
    [(";", ";"), ("tab", "\t"), ("Space", " "), ("none", ""), ("\\t", "\t"), ("'", "'")],
)
def test_a_character_is_typed_or_named(given: str, character: str) -> None:
    settings = load_settings(delimiter=given, quote=given)
    assert (settings.delimiter, settings.quote) == (character, character)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        pytest.param({"delimiter": "ab"}, "--delimiter: has to be one character", id="two characters"),
        pytest.param({"encoding": "klingon"}, "--encoding: is no encoding", id="no encoding"),
    ],
)
def test_what_no_text_can_be_written_in_is_refused(flags: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        load_settings(**flags)


def test_the_limits_of_reading_are_those_of_the_room_itself() -> None:
    """Other tools that read without settings get the same."""
    assert reading_of(load_settings(), None).limits == Limits()


@pytest.mark.parametrize(
    ("given", "expected"), [("5", 5.0), (" 2.5 %", 2.5), ("0", 0.0), ("100%", 100.0)], ids=str
)
def test_a_share_may_have_its_sign(given: str, expected: float, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(max_faulty=given).max_faulty == expected
    monkeypatch.setenv("COURSE_IMPORT_MAX_FAULTY", given)
    monkeypatch.setenv("COURSE_IMPORT_MAX_NEW", "7")
    assert (load_settings().max_faulty, load_settings().max_new) == (expected, 7)
    assert load_settings(max_new=3).max_new == 3


@pytest.mark.parametrize(
    ("given", "message"),
    [("101", "--max-faulty: has to be 100 or less."), ("some", "--max-faulty: has to be a number.")],
    ids=["too much", "no number"],
)
def test_a_share_that_is_none_is_told(given: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_settings(max_faulty=given)


def test_every_secret_is_of_a_kind_that_does_not_show() -> None:
    """And nothing else is: what is masked, warned of in .env and refused in the project file is one list."""
    hidden = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    assert sorted(SECRETS) == sorted(hidden)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        pytest.param("https://spaces.example.com", "https://spaces.example.com", id="a host"),
        pytest.param("https://hooks.example.com/T0/hush", "https://hooks.example.com/…", id="a path"),
        pytest.param("https://hooks.example.com?key=hush", "https://hooks.example.com/…", id="a query"),
        pytest.param("https://me:hush@example.com:8443/", "https://example.com:8443", id="a password"),
        pytest.param("https://me:hu/sh@example.com", "https://…", id="a password with a slash"),
        pytest.param("https://example.com/@hush/hook", "https://…", id="what may be one"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address: str, told: str) -> None:
    assert without_secrets(address) == told


def test_the_doctor_shows_whom_it_tells_and_not_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are receivers whose path is their secret."""
    monkeypatch.setenv("COURSE_IMPORT_NOTIFY", "https://hooks.example.com/T0/hush")
    monkeypatch.setenv("COURSE_IMPORT_NOTIFY_SECRET", "hush" * 8)
    shown = {setting.name: setting.value for setting in shown_settings(load_settings(), {})}
    assert shown["COURSE_IMPORT_NOTIFY"] == "https://hooks.example.com/…"
