"""A row's life as people and machines read it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pipeline.model import (
    Action,
    Appearance,
    Candidate,
    Column,
    Exchange,
    Finding,
    Known,
    Memory,
    Origin,
    RowLife,
    Source,
    State,
    Status,
)
from pipeline.report import life_document, life_text

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = "Keep your books in order. " * 20


def at(minute: int) -> datetime:
    return datetime(2026, 3, 2, 9, minute, tzinfo=UTC)


def origin(letter: str, header: str, name: str | None, value: object, rule: str, typed: str | None) -> Origin:
    return Origin(
        property_name=name,
        column=Column(header=header, letter=letter),
        typed=typed,
        value=value,  # type: ignore[arg-type]  # a test's value
        rules=tuple(rule.split("; ")),
    )


@pytest.fixture(scope="module")
def life() -> RowLife:
    """A row that was refused in one run and lost its answer in the next."""
    refusal = '{"Message":"Host: not found","Value":null,"Errors":[{"PropertyName":"Host"}],"Status":400}'
    post = Exchange(
        method="POST",
        path="/api/content/courses",
        sent_at=at(30),
        answered_at=at(31),
        status=400,
        told=refusal,
    )
    payload = {"Active": True, "BusinessId": 1414974955, "Title": "簿記の基礎", "FullDescription": LONG}
    candidate = Candidate(
        course_id=87654001, title="Pottery", created_on="2026-03-02T09:41:00", updated_by="ops@example.com"
    )
    first = Appearance(
        run_id="20260302T093000Z-1",
        started_at=at(30),
        row=4,
        status=Status.REJECTED,
        reason="the API refused it",
        exchanges=(post,),
    )
    second = replace(
        first,
        run_id="20260302T094000Z-2",
        started_at=at(40),
        row=3,
        status=Status.IN_DOUBT,
        reason="no answer within 60 seconds",
        candidates=(candidate,),
        exchanges=(
            replace(
                post, sent_at=at(41), answered_at=at(42), status=None, told="no answer within 60 seconds"
            ),
            replace(post, sent_at=at(43), answered_at=None, status=None, told=None),
        ),
    )
    known = Known(
        state=State.IN_DOUBT, payload={**payload, "SystemId": "SP-4"}, course_id=None, reason=second.reason
    )
    finding = Finding(
        code="tariff-unused",
        message="is given, but the course is not Paid.",
        severity="warning",
        stage="check",
        row=3,
        cell="F3",
        column="Pricing plan",
        property_name="TariffId",
    )
    return RowLife(
        source=Source(path="plans/spring courses.xlsx", sheet="Plan", sha256="ab" * 32),
        number=3,
        target="https://spaces.nexudus.com",
        status=Status.IN_DOUBT,
        action=Action.LOOK_UP,
        reason=second.reason,
        key="SP-4",
        title="簿記の基礎",
        origins=(
            origin("A", "Key", "SystemId", "SP-4", "the header means it", "SP-4"),
            origin("B", "Place", "BusinessId", 1414974955, "a header; the Id of that name", "Lisbon"),
            origin("C", "Description", "FullDescription", LONG, "the header means it", LONG),
            origin("C", "Description", "SummaryText", LONG[:25], "cut_at_sentence", LONG),
            origin("D", "Overview", "OverviewText", None, "blank: nothing is sent", None),
            origin("E", "", None, None, "not imported", "\x1b[2J"),
            Origin(property_name="Active", column=None, typed=None, value=True, rules=("not said: yes",)),
        ),
        findings=(finding,),
        payload={**payload, "SystemId": "SP-4"},
        candidates=(candidate,),
        memories=(
            Memory(
                target="spaces.nexudus.com/ops@example.com",
                rehearsal=False,
                known=known,
                since=at(42),
                appearances=(first, second),
            ),
        ),
        notes=("Names were not looked up: the host cannot be reached",),
        flags=("--layout=moodle", "--target=sandbox"),
    )


@pytest.mark.parametrize("width", [60, 120])
def test_text_is_the_golden_one(life: RowLife, golden: Callable[[str, str], None], width: int) -> None:
    golden(f"explain-{width}.txt", life_text(life, width=width) + "\n")


def test_document_is_the_golden_one(life: RowLife, golden: Callable[[str, str], None]) -> None:
    """Nothing is cut in it."""
    golden("explain.json", json.dumps(life_document(life), ensure_ascii=False, indent=1) + "\n")


def test_what_may_be_told_is_told_and_no_more() -> None:
    """A row the layout leaves out, before anything was imported."""
    source = Source(path="courses.csv", sheet=None, sha256=None)
    bare = RowLife(
        source=source,
        number=2,
        target="the sandbox",
        status=Status.LEFT_OUT,
        origins=(),
        reason="marked for deletion",
    )
    assert life_text(bare, width=100).split("\n\n") == [
        "Row 2 of courses.csv",
        "What an import to the sandbox would do:\n  It would stay behind: left out, marked for deletion.",
    ]
    assert life_document(bare)["plan"] == {
        "action": None,
        "status": "left_out",
        "reason": "marked for deletion",
        "candidate_courses": [],
    }


@pytest.mark.parametrize(
    ("known", "words"),
    [
        pytest.param(None, "never sent there", id="never sent"),
        pytest.param(
            Known(state=State.CREATED, payload={}, course_id=7, reason="", said_by="ann@desk"),
            "created as Id 7, 2026-03-02 09:42:00 UTC, on the word of ann@desk",
            id="a person's word",
        ),
        pytest.param(
            Known(state=State.SENDING, payload={}, course_id=None, reason=""), "being sent", id="being sent"
        ),
    ],
)
def test_what_is_known_of_a_course(life: RowLife, known: Known | None, words: str) -> None:
    """At a sandbox, whose id says nothing to people."""
    sending = known is not None and known.state is State.SENDING
    memory = Memory(
        target="sandbox:6f1c/importer@example.com",
        rehearsal=True,
        known=known,
        since=None if known is None or sending else at(42),
        appearances=(),
    )
    text = life_text(replace(life, memories=(memory,)), width=100)
    assert f"In the journal, sandbox (importer@example.com):\n  {words}\n" in text
    told = json.loads(json.dumps(life_document(replace(life, memories=(memory,)))))
    assert told["journal"][0]["id"] == (None if known is None else known.course_id)


@pytest.mark.parametrize(
    ("action", "status", "reason", "words"),
    [
        (Action.CREATE, Status.NOT_SENT, "new", "It would be sent: new."),
        (Action.SKIP, Status.UNCHANGED, "", "It would not be sent again: unchanged."),
        (Action.HOLD, Status.HELD, "exists already", "It would be held back: held, exists already."),
        (
            None,
            Status.INVALID,
            "see below",
            "It would stay behind: faulty, see below.",
        ),
    ],
)
def test_a_fate_in_words(
    life: RowLife, action: Action | None, status: Status, reason: str, words: str
) -> None:
    text = life_text(replace(life, action=action, status=status, reason=reason), width=100)
    assert words in text


def test_every_line_but_a_command_fits(life: RowLife) -> None:
    """An answer without blanks is broken; its controls are shown as codes."""
    lines = life_text(life, width=60).splitlines()
    assert [line for line in lines if len(line) > 60 and "course-import resolve" not in line] == []
    assert "\x1b" not in "".join(lines)
