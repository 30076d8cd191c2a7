"""A person's word on a row that is held or in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.api import read_courses
from pipeline.errors import UsageError
from pipeline.journal import End
from pipeline.model import State
from schemas.properties import WRITE_ONLY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model import Checked, Known, Row
    from pipeline.send.means import Means


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person says of a row."""

    created_id: int | None  # None: it was not created
    by: str


def take_word(checked: Checked, number: int, word: Word, means: Means) -> str:
    """Record a person's word; return what follows from it.

    Raises:
        UsageError: there is nothing to decide about this row, or the word cannot be true.
    """
    row = next((row for row in checked.rows if row.number == number), None)
    if row is None:
        raise UsageError(f"{checked.source.path} has no row {number}.")
    if row.key is None or row.business_id is None:
        raise UsageError(f"Row {number} has no title or no location. Fill them in first.")
    known = means.known().get((row.business_id, row.key))
    if known is not None and known.state is State.CREATED:
        raise UsageError(f"Row {number} is known to be created as Id {known.course_id}: nothing to decide.")
    if word.created_id is None:
        return _not_created(row, known, word, means)
    return _created(row, known, word, means)


def _created(row: Row, known: Known | None, word: Word, means: Means) -> str:
    course_id = int(word.created_id or 0)
    record = read_courses(means.client, [course_id]).get(course_id)
    if record is None or record.get("BusinessId") != row.business_id:
        raise UsageError(f"There is no course with the Id {course_id} at location {row.business_id}.")
    if known is not None:
        payload = known.payload
    else:  # nothing of ours was ever sent: what stands there is what the row is compared with from now on
        payload = {name: record[name] for name in _sent(row) if name in record and name not in WRITE_ONLY}
        payload |= {name: value for name, value in _sent(row).items() if name in WRITE_ONLY}
    means.log.say(row, payload, End(state=State.CREATED, course_id=course_id, found=True), by=word.by)
    return f"Row {row.number} is now known as created, Id {course_id}, on the word of {word.by}."


def _not_created(row: Row, known: Known | None, word: Word, means: Means) -> str:
    payload = known.payload if known is not None else _sent(row)
    end = End(state=State.DEFERRED, reason=f"not created, on the word of {word.by}")
    means.log.say(row, payload, end, by=word.by)
    return f"Row {row.number} was not created, on the word of {word.by}: the next import sends it."


def _sent(row: Row) -> Mapping[str, object]:
    if row.course is None:
        raise UsageError(f"Row {row.number} has faults. Correct them first.")
    return row.course.wire()
