"""What is marked in a user's own sheet: which cells, how, with which note; and the columns of ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from openpyxl.utils.cell import coordinate_to_tuple

from pipeline.model import Status
from pipeline.report.inert import WRAPPED, Look, Lost
from pipeline.report.words import status_word
from schemas.properties import ERRORS_COLUMN, ID_COLUMN, PLACE_COLUMN, ROW_COLUMN, STATUS_COLUMN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipeline.model import Finding, Report, RowReport, Severity
    from pipeline.report.inert import Content

    Marks = Mapping[int, Mapping[int, "Mark"]]  # by row, then by column, both counted from 1

GOOD, ASK, BAD, IDLE = "C6EFCE", "FFEB9C", "FFC7CE", "E7E6E6"  # RGB
DONE: Final = frozenset({Status.CREATED, Status.UNCHANGED})  # nothing is to be done about such a row
# Their reason tells what no finding does.
REASON_COUNTS: Final = frozenset({Status.CHANGED, Status.HELD, Status.DEFERRED, Status.IN_DOUBT})

_FILLS: Final[Mapping[Status, str]] = {
    Status.CREATED: GOOD,
    Status.UNCHANGED: GOOD,
    Status.CHANGED: ASK,
    Status.HELD: ASK,
    Status.INVALID: BAD,
    Status.REJECTED: BAD,
    Status.DEFERRED: ASK,
    Status.IN_DOUBT: ASK,
    Status.NOT_SENT: IDLE,
    Status.LEFT_OUT: IDLE,
}
_WIDTH: Final = 24  # characters: that of the headers
_SEVERITIES: Final[Sequence[Severity]] = ("information", "warning", "fault")  # the mildest first
_COLOURS: Final[Mapping[Severity, str | None]] = {"information": None, "warning": ASK, "fault": BAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is to be known of one cell."""

    severity: Severity
    note: str
    value: Content = None  # what stands there and is in no frame of cells: an error, a cell too many

    @property
    def fill(self) -> str | None:
        """The colour of the cell, RGB; None where it is only noted."""
        return _COLOURS[self.severity]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnColumn:
    """A column of ours at the right of the user's."""

    header: str
    width: int  # characters
    content: Callable[[RowReport], Content]
    look: Callable[[RowReport], Look] = lambda _row: WRAPPED


def marks_of(report: Report) -> dict[int, dict[int, Mark]]:
    """Return the marks of all cells that are spoken of, those of the header among them."""
    marks: dict[int, dict[int, Mark]] = {}
    told = (*report.file_findings, *(finding for row in report.rows for finding in row.findings))
    for finding in told:
        if finding.cell is None:
            continue
        number, column = coordinate_to_tuple(finding.cell)
        mark = Mark(severity=finding.severity, note=finding_note(finding), value=_value(finding))
        before = marks.setdefault(number, {}).get(column)
        marks[number][column] = mark if before is None else _both(before, mark)
    return marks


def finding_note(finding: Finding) -> str:
    """Return a finding as it stands beside the row it speaks of: `Trainer: is blank. Fill in: …`."""
    mark = "" if finding.severity == "fault" else f" ({finding.severity})"
    name = finding.column or finding.property_name or finding.cell or "Row"
    return finding.message if finding.row is None else f"{name}{mark}: {finding.message}"


def errors_of(row: RowReport) -> str | None:
    """Return everything there is to say of a row, a line each; None where nothing is."""
    reason = [row.reason] if row.status in REASON_COUNTS and row.reason else []
    return "\n".join((*reason, *map(finding_note, row.findings))) or None


def status_look(status: Status, word: str) -> Look:
    """Return how a status looks; a row that is only right is green as well."""
    return Look(fill=GOOD if word == "right" else _FILLS[status])


def columns_of_copy(
    report: Report, places: Mapping[int, int] = MappingProxyType({})
) -> tuple[OwnColumn, ...]:
    """Return the columns of ours in a marked copy; `places` as in `columns_to_fix`."""

    def word(row: RowReport) -> str:
        return status_word(row.status, report)

    return (
        OwnColumn(
            header=STATUS_COLUMN,
            width=_WIDTH,
            content=word,
            look=lambda row: status_look(row.status, word(row)),
        ),
        OwnColumn(header=ID_COLUMN, width=_WIDTH, content=lambda row: row.course_id),
        *_errors(places),
    )


def columns_to_fix(places: Mapping[int, int]) -> tuple[OwnColumn, ...]:
    """Return the columns of ours in a to-fix file; messages name rows by the numbers of the file itself.

    Args:
        places: row -> its place among the file's rows, where something of its course hangs on it.
    """
    number = OwnColumn(header=ROW_COLUMN, width=_WIDTH, content=lambda row: row.number)
    return (number, *_errors(places))


def _errors(places: Mapping[int, int]) -> tuple[OwnColumn, ...]:
    errors = OwnColumn(header=ERRORS_COLUMN, width=72, content=errors_of)
    place = OwnColumn(header=PLACE_COLUMN, width=_WIDTH, content=lambda row: places.get(row.number))
    return (errors, place) if places else (errors,)


def _both(one: Mark, other: Mark) -> Mark:
    graver = max(one, other, key=lambda mark: _SEVERITIES.index(mark.severity))
    value = other.value if one.value is None else one.value
    return replace(graver, note=f"{one.note}\n{other.note}", value=value)


def _value(finding: Finding) -> Content:
    """Return what stands in a cell that no reader can tell: an error; text, where it is beyond the header."""
    if finding.stage != "read" or finding.severity != "fault":
        return None
    return finding.value if finding.column is None else Lost(error=finding.value or "")
