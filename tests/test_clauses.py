"""Parts of documents that are asked for by number or heading."""

from __future__ import annotations

import pytest

from briefqa import Searcher, build, open_index
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import Answer, QuestionKind, Verdict

LEASE = """\
# Lease of the boat house

The lease is between the club and the town.

## Article 2: Rent

2.1 The rent is 300 crowns a month.

2.5 Repairs are shared:

(a) the town mends the roof;

(b) the club mends the doors.

## Article 4: Use

1. Boats may be stored.

2. Nobody may sleep there.

## Dogs and hot meals

Dogs stay out. Hot meals are sold at noon.

## Staff

Two keepers work there.
"""
MEALS = "Dogs stay out. Hot meals are sold at noon."
STATUTE = """\
# Harbour statute

## § 7 Fees

Ferries pay no fee.

## IV. Staff

The harbour has nine pilots.

## Hot meals

Soup is free.
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "docs").mkdir()
    (folder / "docs" / "lease.md").write_text(LEASE)
    (folder / "docs" / "statute.md").write_text(STATUTE)
    build(folder / "docs", index=folder / "index", model=HashingEmbedder())
    return open_index(folder / "index")


def quoted(searcher: Searcher, answer: Answer) -> list[str]:
    """What is quoted, after a look whether it stands in the document just so."""
    for one in answer.quotations:
        text, span = searcher.document(one.passage.document).text, one.span
        assert text[span.sentence_start : span.sentence_end] == one.sentence
        assert text[span.start : span.end] == span.text
        assert not one.exact
    return [one.sentence for one in answer.quotations]


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        ("clause 2.1", ["2.1 The rent is 300 crowns a month."]),
        ("What does clause 2.5(b) say?", ["(b) the club mends the doors."]),
        ("article 4.2", ["2. Nobody may sleep there."]),
        ("§ 7", ["Ferries pay no fee."]),
        ("section 7", ["Ferries pay no fee."]),
        ("section IV", ["The harbour has nine pilots."]),
        ("chapter 4 of the statute", ["The harbour has nine pilots."]),
        ("Read me the section on dogs and hot meals", [MEALS]),
        ('Show "Dogs and hot meals"', [MEALS]),
        ('What does it say under "hot meals"?', ["Soup is free."]),
        ("section Meals", ["Soup is free."]),
        ("What is written under article 4.2?", ["2. Nobody may sleep there."]),
    ],
)
def test_a_part_is_found_by_its_number_or_heading(
    rules: Searcher, question: str, sentences: list[str]
) -> None:
    answer = rules.ask(question)
    assert quoted(rules, answer) == sentences
    assert answer.verdict is Verdict.ANSWERED
    assert answer.kind is QuestionKind.CLAUSE
    assert [hit.passage for hit in answer.hits] == [one.passage for one in answer.quotations]


def test_a_numbered_paragraph_goes_on_until_the_next_of_its_rank(rules: Searcher) -> None:
    (sentence,) = quoted(rules, rules.ask("clause 2.5"))
    assert sentence == (
        "2.5 Repairs are shared:\n\n(a) the town mends the roof;\n\n(b) the club mends the doors."
    )


def test_a_heading_that_several_documents_have_is_quoted_from_each(rules: Searcher) -> None:
    both = ["Two keepers work there.", "The harbour has nine pilots."]
    assert quoted(rules, rules.ask("section Staff")) == both
    assert quoted(rules, rules.ask("section Staff of the statute")) == both[1:]


def test_a_part_that_is_not_there_is_not_found_and_the_nearest_headings_are_named(
    rules: Searcher,
) -> None:
    answer = rules.ask("section Dog food")
    assert answer.verdict is Verdict.NOT_FOUND
    assert answer.quotations == ()
    assert answer.reason.startswith("There is no part “Dog food” in 2 documents.")
    assert "“Dogs and hot meals”" in answer.reason


def test_only_the_documents_in_scope_are_looked_in(rules: Searcher) -> None:
    assert rules.ask("§ 7", documents=["lease.md"]).verdict is Verdict.NOT_FOUND
    assert rules.ask("section Rent", section="Dogs and hot meals").verdict is Verdict.NOT_FOUND


def test_a_quoted_phrase_matches_headings_and_titles_too(rules: Searcher) -> None:
    texts = {hit.passage.text for hit in rules.search('"Dogs and hot meals"')}
    assert texts == {MEALS}
    assert {hit.passage.document for hit in rules.search('"harbour statute"')} == {"statute.md"}
    assert [hit.passage.text for hit in rules.search('"harbour statute" "no fee"')] == [
        "Ferries pay no fee."
    ]
