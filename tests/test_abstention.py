"""Do the documents speak of it, and does the marked sentence answer?"""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa.answering.abstention import (
    AGAINST,
    ANSWER_FEATURES,
    TOPIC_FEATURES,
    WITHOUT_READER,
    FittedRule,
    Rescaled,
    Signals,
)
from briefqa.models import onnx_reader
from briefqa.records import Verdict
from tests.question_file import Asked

LOGIT = st.floats(-20, 20)
SHARE = st.floats(0, 1)
SIGNALS = st.builds(
    Signals,
    cosine=st.floats(-1, 1),
    matched_share=SHARE,
    agreement=SHARE,
    unknown_share=SHARE,
    unknown_names=SHARE,
    missing_names=SHARE,
    answerability=LOGIT,
    lead=LOGIT,
    sentence_share=SHARE,
    evident=st.booleans(),
    margin=SHARE,
    answer_type=SHARE,
    counted=SHARE,
    echo=SHARE,
    numbers=SHARE,
)


def shipped_rule() -> FittedRule:
    reader = onnx_reader.shipped()
    assert reader is not None
    assert reader.rule is not None
    return FittedRule.from_mapping(reader.rule)


@given(
    SIGNALS,
    st.sampled_from([field.name for field in fields(Signals) if field.name != "evident"]),
    st.floats(0, 1),
)
def test_more_evidence_never_lowers_the_confidence(
    signals: Signals, name: str, more: float
) -> None:
    changed = getattr(signals, name) + (-more if name in AGAINST else more)
    surer = replace(signals, **{name: changed})
    for rule in (shipped_rule(), WITHOUT_READER):
        for decide in (rule.topic, rule.confidence):
            assert 0 < decide(signals) <= decide(surer) + 1e-12
            assert decide(surer) < 1
            assert decide(replace(signals, evident=False)) <= decide(replace(signals, evident=True))


def test_a_name_that_stands_nowhere_tells_against_an_answer_with_and_without_a_reader() -> None:
    for rule in (shipped_rule(), WITHOUT_READER):
        assert rule.answer_model.weights["unknown_names"] <= -2


def test_a_stored_rule_is_finite_numbers_for_signals_that_there_are() -> None:
    topic = {"intercept": 1.0, "from": 0.4, **dict.fromkeys(TOPIC_FEATURES, 1.0)}
    answer = {"intercept": 1.0, "from": 0.5, **dict.fromkeys(ANSWER_FEATURES, 1.0)}
    rule = FittedRule.from_mapping({"topic": topic, "answer": answer})
    assert rule.answer_model.weights == dict.fromkeys(ANSWER_FEATURES, 1.0)
    assert (rule.topic_from, rule.answer_from) == (0.4, 0.5)
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite"):
            FittedRule.from_mapping({"topic": topic, "answer": {**answer, "lead": wrong}})
    with pytest.raises(KeyError):
        FittedRule.from_mapping({"topic": topic})


def test_strong_evidence_is_asserted_and_none_is_off_the_topic() -> None:
    strong = Signals(
        0.8, 1.0, 1.0, answerability=4.0, lead=5.0, sentence_share=1.0, margin=1.0, evident=True
    )
    nothing = Signals(0.05, 0.0, answerability=-6.0, evident=False)
    for rule in (shipped_rule(), WITHOUT_READER):
        assert rule.confidence(strong) >= rule.answer_from
        assert rule.confidence(nothing) < 0.1
        assert rule.topic(strong) > 0.95
        assert rule.topic(nothing) < rule.topic_from


def test_a_failed_check_lowers_the_confidence() -> None:
    sound = Signals(0.6, 0.8, 1.0, answerability=2.0, lead=2.0, sentence_share=0.9)
    rule = shipped_rule()
    for failed in (
        replace(sound, answer_type=1.0),
        replace(sound, counted=1.0),
        replace(sound, echo=1.0),
        replace(sound, numbers=1.0),
    ):
        assert rule.confidence(failed) < rule.confidence(sound)


def test_a_rescaled_rule_keeps_the_topic_and_the_order_of_confidences() -> None:
    rule = Rescaled(WITHOUT_READER, 2.0, -1.0, 0.7)
    weak, strong = Signals(0.2, 0.1), Signals(0.6, 0.9, 1.0)
    assert (rule.topic(weak), rule.topic_from) == (WITHOUT_READER.topic(weak), 0.5)
    assert rule.confidence(weak) < rule.confidence(strong)
    assert rule.answer_from == 0.7


@pytest.mark.quality
@pytest.mark.timeout(900)
def test_the_brief_asserts_answers_and_neither_near_misses_nor_off_topic_ones(
    brief_answers: tuple[Asked, ...],
) -> None:
    """The figures of docs/quality.md."""
    near = [asked.answer.answered for asked in brief_answers if asked.kind == "near-miss"]
    off_topic = [asked.answer.answered for asked in brief_answers if asked.kind == "off-topic"]
    assert sum(near) / len(near) <= 0.12
    assert sum(off_topic) / len(off_topic) <= 0.01
    asserted = [asked for asked in brief_answers if asked.answer.verdict is Verdict.ANSWERED]
    right = [
        asked.contains is not None and asked.contains in asked.answer.quotations[0].passage.text
        for asked in asserted
    ]
    assert sum(right) / len(right) >= 0.85


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
