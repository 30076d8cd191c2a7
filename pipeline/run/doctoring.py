"""What keeps an import from working here: settings, access, roles, clock, quota, journal, disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.api import read_roles
from pipeline.errors import CourseImportError, Exit, JournalUnusable
from pipeline.model import Checkup, Diagnosis, Health
from pipeline.run.arriving import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from pipeline.api import Client
    from pipeline.journal import Journal
    from pipeline.model import Quota, ShownSetting, Target
    from pipeline.run.orders import House
    from pipeline.settings import Settings

_MB: Final = 10**6  # bytes
_LITTLE_DISK: Final = 500 * _MB  # a long migration's journal and reports take some hundred megabytes
_NO_DISK: Final = 50 * _MB  # one report may take that
_SKEWED_SECONDS: Final = 5.0  # codes of the moment and settle times bear this much
_FAR_SKEWED_SECONDS: Final = 60.0  # codes of the moment are refused, and limits counted wrongly
_SHORTEST_SECONDS: Final = 60.0  # windows below that only space requests; they are never used up
_WINDOWS: Final = {60.0: "a minute", 3600.0: "an hour", 86_400.0: "a day"}
_AT_TARGET: Final = ("access", "roles", "clock", "quota")


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """The real parts a doctor works with; `cli` and tests choose them."""

    run_id: str  # under which requests are noted
    open_journal: Callable[[], AbstractContextManager[Journal]]
    open_house: Callable[[], AbstractContextManager[House]]
    free_bytes: Callable[[Path], int]  # of the disk a folder is on


def examine(settings: Settings, shown: Sequence[ShownSetting], practice: Practice) -> Checkup:
    """Do every check, whatever the others find; nothing is created at the target."""
    problems = [*settings.account_problems(), *settings.address_problems()]
    journal = _of_journal(practice)
    if problems:
        at_target = _not_looked_at("the settings do not say how to sign in")
    elif journal.health is Health.FAULT:
        at_target = _not_looked_at("every request is noted in the journal first")
    else:
        at_target = _at_target(practice)
    return Checkup(
        rehearsal=settings.rehearsal,
        settings=tuple(shown),
        diagnoses=(
            _of_settings(shown, problems),
            *at_target,
            journal,
            _of_disk("state folder", settings.state_dir, practice),
            _of_disk("report folder", settings.report_dir, practice),
        ),
    )


def not_examined(refused: CourseImportError) -> Checkup:
    """Return what can be told when the settings cannot be used at all."""
    subjects = (*_AT_TARGET, "journal", "state folder", "report folder")
    return Checkup(
        rehearsal=False,
        settings=(),
        diagnoses=(
            Diagnosis(subject="settings", health=Health.FAULT, told=str(refused)),
            *_not_looked_at("the settings cannot be used", subjects),
        ),
    )


def _of_settings(shown: Sequence[ShownSetting], problems: Sequence[str]) -> Diagnosis:
    if problems:
        return Diagnosis(subject="settings", health=Health.FAULT, told=" ".join(problems))
    changed = sum(setting.source != "default" for setting in shown)
    return Diagnosis(subject="settings", health=Health.OK, told=f"{changed} set, the others at their default")


def _of_journal(practice: Practice) -> Diagnosis:
    try:
        with practice.open_journal() as journal:
            ailment = journal.ailment()
    except JournalUnusable as unusable:
        ailment = str(unusable)
    if ailment is None:
        return Diagnosis(subject="journal", health=Health.OK, told="sound")
    return Diagnosis(subject="journal", health=Health.FAULT, told=ailment, code=Exit.STOPPED)


def _at_target(practice: Practice) -> list[Diagnosis]:
    found: list[Diagnosis] = []
    try:
        with practice.open_house() as house:
            log = house.journal.log(run_id=practice.run_id, host=house.host, now=house.now)
            client, target = house.sign_in(log)
            found.append(
                Diagnosis(subject="access", health=Health.OK, told=f"{target.account} at {target.url}")
            )
            log.target = target.name
            since = house.now() - DAY
            client.gate.remember(house.journal.requests_since(since, host=house.host, target=target.name))
            found.append(_tried("roles", lambda: _of_roles(client, house.journal, target)))
            found.append(_tried("clock", lambda: _of_clock(client)))
            found.append(_of_quota(client.gate.quotas(), house.now()))
            log.settle()
    except CourseImportError as refused:  # of the check whose turn it was
        found += [
            Diagnosis(subject=subject, health=Health.FAULT, told=str(refused))
            for subject in _AT_TARGET[len(found) : len(found) + 1]
        ]
    return [*found, *_not_looked_at("the check before it failed", _AT_TARGET[len(found) :])]


def _tried(subject: str, check: Callable[[], Diagnosis]) -> Diagnosis:
    """Return what a check finds; a server that fails it is a fault."""
    try:
        return check()
    except CourseImportError as failed:
        return Diagnosis(subject=subject, health=Health.FAULT, told=str(failed))


def _of_roles(client: Client, journal: Journal, target: Target) -> Diagnosis:
    roles = read_roles(client)
    told = [f"the account has {', '.join(roles.held) or 'none for reading'}"]
    if roles.missing:
        told.append(f"it lacks {', '.join(roles.missing)}")
    told += [f"{role} cannot be asked: there is no course" for role in roles.unknown]
    created_at = journal.last_created(target.name)
    known = (
        "the journal knows no course of this account"
        if created_at is None
        else f"this account last created a course on {created_at:%Y-%m-%d %H:%M} UTC"
    )
    told.append(f"Course-Create cannot be asked without creating: {known}")
    return Diagnosis(
        subject="roles", health=Health.WARNING if roles.missing else Health.OK, told="; ".join(told)
    )


def _of_clock(client: Client) -> Diagnosis:
    ahead = client.clock_ahead_seconds()
    if ahead is None:
        return Diagnosis(subject="clock", health=Health.WARNING, told="the server does not tell its time")
    apart = abs(ahead)
    health = Health.OK
    if apart > _SKEWED_SECONDS:
        health = Health.FAULT if apart > _FAR_SKEWED_SECONDS else Health.WARNING
    told = f"{apart:.0f} s {'ahead of' if ahead > 0 else 'behind'} the server's"
    if health is Health.OK:
        return Diagnosis(
            subject="clock", health=health, told=f"within {_SKEWED_SECONDS:.0f} s of the server's"
        )
    return Diagnosis(subject="clock", health=health, told=f"{told}. Set this machine's clock.")


def _of_quota(quotas: Sequence[Quota], now: datetime) -> Diagnosis:
    """Tell what each limit leaves; the day's next slot when it is full."""
    long = [quota for quota in quotas if quota.seconds >= _SHORTEST_SECONDS]
    if not long:
        return Diagnosis(subject="quota", health=Health.OK, told="no limits are kept (pace off)")
    full = [quota for quota in long if not quota.left]
    return Diagnosis(
        subject="quota",
        health=Health.WARNING if full else Health.OK,
        told="left now: " + "; ".join(_quota_words(quota, now) for quota in long),
    )


