"""Whatever a file holds, reading it ends in rows, findings or a refusal in words, and no cell is shifted.

Each test tries `FUZZ` inputs (an environment variable); those that need a process of their own fewer.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import FileRefused
from pipeline.read import Limits, Reading, read_sheet
from schemas.properties import REQUIRED
from tests.read.xlsb import write_xlsb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model import Finding, RawSheet
    from tests.conftest import SaveByOffice

TIMES: Final = int(os.environ.get("FUZZ", "40"))
READING: Final = Reading(
    limits=Limits(
        file_bytes=2**22, unpacked_bytes=2**25, rows=2000, cell_characters=20_000, reader_seconds=20
    )
)
SLOW: Final = timedelta(seconds=30)  # for one input: far above what any takes, far below a hang
ROWS: Final = [
    REQUIRED,
    *([f"r{row}c{column} {'text, ' * (column == 2)}" for column in range(5)] for row in range(2, 12)),
]
MARK: Final = re.compile(r"r\d+c(\d)\b")
ODD: Final = st.sampled_from(
    [*(bytes([code]) for code in range(256)), b'"', b'""', b",", b";", b"\t", b"\n", b"\r\n", b"\xef\xbb\xbf"]
)
fuzzed = settings(
    max_examples=TIMES, deadline=SLOW, database=None, suppress_health_check=[HealthCheck.too_slow]
)
fuzzed_slowly = settings(
    max_examples=max(TIMES // 20, 10),
    deadline=SLOW,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@st.composite
def changed(draw: st.DrawFn, contents: Sequence[bytes], times: int = 6) -> bytes:
    """Return one of `contents` with some bytes put in, taken away, doubled or replaced, at most `times`."""
    whole = bytearray(draw(st.sampled_from(contents)))
    for _ in range(draw(st.integers(1, times))):
        start = draw(st.integers(0, max(len(whole) - 1, 0)))
        end = min(start + draw(st.integers(0, 40)), len(whole))
        match draw(st.sampled_from("idrc")):
            case "i":
                whole[start:start] = draw(ODD) * draw(st.integers(1, 3))
            case "d":
                del whole[start:end]
            case "r":
                whole[start:end] = draw(st.binary(max_size=8))
            case "c":
                whole[start:start] = whole[start:end]
    return bytes(whole)


def as_text(delimiter: str, line_end: str, encoding: str, quote: str = '"') -> bytes:
    """Return `ROWS` as delimited text in which every cell that needs it is quoted."""
    lines = (
        delimiter.join(f"{quote}{cell}{quote}" if delimiter in cell or "," in cell else cell for cell in row)
        for row in ROWS
    )
    return line_end.join([*lines, ""]).encode(encoding)


def as_workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.worksheets[0].append(list(row))
    book.save(file := io.BytesIO())
    return file.getvalue()


TEXTS: Final = [
    as_text(",", "\n", "utf-8"),
    as_text(";", "\r\n", "utf-8-sig"),
    as_text("\t", "\r", "utf-16"),
    as_text("|", "\n", "utf-16-le"),
    as_text(",", "\r\n", "cp1252", "'"),
]
WORKBOOK: Final = as_workbook()
PAGE: Final = "".join(
    ["<html><table>", *(f"<tr><td>{'<td>'.join(row)}" for row in ROWS), "</table>"]
).encode()


def read(contents: bytes) -> RawSheet | None:
    """Read a file of these bytes, and hold the result against what every result must keep."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "courses")
        path.write_bytes(contents)
        refusals: tuple[Finding, ...] = ()
        try:
            raw = read_sheet(path, READING)
        except FileRefused as refused:
            raw, refusals = None, refused.problems
    if raw is None:
        assert refusals
        assert all(problem.message.strip() and problem.row is None for problem in refusals)
        return None
    assert raw.cells.index.is_unique
    assert raw.cells.index.is_monotonic_increasing
    assert len(raw.headers) == raw.cells.shape[1]
    assert {finding.row for finding in raw.findings} <= {None, *raw.cells.index}
    return raw


def test_the_files_that_are_changed_are_good_as_they_are() -> None:
    for contents in (*TEXTS, WORKBOOK, PAGE):
        read(contents)


@fuzzed
@given(st.binary(max_size=300))
def test_any_bytes(contents: bytes) -> None:
    read(contents)


@fuzzed
@given(
    st.lists(st.sampled_from([*REQUIRED, *",;|\t\"'\\ :^~\n\r\0é", "\r\n", '""', "1", "x" * 50]), max_size=60)
)
def test_any_text_made_of_what_texts_are_made_of(pieces: list[str]) -> None:
    read("".join(pieces).encode())


@fuzzed
@given(changed(TEXTS))
def test_a_text_that_was_changed(contents: bytes) -> None:
    read(contents)


@fuzzed
@given(changed(TEXTS, times=1))
def test_no_cell_of_a_text_that_was_changed_once_is_shifted(contents: bytes) -> None:
    """Each cell says in which column it belongs: it stands there, or its row is a fault."""
    raw = read(contents)
    if raw is None or raw.headers != REQUIRED:
        return  # the header itself was changed
    faulty = {finding.row for finding in raw.findings if finding.severity == "fault"}
    for row, cells in zip(raw.cells.index, raw.cells.to_numpy(), strict=True):
        for column, cell in enumerate(cells if row not in faulty else ()):
            assert all(int(mark) == column for mark in MARK.findall(cell or "")), (row, list(cells))


@fuzzed
@given(changed([PAGE]))
def test_a_page_that_was_changed(contents: bytes) -> None:
    read(contents)


@fuzzed
@given(changed([WORKBOOK]))
def test_a_workbook_that_was_changed(contents: bytes) -> None:
    read(contents)


@fuzzed_slowly
@given(st.data())
def test_a_workbook_with_a_part_that_was_changed(data: st.DataObject) -> None:
    """Packed anew, so that it is the readers of its parts that meet the change."""
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as parts:
        contents = {name: parts.read(name) for name in parts.namelist()}
    name = data.draw(st.sampled_from(sorted(name for name in contents if name.startswith("xl/"))))
    contents[name] = data.draw(changed([contents[name]]))
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as parts:
        for part, inside in contents.items():
            parts.writestr(part, inside)
    read(packed.getvalue())


@pytest.mark.parametrize("kind", ["ods", "xls", "xlsb"])
def test_a_workbook_of_another_kind_that_was_changed(
    kind: str, saved_by_office: SaveByOffice, tmp_path: Path
) -> None:
    """Read in a process of its own, where python-calamine may die."""
    if kind == "xlsb":
        path = write_xlsb(tmp_path / "plan.xlsb", "Plan", ROWS)
    else:
        (whole := tmp_path / "plan.xlsx").write_bytes(WORKBOOK)
        path = saved_by_office(whole, kind)

    @fuzzed_slowly
    @given(changed([path.read_bytes()]))
    def try_it(contents: bytes) -> None:
        read(contents)

    try_it()
