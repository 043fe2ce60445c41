"""Is the evidence good enough?"""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa.answering.abstention import AGAINST, FEATURES, ReaderRule, Signals, Thresholds
from briefqa.models import onnx_reader
from tests.question_file import Asked


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 0.5))
def test_more_evidence_never_lowers_the_confidence(
    cosine: float, share: float, more: float
) -> None:
    rule = Thresholds()
    weaker = rule.confidence(Signals(cosine, share))
    assert 0 <= weaker <= 1
    assert rule.confidence(Signals(cosine + more, share)) >= weaker
    assert rule.confidence(Signals(cosine, share + more)) >= weaker


LOGIT = st.floats(-20, 20)
SHARE = st.floats(0, 1)


@given(
    st.builds(Signals, st.floats(-1, 1), SHARE, SHARE, SHARE, SHARE, SHARE, LOGIT),
    st.sampled_from([field.name for field in fields(Signals)]),
    st.floats(0, 1),
)
def test_with_the_shipped_reader_too_more_evidence_never_lowers_the_confidence(
    signals: Signals, name: str, more: float
) -> None:
    reader = onnx_reader.shipped()
    assert reader is not None
    assert reader.rule is not None
    rule = ReaderRule.from_mapping(reader.rule)
    changed = getattr(signals, name) + (-more if name in AGAINST else more)
    stronger = rule.confidence(replace(signals, **{name: changed}))
    assert 0 <= rule.confidence(signals) <= stronger + 1e-12
    assert stronger < 1


def test_a_reader_s_rule_is_a_finite_number_for_each_signal() -> None:
    sound = dict.fromkeys(("intercept", "answer_from", *FEATURES), 1.0)
    assert ReaderRule.from_mapping(sound).weights == (1.0,) * len(FEATURES)
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite"):
            ReaderRule.from_mapping({**sound, "answerability": wrong})
    with pytest.raises(KeyError):
        ReaderRule.from_mapping({"intercept": 1.0})


def test_the_rule_comes_back_from_where_it_was_stored() -> None:
    rule = Thresholds(intercept=-1.0, cosine=2.0, matched_share=3.0, answer_from=0.4)
    assert Thresholds.from_mapping(rule.to_mapping()) == rule
    with pytest.raises(KeyError):
        Thresholds.from_mapping({"cosine": 1.0})


def test_strong_evidence_answers_and_none_does_not() -> None:
    rule = Thresholds()
    assert rule.confidence(Signals(0.7, 0.8)) > 0.95
    assert rule.confidence(Signals(0.05, 0.0)) < 0.05


@pytest.mark.quality
@pytest.mark.timeout(900)
def test_the_brief_answers_its_questions_and_refuses_off_topic_ones(
    brief_answers: tuple[Asked, ...],
) -> None:
    """The figures of the README; near misses are reported by `benchmarks/abstention.py`."""
    answerable = [asked.answer.answered for asked in brief_answers if asked.section is not None]
    off_topic = [asked.answer.answered for asked in brief_answers if asked.kind == "off-topic"]
    assert sum(answerable) / len(answerable) >= 0.90
    assert sum(off_topic) / len(off_topic) <= 0.05


@pytest.mark.quality
@pytest.mark.timeout(900)
def test_the_brief_is_found_by_its_questions(brief_answers: tuple[Asked, ...]) -> None:
    places = []
    for asked in brief_answers:
        if asked.section is not None:
            right = [
                " › ".join(hit.passage.section) == asked.section
                and str(asked.contains) in hit.passage.text
                for hit in asked.answer.hits[:3]
            ]
            places.append(right.index(True) + 1 if True in right else None)
    assert sum(place == 1 for place in places) / len(places) >= 0.85
    assert sum(place is not None for place in places) / len(places) >= 0.97
