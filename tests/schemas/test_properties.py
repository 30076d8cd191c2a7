from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.properties import BLANKS, PROPERTIES, REQUIRED, SPELLINGS, fold_header

WORDS = [(entry.name, word) for entry in PROPERTIES.values() for word in (entry.name, *entry.spellings)]


@pytest.mark.parametrize(
    "header",
    [
        "DisplayOrder",
        "display order",
        "DISPLAY_ORDER",
        "Display-Order *",
        " display\u00a0order\u200b",
        "Display\nOrder* ",
        "\ufeffDisplayOrder**",
    ],
    ids=repr,
)
def test_headers_fold_alike_whatever_their_case_spaces_and_marks(header: str) -> None:
    assert fold_header(header) == "displayorder"


@pytest.mark.parametrize("header", ["Display*Order", "Display.Order", "DisplayOrders", "Display Order 2"])
def test_folding_keeps_what_makes_headers_different(header: str) -> None:
    assert fold_header(header) != "displayorder"


@given(
    word=st.sampled_from([word for _, word in WORDS]),
    filling=st.text(BLANKS + "_-", max_size=3),
    upper=st.booleans(),
    star=st.sampled_from(["", "*", " *"]),
)
def test_every_spelling_is_found_through_any_filling(word: str, filling: str, upper: bool, star: str) -> None:
    header = filling.join(["", *(word.upper() if upper else word), ""]) + star
    assert SPELLINGS[fold_header(header)] == SPELLINGS[fold_header(word)]


def test_no_spelling_means_two_properties() -> None:
    assert len({fold_header(word) for _, word in WORDS}) == len(WORDS)
    assert all(SPELLINGS[fold_header(word)] == name for name, word in WORDS)


def test_the_required_properties_are_those_of_the_api() -> None:
    assert set(REQUIRED) == {"BusinessId", "HostId", "Title", "DisplayOrder", "Visibility"}


def test_blanks_are_white_space_and_what_takes_no_room() -> None:
    """Every character Python calls white space is among them."""
    white = {chr(code) for code in range(0x110000) if chr(code).isspace()}
    assert set(BLANKS) == white | set("\u200b\u200c\u200d\u2060\ufeff")
