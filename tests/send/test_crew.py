"""What goes wrong in flight is raised where the crew lands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.errors import JournalUnusable
from pipeline.model import Action, Row, Status, Step
from pipeline.send.crew import Crew
from schemas.course import Course

if TYPE_CHECKING:
    from pipeline.api import Settled


class FullDisk:
    """A client whose journal cannot be written."""

    def create_course(self, _payload: object, *, row: Row) -> Settled:
        raise JournalUnusable(f"row {row.number} cannot be written down")


def step() -> Step:
    course = Course(key="pottery", own_key=None, values={"Title": "Pottery", "BusinessId": 5})
    row = Row(number=2, key="pottery", title="Pottery", business_id=5, course=course)
    return Step(row=row, course=course, action=Action.CREATE, status=Status.NOT_SENT, reason="new")


@pytest.mark.parametrize("alone", [True, False])
def test_an_error_in_flight_is_raised_where_it_lands(alone: bool) -> None:
    crew = Crew(FullDisk())  # type: ignore[arg-type]  # all that a crew needs of a client
    crew.send(step(), {}, alone=alone)
    with pytest.raises(JournalUnusable, match="row 2"):
        crew.landed(10)
    assert crew.in_flight == 0


def test_nothing_in_flight_lands_nothing() -> None:
    crew = Crew(FullDisk())  # type: ignore[arg-type]  # all that a crew needs of a client
    assert crew.landed(0) == []
