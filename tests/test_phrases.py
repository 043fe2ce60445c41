"""Quoted phrases: found by the positions of words, without reading passages."""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa import Searcher, build, open_index
from briefqa.answering.quotation import holds, quoted_phrases
from briefqa.answering.respond import IN_ANOTHER_FORM
from briefqa.errors import IndexDamaged
from briefqa.index import phrase_index, postings
from briefqa.index.keyword_index import PostingsKeywordIndex
from briefqa.index.phrase_index import STARTS, VOCABULARY, WORDS
from briefqa.index.record_file import PassageFile
from briefqa.models.embedder import HashingEmbedder
from briefqa.text.quotes import quoted_texts, without_marks
from briefqa.text.words import plain_words

WORD = st.sampled_from(["the", "end", "The", "Su-24", "su", "24", "ends", "é", "e", "."])
TEXT = st.lists(WORD, max_size=8).map(" ".join)


def indexed(folder: Path, texts: list[str]) -> PostingsKeywordIndex:
    postings.write(folder, (("the end", text) for text in texts), "en")
    return PostingsKeywordIndex(folder, len(texts), "en")


@given(
    texts=st.lists(TEXT, min_size=1, max_size=8),
    quoted=st.lists(st.lists(WORD, min_size=1, max_size=4), min_size=1, max_size=2),
    few=st.sampled_from([0.0, 1.0]),
)
def test_the_passages_found_are_those_that_hold_the_words_one_after_the_other(
    texts: list[str], quoted: list[list[str]], few: float
) -> None:
    phrases = [words for phrase in quoted if (words := plain_words(" ".join(phrase)))]
    expected = [row for row, text in enumerate(texts) if holds(text, phrases)]
    with tempfile.TemporaryDirectory() as folder, patch.object(phrase_index, "_FEW", few):
        rows, certain = indexed(Path(folder, "keyword"), texts).rows_with_phrases(phrases)
    assert (rows.tolist() if phrases else expected) == expected
    assert certain


def test_a_phrase_of_many_passages_is_found_in_each(tmp_path: Path) -> None:
    texts = [f"The end of day {number}." for number in range(400)]
    texts[7], texts[9] = "An end, the last.", "the"
    with patch.object(phrase_index, "_BLOCK", 64):
        rows, _ = indexed(tmp_path / "keyword", texts).rows_with_phrases([("the", "end")])
    assert rows.tolist() == [row for row in range(400) if row not in (7, 9)]


def test_a_phrase_of_a_heading_is_not_in_the_text(tmp_path: Path) -> None:
    index = indexed(tmp_path / "keyword", ["The start.", "At the end."])
    assert index.rows_with_phrases([("the", "end")])[0].tolist() == [1]


