"""The labelled kinds of questions: whole, balanced, and as docs/kinds.md defines them."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = {"question", "kind", "answer_type", "counted", "negated", "split"}
ANSWER_TYPES = {
    "who": {"person-or-body", "definition"},
    "when": {"time"},
    "where": {"place"},
    "how-many": {"number"},
    "how-much": {"quantity"},
    "which": {"person-or-body", "place", "thing"},
    "what": {"thing", "definition"},
    "yes-no": {"yes-no"},
    "why": {"reason"},
    "how": {"manner"},
    "list": {"many"},
    "overview": {"text", "many"},
    "comparison": {"many"},
    "multi-part": {"many"},
    "clause": {"text"},
    "keywords": {"text"},
    "small-talk": {"none"},
    "other-language": {"none"},
}
NEGATION = re.compile(
    r"\b(not|no|nobody|never|without|apart from|except|refused?|\w+n't|didnt|cant)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def rows(repo: Path) -> list[dict[str, Any]]:
    lines = (repo / "data" / "kinds.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def definitions(repo: Path) -> str:
    return (repo / "docs" / "kinds.md").read_text(encoding="utf-8")


def words(question: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", question.casefold()))


def test_each_line_has_the_fields_and_their_types(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert set(row) - {"note"} == FIELDS, row
        assert isinstance(row["negated"], bool), row
        assert row["split"] in {"tune", "test"}, row
        for name in set(row) - {"negated", "counted", "split"}:
            assert isinstance(row[name], str), row
            assert row[name], row
            assert row[name] == " ".join(row[name].split()), row


def test_there_are_six_hundred_and_each_kind_is_split_in_equal_halves(
    rows: list[dict[str, Any]],
) -> None:
    counts = {
        split: Counter(row["kind"] for row in rows if row["split"] == split)
        for split in ("tune", "test")
    }
    assert len(rows) == 600
    assert counts["tune"] == counts["test"]
    assert set(counts["tune"]) == set(ANSWER_TYPES)
    assert min(counts["tune"].values()) >= 15


def test_the_answer_type_is_one_that_the_kind_allows(rows: list[dict[str, Any]]) -> None:
    assert [row for row in rows if row["answer_type"] not in ANSWER_TYPES[row["kind"]]] == []


def test_every_kind_and_answer_type_is_defined_and_used(
    rows: list[dict[str, Any]], definitions: str
) -> None:
    used = {row["answer_type"] for row in rows}
    assert set(re.findall(r"^### (.+)$", definitions, re.MULTILINE)) == set(ANSWER_TYPES)
    table = definitions.partition("## Answer types")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| ([a-z-]+) \| ", table, re.MULTILINE)) - {"answer type"} == used


def test_what_is_counted_stands_in_the_question_and_what_is_measured_in_the_definitions(
    rows: list[dict[str, Any]], definitions: str
) -> None:
    listed = re.search(r"one of \*([^*]+)\*", definitions)
    assert listed
    dimensions = set(listed[1].replace("\n", " ").split(", "))
    assert {row["counted"] for row in rows if row["kind"] == "how-much"} == dimensions
    for row in rows:
        if row["kind"] == "how-many":
            assert row["counted"] is None or row["counted"] in row["question"], row
        elif row["kind"] != "how-much":
            assert row["counted"] is None, row


def test_a_negated_question_holds_a_negation(rows: list[dict[str, Any]]) -> None:
    negated = [row for row in rows if row["negated"]]
    assert [row for row in negated if not NEGATION.search(row["question"])] == []
    assert Counter(row["split"] for row in negated)["tune"] >= 15
    assert Counter(row["split"] for row in negated)["test"] >= 15


def test_no_question_stands_there_twice(rows: list[dict[str, Any]]) -> None:
    counts = Counter(words(row["question"]) for row in rows)
    assert [question for question, count in counts.items() if count > 1] == []


def test_no_test_question_is_a_paraphrase_of_a_tune_question(rows: list[dict[str, Any]]) -> None:
    halves = [
        [(set(words(row["question"])), row["question"]) for row in rows if row["split"] == split]
        for split in ("tune", "test")
    ]
    near = [
        (tuned, tested)
        for (left, tuned), (right, tested) in itertools.product(*halves)
        if len(left & right) > 0.6 * len(left | right)
    ]
    assert near == []
