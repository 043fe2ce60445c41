"""A sentence that says the opposite, or speaks of another, answers nothing."""

from __future__ import annotations

import pytest

from briefqa.answering import contradictions, definitions
from briefqa.answering.checks import Check, check, rules_out
from briefqa.answering.question import AnswerType, Kind, analyse

OPPOSITE = [
    ("What is the highest temperature at which it may run?", "The lowest temperature is -22 °C."),
    ("How long does the day ferry take?", "The night ferry takes nine hours."),
    ("When was the second reservoir built?", "The first was built in 1974."),
    ("When did the bakery open?", "The bakery will close on 3 May 2021."),
    ("Where did she live before 1927?", "From 1927 she lived in Lund."),
    ("For how much was it sold in 1948?", "It was sold for 900 crowns in 1987."),
    ("who is the chief executive", "Its previous chief executive was Graham Tolley."),
    ("By how much did sales increase?", "Sales fell by 4 per cent."),
]
NO_OPPOSITE = [
    ("What is the lowest temperature at which it may run?", "The lowest temperature is -22 °C."),
    ("When does the museum open?", "It is shut on Mondays and has hours from 9 to 5."),
    ("When does the pool close?", "The pool is open from 9 to 17."),
    ("Is the day ferry slow?", "The night ferry takes nine hours."),
    ("Who was mayor in 1948?", "From 1940 to 1950 Ada Brask was mayor; she died in 1987."),
    ("Who was the previous chief executive?", "Its previous chief executive was Graham Tolley."),
    ("What is the largest lake?", "The smallest island lies in the north."),
]


@pytest.mark.parametrize(("question", "sentence"), OPPOSITE)
def test_the_opposite_of_what_is_asked_is_no_answer(question: str, sentence: str) -> None:
    asked = analyse(question)
    assert "“" in contradictions.opposite(asked, sentence) or "previous" in sentence
    found = check(asked, sentence, sentence, sentence)
    assert [each.missing for each in found if each.check is Check.OPPOSITE and each.strength]
    assert rules_out(asked, found)


@pytest.mark.parametrize(("question", "sentence"), NO_OPPOSITE)
def test_what_is_asked_is_not_taken_for_its_opposite(question: str, sentence: str) -> None:
    assert contradictions.opposite(analyse(question), sentence) == ""


def test_only_the_piece_that_answers_is_looked_at() -> None:
    asked = analyse("How much does the day ticket cost?")
    sentence = "The night ticket costs 9 crowns; the day ticket 5 crowns."
    found = check(asked, sentence, "5 crowns", sentence)
    assert not [each for each in found if each.check is Check.OPPOSITE and each.strength]


@pytest.mark.parametrize(
    ("question", "sentence", "told"),
    [
        (
            "Who is the mayor of Tilden?",
            "Ada Brask is the mayor of Orsett.",
            "“mayor of Orsett”, not “mayor of Tilden”",
        ),
        (
            "How much does a household in band A pay?",
            "A household in band D pays 1,900 crowns.",
            "“band D”, not “band A”",
        ),
        ("How old is Osprey?", "Falcon is nine years old.", "“Falcon”, not “Osprey”"),
        ("Where is Lund?", "It is in the south.", ""),
        ("Who is the mayor of Tilden?", "Ada Brask, the mayor of Tilden, opened it.", ""),
        ("Who is the mayor of Zürich?", "Ada Brask is the mayor of Zurich.", ""),
        ("Who heads the staff of the UN?", "She heads the staff of the United Nations.", ""),
        ("Is Brask the mayor of Tilden?", "Brask is the mayor of Orsett.", ""),
    ],
)
def test_the_same_of_another_name_is_no_answer(question: str, sentence: str, told: str) -> None:
    assert contradictions.rival(analyse(question), sentence) == told


def test_who_says_a_sentence_is_not_whom_it_speaks_of() -> None:
    sentence = "Steiner: You won the Nansen Medal in 1998."
    assert contradictions.speaker(analyse("Who won the Nansen Medal?"), sentence, "Steiner")
    for question, marked in (
        ("Who said that you won the Nansen Medal?", "Steiner"),
        ("When was the Nansen Medal won?", "Steiner"),
        ("Who won the Nansen Medal?", "You"),
    ):
        assert not contradictions.speaker(analyse(question), sentence, marked)


def test_terms_are_defined_in_brackets_and_as_entries() -> None:
    text = (
        'The tenant may end it after five years (the “Break Option”), or (together the "Fees") pay.'
    )
    assert definitions.terms(text) == ["Break Option", "Fees"]
    assert definitions.entry("- E14: Water pressure too low.") == "E14"
    assert definitions.entry("**Damp course**: a layer that keeps water out.") == "Damp course"
    assert definitions.entry("Nothing is defined here.") == ""
    assert definitions.terms("He said (quietly) “no”.") == []


@pytest.mark.parametrize(
    ("question", "kind", "expects"),
    [
        ("What is the Rent-Free Period?", Kind.WHAT, AnswerType.DEFINITION),
        ("Which route had the fewest passengers?", Kind.WHICH, None),
        ("How many lapses were there at 3 a.m. in the nap group?", Kind.HOW_MANY, None),
    ],
)
def test_more_questions_are_understood(
    question: str, kind: Kind, expects: AnswerType | None
) -> None:
    asked = analyse(question)
    assert asked.kind is kind
    assert expects in (None, asked.expects)


def test_a_bare_why_asks_of_what_stands_before_it() -> None:
    asked = analyse("who voted against the playground and why")
    assert [part.rstrip("?") for part in asked.parts] == [
        "who voted against the playground",
        "why voted against the playground",
    ]


def test_any_number_may_tell_by_how_much() -> None:
    assert analyse("By how much does the ice thin?").counted == "amount"
    assert analyse("How much does the ticket cost?").counted == "money"
