"""Misspelt questions are read in the usual spelling; names, quotations and words are left alone."""

from __future__ import annotations

import pytest

from briefqa import Searcher, build, open_index
from briefqa.answering.misspelt import in_usual_spelling
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import Query
from briefqa.text import dictionary

MILL = """\
# Water mill

The wheel was rebuilt by Josef Hlavka. Bicycles may be left at the breastshot wheel.

The bearings carry six tonnes. Hedges are cut by the finance officer.
"""


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("mill")
    (folder / "mill.md").write_text(MILL)
    build(folder / "mill.md", index=folder / "index", model=HashingEmbedder())
    return open_index(folder / "index")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("who rebilt the weel", "who rebuilt the wheel"),
        ("wich finanse oficer cuts hege", "which finance officer cuts hedge"),
        ("are bycicles left there?", "are bicycles left there?"),
        ("how hevy is the brestshot wheel", "how heavy is the breastshot wheel"),
        ("who is Hlavca?", "who is Hlavca?"),  # a name
        ("who is hlavca?", "who is hlavca?"),
        ('where is the "weel"?', 'where is the "weel"?'),
        ("Why is the wifi so slow in the mill?", "Why is the wifi so slow in the mill?"),
        ("How many shells were demined?", "How many shells were demined?"),
        ("What was the favourite colour of the miller?",) * 2,
        ("weel rebilt", "weel rebilt"),  # a search by words
        ("wer hat das Rad gebaut?", "wer hat das Rad gebaut?"),
        ("how do i renew my pasport", "how do i renew my pasport"),
    ],
)
def test_words_that_are_none_are_read_as_the_nearest_word(
    mill: Searcher, typed: str, read: str
) -> None:
    with mill.opened() as snapshot:
        assert in_usual_spelling(Query(typed), snapshot.context).text == read


def test_an_answer_says_how_a_misspelt_question_is_read(mill: Searcher) -> None:
    answer = mill.ask("who rebilt the weel?")
    assert answer.question == "who rebilt the weel?"
    assert answer.read_as == "who rebuilt the wheel?"
    assert answer.reason.startswith("Read as “who rebuilt the wheel?”. ")
    assert "Read as" not in mill.ask("who rebuilt the wheel?").reason


def test_the_dictionary_knows_british_spelling_and_words_with_a_beginning() -> None:
    assert all(map(dictionary.is_word, ("wheel", "favour", "centre", "organise", "demined")))
    assert not any(map(dictionary.is_word, ("weel", "finanse", "hevy")))
    assert "wheel" in dictionary.one_slip_away("weel")
    assert "bicycles" in dictionary.two_slips_away("bycicles")
    assert "wheel" not in dictionary.one_slip_away("wheel")
