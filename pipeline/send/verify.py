"""Reads back what was created, and tells where the course is not what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipeline.api import read_courses
from pipeline.errors import RoleMissing
from pipeline.model import Finding, finding_at
from schemas.properties import IMAGE_PAIRS, PROPERTIES, WRITE_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.send.means import Means, Receipt

_BATCH: Final = 50  # courses between two looks at whether the run is to end
_SHOWN: Final = 60  # characters of a value that are told; the cell has all
_PICTURES: Final = dict(
    zip((new for new, _ in IMAGE_PAIRS), ("ImageFileName", "LargeImageFileName"), strict=True)
)


def verify(receipts: Sequence[Receipt], means: Means) -> None:
    """Compare every course of these with what was sent; note each difference as a warning at its cell.

    Raises:
        StoppedEarly: they cannot be read now; what was noted until then stays.
    """
    keys_dropped = 0
    try:
        for begin in range(0, len(receipts), _BATCH):
            batch = receipts[begin : begin + _BATCH]
            records = read_courses(means.client, [receipt.course_id for receipt in batch])
            for receipt in batch:
                record = records.get(receipt.course_id)
                means.log.tell(list(_differences(receipt, record, means)))
                keys_dropped += record is not None and record.get("SystemId") != receipt.payload["SystemId"]
    except RoleMissing:
        message = "The courses were not read back: the account lacks the role Course-Read."
        means.log.tell([Finding(code="not-verified", message=message, severity="information", stage="send")])
    if keys_dropped:
        message = (
            f"The API did not keep the SystemId of {keys_dropped} courses. The journal alone knows which "
            "course belongs to which row: keep it."
        )
        means.log.tell([Finding(code="key-dropped", message=message, severity="information", stage="send")])
    means.log.settle()


def _differences(receipt: Receipt, record: Mapping[str, Any] | None, means: Means) -> Iterator[Finding]:
    if record is None:
        message = f"was created as Id {receipt.course_id}, but cannot be read back. Look at it in Nexudus."
        yield _finding(receipt, "Title", message, means)
        return
    for name, value in receipt.payload.items():
        if name in PROPERTIES and name not in WRITE_ONLY and name != "SystemId" and record.get(name) != value:
            kept = "nothing" if record.get(name) is None else f'"{_begin(record[name])}"'
            yield _finding(
                receipt, name, f'was sent as "{_begin(value)}", but the course holds {kept}.', means
            )
        elif name in _PICTURES and not record.get(_PICTURES[name]):
            yield _finding(
                receipt, name, "was sent, but the course has no picture. Is the address public?", means
            )


def _begin(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _finding(receipt: Receipt, name: str, message: str, means: Means) -> Finding:
    return finding_at(
        means.columns,
        name,
        receipt.row.number,
        code="kept-differently",
        message=message,
        severity="warning",
        stage="send",
        value=str(receipt.payload[name]),
    )
