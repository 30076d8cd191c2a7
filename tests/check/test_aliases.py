"""The user's own answers to what a name means, as flags and as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.check.aliases import given_aliases, read_aliases
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("given", "aliases"),
    [
        pytest.param(["Jon Smyth=55"], {"jon smyth": 55}, id="one"),
        pytest.param([" João  Silva = 0055 ", "Lisboa=7"], {"joao silva": 55, "lisboa": 7}, id="folded"),
        pytest.param(["2+2=4=55"], {"2+2=4": 55}, id="the last sign of equality counts"),
        pytest.param(["Jon=55", "JON=55"], {"jon": 55}, id="the same twice"),
        pytest.param([f"Jon={2**62 - 1}"[:22]], {"jon": 461168601842738790}, id="a long Id"),
        pytest.param([], {}, id="none"),
    ],
)
def test_aliases_given_one_by_one(given: list[str], aliases: dict[str, int]) -> None:
    assert given_aliases(given) == aliases


def test_everything_wrong_with_given_aliases_is_told_at_once() -> None:
    with pytest.raises(UsageError) as refused:
        given_aliases(["Jon", "=5", "Jon=0", "Jon=x", "7=55", "Ann=1", "ann=2", f"Big={10**18}"])
    assert str(refused.value).splitlines() == [
        '--alias "Jon": this is no name with its Id. Write it like Jon Smyth=55.',
        '--alias "=5": this is no name with its Id. Write it like Jon Smyth=55.',
        '--alias "Jon=0": this is no name with its Id. Write it like Jon Smyth=55.',
        '--alias "Jon=x": this is no name with its Id. Write it like Jon Smyth=55.',
        '--alias "7=55": a number in a cell is an Id as it stands. Give aliases to names only.',
        '--alias "ann=2": the same name has the Id 1 before. Keep one of them.',
        f'--alias "Big={10**18}": this is no name with its Id. Write it like Jon Smyth=55.',
    ]


@pytest.mark.parametrize(
    ("file_name", "content"),
    [
        pytest.param("aliases.toml", '"Jon Smyth" = 55\nLisboa = 7\n', id="TOML"),
        pytest.param("aliases.csv", "name,id\nJon Smyth,55\n\nLisboa, 7\n", id="CSV with a header"),
        pytest.param("aliases.csv", '"Jon Smyth",55\r\nLisboa,7', id="CSV without a header"),
        pytest.param(
            "aliases.txt", "\ufeffName;Id\nJon Smyth;55\nLisboa;7\n", id="semicolons, byte order mark"
        ),
    ],
)
def test_a_file_of_aliases(file_name: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / file_name
    path.write_text(content, encoding="utf-8", newline="")
    assert read_aliases(path) == {"jon smyth": 55, "lisboa": 7}


@pytest.mark.parametrize(
    ("file_name", "content", "message"),
    [
        pytest.param(
            "a.csv",
            b"name,id\nJon,55\nAnn\nKim,1,2",
            "a.csv, line 3: this is no name with its Id. Write it like Jon Smyth,55.\n"
            "a.csv, line 4: this is no name with its Id. Write it like Jon Smyth,55.",
            id="cells missing, cells too many",
        ),
        pytest.param(
            "a.csv", b"Jon,55\njon,56", "a.csv, line 2: the same name has the Id 55 before.", id="twice"
        ),
        pytest.param(
            "a.toml",
            b"Jon = true\n[Ann]\nid = 5",
            'a.toml: "Jon": this is no name with its Id. Write it like "Jon Smyth" = 55.\n'
            'a.toml: "Ann": this',
            id="TOML that says something else",
        ),
        pytest.param("a.toml", b"Jon Smyth = 5", "a.toml cannot be read: ", id="no TOML"),
        pytest.param("a.csv", b'"Jon,5', "a.csv cannot be read: ", id="no CSV"),
        pytest.param(
            "a.csv", b"Jo\xe3o,5", "a.csv is not in UTF-8. Save it as UTF-8.", id="another encoding"
        ),
    ],
)
def test_a_file_that_cannot_be_understood_is_told(
    file_name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / file_name
    path.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        read_aliases(path)
    assert str(refused.value).startswith(message)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.csv cannot be read: No such file or directory\."):
        read_aliases(tmp_path / "none.csv")
