"""The rows to correct, handed back so that nothing of them is changed on the way."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.model import Status
from pipeline.read import read_sheet
from pipeline.report.to_fix import plan_to_fix, told_of, write_to_fix
from pipeline.run import Order, check_file
from pipeline.tidy import tidy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.model import Report, TidySheet

HEADERS: Final = ("Location", "Trainer", "Title", "Order", "Access", "Summary")
CELLS: Final = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["007", "=1+1", "+49 30", "-", "@x", "a\nb", 'say "so"', "x;y,z", "  edge ", "_x0041_", "12.50", "'"]
    ),
)
_WRITABLE: Final = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
VALUES: Final = st.one_of(
    st.integers(-10, 10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.datetimes(datetime(1901, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0)),  # noqa: DTZ001 - as Excel has them
    st.none(),
    st.text(
        st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=20
    ).map(lambda text: text.lstrip("=")),
)


def judged(path: Path) -> tuple[Report, TidySheet] | None:
    """Return a report in which every row has to be corrected; None where the file is refused."""
    seen: list[TidySheet] = []
    order = Order(command="check", path=path, run_id="1", folder=path.parent, seen=seen.append)
    report = check_file(order, now=lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    if not seen:
        return None
    rows = tuple(replace(row, status=Status.INVALID) for row in report.rows)
    return replace(report, rows=rows), seen[0]


def check_it_comes_back(path: Path) -> None:
    """Every row is handed back as it was read, or is named as one that cannot be."""
    if (verdict := judged(path)) is None:
        return
    report, sheet = verdict
    fix = plan_to_fix(report, sheet)
    numbers = [row.number for row in report.rows]
    if fix is None:
        assert numbers == []
        return
    kept = [row.number for row in fix.rows]
    assert sorted([*kept, *fix.only_in_file]) == sorted(numbers)
    if not kept:
        return
    write_to_fix(fix, report, sheet, written := path.with_name(fix.name))
    back = tidy(read_sheet(written))
    assert shown(back, back.raw.cells.index.tolist()) == shown(sheet, kept)


def shown(sheet: TidySheet, rows: Sequence[int]) -> list[list[str]]:
    """Return what the rows mean, faults too: a cell that is wrong is as wrong as it was."""
    cells = sheet.raw.cells.loc[list(rows)].to_numpy().tolist()
    return [[repr(cell) for cell in row[: len(HEADERS)]] for row in cells]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=4),
    delimiter=st.sampled_from(",;\t"),
)
def test_rows_of_a_text_come_back_as_they_were(rows: list[list[str]], delimiter: str, tmp_path: Path) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([HEADERS, *rows])
    path = tmp_path / "plan.csv"
    path.write_bytes(text.getvalue().encode("utf-8", "replace"))
    check_it_comes_back(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(VALUES, min_size=6, max_size=6), min_size=1, max_size=4))
def test_rows_of_a_workbook_come_back_as_they_were(rows: list[list[object]], tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Plan")
    sheet.append(HEADERS)
    for row in rows:
        sheet.append(row)
    book.save(path := tmp_path / "plan.xlsx")
    check_it_comes_back(path)


def write_text(path: Path, *rows: str) -> Path:
    path.write_text("\n".join((",".join(HEADERS), *rows, "")), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "name"),
    [
        pytest.param("1414974955,,Pottery,10,Public,", "to-fix.csv", id="plain words"),
        pytest.param("1414974955,,Pottery,-10,Public,", "to-fix.csv", id="a number below 0"),
        pytest.param("1414974955,,=1+1,10,Public,", "to-fix.xlsx", id="a formula"),
        pytest.param("1414974955,,Pottery,10,Public,'@SUM(A1)", "to-fix.xlsx", id="one behind a quote"),
    ],
)
def test_text_becomes_a_workbook_where_a_csv_file_would_be_alive(row: str, name: str, tmp_path: Path) -> None:
    verdict = judged(write_text(tmp_path / "plan.csv", row))
    assert verdict is not None
    fix = plan_to_fix(*verdict)
    assert fix is not None
    assert fix.name == name
    told = dict(told_of(fix, verdict[0]))["What to do"]
    assert ("might take a text in one for a formula" in told) is (name == "to-fix.xlsx")


def test_a_row_that_cannot_be_told_is_corrected_in_the_file_itself(tmp_path: Path) -> None:
    """A row with too few cells would come back as another one."""
    rows = ("1414974955,1414980011,Pottery", "1414974955,,Weaving,10,Public,")
    verdict = judged(write_text(tmp_path / "plan.csv", *rows))
    assert verdict is not None
    fix = plan_to_fix(*verdict)
    assert fix is not None
    assert ([row.number for row in fix.rows], fix.only_in_file) == ([3], (2,))
    told = dict(told_of(fix, verdict[0]))["Only in the file"]
    assert told.endswith("Correct them in plan.csv itself: 2.")


def test_nothing_to_correct_makes_no_file(tmp_path: Path) -> None:
    """What waits for a person's word, or only has to be sent, is not corrected in a file."""
    verdict = judged(write_text(tmp_path / "plan.csv", "1414974955,1414980011,Pottery,10,Public,"))
    assert verdict is not None
    report, sheet = verdict
    for status in set(Status) - {Status.INVALID, Status.REJECTED}:
        rows = (replace(report.rows[0], status=status),)
        assert plan_to_fix(replace(report, rows=rows), sheet) is None
