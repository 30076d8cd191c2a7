"""Lists that come in pages, read whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.api.client import Client

    Record: TypeAlias = Mapping[str, Any]

PAGE: Final = 100  # records; the largest page the documentation shows
_READINGS: Final = 4  # somebody may be adding to a list while it is read


def read_list(
    client: Client, path: str, filters: Mapping[str, str | int] | None = None
) -> dict[int, Record] | None:
    """Return all records of a list by Id; None when it was not whole at any of several readings.

    A list counts only when it is whole: as many different Ids as the server says there are.

    Raises:
        RoleMissing: the account may not read it.
        StoppedEarly: no answer that can be used.
    """
    for _ in range(_READINGS):
        records = _read_once(client, path, filters or {})
        if records is not None:
            return records
    return None


def records_of(answer: Mapping[str, Any]) -> list[Record]:
    """Return the records of one page."""
    records = answer.get("Records")
    return [record for record in records if isinstance(record, dict)] if isinstance(records, list) else []


def _read_once(client: Client, path: str, filters: Mapping[str, str | int]) -> dict[int, Record] | None:
    """Read all pages once; None when Ids are missing, or counted differently from page to page."""
    records: dict[int, Record] = {}
    totals: set[object] = set()
    page, pages = 1, 1
    while page <= pages:
        answer = client.read(path, {**filters, "page": page, "size": PAGE, "orderBy": "Id"})
        records |= {
            record["Id"]: record for record in records_of(answer) if isinstance(record.get("Id"), int)
        }
        totals.add(answer.get("TotalItems"))
        told = answer.get("TotalPages")
        pages = told if isinstance(told, int) else 1
        page += 1
    return records if totals == {len(records)} else None
