"""Whatever a cell holds goes to the API as it is, and lies still in every file a report hands back."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest

from pipeline.model import Status
from pipeline.report import write_report
from tests.run.conftest import HEADERS, course, in_sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model import TidySheet
    from pipeline.sandbox import Running
    from tests.conftest import SaveByOffice
    from tests.run.conftest import Tester

HOSTILE: Final = {
    "a formula": "=1+1",
    "a sum": "+1+1",
    "a difference": "-1+1",
    "a function": "@SUM(A1:A9)",
    "full width": "＝1+1",  # noqa: RUF001 - as Excel takes it
    "a command": "=cmd|' /C calc'!A0",
    "behind a quote": "'=1+1",
    "in quotes": '"=1+1"',
    "a link": '=HYPERLINK("https://example.com","click")',
    "an error": "#REF!",
    "a script": "<script>alert(1)</script>",
    "the end of CDATA": "]]> <![CDATA[",
    "an entity": "&lt;b&gt; &#x41;",
    "an escape": "_x0041_ and _x000D_",
    "a bell": "ring\x07ring",
    "an escape sequence": "\x1b[31mred\x1b[0m",
    "right to left": "abc\u202egnp.exe",
    "zero width": "P\u200bo\u200dt",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈",
    "combining": "Z̷̢̛a̸l̴g̵o̶",
    "two lines": "one\ntwo",
    "a template": "{{ 7 * 7 }} ${7*7}",
    "a path": "../../etc/passwd",
    "a quote for SQL": "'; DROP TABLE courses; --",
    "very long": "long " * 8_000 + "end",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each text as a title and a description; every second row has a fault."""
    path = tmp_path_factory.mktemp("hostile") / "hostile.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*HEADERS, "FullDescription"])
        for number, (name, text) in enumerate(HOSTILE.items()):
            host = 1414980011 if number % 2 == 0 else ""
            writer.writerow([*course(f"{text[:100]} ({name})", HostId=host), text])
    return path


def test_hostile_cells_arrive_as_they_are_and_lie_still(
    path: Path, tester: Tester, sandbox: Running, tmp_path: Path, saved_by_office: SaveByOffice
) -> None:
    seen: list[TidySheet] = []
    report = tester.import_file(path, sandbox.url, seen=seen.append)
    created = [row for row in report.rows if row.status is Status.CREATED]
    assert len(created) == (len(HOSTILE) + 1) // 2
    texts = list(HOSTILE.values())
    there = {record["Id"]: record["FullDescription"] for record in in_sandbox(sandbox.url)}
    assert [there[row.course_id] for row in created] == texts[::2]
    (folder := tmp_path / "report").mkdir()
    write_report(report, seen[0], folder)
    for name in ("report.xlsx", "to-fix.xlsx"):
        opened = openpyxl.load_workbook(saved_by_office(folder / name, "xlsx"))
        cells = [cell for sheet in opened for row in sheet.iter_rows() for cell in row]
        assert len(cells) > len(HOSTILE)
        assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    written = openpyxl.load_workbook(folder / "report.xlsx").worksheets[0]
    shown = [str(cell.value) for cell in written["H"][1:]]
    assert shown[list(HOSTILE).index("a bell")] == "ring\\x07ring"
    assert shown[list(HOSTILE).index("a formula")] == "=1+1"
    assert shown[-1].endswith("more characters; report.json has all]")
