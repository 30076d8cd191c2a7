"""Reading courses back: all of a location, or some of them whole.

Source: the API's pages on listing and filtering. A filter the server does not know is ignored without an
error, so that every record is compared with what was asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.api.client import BATCH, COURSES_PATH
from pipeline.api.lists import PAGE, read_list, records_of
from pipeline.errors import RoleMissing, StoppedEarly
from pipeline.model import Candidate, Listed, Listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.api.client import Client
    from pipeline.api.lists import Record


def list_courses(client: Client, business_id: int) -> Listing | None:
    """Return all courses of a location; None when the account may not list courses.

    Raises:
        StoppedEarly: it was not whole at any of several readings.
    """
    try:
        records = read_list(client, COURSES_PATH, {"Course_Business": business_id})
    except RoleMissing:
        return None
    if records is not None:
        return _listing(business_id, records)
    raise StoppedEarly(
        f"The list of courses at location {business_id} is never whole: the server shows other courses "
        "than it counts. Nothing was sent there. Run again later."
    )


def read_courses(client: Client, ids: Iterable[int]) -> dict[int, Record]:
    """Return those of `ids` that exist, each whole.

    Raises:
        RoleMissing: the account may not read courses.
    """
    wanted = sorted(ids)
    found: dict[int, Record] = {}
    for begin in range(0, len(wanted), BATCH):
        batch = wanted[begin : begin + BATCH]
        answer = client.read(COURSES_PATH, {"id": str(batch).replace(" ", ""), "page": 1, "size": PAGE})
        found |= {record["Id"]: record for record in records_of(answer) if record.get("Id") in batch}
    return found


def is_course_there(client: Client, course_id: int) -> bool:
    """Tell whether a course exists, whatever lists show."""
    return client.is_there(f"{COURSES_PATH}/{course_id}")


def candidate_of(course_id: int, record: Record) -> Candidate:
    """Return a course as what a row may be."""
    return Candidate(
        course_id=course_id,
        title=_told(record, "Title"),
        created_on=_told(record, "CreatedOn"),
        updated_by=_told(record, "UpdatedBy"),
    )


def _told(record: Record, field: str) -> str | None:
    told = record.get(field)
    return None if told is None else str(told)


def _listing(business_id: int, records: Mapping[int, Record]) -> Listing:
    return Listing(
        business_id=business_id,
        courses={
            course_id: Listed(
                title=str(record.get("Title") or ""),
                system_id=record.get("SystemId"),
                created_on=_told(record, "CreatedOn"),
                updated_by=_told(record, "UpdatedBy"),
            )
            for course_id, record in records.items()
            if record.get("BusinessId") == business_id
        },
    )
