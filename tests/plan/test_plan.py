"""A plan says what will be done with each right row, and why; it touches nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Action, Checked, Known, Row, Source, State, Status, Target, World
from pipeline.plan import changes, make_plan
from schemas.course import Course

if TYPE_CHECKING:
    from collections.abc import Mapping

TARGET = Target(name="host/me@example.com", url="https://host", account="me@example.com", rehearsal=False)
VALUES: dict[str, int | str | bool] = {
    "BusinessId": 5,
    "HostId": 6,
    "Title": "Pottery",
    "DisplayOrder": 1,
    "Visibility": 1,
}


def course(**values: int | str | bool) -> Course:
    whole = VALUES | values
    return Course(key=str(whole["Title"]).casefold(), own_key=None, values=whole)


def checked(*courses: Course | None) -> Checked:
    """A file whose faulty rows are None."""
    rows = tuple(
        Row(
            number=number,
            key=one.key if one else None,
            title=one.title if one else None,
            business_id=one.business_id if one else None,
            course=one,
        )
        for number, one in enumerate(courses, start=2)
    )
    source = Source(path="courses.csv", sheet=None, sha256="ab")
    return Checked(source=source, columns={}, rows=rows, findings=())


def known(state: State, **values: int | str | bool) -> Mapping[tuple[int, str], Known]:
    payload = {**course(**values).wire(), "SystemId": "token"}
    created = 77 if state is State.CREATED else None
    return {(5, "pottery"): Known(state=state, payload=payload, course_id=created, reason="because")}


@pytest.mark.parametrize(
    ("before", "action", "status", "reason"),
    [
        pytest.param({}, Action.CREATE, Status.NOT_SENT, "new", id="never seen"),
        pytest.param(known(State.CREATED), Action.SKIP, Status.UNCHANGED, "", id="created, alike"),
        pytest.param(
            known(State.CREATED, HostId=7, SummaryText="old"),
            Action.SKIP,
            Status.CHANGED,
            "differs from the course that was created in HostId, SummaryText",
            id="created, edited since",
        ),
        pytest.param(
            known(State.REJECTED), Action.CREATE, Status.NOT_SENT, "rejected before: because", id="rejected"
        ),
        pytest.param(
            known(State.DEFERRED), Action.CREATE, Status.NOT_SENT, "deferred before: because", id="deferred"
        ),
        pytest.param(
            known(State.IN_DOUBT),
            Action.LOOK_UP,
            Status.IN_DOUBT,
            "because",
            id="in doubt",
        ),
        pytest.param(known(State.SENDING), Action.LOOK_UP, Status.IN_DOUBT, "because", id="sending"),
    ],
)
def test_what_the_journal_knows_decides(
    before: Mapping[tuple[int, str], Known], action: Action, status: Status, reason: str
) -> None:
    [step] = make_plan(checked(course()), World(target=TARGET, known=before)).steps
    assert (step.action, step.status, step.reason) == (action, status, reason)
    assert step.course_id == (77 if action is Action.SKIP else None)


def test_a_course_of_another_location_is_another_course() -> None:
    [step] = make_plan(checked(course(BusinessId=9)), World(target=TARGET, known=known(State.CREATED))).steps
    assert step.action is Action.CREATE


def test_a_course_tried_before_carries_the_same_token() -> None:
    [step] = make_plan(checked(course()), World(target=TARGET, known=known(State.DEFERRED))).steps
    assert step.system_id == "token"


def test_faulty_rows_have_no_step() -> None:
    plan = make_plan(checked(None, course(), None), World(target=TARGET, known={}))
    assert [step.row.number for step in plan.steps] == [3]


def test_refused_courses_go_after_all_others() -> None:
    rows = checked(course(), course(Title="Weaving"), course(Title="Baking"))
    plan = make_plan(rows, World(target=TARGET, known=known(State.REJECTED)))
    assert [step.course.title for step in plan.to_create] == ["Weaving", "Baking", "Pottery"]
    assert [step.row.number for step in plan.steps] == [2, 3, 4]


def test_only_the_first_courses_go_when_so_many_are_asked_for() -> None:
    """Courses that exist already do not count."""
    rows = checked(course(), course(Title="Weaving"), course(Title="Baking"))
    plan = make_plan(rows, World(target=TARGET, known=known(State.CREATED)), first=1)
    assert [step.status for step in plan.steps] == [Status.UNCHANGED, Status.NOT_SENT, Status.LEFT_OUT]


def test_refused_courses_do_not_take_the_place_of_the_first_new_ones() -> None:
    rows = checked(course(), course(Title="Weaving"))
    plan = make_plan(rows, World(target=TARGET, known=known(State.REJECTED)), first=1)
    assert [step.status for step in plan.steps] == [Status.LEFT_OUT, Status.NOT_SENT]


def test_changes_come_in_the_apis_order_and_count_what_is_gone() -> None:
    before = {**course(GroupName="Crafts").wire(), "SystemId": "token"}
    assert changes(course(Title="Pots"), before) == ("Title", "GroupName")


def test_one_approval_covers_a_resumed_run() -> None:
    """The plan's id does not depend on what was done already."""
    fresh = make_plan(checked(course()), World(target=TARGET, known={}))
    resumed = make_plan(checked(course()), World(target=TARGET, known=known(State.CREATED)))
    assert fresh.id == resumed.id


def test_another_file_target_option_or_course_is_another_plan() -> None:
    base = checked(course())
    other_file = replace(base, source=replace(base.source, sha256="cd"))
    elsewhere = replace(TARGET, name="other/me@example.com")
    plans = [
        make_plan(base, World(target=TARGET, known={})),
        make_plan(other_file, World(target=TARGET, known={})),
        make_plan(base, World(target=elsewhere, known={})),
        make_plan(base, World(target=TARGET, known={}), first=1),
        make_plan(checked(course(HostId=8)), World(target=TARGET, known={})),
    ]
    assert len({plan.id for plan in plans}) == 5


@given(st.lists(st.sampled_from([None, *State]), max_size=8))
def test_no_course_that_may_exist_is_ever_planned_to_be_created(states: list[State | None]) -> None:
    courses = [course(Title=f"Course {number}") for number in range(len(states))]
    before = {
        (5, one.key): Known(state=state, payload={**one.wire(), "SystemId": "t"}, course_id=1, reason="")
        for one, state in zip(courses, states, strict=True)
        if state is not None
    }
    plan = make_plan(checked(*courses), World(target=TARGET, known=before))
    may_exist = {State.SENDING, State.CREATED, State.IN_DOUBT}
    sent = {step.course.key for step in plan.to_create}
    assert sent == {one.key for one, state in zip(courses, states, strict=True) if state not in may_exist}
