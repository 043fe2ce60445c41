"""The questions that nothing is fitted to, in tests/corpora/held_out: is the data sound?"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from briefqa.records import QuestionKind

if TYPE_CHECKING:
    from pathlib import Path

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def corpus(repo: Path) -> Path:
    return repo / "tests" / "corpora" / "held_out"


def lines(path: Path) -> Lines:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def questions(corpus: Path) -> Lines:
    return lines(corpus / "questions.jsonl")


def test_no_question_stands_there_twice(questions: Lines) -> None:
    for fields in (("id",), ("document", "question")):
        counts = Counter(tuple(question[one] for one in fields) for question in questions)
        assert [one for one, count in counts.items() if count > 1] == []
    assert {question["split"] for question in questions} == {"test"}


def test_every_place_is_in_one_line_of_its_document(corpus: Path, questions: Lines) -> None:
    texts = {
        path.name: path.read_text(encoding="utf-8") for path in (corpus / "documents").iterdir()
    }
    assert len(texts) == 6
    for question in questions:
        assert bool(question["items"]) is question["answerable"], question
        assert question["document"] in (None, *texts)
        for item in question["items"]:
            found = texts[item["document"]].count(item["contains"])
            assert found >= item.get("occurrence", 1), item
            assert found == 1 or "occurrence" in item, item
            assert "\n" not in item["contains"], item
            assert question["document"] in (None, item["document"]), item


def test_each_kind_is_asked_often_enough_to_be_measured(questions: Lines) -> None:
    counts = Counter(question["kind"] for question in questions)
    assert len(counts) == 20
    assert min(counts.values()) >= 12
    assert counts["near-miss"] >= 40


def test_the_labels_are_kinds_and_as_many_of_each(corpus: Path) -> None:
    counts = Counter(QuestionKind(line["kind"]) for line in lines(corpus / "labels.jsonl"))
    assert set(counts.values()) == {11, 12}
    assert {line["kind"] for line in lines(corpus / "small-talk.jsonl")} == {"small-talk"}
