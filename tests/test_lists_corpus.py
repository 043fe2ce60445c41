"""The questions for several things in tests/corpora/lists: is the data sound?"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def corpus(repo: Path) -> Path:
    return repo / "tests" / "corpora" / "lists"


@pytest.fixture(scope="module")
def questions(corpus: Path) -> list[dict[str, Any]]:
    lines = (corpus / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_no_question_stands_there_twice(questions: list[dict[str, Any]]) -> None:
    for name in ("id", "question"):
        counts = Counter(question[name] for question in questions)
        assert [one for one, count in counts.items() if count > 1] == []


def test_every_place_is_in_one_line_of_its_document_and_there_once(
    corpus: Path, questions: list[dict[str, Any]]
) -> None:
    texts = {
        path.name: path.read_text(encoding="utf-8") for path in (corpus / "documents").iterdir()
    }
    assert {question["document"] for question in questions} == set(texts)
    for question in questions:
        assert question["kind"] == "list", question
        assert question["items"], question
        for item in question["items"]:
            assert item["document"] == question["document"], question
            assert texts[item["document"]].count(item["contains"]) == 1, item
            assert "\n" not in item["contains"], item