def _quota_words(quota: Quota, now: datetime) -> str:
    what = "courses" if quota.writes_only else "requests"
    window = _WINDOWS.get(quota.seconds, f"in {quota.seconds:g} s")
    words = f"{quota.left:,} of {quota.most:,} {what} {window}"
    if quota.left:
        return words
    return f"{words}, the next at {now + timedelta(seconds=quota.frees_in_seconds):%Y-%m-%d %H:%M:%S} UTC"


def _of_disk(subject: str, folder: Path, practice: Practice) -> Diagnosis:
    try:
        there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
        free = practice.free_bytes(there)
    except OSError as failure:  # a folder on the way may not be looked into
        return Diagnosis(subject=subject, health=Health.FAULT, told=f"{folder} cannot be used: {failure}")
    if not there.is_dir() or not os.access(there, os.W_OK):
        why = "may not be written to" if there.is_dir() else "is no folder"
        return Diagnosis(subject=subject, health=Health.FAULT, told=f"{folder} cannot be used: {there} {why}")
    health = Health.OK
    if free < _LITTLE_DISK:
        health = Health.FAULT if free < _NO_DISK else Health.WARNING
    return Diagnosis(subject=subject, health=health, told=f"{free // _MB:,} MB free at {folder}")


def _not_looked_at(why: str, subjects: Sequence[str] = _AT_TARGET) -> list[Diagnosis]:
    return [
        Diagnosis(subject=subject, health=Health.WARNING, told=f"not looked at: {why}")
        for subject in subjects
    ]
