from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tidy.cells import PARSERS, Doubt, flag, text, visibility, whole_number
from schemas.properties import BLANKS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.model import Cell
    from pipeline.tidy.cells import Parsed

INT64 = st.integers(-(2**63), 2**63 - 1)
DAY = date(2026, 5, 1)
AGAIN = "Format the cell as text and type it again."


def code(answer: object) -> str:
    """Return the code of a doubt; a value fails the test."""
    assert isinstance(answer, Doubt), answer
    return answer.code


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (12, 12),
        (12.0, 12),
        (-3.0, -3),
        ("12", 12),
        ("12.0", 12),
        ("12.000", 12),
        ("-3", -3),
        ("007", 7),
        ("0", 0),
        ("\ufeff\u00a012\u200b ", 12),
        (1414974955.0, 1414974955),
        ("1414974955.0", 1414974955),
        (999_999_999_999_999.0, 999_999_999_999_999),
        ("9007199254740993", 2**53 + 1),
        ("9007199254740993.0", 2**53 + 1),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
    ],
    ids=repr,
)
def test_a_whole_number_is_read_digit_by_digit(cell: Cell, number: int) -> None:
    answer = whole_number(cell)
    assert answer == number
    assert type(answer) is int


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (12.5, "not-whole"),
        ("12.5", "not-whole"),
        ("12.", "not-whole"),
        ("1,234", "not-whole"),
        ("1 234", "not-whole"),
        ("1e3", "not-whole"),
        ("+12", "not-whole"),
        ("twelve", "not-whole"),
        ("١٢", "not-whole"),
        ("0x10", "not-whole"),
        ("1_000", "not-whole"),
        (True, "not-whole"),
        (DAY, "made-a-date"),
        (datetime(2026, 5, 1, 8), "made-a-date"),  # noqa: DTZ001 - cells know no time zone
        (time(8), "made-a-date"),
        (timedelta(1), "made-a-date"),
        (float("inf"), "not-whole"),
        (float("nan"), "not-whole"),
        (1e15, "digits-lost"),
        (1234567890123456.0, "digits-lost"),
        (-1e20, "digits-lost"),
        (10**15, "digits-lost"),
        (-(2**63), "digits-lost"),
        ("9223372036854775808", "too-large"),
        ("9" * 5000, "too-large"),
    ],
    ids=lambda cell: repr(cell)[:30],
)
def test_what_is_not_surely_a_whole_number_is_a_doubt(cell: Cell, expected: str) -> None:
    assert code(whole_number(cell)) == expected


@given(INT64)
def test_no_digit_of_a_written_number_is_lost(number: int) -> None:
    assert whole_number(str(number)) == whole_number(f" {number}.0") == number


@given(st.floats())
def test_a_number_cell_becomes_the_number_it_shows_or_a_doubt(cell: float) -> None:
    answer = whole_number(cell)
    if isinstance(answer, int):
        assert float(answer) == cell
        assert abs(answer) < 10**15
    else:
        assert not cell.is_integer() or abs(cell) >= 10**15


@pytest.mark.parametrize("kind", [Kind.ID, Kind.WHOLE])
def test_ids_and_positions_are_whole_numbers(kind: Kind) -> None:
    assert PARSERS[kind]("12.0") == 12


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        (True, False),
        ("true", "false"),
        ("TRUE", "FALSE"),
        ("Yes", "No"),
        ("y", "N"),
        ("1", "0"),
        ("1.0", "0.0"),
        (1, 0),
        (1.0, 0.0),
        (" yes\u00a0", "\u200bno"),
    ],
    ids=repr,
)
def test_yes_and_no_have_many_spellings(yes: Cell, no: Cell) -> None:
    assert flag(yes) is True
    assert flag(no) is False


@pytest.mark.parametrize("cell", ["x", "on", "ja", "2", 2.0, -1, 0.5, "yes!"], ids=repr)
def test_what_is_neither_yes_nor_no_is_a_doubt(cell: Cell) -> None:
    assert code(flag(cell)) == "not-yes-or-no"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (4, 4),
        (4.0, 4),
        ("4", 4),
        ("4.0", 4),
        ("Public", 1),
        ("hidden", 2),
        (" PRIVATE ", 3),
        ("Paid (4)", 4),
        ("paid(4)", 4),
        ("Public ( 1 )", 1),
        (9.0, 9),
        ("9", 9),
        ("0", 0),
    ],
    ids=repr,
)
def test_a_visibility_is_a_number_a_name_or_both(cell: Cell, number: int) -> None:
    """Numbers nobody knows pass: the schema judges them."""
    assert visibility(cell) == number


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Secret", "visibility-unknown"),
        ("Secret (4)", "visibility-unknown"),
        ("4 - Paid", "visibility-unknown"),
        ("Paid 4", "visibility-unknown"),
        ("Public, Paid", "visibility-unknown"),
        ("Paid (2)", "visibility-contradictory"),
        ("Paid (9)", "visibility-contradictory"),
        (True, "not-whole"),
        (1.5, "not-whole"),
        (DAY, "made-a-date"),
    ],
    ids=repr,
)
def test_what_is_not_surely_a_visibility_is_a_doubt(cell: Cell, expected: str) -> None:
    assert code(visibility(cell)) == expected


