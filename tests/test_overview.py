"""Overviews quote how documents begin, and sum nothing up."""

from __future__ import annotations

from pathlib import Path

import pytest

from briefqa import Searcher, build, open_index
from briefqa.answering.overview import STYLE
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import QuestionKind, Verdict

HARBOUR = """\
---
title: Harbour brief
date: 2024-05-01
source: Port office
---

# Harbour brief

The harbour opened in 1931. It has two quays. Ferries use both. Fog is rare.

## Ships

Nine ferries work there.

### Tugs

Two tugs help.

## Crew

Mara Oduya leads it.
"""


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("overview")
    (folder / "docs").mkdir()
    (folder / "docs" / "harbour.md").write_text(HARBOUR)
    (folder / "docs" / "roses.md").write_text("# Garden of roses\n\nRoses need water.\n")
    build(folder / "docs", index=folder / "index", model=HashingEmbedder())
    return open_index(folder / "index")


LEAD = "The harbour opened in 1931. It has two quays. Ferries use both."


def test_an_overview_gives_title_date_source_headings_and_how_it_begins(brief: Searcher) -> None:
    answer = brief.ask("What is this about?", documents=["harbour.md"])
    assert answer.verdict is None
    assert answer.kind is QuestionKind.OVERVIEW
    assert answer.text == (
        f"{STYLE}\n\nHarbour brief\nDate: 2024-05-01\nSource: Port office\n"
        f"Headings: Ships; Crew\n“{LEAD}”\n[1] Harbour brief › ¶1"
    )
    (quotation,) = answer.quotations
    assert quotation.sentence == LEAD
    text, span = brief.document("harbour.md").text, quotation.span
    assert text[span.sentence_start : span.sentence_end] == LEAD
    assert not quotation.exact
    assert [hit.passage for hit in answer.hits] == [quotation.passage]


def test_each_document_in_scope_is_quoted(brief: Searcher) -> None:
    sentences = [one.sentence for one in brief.ask("key points").quotations]
    assert sentences == [LEAD, "Roses need water."]


def test_the_document_that_the_question_names_is_quoted_alone(brief: Searcher) -> None:
    for question in ("Summarise the garden document", "What is the garden bulletin about?"):
        answer = brief.ask(question)
        assert [one.sentence for one in answer.quotations] == ["Roses need water."]


def test_a_section_is_quoted_where_one_is_named_or_looked_in(brief: Searcher) -> None:
    for answer in (
        brief.ask("key points of the section on tugs"),
        brief.ask("What is this about?", section="Ships › Tugs"),
    ):
        assert [one.sentence for one in answer.quotations] == ["Two tugs help."]
        assert answer.text.startswith(STYLE)


def test_the_documents_there_are_come_with_date_and_number_of_passages(brief: Searcher) -> None:
    answer = brief.ask("What documents do you have?")
    assert "Harbour brief (2024-05-01, 4 passages)\n“" in answer.text
    assert "Garden of roses (1 passage)\n“" in answer.text
    assert [one.passage.document for one in answer.quotations] == ["harbour.md", "roses.md"]


@pytest.mark.parametrize(
    "question", ["What is this correspondence about?", "gist of the herring page"]
)
def test_the_only_document_in_scope_is_meant_by_any_word_for_a_document(
    brief: Searcher, question: str
) -> None:
    answer = brief.ask(question, documents=["harbour.md"])
    assert answer.kind is QuestionKind.OVERVIEW
    (quotation,) = answer.quotations
    assert quotation.passage.document == "harbour.md"


def test_what_no_title_or_heading_names_is_no_overview(brief: Searcher) -> None:
    answer = brief.ask("Summarise the volcano eruption")
    assert answer.quotations == ()
    assert answer.verdict is Verdict.NOT_FOUND
    found = brief.ask("Summarise the fog and the ferries")
    assert (found.verdict, found.quotations) == (None, ())
    assert found.text.startswith(STYLE)
    assert found.hits[0].passage.text.startswith("The harbour opened in 1931.")


def test_at_most_twelve_documents_are_quoted_and_the_rest_counted(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for number in range(14):
        (tmp_path / "docs" / f"{number:02}.txt").write_text(f"Ship {number} sails.\n")
    build(tmp_path / "docs", index=tmp_path / "index", model=HashingEmbedder())
    with open_index(tmp_path / "index") as searcher:
        answer = searcher.ask("What documents do you have?")
    assert len(answer.quotations) == 12
    assert answer.text.endswith("\n\nand 2 more")


RULES = """\
RULES OF THE CHOIR

Marsden, 4 November 2018
Chair: Petra Lindqvist

The choir sings for its own pleasure.

Rule 1

A singer is heard first.

Rule 2

Dear singers,

Robes are lent.

Annex: Voices

There are four voices.
"""


@pytest.fixture(scope="module")
def choir(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("choir")
    markdown = RULES.replace("RULES OF", "# RULES of").replace(
        "Annex: Voices", "## Annex A: Voices"
    )
    (folder / "choir.md").write_text(markdown.replace("Rule ", "## Rule "))
    build(folder / "choir.md", index=folder / "index", model=HashingEmbedder())
    return open_index(folder / "index")


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("What do the rules cover?", "The choir sings for its own pleasure."),
        ("What's this page for?", "The choir sings for its own pleasure."),
        (
            "What are the bylaws of the choir about, in brief?",
            "The choir sings for its own pleasure.",
        ),
        ("Which topics does it cover?", "The choir sings for its own pleasure."),
        ("What was discussed at the meeting?", "The choir sings for its own pleasure."),
        ("How would you summarise the text?", "The choir sings for its own pleasure."),
        ("Summarise everything", "The choir sings for its own pleasure."),
        ("What's in the choir rules?", "The choir sings for its own pleasure."),
        ("What is rule 1 about?", "A singer is heard first."),
        ("Summarise rule 2", "Robes are lent."),
        ("What is the annex about?", "There are four voices."),
        ("Give me a summary of voices", "There are four voices."),
    ],
)
def test_an_overview_begins_with_the_first_sentence_of_what_is_named(
    choir: Searcher, question: str, sentence: str
) -> None:
    answer = choir.ask(question)
    assert [one.sentence for one in answer.quotations] == [sentence]
    assert (answer.verdict, answer.kind) == (None, QuestionKind.OVERVIEW)


def test_what_a_thing_is_about_that_only_a_heading_names_is_no_overview(choir: Searcher) -> None:
    assert choir.ask("What are the voices about?").kind is not QuestionKind.OVERVIEW
