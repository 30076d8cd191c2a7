"""A row's life: for a terminal, and for machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pipeline.model import Action, State, Status
from pipeline.report.commands import answers_to
from pipeline.report.document import candidate_course, finding_entry, moment
from pipeline.report.lines import INDENT, cut, labelled, wrapped
from pipeline.report.shown import visible
from pipeline.report.words import candidate_line, finding_line, state_word, status_name

if TYPE_CHECKING:
    from datetime import datetime

    from pipeline.model import Appearance, Exchange, Memory, Origin, RowLife

_FORMAT: Final = 1
_WHOLE: Final = "--json"  # where all of a text is that is cut here
_CELL_LIMIT: Final = 200  # characters of a cell, a value or an answer
_SHORT: Final = 40  # characters: a longer text is not told a second time
_FATES: Final = {
    Action.CREATE: "It would be sent",
    Action.SKIP: "It would not be sent again",
    Action.LOOK_UP: "It would be looked for before anything is sent",
    Action.HOLD: "It would be held back",
    None: "It would stay behind",
}


def life_text(life: RowLife, *, width: int = 60) -> str:
    """Return a row's life as plain text whose lines fit `width` terminal columns; commands stand uncut."""
    parts = (
        _heading(life, width),
        _section("Cells:", _cells(life, width)),
        _section("Findings:", _findings(life, width)),
        _section("What would be sent:", _payload(life, width)),
        _section(f"What an import to {life.target} would do:", _fate(life, width)),
        *(_section(f"In the journal, {_target(each)}:", _memory(each, width)) for each in life.memories),
        _section("Not known:", [line for note in life.notes for line in _told(note, width)]),
    )
    return "\n\n".join("\n".join(part) for part in parts if part)


def _section(heading: str, lines: list[str]) -> list[str]:
    return [visible(heading), *lines] if lines else []


def _told(text: str, width: int, *, deeper: int = 0, breaks: bool = False) -> list[str]:
    room = width - len(INDENT) * deeper
    lines = wrapped(text, room, indent=INDENT, whole=_WHOLE, breaks=breaks)
    return [INDENT * deeper + line for line in lines]


def _heading(life: RowLife, width: int) -> list[str]:
    title = "" if life.title is None else f': "{cut(life.title, _CELL_LIMIT)}"'
    key = [] if life.key is None else labelled("Key:", life.key, width)
    return [*wrapped(f"Row {life.number} of {life.source.name}{title}", width), *key]


def _cells(life: RowLife, width: int) -> list[str]:
    """Return each cell once, with all that became of it."""
    lines: list[str] = []
    before = None
    for origin in life.origins:
        where = ""
        if origin.column is not None:
            name = f" ({origin.column.header})" if origin.column.header else ""
            where = f"{origin.column.cell(life.number)}{name}: "
        if where and origin.typed is not None and origin.column != before:
            lines += _told(f'{where}"{_begin(origin.typed)}"', width)
        blank = where if origin.typed is None else ""
        under = origin.column is not None and not blank
        lines += _told(blank + _made(origin), width, deeper=int(under))
        before = origin.column
    return lines


def _made(origin: Origin) -> str:
    """Tell what became of a cell."""
    rules = "; ".join(origin.rules)
    if origin.property_name is None:
        return rules
    if origin.value is None:
        return f"{origin.property_name}, {rules}"
    same = origin.value == origin.typed and len(str(origin.value)) > _SHORT
    value = "as it stands" if same else _json(origin.value)
    return f"{origin.property_name} {value}" + (f" ({rules})" if rules else "")


def _json(value: object) -> str:
    """Return a value as JSON has it, a long text cut."""
    if not isinstance(value, str) or len(value) <= _CELL_LIMIT:
        return json.dumps(value, ensure_ascii=False)
    return _begin(value, begun=json.dumps(value[:_CELL_LIMIT], ensure_ascii=False))


def _begin(text: str, *, begun: str | None = None) -> str:
    more = len(text) - _CELL_LIMIT
    return text if more <= 0 else f"{begun or text[:_CELL_LIMIT]}… ({more:,} more characters in {_WHOLE})"


def _findings(life: RowLife, width: int) -> list[str]:
    return [line for each in life.findings for line in _told(finding_line(each, life.source), width)]


def _payload(life: RowLife, width: int) -> list[str]:
    if life.payload is None:
        return []
    lines = ["{"]
    for name, value in life.payload.items():
        lines += _told(f'"{name}": {_json(value)},', width)
    lines[-1] = lines[-1].removesuffix(",")
    return [INDENT + line for line in [*lines, "}"]]