def test_a_doubtful_visibility_says_what_there_is_to_choose() -> None:
    answer = visibility("Paid (2)")
    assert isinstance(answer, Doubt)
    assert answer.message == (
        'is "Paid (2)", which says two things. '
        "Choose one of: Public (1), Hidden (2), Private (3) or Paid (4)."
    )


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("Books", "Books"),
        (2024.0, "2024"),
        (2024, "2024"),
        (-1.0, "-1"),
        ("12.50", "12.50"),
        ("TRUE", "TRUE"),
    ],
    ids=repr,
)
def test_a_text_is_kept_and_a_whole_number_becomes_its_digits(cell: Cell, written: str) -> None:
    assert text(cell) == written


@given(st.text(), st.text(BLANKS), st.text(BLANKS))
def test_a_text_is_never_changed_inside(inside: str, before: str, after: str) -> None:
    """Only what looks like nothing goes, and only from both ends."""
    inside = inside.strip(BLANKS)
    assert text(before + inside + after) == inside
    assert text(f"{before}a{inside}z{after}") == f"a{inside}z"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (1.5, "number-for-text"),
        (True, "number-for-text"),
        (DAY, "made-a-date"),
        (datetime(2026, 5, 1, 8), "made-a-date"),  # noqa: DTZ001 - cells know no time zone
        (time(8), "made-a-date"),
        (timedelta(1), "made-a-date"),
        (1e20, "digits-lost"),
    ],
    ids=repr,
)
def test_what_excel_may_have_changed_is_a_doubt_in_a_text_cell(cell: Cell, expected: str) -> None:
    answer = text(cell)
    assert isinstance(answer, Doubt)
    assert answer.code == expected
    assert answer.message.endswith(AGAIN)


@pytest.mark.parametrize(
    ("kind", "cell", "message"),
    [
        (Kind.ID, "abc", 'is "abc", but must be a whole number in digits, such as 12.'),
        (Kind.ID, 12.5, "is 12.5, but must be a whole number in digits, such as 12."),
        (Kind.ID, "x" * 50, f'is "{"x" * 40}…", but must be a whole number in digits, such as 12.'),
        (
            Kind.FLAG,
            DAY,
            f'is {DAY}, a date: Excel probably made it of what was typed, such as "5-1" or "1-5" or "5-2026". {AGAIN}',  # noqa: E501 - a message is one line
        ),
        (
            Kind.TEXT,
            True,
            "is TRUE, which is a yes or no, not text. " + AGAIN,
        ),
    ],
)
def test_a_doubt_shows_the_cell_and_what_would_be_right(kind: Kind, cell: Cell, message: str) -> None:
    answer = PARSERS[kind](cell)
    assert isinstance(answer, Doubt)
    assert answer.message == message


@pytest.mark.parametrize(
    ("cell", "kind", "typed"),
    [
        pytest.param(date(2026, 9, 10), "a date", '"9-10" or "10-9"', id="an age"),
        pytest.param(date(2026, 9, 9), "a date", '"9-9"', id="the same either way"),
        pytest.param(date(2026, 9, 1), "a date", '"9-1" or "1-9" or "9-2026"', id="the first of a month"),
        pytest.param(datetime(2026, 9, 10), "a date", '"9-10" or "10-9"', id="at midnight"),  # noqa: DTZ001 - cells know no time zone
        pytest.param(datetime(2026, 9, 9, 8, 5), "a date", '"9-9 8:05"', id="with a time"),  # noqa: DTZ001 - cells know no time zone
        pytest.param(time(9, 5), "a time", '"9:05"', id="a time"),
        pytest.param(timedelta(hours=30), "a time", '"30:00"', id="a duration"),
    ],
)
@pytest.mark.parametrize(
    ("parse", "meant"), [(text, "text"), (whole_number, "a number"), (visibility, "a number")]
)
def test_a_date_says_what_excel_did_and_what_was_typed(
    cell: Cell, kind: str, typed: str, parse: Callable[[Cell], Parsed], meant: str
) -> None:
    answer = parse(cell)
    assert isinstance(answer, Doubt)
    assert answer.message == (
        f"is {cell}, {kind}: Excel probably made it of what was typed, such as {typed}. "
        f"Format the cell as {meant} and type it again."
    )
