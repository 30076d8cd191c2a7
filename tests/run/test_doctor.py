"""The doctor tells all checks, whatever each finds, and creates nothing."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.cli import workplace
from pipeline.cli.interrupt import Interrupt
from pipeline.errors import Exit
from pipeline.model import Checkup, Diagnosis, Health
from pipeline.run import Practice, examine
from pipeline.settings import load_settings
from pipeline.settings.sources import shown_settings
from tests.run.conftest import create_by_hand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.run import House
    from pipeline.sandbox import Running
    from pipeline.settings import Settings
    from tests.conftest import Misbehaving

SUBJECTS = ["settings", "access", "roles", "clock", "quota", "journal", "state folder", "report folder"]
ALL_ROLES = "Course-List, Business-List, Coworker-List, User-List, Tariff-List"
PLENTY = 10**12


def practice(settings: Settings, *, free_bytes: int = PLENTY) -> Practice:
    return Practice(
        run_id="doctor",
        open_journal=lambda: workplace.journal_of(settings),
        open_house=lambda: workplace.quiet_house(settings, Interrupt()),
        free_bytes=lambda _folder: free_bytes,
    )


def checkup(*, free_bytes: int = PLENTY, **flags: Any) -> Checkup:  # noqa: ANN401 - whatever settings take
    settings = load_settings(connects=False, **flags)
    return examine(settings, shown_settings(settings, flags), practice(settings, free_bytes=free_bytes))


def by_subject(found: Checkup) -> dict[str, Diagnosis]:
    assert [diagnosis.subject for diagnosis in found.diagnoses] == SUBJECTS
    return {diagnosis.subject: diagnosis for diagnosis in found.diagnoses}


def sign_in_as(account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUDUS_EMAIL", account)
    monkeypatch.setenv("NEXUDUS_PASSWORD", "sandbox")


def test_a_rehearsal_is_examined_at_the_sandbox() -> None:
    found = checkup()
    assert (found.rehearsal, found.exit_code) == (True, Exit.DONE)
    assert {each.health for each in by_subject(found).values()} == {Health.OK}
    assert by_subject(found)["access"].told.startswith("importer@example.com at http://127.0.0.1:")


@pytest.mark.parametrize(
    ("account", "health", "told"),
    [
        pytest.param("admin@example.com", Health.OK, f"has {ALL_ROLES}, Course-Read", id="all roles"),
        pytest.param(
            "nobody@example.com",
            Health.WARNING,
            f"has none for reading; it lacks {ALL_ROLES}; Course-Read cannot be asked",
            id="no role",
        ),
    ],
)
def test_roles_are_found_out_by_reading(
    account: str, health: Health, told: str, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_by_hand(sandbox.url, Title="Pottery")
    sign_in_as(account, monkeypatch)
    roles = by_subject(checkup(target=sandbox.url))["roles"]
    assert roles.health is health
    assert told in roles.told
    assert "Course-Create cannot be asked without creating" in roles.told


@pytest.mark.parametrize(
    ("behind_seconds", "health", "told"),
    [
        pytest.param(0, Health.OK, "within 5 s", id="no skew"),
        pytest.param(30, Health.WARNING, "s ahead of the server's. Set this machine's clock.", id="30 s"),
        pytest.param(-30, Health.WARNING, "s behind the server's. Set", id="30 s the other way"),
        pytest.param(120, Health.FAULT, "s ahead of the server's", id="2 minutes"),
        pytest.param(None, Health.WARNING, "does not tell its time", id="no Date"),
    ],
)
def test_a_clock_that_is_wrong_is_told(
    behind_seconds: int | None,
    health: Health,
    told: str,
    misbehaving: Misbehaving,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NEXUDUS_TOKEN", "t")
    me = json.dumps({"Id": 1, "Email": "me@example.com"})
    misbehaving.answer(200, me)
    misbehaving.answer(404)
    for _ in range(5):
        misbehaving.answer(200, json.dumps({"Records": []}))
    date = {} if behind_seconds is None else {"Date": formatdate(time.time() - behind_seconds, usegmt=True)}
    misbehaving.answer(200, me, **date)
    clock = by_subject(checkup(target=misbehaving.url, pace="off"))["clock"]
    assert clock.health is health
    assert told in clock.told


def test_what_is_left_of_each_limit_is_counted_in_the_journal(
    sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Courses sent an hour ago count for the day alone; when the day is full its next slot is told."""
    sign_in_as("importer@example.com", monkeypatch)
    monkeypatch.setenv("COURSE_IMPORT_WRITES_A_DAY", "3")
    settings = load_settings(connects=False, target=sandbox.url)
    quota = by_subject(checkup(target=sandbox.url))["quota"]
    assert quota.health is Health.OK
    assert "60 of 60 courses a minute; 3 of 3 courses a day" in quota.told
    sent_at = datetime.now(UTC) - timedelta(hours=23, minutes=30)
    with workplace.quiet_house(settings, Interrupt()) as house:
        name = house.sign_in(house.journal.log(run_id="r", host=house.host, now=house.now))[1].name
        log = house.journal.log(run_id="r", host=house.host, now=lambda: sent_at)
        log.target = name
        for _ in range(3):
            log.answered(log.sending("POST", "/api/content/courses", row=2), status=200, told="")
        log.settle()
    quota = by_subject(checkup(target=sandbox.url))["quota"]
    assert quota.health is Health.WARNING
    frees_at = sent_at + timedelta(days=1)
    assert "60 of 60 courses a minute; 0 of 3 courses a day, the next at" in quota.told
    assert f"{frees_at:%Y-%m-%d %H:%M}" in quota.told


