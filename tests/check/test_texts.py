# ruff: noqa: RUF001 - letters that look like others are what is tested
from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import ftfy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.check import check
from pipeline.read import read_sheet
from pipeline.tidy import tidy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.check.conftest import Judge


@pytest.mark.parametrize(
    ("title", "wrong", "right"),
    [
        pytest.param("Ein CafÃ© am Morgen", "CafÃ©", "Café", id="Western"),
        pytest.param("MÃ¶bel & MÃ¼he", "MÃ¶bel", "Möbel", id="the first of several"),
        pytest.param("ÐŸÑ€Ð¸Ð²ÐµÑ‚ 2026", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет", id="Cyrillic"),
        pytest.param("for â€œbeginnersâ€\x9d", "â€œbeginnersâ€\x9d", "“beginners”", id="quotation marks"),
        pytest.param("\x93Books\x94", "\x93Books\x94", "“Books”", id="quotation marks of Windows"),
        pytest.param("Ã\xa0 la carte", "Ã\xa0", "à", id="with a blank that does not break"),
        pytest.param("<p>MÃ¼he</p>", "MÃ¼he", "Mühe", id="among markup"),
        pytest.param("Books " + "å¤ª" * 30, "å¤ª" * 13 + "å…", "太" * 30, id="a long word is cut"),
    ],
)
def test_a_text_that_was_read_in_a_wrong_encoding_is_a_warning(
    title: str, wrong: str, right: str, judge: Judge
) -> None:
    """It quotes the word and what it was, and does not keep the course from being sent."""
    checked = judge({"Course Title": title}, {"Summary": "In short"})
    (finding,) = checked.findings
    assert (finding.code, finding.severity, finding.cell) == ("misread", "warning", "B2")
    assert (finding.column, finding.property_name, finding.value) == ("Course Title", "Title", title)
    assert (
        finding.message == f'has "{wrong}", which looks like "{right}" read in a wrong encoding. Correct it.'
    )
    assert all(row.course for row in checked.rows)


@given(
    encoding=st.sampled_from(
        ["cp1252", "latin-1", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "mac_roman", "cp437"]
    ),
    words=st.lists(st.text("aéüßœñçłžğ“”’—ΩλЖёא٣簿😀", min_size=1, max_size=6), max_size=9, unique=True),
)
@settings(deadline=None, max_examples=30)
def test_every_word_ftfy_would_mend_is_told(encoding: str, words: list[str], judge: Judge) -> None:
    """The quick look before ftfy is asked hides nothing, whatever UTF-8 was read as."""
    letters = [bytes([byte]).decode(encoding, "ignore") or chr(byte) for byte in range(256)]
    misread = ["".join(letters[byte] for byte in word.encode()) for word in words]
    findings = judge(*({"Course Title": f"x {word} x"} for word in misread)).findings
    told = {finding.row for finding in findings if finding.code == "misread"}
    assert told == {row for row, word in enumerate(misread, 2) if ftfy.fix_encoding(word) != word}


def test_a_file_of_text_may_be_read_in_another_encoding(tmp_path: Path) -> None:
    (path := tmp_path / "courses.csv").write_text(
        "Title,Location,Trainer,Order,Access\nCafÃ©,1,2,3,Public\n", encoding="utf-8"
    )
    (finding,) = check(tidy(read_sheet(path))).findings
    assert finding.message.endswith("save the file as UTF-8, or name its encoding with --encoding.")


@pytest.mark.parametrize(
    "title",
    [
        "Crème brûlée – l'été",
        "L’été à l’École",
        "Příliš žluťoučký kůň",
        "Árvíztűrő tükörfúrógép",
        "Ещё «ёлка» – и всё",
        "Її м’яч, ґанок і їжа",
        "Nguyễn Văn Ánh",
        "עברית",
        "ภาษาไทย",
        "SÃO PAULO",
        "À la carte",
        "Übung für Größe",
        "Zażółć gęślą jaźń",
        "Ελληνικά",
        "İstanbul'da ığdır",
        "Привет",
        "日本語の講座",
        "🧵 & 🪡",
        "50 € „sofort“",
        "Â",
    ],
)
def test_ordinary_letters_are_no_reason_to_warn(title: str, judge: Judge) -> None:
    assert judge({"Course Title": title, "Summary": title}).findings == ()


def test_a_file_in_plain_letters_costs_no_look_at_encodings(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ftfy", None)  # importing it would raise
    assert judge({"Course Title": "Bookkeeping"}).findings == ()
