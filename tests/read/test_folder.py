"""Which files of a folder are taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.read import files_in


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    (folder / "old.csv").mkdir(parents=True)
    for name in ("b.XLSX", "a.csv", "c.tsv", "notes.pdf", "~$b.XLSX", ".hidden.csv", "README"):
        (folder / name).write_text("x", encoding="ascii")
    return folder


def test_a_folder_stands_for_its_tables_in_the_order_of_their_names(exports: Path) -> None:
    taken, left = files_in([exports])
    assert [path.name for path in taken] == ["a.csv", "b.XLSX", "c.tsv"]
    assert [path.name for path in left] == ["README", "notes.pdf", "old.csv"]


def test_a_file_that_is_named_is_taken_whatever_it_is_called_and_once(exports: Path) -> None:
    taken, left = files_in([exports / "README", exports / "a.csv", exports / "a.csv", Path("-")])
    assert taken == (exports / "README", exports / "a.csv", Path("-"))
    assert left == ()


def test_one_that_is_not_there_is_taken_for_reading_to_say_so(exports: Path) -> None:
    assert files_in([exports / "gone.csv"]) == ((exports / "gone.csv",), ())