def test_without_limits_there_is_no_quota(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in_as("importer@example.com", monkeypatch)
    assert "no limits" in by_subject(checkup(target=sandbox.url, pace="off"))["quota"].told


@pytest.mark.parametrize(
    ("free_bytes", "health", "code"),
    [
        pytest.param(PLENTY, Health.OK, Exit.DONE, id="enough"),
        pytest.param(499 * 10**6, Health.WARNING, Exit.DONE, id="little"),
        pytest.param(49 * 10**6, Health.FAULT, Exit.NO_ACCESS, id="none"),
    ],
)
def test_a_full_disk_is_told(free_bytes: int, health: Health, code: Exit) -> None:
    found = checkup(free_bytes=free_bytes)
    disks = [by_subject(found)[subject] for subject in ("state folder", "report folder")]
    assert [disk.health for disk in disks] == [health, health]
    assert f"{free_bytes // 10**6:,} MB free" in disks[0].told
    assert found.exit_code is code


def test_a_folder_that_is_a_file_is_told() -> None:
    Path("taken").write_text("", encoding="ascii")
    disk = by_subject(checkup(report_dir=Path("taken/reports")))["report folder"]
    assert (disk.health, "taken is no folder" in disk.told) == (Health.FAULT, True)


def test_a_disk_that_cannot_be_asked_is_told() -> None:
    settings = load_settings(connects=False)

    def fail(folder: Path) -> int:
        raise PermissionError(13, "Permission denied", str(folder))

    found = by_subject(examine(settings, (), replace(practice(settings), free_bytes=fail)))
    assert found["state folder"].health is Health.FAULT
    assert "cannot be used: [Errno 13] Permission denied" in found["state folder"].told


def test_a_journal_that_is_damaged_stops_what_needs_it_and_nothing_else() -> None:
    settings = load_settings(connects=False)
    settings.state_dir.mkdir()
    (settings.state_dir / "journal.db").write_bytes(b"this is no journal" * 100)
    found = checkup()
    assert found.exit_code is Exit.STOPPED
    health = {subject: each.health for subject, each in by_subject(found).items()}
    assert health == {
        **dict.fromkeys(SUBJECTS, Health.OK),
        **dict.fromkeys(("access", "roles", "clock", "quota"), Health.WARNING),
        "journal": Health.FAULT,
    }


@pytest.mark.parametrize(
    ("environment", "target", "faulty", "told"),
    [
        pytest.param(
            {"NEXUDUS_EMAIL": "me@example.com"}, None, "settings", "without NEXUDUS_PASSWORD", id="settings"
        ),
        pytest.param(
            {"NEXUDUS_TOKEN": "stale"}, "the sandbox", "access", "Check the token", id="a stale token"
        ),
        pytest.param(
            {"NEXUDUS_TOKEN": "t"}, "http://127.0.0.1:9", "access", "cannot be reached", id="nobody there"
        ),
    ],
)
def test_no_access_is_told_and_the_rest_all_the_same(
    environment: dict[str, str],
    target: str | None,
    faulty: str,
    told: str,
    sandbox: Running,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COURSE_IMPORT_MAX_ATTEMPTS", "1")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = checkup(target=sandbox.url if target == "the sandbox" else target)
    assert found.exit_code is Exit.NO_ACCESS
    [fault] = [each for each in found.diagnoses if each.health is Health.FAULT]
    assert fault.subject == faulty
    assert told in fault.told
    assert by_subject(found)["roles"].told.startswith("not looked at")
    assert by_subject(found)["journal"].health is Health.OK


def test_a_server_that_fails_on_the_way_is_told_by_the_check_it_fails(
    misbehaving: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEXUDUS_TOKEN", "t")
    monkeypatch.setenv("COURSE_IMPORT_MAX_ATTEMPTS", "1")
    me = json.dumps({"Id": 1, "Email": "me@example.com"})
    misbehaving.answer(200, me)
    misbehaving.answer(404)
    misbehaving.answer(500)
    misbehaving.answer(200, me, Date=formatdate(usegmt=True))
    found = by_subject(checkup(target=misbehaving.url, pace="off"))
    assert found["roles"].health is Health.FAULT
    assert "HTTP 500" in found["roles"].told
    assert found["clock"].health is Health.OK


def test_a_journal_that_breaks_on_the_way_is_told_once() -> None:
    """It was sound when it was looked at; the house cannot open it any more."""
    settings = load_settings(connects=False)
    sound = practice(settings)

    @contextmanager
    def broken() -> Iterator[House]:
        (settings.state_dir / "journal.db").unlink()
        (settings.state_dir / "journal.db").mkdir()
        with ExitStack() as held:
            yield held.enter_context(sound.open_house())

    found = examine(settings, (), replace(sound, open_house=broken))
    assert [each.subject for each in found.diagnoses if each.health is Health.FAULT] == ["access"]
    assert [each.subject for each in found.diagnoses] == SUBJECTS
