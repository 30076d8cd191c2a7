"""What reading costs beside the readers people would use instead."""

from __future__ import annotations

import csv
import json
import os
import random
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest

if TYPE_CHECKING:
    from pathlib import Path

ROWS: Final = 100_000
SLACK: Final = 1.25 if os.environ.get("CI") else 1  # others may be at work on the same machine
REPEATS: Final = 3
HEADER: Final = (
    "Key",
    "Title",
    "Location",
    "Trainer",
    "Order",
    "Visibility",
    "Tariff",
    "Summary",
    "Description",
)

# Each program prints its seconds without imports, and the most memory it held.
MEASURED: Final = """
import json, resource, sys, time
{imports}
started_at = time.perf_counter()
cells = {read}
seconds = time.perf_counter() - started_at
assert len(cells) in (100_000, 100_001), len(cells)
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""
OURS: Final = MEASURED.format(
    imports="from pathlib import Path\nfrom pipeline.read import read_sheet",
    read="read_sheet(Path(sys.argv[1])).cells",
)
CALAMINE: Final = MEASURED.format(
    imports="from python_calamine import CalamineWorkbook",
    read="list(CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).iter_rows())",
)
PANDAS_XLSX: Final = MEASURED.format(
    imports="import pandas, openpyxl", read="pandas.read_excel(sys.argv[1], engine='openpyxl')"
)
PANDAS_CSV: Final = MEASURED.format(
    imports="import pandas", read="pandas.read_csv(sys.argv[1], dtype=object)"
)


@pytest.fixture(scope="module")
def rows() -> list[list[object]]:
    """Return 100,000 courses with summaries of 300 characters and descriptions of one to three kilobytes."""
    chance = random.Random(20_26)  # noqa: S311 - the same words every time
    words = [
        "".join(chance.choices("abcdefghijklmnoprstuvwxyz", k=chance.randint(2, 9))) for _ in range(4000)
    ]
    words += ["für", "café,", 'the "best"', "one\ntwo"]
    prose = " ".join(chance.choices(words, k=200_000))

    def text(length: int) -> str:
        start = chance.randrange(len(prose) - length)
        return prose[start : start + length]

    return [
        [
            f"BK-{number}",
            f"{text(30)} {number}",
            1414974955,
            1414980011,
            number,
            "Paid (4)",
            1414990021,
            text(300),
            f"<p>{text(1000 + number * 37 % 2000)}</p>",
        ]
        for number in range(ROWS)
    ]


@pytest.fixture(scope="module")
def workbook(rows: list[list[object]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Plan")
    for row in (HEADER, *rows):
        sheet.append(row)
    book.save(path := tmp_path_factory.mktemp("bench") / "courses.xlsx")
    return path


@pytest.fixture(scope="module")
def text_file(rows: list[list[object]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "courses.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


@pytest.mark.bench
def test_reading_a_workbook_costs_little_more_than_its_cells(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At most 1.8 times calamine's rows, a third of pandas' with openpyxl, 1.5 times the leaner's memory."""
    (ours, memory), (calamine, calamine_memory) = _measured(workbook, OURS, CALAMINE)
    ((pandas, pandas_memory),) = _measured(workbook, PANDAS_XLSX, repeats=1)
    with capsys.disabled():
        print(
            f"\nreading {ROWS} rows of xlsx: {ours:.2f} s = {ours / calamine:.2f} x calamine's rows "
            f"({calamine:.2f} s), {ours / pandas:.2f} x pandas with openpyxl ({pandas:.1f} s); "
            f"{memory / 1024:.0f} MB = {memory / calamine_memory:.2f} x and {memory / pandas_memory:.2f} x"
        )
    assert ours <= 1.8 * SLACK * calamine
    assert ours <= pandas / 3 * SLACK
    assert memory <= 1.5 * min(calamine_memory, pandas_memory)


@pytest.mark.bench
def test_reading_a_text_costs_at_most_twice_what_pandas_takes(
    text_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ours, memory), (pandas, pandas_memory) = _measured(text_file, OURS, PANDAS_CSV)
    with capsys.disabled():
        print(
            f"\nreading {ROWS} rows of CSV: {ours:.2f} s = {ours / pandas:.2f} x pandas ({pandas:.2f} s); "
            f"{memory / 1024:.0f} MB = {memory / pandas_memory:.2f} x pandas"
        )
    assert ours <= 2 * SLACK * pandas
    assert memory <= 1.5 * pandas_memory


def _measured(path: Path, *programs: str, repeats: int = REPEATS) -> list[tuple[float, float]]:
    """Return each program's median seconds and kilobytes; they take turns."""
    figures: dict[str, list[tuple[float, float]]] = {program: [] for program in programs}
    for _ in range(repeats):
        for program, measured in figures.items():
            ended = subprocess.run(
                [sys.executable, "-c", program, str(path)], check=True, capture_output=True, text=True
            )
            seconds, kilobytes = json.loads(ended.stdout)
            measured.append((seconds, kilobytes))
    return [
        (statistics.median(seconds for seconds, _ in each), statistics.median(memory for _, memory in each))
        for each in figures.values()
    ]
