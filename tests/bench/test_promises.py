from __future__ import annotations

import pytest

from tests.bench.measuring import OURS, Bound, Comparison, Figure, broken

FIGURES = (
    Figure(case="c", what="seconds", contender="least", values=(1.0, 2.0, 4.0)),
    Figure(case="c", what="seconds", contender=OURS, values=(1.2, 2.0, 8.0)),
    Figure(case="c", what="over", contender=OURS, values=(0.0, 0.0, 1.0)),
    Figure(case="c", what="right", contender=OURS, values=(40.0, 40.0, 40.0)),
)


@pytest.mark.parametrize(
    ("bound", "slack", "told"),
    [
        pytest.param(
            Bound(case="c", what="seconds", contender=OURS, reference="least", at_most=1.2), 1, (), id="kept"
        ),
        pytest.param(
            Bound(case="c", what="seconds", contender=OURS, reference="least", at_most=1.1),
            1,
            ("c, seconds: course-import / least is 1.2, at most 1.1 promised",),
            id="ratio",
        ),
        pytest.param(
            Bound(case="c", what="seconds", contender=OURS, reference="least", at_most=1.1),
            1.5,
            (),
            id="ratio with slack",
        ),
        pytest.param(
            Bound(case="c", what="over", contender=OURS, at_most=0),
            1.5,
            ("c, over: course-import has 0 to 1, -inf to 0 promised",),
            id="count in one round",
        ),
        pytest.param(Bound(case="c", what="right", contender=OURS, at_least=40), 1, (), id="count kept"),
        pytest.param(
            Bound(case="c", what="right", contender=OURS, at_least=41),
            1.5,
            ("c, right: course-import has 40, 41 to inf promised",),
            id="count without slack",
        ),
    ],
)
def test_a_promise_that_does_not_hold_is_told(bound: Bound, slack: float, told: tuple[str, ...]) -> None:
    """A ratio's median is held, widened by the slack; a count in every round, as it is."""
    comparison = Comparison(name="n", title="t", figures=FIGURES, bounds=(bound,))
    assert tuple(broken(comparison, slack=slack)) == told
