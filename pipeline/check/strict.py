"""Warnings that count as faults."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.errors import FileRefused

if TYPE_CHECKING:
    from pipeline.model import Checked, Finding


def strictly(checked: Checked) -> Checked:
    """Return the same file judged with every warning as a fault.

    Raises:
        FileRefused: a warning speaks of the file as a whole.
    """
    findings = tuple(_stricter(finding) for finding in checked.findings)
    of_file = [finding for finding in findings if finding.row is None and finding.severity == "fault"]
    if of_file:
        raise FileRefused(*of_file)
    faulty = {finding.row for finding in findings if finding.severity == "fault"}
    rows = tuple(replace(row, course=None) if row.number in faulty else row for row in checked.rows)
    return replace(checked, rows=rows, findings=findings)


def _stricter(finding: Finding) -> Finding:
    return replace(finding, severity="fault") if finding.severity == "warning" else finding
