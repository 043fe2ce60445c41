"""An answer quotes the passages found, or says that there is none."""

from __future__ import annotations

import json
from dataclasses import replace

from briefqa.answering.compose import NOT_FOUND, as_json, compose, hit_as_json, mark
from briefqa.records import AnswerSpan, Evidence, Hit, Passage, Place, PlaceUnit, Span

NAMES = ("a.md", "b.md")


def hit(rank: int, text: str, keyword_rank: int | None = 1) -> Hit:
    passage = Passage(
        "a.md",
        "Title",
        ("Part", "Deep\nest"),
        text,
        0,
        len(text),
        (2, 3),
        Place(PlaceUnit.LINE, 5, 9),
    )
    return Hit(rank, passage, Evidence(4.2, keyword_rank, 0.6, rank, 1.0))


def test_an_answer_quotes_word_for_word_with_numbered_citations() -> None:
    hits = [hit(1, "First *text*."), hit(2, "Second."), hit(3, "Third.")]
    answer = compose("q?", hits, 0.8, 0.5, NAMES[:1], "1 document")
    assert answer.answered
    assert answer.confidence == 0.8
    assert answer.text == (
        "First *text*.\n[1] Title › Part › Deep est › ¶2–3\n\n"
        "Second.\n[2] Title › Part › Deep est › ¶2–3"
    )
    assert (
        answer.reason
        == "The first passage is number 1 by its words and number 1 by its meaning in 1 document."
    )
    assert answer.hits == tuple(hits)


def test_only_the_index_that_found_it_is_named() -> None:
    answer = compose("q?", [hit(1, "x", keyword_rank=None)], 0.8, 0.5, NAMES, "2 of 3 documents")
    assert answer.reason == "The first passage is number 1 by its meaning in 2 of 3 documents."


def test_weak_evidence_is_not_in_these_documents_but_keeps_the_nearest() -> None:
    hits = [hit(1, "x")]
    answer = compose("q?", hits, 0.31, 0.5, NAMES, "2 documents")
    assert not answer.answered
    assert answer.text == NOT_FOUND
    assert answer.hits == tuple(hits)
    assert answer.confidence == 0.31
    assert answer.searched == NAMES
    assert answer.reason == (
        "Nothing in 2 documents comes close enough to the question to be an answer."
    )


def test_no_hit_says_so() -> None:
    assert (
        compose("q?", [], 0.0, 0.5, NAMES, "2 documents").reason
        == "No passage in 2 documents fits the question."
    )


COLD = Passage("a.md", "Title", (), "Cold. Red sun.", 100, 114, (1, 1), Place(PlaceUnit.LINE, 1, 1))


def test_a_mark_says_where_in_the_source_the_sentence_and_its_words_stand() -> None:
    assert mark(COLD, Span(6, 14), Span(6, 9)) == AnswerSpan(106, 109, "Red", 106, 114)


def test_the_sentence_that_answers_is_quoted_first() -> None:
    answer = AnswerSpan(106, 109, "Red", 106, 114)
    first = Hit(1, COLD, Evidence(4.2, 1, 0.6, 1, 1.0), answer)
    assert first.sentence == "Red sun."
    assert compose("q?", [first], 0.8, 0.5, NAMES, "1 document").text == (
        "“Red sun.” [1]\n\nCold. Red sun.\n[1] Title › ¶1"
    )


def test_names_that_stand_nowhere_are_told_where_nothing_answers() -> None:
    answer = compose("q?", [hit(1, "x")], 0.1, 0.5, NAMES, "2 documents", ["Iran", "1999", "Iran"])
    assert answer.reason == (
        "Nothing in 2 documents comes close enough to the question to be an answer; “Iran” and "
        "“1999” occur nowhere."
    )


def test_programs_are_given_all_of_an_answer_as_plain_json() -> None:
    given = json.loads(json.dumps(as_json(compose("q?", [hit(1, "x")], 0.8, 0.5, NAMES, "2"))))
    assert given["searched"] == list(NAMES)
    assert given["carried"] == []
    (first,) = given["hits"]
    assert first["citation"] == "Title › Part › Deep est › ¶2–3"
    assert (first["start"], first["end"], first["answer"]) == (0, 1, None)
    assert first["evidence"]["keyword_rank"] == 1
    assert first["place"] == {"unit": "line", "first": 5, "last": 9}
    assert first["lines"] == [5, 9]


def test_programs_are_given_the_pages_of_a_document_with_pages() -> None:
    on_page = replace(COLD, place=Place(PlaceUnit.PAGE, 12, 13))
    given = json.loads(json.dumps(hit_as_json(Hit(1, on_page, Evidence(4.2, 1, 0.6, 1, 1.0)))))
    assert given["place"] == {"unit": "page", "first": 12, "last": 13}
    assert given["lines"] is None
