"""Can other software find a citation again, by the selectors of the Web Annotation Data Model?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from briefqa import Searcher, build, cli, open_index
from briefqa.answering.compose import as_json, hit_as_json
from briefqa.models.embedder import HashingEmbedder
from briefqa.receipts import receipt

QUESTIONS = [
    "How many targets were hit?",
    "How long was the strike in Kestrand?",
    "Who commanded the Su-25s?",
    "What is the best pizza dough?",
    "Palmyra museum",
    "Which aircraft took part in the strikes?",
    "What is this about?",
]


def assert_found_again(target: dict[str, Any], brief: Searcher) -> None:
    """Either selector alone gives the same one place, and the words around it."""
    text = brief.document(target["source"]).text
    position, quote = target["selector"]
    assert (position["type"], quote["type"]) == ("TextPositionSelector", "TextQuoteSelector")
    start, end = position["start"], position["end"]
    assert text[start:end] == quote["exact"] != ""
    assert quote["prefix"] == text[max(0, start - 32) : start]
    assert quote["suffix"] == text[end : end + 32]
    with_context = quote["prefix"] + quote["exact"] + quote["suffix"]
    assert text.count(with_context) == 1
    assert text.index(with_context) + len(quote["prefix"]) == start


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_citation_of_an_answer_is_found_again(brief: Searcher, question: str) -> None:
    answer = as_json(brief.ask(question, k=8))
    assert len(answer["hits"]) > 1
    for cited in (*answer["hits"], *answer["quotations"]):
        assert cited["target"]["source"] == cited["document"]
        assert_found_again(cited["target"], brief)
    for quotation in answer["quotations"]:
        position, quote = quotation["target"]["selector"]
        assert quote["exact"] == quotation["sentence"]
        assert position["start"] == quotation["sentence_start"]


def test_every_passage_is_found_again(brief: Searcher) -> None:
    hits = brief.search("strike", k=100)
    assert len(hits) == 42
    for hit in map(hit_as_json, hits):
        _, quote = hit["target"]["selector"]
        assert quote["exact"] == hit["text"]
        assert_found_again(hit["target"], brief)


def test_a_sentence_that_stands_there_twice_is_told_by_what_is_around_it(
    tmp_path: Path, hashing_embedder: HashingEmbedder
) -> None:
    text = "The gate is shut.\n\n## Spring\n\nThe gate is shut.\n"
    (tmp_path / "gate.md").write_text(text, "utf-8")
    build(tmp_path, index=tmp_path / "index", model=hashing_embedder)
    with open_index(tmp_path / "index", model=hashing_embedder, reader=None) as searcher:
        hits = [hit_as_json(hit) for hit in searcher.search("gate", k=2)]
    quotes = {hit["start"]: hit["target"]["selector"][1] for hit in hits}
    around = {start: (quote["prefix"], quote["suffix"]) for start, quote in quotes.items()}
    assert around == {
        0: ("", "\n\n## Spring\n\nThe gate is shut.\n"),
        30: ("The gate is shut.\n\n## Spring\n\n", "\n"),
    }


def test_a_receipt_holds_what_was_quoted_and_how_it_is_found_again(
    brief: Searcher, tmp_path: Path
) -> None:
    answer = brief.ask(QUESTIONS[0])
    made = receipt.make(brief, [receipt.Turn(answer)])
    (quoted,) = made.turns[0].quotations
    assert (quoted.sentence, quoted.words) == (answer.quotations[0].sentence, "36")
    assert_found_again(quoted.target, brief)
    (tmp_path / "receipt.json").write_text(json.dumps(made.as_json()), "utf-8")
    assert receipt.read(tmp_path / "receipt.json") == made


def test_the_command_line_prints_selectors_too(
    brief: Searcher, brief_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ask", QUESTIONS[0], "--json", "--index", str(brief_index)]) == 0
    (quoted,) = json.loads(capsys.readouterr().out)["quotations"]
    assert_found_again(quoted["target"], brief)
