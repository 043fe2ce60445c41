"""How right is a span, and how reliable a confidence?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa.evaluation import measures


@pytest.mark.parametrize(
    ("said", "answers", "f1", "exact"),
    [
        ("the red sun", ["Red sun."], 1.0, 1.0),
        ("a red sun set", ["red sun"], 0.8, 0.0),
        ("blue", ["red sun", "a blue moon"], 2 / 3, 0.0),
        ("26,395", ["26395"], 1.0, 1.0),
        ("the", [""], 1.0, 1.0),  # nothing is left of either
        ("red", [], 0.0, 0.0),
    ],
)
def test_words_are_compared_as_squad_does(
    said: str, answers: list[str], f1: float, exact: float
) -> None:
    assert measures.f1(said, answers) == pytest.approx(f1)
    assert measures.exact_match(said, answers) == exact


def test_a_text_holds_an_answer_as_whole_words_only() -> None:
    assert measures.holds_answer("They saw the Red  Sun, at noon.", ["red sun"])
    assert not measures.holds_answer("A reddish sun.", ["red", "sun moon"])
    assert not measures.holds_answer("Anything.", ["", "the"])


def test_auroc_counts_pairs_and_ties_half() -> None:
    assert measures.auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(3.5 / 4)
    assert measures.auroc([], [0.5]) is None


def test_the_calibration_error_is_how_far_confidence_is_from_what_comes_true() -> None:
    confidence = np.array([0.95, 0.95, 0.15, 0.15, 1.0])
    right = np.array([True, False, False, False, True])
    # The bins hold three of five and two of five.
    expected = 0.6 * abs((0.95 + 0.95 + 1.0) / 3 - 2 / 3) + 0.4 * 0.15
    assert measures.calibration_error(confidence, right) == pytest.approx(expected)


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.9]), st.booleans()), min_size=1))
def test_the_risk_at_each_coverage_is_that_of_the_surest_answers(
    judged: list[tuple[float, bool]],
) -> None:
    confidence = np.array([value for value, _ in judged])
    right = np.array([is_right for _, is_right in judged])
    coverage, risk = measures.risk_coverage(confidence, right)
    values = sorted(set(confidence), reverse=True)
    assert len(coverage) == len(risk) == len(values)
    for place, value in enumerate(values):
        held = confidence >= value
        assert coverage[place] == pytest.approx(held.mean())
        assert risk[place] == pytest.approx((~right[held]).mean())
    assert 0 <= measures.risk_area(confidence, right) <= 1


def test_the_area_is_nothing_where_all_is_right_and_everything_where_nothing_is() -> None:
    confidence = np.array([0.9, 0.5])
    assert measures.risk_area(confidence, np.array([True, True])) == 0
    assert measures.risk_area(confidence, np.array([False, False])) == 1
    assert measures.risk_area(confidence, np.array([True, False])) == pytest.approx(0.25)