def _fate(life: RowLife, width: int) -> list[str]:
    status = [] if life.action is Action.CREATE else [status_name(life.status)]
    lines = _told(f"{_FATES[life.action]}: {', '.join([*status, *filter(None, [life.reason])])}.", width)
    for candidate in life.candidates:
        lines += _told(f"{candidate_line(candidate)}.", width)
    if life.status is Status.HELD or life.candidates:
        lines += _told("It waits for your word:", width)
        answers = answers_to(life.number, life.candidates, life.source, life.flags)
        lines += [INDENT * 2 + visible(answer) for answer in answers]
    return lines


def _target(memory: Memory) -> str:
    return f"sandbox ({memory.target.rpartition('/')[2]})" if memory.rehearsal else memory.target


def _memory(memory: Memory, width: int) -> list[str]:
    lines = _told(_known(memory), width)
    for appearance in memory.appearances:
        reason = f": {appearance.reason}" if appearance.reason else ""
        status = status_name(appearance.status)
        told = (
            f"{_at(appearance.started_at)}, run {appearance.run_id}, row {appearance.row}, {status}{reason}"
        )
        lines += _told(told, width)
        for exchange in appearance.exchanges:
            lines += _told(_exchange(exchange), width, deeper=1, breaks=True)
    return lines


def _known(memory: Memory) -> str:
    known = memory.known
    if known is None:
        return "never sent there"
    since = f", {_at(memory.since)}" if memory.since else ""
    course = f" as Id {known.course_id}" if known.state is State.CREATED else ""
    said = f", on the word of {known.said_by}" if known.said_by else ""
    reason = f": {known.reason}" if known.reason else ""
    return f"{state_word(known.state)}{course}{since}{said}{reason}"


def _exchange(exchange: Exchange) -> str:
    left = f"{_at(exchange.sent_at)}, {exchange.method} {exchange.path}"
    if exchange.answered_at is None:
        return f"{left}: no answer was recorded"
    status = "no answer" if exchange.status is None else f"HTTP {exchange.status}"
    told = f": {_begin(exchange.told)}" if exchange.told else ""
    return f"{left}: {status}, {_at(exchange.answered_at)}{told}"


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def life_document(life: RowLife) -> dict[str, object]:
    """Return a row's life as JSON knows it, uncut; times as RFC 3339 has them."""
    return {
        "format": _FORMAT,
        "source": {"path": life.source.path, "sheet": life.source.sheet, "sha256": life.source.sha256},
        "row": life.number,
        "key": life.key,
        "title": life.title,
        "target": life.target,
        "cells": [_origin_entry(origin, life.number) for origin in life.origins],
        "findings": [finding_entry(finding) for finding in life.findings],
        "payload": life.payload,
        "plan": {
            "action": None if life.action is None else str(life.action),
            "status": str(life.status),
            "reason": life.reason,
            "candidate_courses": [candidate_course(candidate) for candidate in life.candidates],
        },
        "journal": [_memory_entry(memory) for memory in life.memories],
        "notes": list(life.notes),
    }


def _origin_entry(origin: Origin, row: int) -> dict[str, object]:
    return {
        "column": origin.column.header if origin.column else None,
        "cell": origin.column.cell(row) if origin.column else None,
        "typed": origin.typed,
        "property_name": origin.property_name,
        "value": origin.value,
        "rules": list(origin.rules),
    }


def _memory_entry(memory: Memory) -> dict[str, object]:
    known = memory.known
    return {
        "target": memory.target,
        "rehearsal": memory.rehearsal,
        "state": str(known.state) if known else None,
        "since": moment(memory.since) if memory.since else None,
        "reason": known.reason if known else None,
        "id": known.course_id if known else None,
        "said_by": known.said_by if known else None,
        "payload": known.payload if known else None,
        "runs": [_appearance_entry(appearance) for appearance in memory.appearances],
    }


def _appearance_entry(appearance: Appearance) -> dict[str, object]:
    return {
        "id": appearance.run_id,
        "started_at": moment(appearance.started_at),
        "row": appearance.row,
        "status": str(appearance.status),
        "reason": appearance.reason,
        "requests": [
            {
                "method": exchange.method,
                "path": exchange.path,
                "sent_at": moment(exchange.sent_at),
                "answered_at": moment(exchange.answered_at) if exchange.answered_at else None,
                "http_status": exchange.status,
                "told": exchange.told,
            }
            for exchange in appearance.exchanges
        ],
    }
