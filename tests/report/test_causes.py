from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Finding, RowReport, Status
from pipeline.report.causes import best_start, causes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.report.causes import Cause

FAULT = Finding(code="name-unknown", message="is unknown", severity="fault", stage="check")
JON = replace(FAULT, column="Trainer", property_name="HostId", value="Jon Smyth", message="is Jon Smyth")
JO = replace(JON, value="Jo Smyth", message="is Jo Smyth")
ANN = replace(JON, value="Ann Brown", message="is Ann Brown")
SECRET = replace(
    FAULT, code="visibility-unknown", column="Access", property_name="Visibility", value="Secret"
)
NO_HOST = replace(JON, code="required", value=None, message="is blank")
NO_TITLE = replace(NO_HOST, column="Course", property_name="Title")
NO_ROLE = replace(JON, code="role-missing")
REPEATED = replace(FAULT, code="repeated-row", column="Key", property_name="SystemId", value="A1")
SHORT = replace(FAULT, code="row-too-short")
REFUSED = replace(FAULT, code="api", stage="send", property_name="HostId", value="7", message="not found")


def rows_with(findings: Mapping[int, Sequence[Finding]]) -> list[RowReport]:
    return [
        RowReport(
            number=number,
            key=None,
            title=None,
            status=Status.INVALID,
            reason="",
            findings=tuple(replace(finding, row=number) for finding in its),
        )
        for number, its in findings.items()
    ]


def told(causes: Sequence[Cause]) -> list[tuple[tuple[int, ...], int, int]]:
    """Return the rows, the corrections and the rows cleared of each cause."""
    return [(cause.rows, cause.corrections, cause.cleared) for cause in causes]


@pytest.mark.parametrize(
    ("findings", "causes"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({2: [JON], 3: [JON]}, [((2, 3), 1, 2)], id="one value is one correction"),
        pytest.param({2: [JON], 3: [ANN]}, [((2, 3), 2, 2)], id="single values are told together"),
        pytest.param(
            {2: [ANN], 3: [JON], 4: [JON], 5: [JO]},
            [((3, 4), 1, 2), ((2, 5), 2, 2)],
            id="a value of many rows goes before single ones",
        ),
        pytest.param({2: [JON], 3: [SECRET]}, [((2,), 1, 1), ((3,), 1, 1)], id="columns are told apart"),
        pytest.param({2: [NO_HOST], 3: [NO_HOST]}, [((2, 3), 1, 2)], id="blanks are filled in together"),
        pytest.param({2: [NO_TITLE], 3: [NO_TITLE]}, [((2, 3), 2, 2)], id="each title is a new one"),
        pytest.param({2: [REPEATED], 3: [REPEATED]}, [((2, 3), 2, 2)], id="each repetition is deleted"),
        pytest.param({2: [SHORT], 3: [SHORT]}, [((2, 3), 2, 2)], id="each ragged row is mended"),
        pytest.param(
            {2: [NO_ROLE], 3: [replace(NO_ROLE, value="Ann Brown")]},
            [((2, 3), 1, 2)],
            id="a missing role is given once",
        ),
        pytest.param({2: [REFUSED], 3: [REFUSED]}, [((2, 3), 1, 2)], id="refusals alike"),
        pytest.param(
            {2: [REFUSED], 3: [REFUSED], 4: [replace(REFUSED, message="is archived")]},
            [((2, 3), 1, 2), ((4,), 1, 1)],
            id="refusals in other words",
        ),
        pytest.param({2: [REFUSED, REFUSED]}, [((2,), 1, 1)], id="told twice of one row"),
        pytest.param(
            {2: [JON, SECRET], 3: [JON, SECRET], 4: [SECRET]},
            [((2, 3, 4), 1, 1), ((2, 3), 1, 2)],
            id="a row is cleared by its last cause",
        ),
        pytest.param(
            {2: [ANN], 3: [JO], **{row: [NO_HOST, SECRET] for row in range(4, 14)}},
            [(tuple(range(4, 14)), 1, 0), (tuple(range(4, 14)), 1, 10), ((2, 3), 2, 2)],
            id="two that clear ten rows together go before two that clear two",
        ),
    ],
)
def test_findings_are_grouped_by_what_mends_them(
    findings: Mapping[int, Sequence[Finding]], causes: list[tuple[tuple[int, ...], int, int]]
) -> None:
    assert told(causes_of(rows_with(findings))) == causes


def test_causes_of_one_severity_only() -> None:
    """A warning is no cause of a row that was not sent, and has causes of its own."""
    warning = replace(SECRET, severity="warning")
    rows = rows_with({2: [JON, warning], 3: [warning]})
    assert told(causes_of(rows)) == [((2,), 1, 1)]
    assert told(causes_of(rows, "warning")) == [((2, 3), 1, 2)]


@pytest.mark.parametrize(
    ("findings", "start"),
    [
        pytest.param({}, None, id="nothing to do"),
        pytest.param({2: [ANN], 3: [JO]}, None, id="each row its own correction"),
        pytest.param({2: [JON, SECRET]}, None, id="more corrections than rows"),
        pytest.param({2: [JON], 3: [JON]}, (1, 2), id="all of it"),
        pytest.param({2: [JON], 3: [JON], 4: [ANN], 5: [JO, SECRET]}, (1, 2), id="as far as it pays"),
        pytest.param({2: [JON], 3: [JON], 4: [ANN]}, (2, 3), id="and as long as it costs nothing"),
        pytest.param(
            {2: [JON, SECRET], 3: [JON, SECRET], 4: [JON, SECRET], 5: [NO_TITLE, SHORT]},
            (2, 3),
            id="through one that clears nothing by itself",
        ),
    ],
)
def test_best_start_is_as_long_as_it_saves_work(
    findings: Mapping[int, Sequence[Finding]], start: tuple[int, int] | None
) -> None:
    assert best_start(causes_of(rows_with(findings))) == start


FAULTS = [JON, JO, ANN, SECRET, NO_HOST, NO_TITLE, NO_ROLE, REPEATED, SHORT, REFUSED]


@given(
    st.dictionaries(
        st.integers(2, 40), st.lists(st.sampled_from(FAULTS), max_size=4, unique=True), max_size=30
    )
)
def test_mending_all_causes_clears_every_row_once(findings: dict[int, list[Finding]]) -> None:
    """Every finding has one cause, and every row is cleared exactly where its last cause is mended."""
    rows = rows_with(findings)
    causes = causes_of(rows)
    assert sum(len(cause.findings) for cause in causes) == sum(map(len, findings.values()))
    left = {row.number: set(row.findings) for row in rows if row.findings}
    for cause in causes:
        for finding in cause.findings:
            left[finding.row or 0].discard(finding)
        cleared = [number for number, its in left.items() if not its]
        assert cause.cleared == len(cleared)
        left = {number: its for number, its in left.items() if its}
    assert left == {}


@given(st.dictionaries(st.integers(2, 40), st.sampled_from(FAULTS), min_size=1))
def test_where_rows_have_one_fault_each_the_most_rewarding_is_first(findings: dict[int, Finding]) -> None:
    causes = causes_of(rows_with({number: [fault] for number, fault in findings.items()}))
    rewards = [cause.cleared / cause.corrections for cause in causes]
    assert rewards == sorted(rewards, reverse=True)
