from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from pipeline.errors import Exit
from pipeline.model import Finding, Status
from pipeline.report.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from pipeline.model import Report, Severity

FORMULAS = ["=1+1", '=HYPERLINK("http://example.com")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "==", "="]
HOSTILE = {
    "control": ("a\x00b\x0bc\x1bd", r"a\x00b\x0bc\x1bd"),
    "carriage return": ("a\rb", r"a\rb"),
    "half a character": ("half \ud83d", r"half \ud83d"),
    "no character": ("\ufffe\uffff", r"\ufffe\uffff"),
    "error value": ("#N/A", "#N/A"),
    "Excel's own escape": ("_x0041_ and _x000d_", "_x0041_ and _x000d_"),
    "markup": ("<f>1</f> & ]]>", "<f>1</f> & ]]>"),
    "bidi": ("\u202eexe.cod", "\u202eexe.cod"),
    "zero width": ("a\u200bb\ufeffc", "a\u200bb\ufeffc"),
    "emoji": ("👩\u200d🏫 learns", "👩\u200d🏫 learns"),
    "lines": ("one\ntwo", "one\ntwo"),
    "spaces around": ("  x  ", "  x  "),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "report.xlsx"


def titled(report: Report, titles: Sequence[str]) -> Report:
    """Return a report with one row for each title."""
    row = report.rows[0]
    return replace(
        report, rows=tuple(replace(row, number=number, title=title) for number, title in enumerate(titles, 2))
    )


def titles_in(path: Path) -> list[object]:
    """Return the titles as a spreadsheet program reads them."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return [row[2] for row in rows[1:]]


def formulas_in(path: Path) -> list[str]:
    """Return the parts of the file that hold a formula."""
    with zipfile.ZipFile(path) as parts:
        return [name for name in parts.namelist() if b"<f>" in parts.read(name)]


def test_workbook_is_the_golden_one(report: Report, path: Path, golden: Callable[[str, str], None]) -> None:
    write_workbook(report, None, path)
    book = load_workbook(path)
    golden("report.xlsx.txt", "\n".join(line for sheet in book for line in dumped(sheet)) + "\n")


def dumped(sheet: Worksheet) -> Iterator[str]:
    """Yield what a person would see of a sheet."""
    yield f"sheet {sheet.title}: frozen {sheet.freeze_panes}, filter {sheet.auto_filter.ref}"
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                look = " bold" * bool(cell.font.bold) + f" {cell.fill.fgColor.rgb}" * bool(
                    cell.fill.fill_type
                )
                yield f"{cell.coordinate}{look}: {cell.value!r}"
    for area, words in coloured(sheet).items():
        yield from (f"{area} {colour} where: {word!r}" for word, colour in words.items())


def coloured(sheet: Worksheet) -> dict[str, dict[str, str]]:
    """Return the colours that cells take by their word, by the area they are in."""
    return {
        str(area.sqref): {
            rule.formula[0].strip('"'): rule.dxf.fill.bgColor.rgb
            for rule in sheet.conditional_formatting[area]
        }
        for area in sheet.conditional_formatting
    }


def test_ids_are_whole_numbers(report: Report, path: Path) -> None:
    """An Id above 10¹¹ would show as 1.415E+12 in Excel's general format."""
    write_workbook(report, None, path)
    cell = load_workbook(path).worksheets[0]["E5"]
    assert (cell.value, cell.data_type, cell.number_format) == (1414999999999, "n", "0")


@pytest.mark.parametrize("text", FORMULAS)
def test_nothing_is_live(report: Report, path: Path, text: str) -> None:
    """What looks like a formula is text, and stays text when someone edits the cell."""
    write_workbook(titled(report, [text]), None, path)
    cell = load_workbook(path).worksheets[0]["C2"]
    assert cell.data_type == "s"
    assert cell.value == text.replace("\r", r"\r")
    assert bool(cell.quotePrefix) is (text[0] != "\r")
    assert formulas_in(path) == []


def test_file_findings_and_stop_reason_are_not_live_either(report: Report, path: Path) -> None:
    """The sheet about the run holds the user's words too."""
    header = replace(report.file_findings[0], message="=A1")
    source = replace(report.source, sheet=None, path="=C1")
    write_workbook(replace(report, source=source, file_findings=(header,), stop_reason="=D1"), None, path)
    assert formulas_in(path) == []


@pytest.mark.parametrize(("text", "shown"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_shown(report: Report, path: Path, text: str, shown: str) -> None:
    """What XML cannot hold is shown as its code; all else arrives as it was."""
    write_workbook(titled(report, [text]), None, path)
    assert titles_in(path) == [shown]


@settings(max_examples=25, deadline=None)
@given(titles=st.lists(st.text(st.characters()), min_size=1, max_size=40))
def test_any_text_makes_a_readable_workbook(
    report: Report, tmp_path_factory: pytest.TempPathFactory, titles: list[str]
) -> None:
    path = tmp_path_factory.mktemp("any") / "report.xlsx"
    write_workbook(titled(report, titles), None, path)
    assert len(titles_in(path)) == len(titles)
    assert formulas_in(path) == []


@pytest.mark.parametrize(
    ("text", "left_out"),
    [("x" * 32_767, None), ("x" * 32_768, 81), ("x" * 40_000, 7_313), ("👩" * 20_000, 3_657)],
    ids=["fits", "one too many", "long", "two units a character"],
)
def test_long_text_is_cut_with_a_note(report: Report, path: Path, text: str, left_out: int | None) -> None:
    """Excel keeps 32,767 UTF-16 units; the cell says how many characters are missing and where they are."""
    write_workbook(titled(report, [text]), None, path)
    shown = str(load_workbook(path).worksheets[0]["C2"].value)
    assert len(shown.encode("utf-16-le")) // 2 <= 32_767
    if left_out is None:
        assert shown == text
    else:
        kept, note = shown.split("… [")
        assert note == f"{left_out} more characters; report.json has all]"
        assert len(kept) + left_out == len(text)


def test_rows_are_as_high_as_their_text(report: Report, path: Path) -> None:
    """Not every program fits heights by itself; Excel takes none above 409 points."""
    write_workbook(titled(report, ["short", "word " * 10, "line\n" * 5, "x" * 32_767]), None, path)
    rows = load_workbook(path).worksheets[0].row_dimensions
    assert [rows[number].height for number in range(2, 6)] == [30, 30, 90, 409]


def test_check_calls_rows_right_or_faulty(report: Report, path: Path) -> None:
    """A check sends nothing, so that its good rows are right and green rather than not sent and grey."""
    row = replace(report.rows[0], status=Status.NOT_SENT)
    checked = replace(report, command="check", target=None, rehearsal=False, rows=(row, report.rows[1]))
    write_workbook(checked, None, path)
    rows, about = load_workbook(path).worksheets
    assert rows.title == "Rows"
    assert [rows["D2"].value, rows["D3"].value] == ["right", "faulty"]
    colours = coloured(rows)["D2:D3"]
    assert (colours["right"], colours["faulty"]) == ("00C6EFCE", "00FFC7CE")
    assert "none: nothing was to be sent" in [cell.value for cell in about["B"]]


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        pytest.param({"cell": None}, "Row: is so", id="the whole row"),
        pytest.param({"cell": "X2"}, "X2: is so", id="a cell beyond the header"),
    ],
)
def test_finding_without_a_column_names_what_it_knows(
    report: Report, path: Path, finding: dict[str, str | None], words: str
) -> None:
    told = Finding(code="x", message="is so", severity="fault", stage="read", row=2, **finding)
    write_workbook(replace(report, rows=(replace(report.rows[0], findings=(told,)),)), None, path)
    row = load_workbook(path).worksheets[0]
    assert (row["F2"].value, row["H2"].value) == (words, finding["cell"])


@pytest.mark.parametrize(
    ("code", "severity", "label"),
    [
        ("not-imported", "warning", "Not imported"),
        ("rows-left-out", "information", "Not imported"),
        ("sheet-not-read", "information", "Not imported"),
        ("hidden", "information", "About the file"),
        ("encoding", "warning", "About the file"),
        pytest.param("not-imported", "fault", "About the file", id="it refuses the file"),
    ],
)
def test_what_is_said_of_the_file_stands_once_beside_its_label(
    report: Report, path: Path, code: str, severity: Severity, label: str
) -> None:
    told = Finding(code=code, message="so it is", severity=severity, stage="read")
    write_workbook(replace(report, file_findings=(told,)), None, path)
    about = load_workbook(path).worksheets[1]
    assert [row[0].value for row in about.iter_rows() if row[1].value == "so it is"] == [label]


def test_cut_off_run_says_so(report: Report, path: Path) -> None:
    """A run without an end, a file without sheets and a run without rows still make a whole workbook."""
    source = replace(report.source, sheet=None)
    bare = replace(
        report, source=source, rows=(), finished_at=None, stop_reason="cut off", exit_code=Exit.TERMINATED
    )
    write_workbook(bare, None, path)
    rows, about = load_workbook(path).worksheets
    told = {row[0].value: row[1].value for row in about.iter_rows()}
    assert rows.max_row == 1
    assert told["Finished"] == "no: cut off"
    assert told["Ended with code"] == "143: interrupted; run again to go on"
    assert "Sheet" not in told
    assert "Stopped because" not in told
