"""Warnings that count as faults."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.errors import FileRefused

if TYPE_CHECKING:
    from pipeline.model import Checked, Finding, Source


def strictly(checked: Checked) -> Checked:
    """Return the same file judged with every warning as a fault.

    Raises:
        FileRefused: a warning speaks of the file as a whole; the rows' faults are told behind it.
    """
    findings = tuple(_stricter(finding) for finding in checked.findings)
    faults = [finding for finding in findings if finding.severity == "fault"]
    faulty = {fault.row for fault in faults}
    if None in faulty:
        raise FileRefused(*(_of_the_file(fault, checked.source) for fault in faults))
    rows = tuple(replace(row, course=None) if row.number in faulty else row for row in checked.rows)
    return replace(checked, rows=rows, findings=findings)


def _stricter(finding: Finding) -> Finding:
    return replace(finding, severity="fault") if finding.severity == "warning" else finding


def _of_the_file(fault: Finding, source: Source) -> Finding:
    """Let a row's fault stand by itself: a file that is refused has no rows to tell it under."""
    if fault.row is None:
        return fault
    name = fault.column or fault.property_name
    where = f"{fault.cell or f'row {fault.row}'}{f' ({name})' if name else ''}"
    return replace(fault, row=None, message=f"{source.name}: {where} {fault.message}")
