"""Questions to try: those of the bundled briefs, and those that headings make."""

from __future__ import annotations

from pathlib import Path

import pytest

from briefqa import Searcher, Verdict, build, open_index
from briefqa.models.embedder import Embedder
from briefqa.records import DocumentInfo
from briefqa.ui import examples

SAYS = {
    "How many children were treated by the Russian doctors?": "1,847",
    "Why did Damascus have no drinking water?": "sabotaged the water intake facility",
    "When was the Quay Accord signed?": "2 November 2021",
    "Who led the dockers' delegates?": "led by Bruno Halloran",
    "Why did Saltmarket suffer least?": "its old houses stand on raised cellars",
    "How many houses were declared unfit to live in?": "declared 312 of them unfit",
}


def info(*headings: str, name: str = "notes.md") -> DocumentInfo:
    return DocumentInfo(name, "Notes", "", 1, tuple((heading,) for heading in headings))


def test_all_three_bundled_briefs_have_questions_and_answer_them(brief: Searcher) -> None:
    offered = examples.questions(brief.documents())
    assert set(offered) == set(SAYS)
    assert set(examples.BUNDLED) == {one.name for one in brief.documents()}
    for question in offered:
        answer = brief.ask(question)
        assert answer.verdict is Verdict.ANSWERED
        assert SAYS[question] in answer.quotations[0].sentence


def test_one_s_own_documents_come_first_and_the_briefs_after_them(brief: Searcher) -> None:
    offered = examples.questions([*brief.documents(), info("The ferry")])
    assert offered[0] == "What is said under “The ferry”?"
    assert len(offered) == 6


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("The ferry", "What is said under “The ferry”?"),
        ("7. Repairs", "What is said under “Repairs”?"),
        ("2.2 The battery", "What is said under “The battery”?"),
        ("ARTICLE 3. RENT AND CHARGES", "What is said under “Rent and charges”?"),
        ("III. Repairs", "What is said under “Repairs”?"),
        ("How often does the ferry run?", "How often does the ferry run?"),
    ],
)
def test_a_heading_makes_a_question(heading: str, question: str) -> None:
    assert examples.questions([info(heading)]) == (question,)


@pytest.mark.parametrize(
    "heading",
    [
        "Introduction",
        "Table of contents",
        "References and further reading",
        "Appendix B",
        "2023",
        "Lease of shed 3",
        "…",
        "<img src=x onerror=alert(1)>",
        "What does it cost?",  # what?
        "And the dog lying under this table?",
        "MS HALVORSEN: Where did this fire begin?",
        "Why?",
        "The rooms and what may be done in them, in winter, in summer and at any other time",
        "x" * 500,
        "a " * 5_000,
    ],
)
def test_a_heading_that_says_too_little_or_too_much_makes_none(heading: str) -> None:
    assert examples.questions([info(heading)]) == ()


def test_a_heading_of_two_documents_makes_none() -> None:
    two = [info("The ferry", "The crane"), info("The ferry", name="more.md")]
    assert examples.questions(two) == ("What is said under “The crane”?",)


def test_many_documents_give_one_question_each() -> None:
    many = [info(f"The house of {name}", "The roof", name=f"{name}.md") for name in "ABCDEFGHIJ"]
    offered = examples.questions(many)
    assert offered == tuple(f"What is said under “The house of {name}”?" for name in "ABCDEF")


@pytest.mark.parametrize("corpus", ["held_out", "kinds", "lists"])
def test_what_headings_ask_is_answered_from_their_document(
    corpus: str, repo: Path, real_embedder: Embedder, tmp_path: Path
) -> None:
    folder = repo / "tests" / "corpora" / corpus / "documents"
    build(folder, index=tmp_path / "index", model=real_embedder)
    with open_index(tmp_path / "index", model=real_embedder) as searcher:
        documents = searcher.documents()
        asked = [
            (one.name, question) for one in documents for question in examples.questions([one])
        ]
        assert len(asked) >= 4
        answers = [(name, searcher.ask(question)) for name, question in asked]
    assert [a.question for name, a in answers if a.hits[0].passage.document != name] == []
    assert [a.question for _, a in answers if a.verdict in (None, Verdict.NOT_FOUND)] == []
    answered = [a for _, a in answers if a.verdict is Verdict.ANSWERED]
    assert len(answered) >= 0.8 * len(answers)
