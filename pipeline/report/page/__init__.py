"""report.html: the report as one page that asks the network for nothing and runs its own script only."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from pipeline.model import Status
from pipeline.report.advice import advice
from pipeline.report.causes import causes_of
from pipeline.report.page.preview import preview_of
from pipeline.report.page.todo import file_faults, headline, milder, notes, questions, remaining, tasks
from pipeline.report.shown import visible
from pipeline.report.words import EXIT_MEANINGS, REHEARSAL, in_utc, left_out, status_word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jinja2 import Template

    from pipeline.model import Report, RowReport, TidySheet

_TEXT_LIMIT: Final = 400  # characters: a cell may hold 32,767, and a message may quote it
_TITLE_MARK: Final = "title:"  # begins the keys that were made of a title, which stands beside them
_ROOM: Final = 10_000  # rows and courses a browser shows without keeping anybody waiting


def write_page(report: Report, sheet: TidySheet | None, path: Path, *, to_fix: Sequence[str] = ()) -> None:
    """Write the report as a page.

    Args:
        report: what the journal remembers of the run.
        sheet: what its file holds; without it there is no preview.
        path: the file to write.
        to_fix: what there is to say of the file with the rows to correct.
    """
    # Every text is shown as `visible` leaves it, which UTF-8 can hold; should one slip by, it is seen.
    path.write_bytes(page(report, sheet, to_fix=to_fix).encode("utf-8", "backslashreplace"))


def page(report: Report, sheet: TidySheet | None, room: int = _ROOM, *, to_fix: Sequence[str] = ()) -> str:
    """Return the page with at most `room` rows; each text of a user's in it is escaped and inert."""
    style = _file("page.css") + _bar_widths(report)
    script = _file("page.js")
    rows = shown_rows(report, room)
    causes = causes_of(report.rows)
    return _template().render(
        report=report,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_hash=_hash(style),
        script_hash=_hash(script),
        rehearsal=REHEARSAL,
        meaning=EXIT_MEANINGS[report.exit_code],
        status_class=lambda status: _status_class(status, report),
        status_word=lambda status: status_word(status, report),
        tally={status: count for status, count in report.tally.items() if count},
        next_step=advice(report),
        headline=headline(causes),
        tasks=tasks(causes),
        to_fix=to_fix,
        questions=questions(report),
        milder=milder(report),
        remaining=remaining,
        file_faults=file_faults(report),
        notes=notes(report),
        not_imported=[finding.message for finding in report.file_findings if left_out(finding)],
        preview=preview_of(report, sheet, room) if sheet is not None and rows else None,
        rows=rows,
        title_mark=_TITLE_MARK,
        missing_rows=len(report.rows) - len(rows),
    )


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"told": told, "moment": in_utc, "visible": visible}
    return environment.from_string(_file("page.html.j2").lstrip())


def told(text: str | None, limit: int = _TEXT_LIMIT) -> Markup:
    """Return a user's text for the page: escaped, its direction its own, cut with a word about it."""
    kept = visible((text or "")[:limit])
    more = len(text or "") - limit
    note = f"… (and {more} more characters; report.json has all)" if more > 0 else ""
    return Markup("<bdi>{}</bdi>{}").format(kept, note)


def shown_rows(report: Report, room: int) -> list[RowReport]:
    """Return the rows a page has room for, in their order: those with something to tell go before others."""
    if len(report.rows) <= room:
        return list(report.rows)
    quiet = {Status.CREATED, Status.UNCHANGED, Status.NOT_SENT, Status.LEFT_OUT}
    by_need = sorted(report.rows, key=lambda row: (row.status in quiet, not row.findings))
    return sorted(by_need[:room], key=lambda row: row.number)


def _status_class(status: Status, report: Report) -> str:
    """Return the name a status goes by in the page's style; a check's right row looks like a created one."""
    return str(Status.CREATED if status_word(status, report) == "right" else status)


def _bar_widths(report: Report) -> str:
    """Return how wide each status is in the bar: the policy lets no element have a style of its own."""
    return "".join(
        f".bar .{_status_class(status, report)} {{ flex-grow: {count}; }}\n"
        for status, count in report.tally.items()
        if count
    )


def _file(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def _hash(text: str) -> str:
    """Return a text's hash as a Content-Security-Policy names what may run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
