from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from pipeline.report import document, write_report

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import Report


def test_folder_holds_all_files_and_nothing_else(report: Report, tmp_path: Path) -> None:
    write_report(report, None, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.json", "report.xlsx"]
    assert json.loads((tmp_path / "report.json").read_bytes()) == document(report)
    assert load_workbook(tmp_path / "report.xlsx").sheetnames == ["Rows (rehearsal)", "About"]


def test_writing_again_replaces_what_was_there(report: Report, tmp_path: Path) -> None:
    write_report(report, None, tmp_path)
    write_report(replace(report, run_id="the-second"), None, tmp_path)
    assert json.loads((tmp_path / "report.json").read_bytes())["run"]["id"] == "the-second"


@pytest.mark.parametrize(
    ("name", "whole"),
    [("report.json", []), ("report.xlsx", ["report.json"]), ("report.html", ["report.json", "report.xlsx"])],
)
def test_unwritable_name_leaves_no_half_file(
    report: Report, tmp_path: Path, name: str, whole: list[str]
) -> None:
    """When a file cannot take its name, its unfinished half is removed and the error is told."""
    (tmp_path / name).mkdir()
    with pytest.raises(OSError, match=name):
        write_report(report, None, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == whole


def test_failing_midway_keeps_the_earlier_file(report: Report, tmp_path: Path) -> None:
    """A report that cannot be written out leaves the earlier one untouched."""
    write_report(report, None, tmp_path)
    before = (tmp_path / "report.json").read_bytes()
    endless: list[object] = []
    endless.append(endless)  # what contains itself has no JSON
    with pytest.raises(ValueError, match="Circular"):
        write_report(replace(report, target=endless), None, tmp_path)  # type: ignore[arg-type] # broken on purpose
    assert (tmp_path / "report.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.json", "report.xlsx"]


def test_lone_surrogate_survives_json(report: Report, tmp_path: Path) -> None:
    """Half a character cannot be UTF-8, yet report.json is UTF-8 and gives it back."""
    write_report(replace(report, stop_reason="half \ud83d"), None, tmp_path)
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    assert json.loads(text)["stop_reason"] == "half \ud83d"
