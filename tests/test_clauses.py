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

## Annex B: Tools

Oars are kept in the loft.

Ropes are lent.

## Questions

**Is there a lift?** There is none.

P.S. The kettle is broken.
"""
MAILS = """\
Letters about the weir

From: Nora Quist <nora@ashdown.example>
To: Felix Obermann
Date: Tue, 2 April 2024 08:15
Subject: Weir

The gate leaks again.

---------------------
From: Felix Obermann <felix@gates.example>
Date: Wed, 3 April 2024 13:02

> The gate leaks again.

Two fitters will come.
"""
SECTIONS = """\
Lease of the depot

Section I - Parties

I.1 The town lets the depot.

Section II - Duties

7. The tenant shall

(a) lock the gates;

(b) mend the pits:

(i) in spring;

(ii) in autumn.

8. The town mends the roof.

Schedule A

One lathe and a paint booth.
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
        ("What was decided under Staff in the lease?", ["Two keepers work there."]),
        ("What does the lease say about staff?", ["Two keepers work there."]),
        ("What does the lease say in 4.2?", ["2. Nobody may sleep there."]),
        ("Which article is about use?", ["1. Boats may be stored.\n\n2. Nobody may sleep there."]),
        ("§ 7 Fees", ["Ferries pay no fee."]),
        ("the last annex", ["Oars are kept in the loft.\n\nRopes are lent."]),
        ("article four", ["1. Boats may be stored.\n\n2. Nobody may sleep there."]),
        ("paragraph 2 of article 4", ["2. Nobody may sleep there."]),
        ("article 4, paragraph 1", ["1. Boats may be stored."]),
        ("the second paragraph of article 4", ["2. Nobody may sleep there."]),
        ("clause (b) of section 2.5", ["(b) the club mends the doors."]),
        ("the second paragraph of annex B", ["Ropes are lent."]),
        (
            "clauses 2.1 and 4.2",
            ["2.1 The rent is 300 crowns a month.", "2. Nobody may sleep there."],
        ),
        ("Annex B", ["Oars are kept in the loft.\n\nRopes are lent."]),
        ("show me the annex", ["Oars are kept in the loft.\n\nRopes are lent."]),
        ('"Is there a lift?"', ["**Is there a lift?** There is none."]),
        ("What does it say under Is there a lift?", ["**Is there a lift?** There is none."]),
        ("What stands in the P.S.?", ["P.S. The kettle is broken."]),
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


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("texts")
    (folder / "docs").mkdir()
    (folder / "docs" / "mails.txt").write_text(MAILS)
    (folder / "docs" / "depot.txt").write_text(SECTIONS)
    build(folder / "docs", index=folder / "index", model=HashingEmbedder())
    return open_index(folder / "index")


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        ("What does Nora Quist's e-mail say?", ["The gate leaks again."]),
        ("Show me the mail of 3 April", ["> The gate leaks again.\n\nTwo fitters will come."]),
        ("section I.1", ["I.1 The town lets the depot."]),
        ("clause 7 (b)", ["(b) mend the pits:\n\n(i) in spring;\n\n(ii) in autumn."]),
        ("7(b)(ii)", ["(ii) in autumn."]),
        ("clause 8", ["8. The town mends the roof."]),
        ("Schedule A", ["One lathe and a paint booth."]),
    ],
)
def test_parts_of_plain_text_are_found(
    texts: Searcher, question: str, sentences: list[str]
) -> None:
    assert quoted(texts, texts.ask(question)) == sentences


def test_a_number_that_is_no_part_is_searched_for(rules: Searcher) -> None:
    found = rules.ask("2.1")
    assert (found.kind, found.verdict) == (QuestionKind.CLAUSE, Verdict.ANSWERED)
    searched = rules.ask("300.5")
    assert (searched.kind, searched.verdict) == (QuestionKind.KEYWORDS, Verdict.NOT_FOUND)
    assert rules.ask("2.1 %").kind is QuestionKind.KEYWORDS


def test_a_quoted_sentence_is_a_search(rules: Searcher) -> None:
    answer = rules.ask('"Nobody may sleep there"')
    assert (answer.kind, answer.verdict) == (QuestionKind.KEYWORDS, None)
    assert "Nobody may sleep there." in answer.hits[0].passage.text


def test_a_quoted_number_is_found_as_it_stands(rules: Searcher) -> None:
    assert "2.5 Repairs" in rules.ask('"2.5"').hits[0].passage.text


def test_a_question_about_what_stands_under_something_else_is_no_clause(rules: Searcher) -> None:
    for question in ("What was found under the roof?", "Who sleeps under the staff room?"):
        assert rules.ask(question).kind is not QuestionKind.CLAUSE
