"""What do the documents say to a question?"""

from __future__ import annotations

from briefqa.answering import NOT_FOUND, compose
from briefqa.records import Evidence, Hit, Passage


def hit(rank: int, text: str, keyword_rank: int | None = 1) -> Hit:
    passage = Passage("a.md", "Title", ("Part", "Deep\nest"), text, 0, len(text), (2, 3), (5, 9))
    return Hit(rank, passage, Evidence(4.2, keyword_rank, 0.6, rank, 1.0))


def test_an_answer_quotes_word_for_word_with_numbered_citations() -> None:
    hits = [hit(1, "First *text*."), hit(2, "Second."), hit(3, "Third.")]
    answer = compose("q?", hits, confidence=0.8, answer_from=0.5, n_documents=1)
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
    answer = compose("q?", [hit(1, "x", keyword_rank=None)], 0.8, 0.5, 3)
    assert answer.reason == "The first passage is number 1 by its meaning in 3 documents."


def test_weak_evidence_is_not_in_these_documents_but_keeps_the_nearest() -> None:
    hits = [hit(1, "x")]
    answer = compose("q?", hits, confidence=0.31, answer_from=0.5, n_documents=2)
    assert not answer.answered
    assert answer.text == NOT_FOUND
    assert answer.hits == tuple(hits)
    assert answer.confidence == 0.31
    assert answer.reason == (
        "Nothing in 2 documents comes close enough to the question to be an answer."
    )


def test_no_hit_says_so() -> None:
    assert compose("q?", [], 0.0, 0.5, 2).reason == "No passage in 2 documents fits the question."