def test_no_more_passages_are_read_for_a_phrase_than_for_a_plain_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 200 passages with all words of a phrase, few or none hold it."""
    sections = "\n\n".join(f"## Part {n}\n\nEnd of the boat {n}." for n in range(200))
    (tmp_path / "boats.md").write_text(f"# The end\n\n{sections}\n\n## Last\n\nThe end.\n")
    build(tmp_path / "boats.md", index=tmp_path / "index", model=HashingEmbedder())
    read: list[int] = []
    by_row = PassageFile.__getitem__

    def counted(file: PassageFile, row: int) -> object:
        read.append(row)
        return by_row(file, row)

    with open_index(tmp_path / "index") as searcher:
        monkeypatch.setattr(PassageFile, "__getitem__", counted)
        for question, found in (
            ("boat end", 5),
            ('"the end"', 1),
            ('"end the of"', 0),
            ('"of the boat"', 5),
            ('"End of the boat 7" "the boat"', 1),
        ):
            read.clear()
            assert len(searcher.search(question)) == found
            assert len(read) == found, question


@pytest.mark.parametrize("name", [VOCABULARY, WORDS, STARTS])
def test_a_missing_or_wrong_file_is_damage(tmp_path: Path, name: str) -> None:
    indexed(tmp_path / "keyword", ["the end", "of it"])
    path = tmp_path / "keyword" / name
    if name != VOCABULARY:
        right = np.load(path)
        for wrong in (right[:-1], right.astype(np.int16), np.flip(right)[:2]):
            np.save(path, wrong)
            with pytest.raises(IndexDamaged, match="briefqa build"):
                PostingsKeywordIndex(tmp_path / "keyword", 2, "en")
    path.unlink()
    with pytest.raises(IndexDamaged, match="briefqa build"):
        PostingsKeywordIndex(tmp_path / "keyword", 2, "en")


def test_the_phrases_of_a_question_are_its_quoted_words() -> None:
    assert quoted_phrases('the "joint Su-24 operation", „am Ende“ and «la fin»') == [
        ("joint", "su", "24", "operation"),
        ("am", "ende"),
        ("la", "fin"),
    ]
    assert quoted_phrases('6" or 8" pumps, "" and "..."') == []


MARKS = ['"{}"', "“{}”", "„{}“", "„{}”", "”{}”", "«{}»", "»{}«", "‹{}›", "›{}‹", "‘{}’", "‚{}‘"]
MARKS += ["「{}」", "『{}』", "《{}》", "＂{}＂", "'{}'", "''{}''", "``{}''"]


@pytest.mark.parametrize("marks", MARKS)
@given(words=st.lists(st.sampled_from(["north", "quay", "port’s", "o'clock"]), min_size=1))
def test_a_phrase_is_obeyed_between_the_quotation_marks_of_any_language(
    marks: str, words: list[str]
) -> None:
    phrase = " ".join(words)
    question = f"Who wrote of {marks.format(phrase)} in May?"
    assert quoted_texts(question) == [phrase]
    assert without_marks(question) == f"Who wrote of {phrase} in May?"


@pytest.mark.parametrize(
    "question",
    [
        "What is the port’s fee and the mayor’s salary?",
        "Who owned the dogs’ kennel and the cats’ house?",
        "Did the ’90s end and the ‘80s begin?",
        'How many 3.5" disks and 5.25" disks were sold?',
        "rock ‘n’ roll",
        "rock 'n' roll",
        "Don't the captain's table and the ships' bells ring?",
        "Did the '90s end and the '80s' songs begin?",
    ],
)
def test_an_apostrophe_or_an_inch_mark_quotes_nothing(question: str) -> None:
    assert quoted_texts(question) == []


PORT = {
    "contract.md": "# Contract\n\n## Force majeure\n\nNeither side is liable for war or storm.\n",
    "zones.md": "# Air\n\nNo-fly zones are areas where no aircraft may pass.\n",
    "quay.md": "# Quays\n\nThe north quay was shut in the har-\nbour: a Ge\u00adsamtkonzept.\n",
    "other.md": "# Minutes of the mayor\n\nThe quay north of it was open to a well-\nknown crew.\n",
}


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ('"Force majeure"', "contract.md"),
        ("»north quay«", "quay.md"),
        ("‘in the harbour a’", "quay.md"),
        ('"Gesamtkonzept"', "quay.md"),
        ('"minutes of the mayor"', "other.md"),
        ('"well-known crew"', "other.md"),
        ('"well known crew"', ""),
        ('"no-fly zone"', ""),
    ],
)
def test_a_search_for_a_phrase_finds_text_headings_and_titles_that_hold_it(
    question: str, document: str, tmp_path: Path
) -> None:
    with open_port(tmp_path) as searcher:
        found = [hit.passage.document for hit in searcher.search(question)]
    assert found == ([document] if document else [])


@pytest.mark.parametrize("question", ['What is a "no-fly zone"?', '"no-fly zone"'])
def test_a_phrase_with_another_ending_is_answered_and_that_is_told(
    question: str, tmp_path: Path
) -> None:
    with open_port(tmp_path) as searcher:
        answer = searcher.ask(question)
        exact = searcher.ask(question.replace("zone", "zones"))
        nowhere = searcher.ask(question.replace("zone", "crew"))
    assert answer.hits[0].passage.document == "zones.md"
    assert answer.reason.startswith(IN_ANOTHER_FORM)
    assert exact.hits[0].passage.document == "zones.md"
    assert IN_ANOTHER_FORM not in exact.reason
    assert not nowhere.hits


def open_port(folder: Path) -> Searcher:
    """The index of a few documents of a port, searched by words."""
    (folder / "port").mkdir()
    for name, text in PORT.items():
        (folder / "port" / name).write_text(text, "utf-8")
    build(folder / "port", index=folder / "index", model=HashingEmbedder())
    return open_index(folder / "index")
