"""Which passages share the words?"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from briefqa.analysis import terms
from briefqa.errors import IndexDamaged, UsageError
from briefqa.keyword_index import (
    K1,
    MAX_QUESTION_TERMS,
    B,
    KeywordIndex,
    stemmer,
    whoosh_index,
    write,
)

TEXTS = [
    "Syria brief Air operation\nNine warplanes hit 36 targets near al-Bab.",
    "Syria brief\nThe targets were fixed by reconnaissance, targets being many.",
    "Syria brief Aleppo Doctors\nDoctors treated 1,847 children in Aleppo.",
    "Syria brief Aircraft\nSu-25 and Su-34 aircraft. Aircraft of Turkey: F-16.",
    "Syria brief Siege\nDeir ez-Zor has been besieged for three years.",
]
QUESTIONS = [
    "targets",
    "how many targets were hit",
    "children treated by doctors in Aleppo",
    "Su25 aircraft",
    "deir ezzor siege",
    "brief targets aircraft years",
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> KeywordIndex:
    folder = tmp_path_factory.mktemp("keyword") / "keyword"
    write(folder, TEXTS, "en")
    return KeywordIndex(folder, len(TEXTS), "en")


def naive_bm25f(question: tuple[str, ...]) -> list[float]:
    """BM25F straight from its definition, with lengths kept in a byte as Whoosh does."""
    from whoosh.util.numeric import byte_to_length, length_to_byte

    words = [list(terms(text, stemmer("en"))) for text in TEXTS]
    mean = sum(map(len, words)) / len(words)
    total = [0.0] * len(TEXTS)
    for term in question:
        df = sum(term in passage for passage in words)
        idf = math.log(len(TEXTS) / (df + 1)) + 1
        for row, passage in enumerate(words):
            tf = passage.count(term)
            length = byte_to_length(length_to_byte(len(passage)))
            norm = K1 * (1 - B + B * length / mean)
            total[row] += idf * tf * (K1 + 1) / (tf + norm) if tf else 0
    return total


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_equal_a_naive_bm25f_by_value(index: KeywordIndex, question: str) -> None:
    expected = naive_bm25f(index.question_terms(question))
    assert max(expected) > 0
    np.testing.assert_allclose(index.scores(question), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_equal_whooshs_own_search_by_value(
    index: KeywordIndex, question: str, tmp_path: Path
) -> None:
    from whoosh.query import Or, Term
    from whoosh.scoring import BM25F

    with whoosh_index(tmp_path, TEXTS, "en").searcher(weighting=BM25F(B=B, K1=K1)) as searcher:
        wanted = index.question_terms(question)
        query = Or([Term("words", term) for term in wanted])
        found = {hit.docnum: hit.score for hit in searcher.search(query, limit=None)}
    expected = [found.get(row, 0.0) for row in range(len(TEXTS))]
    np.testing.assert_allclose(index.scores(question), expected, rtol=1e-5, atol=1e-6)


def test_no_whoosh_file_and_no_pickle_is_left_behind(tmp_path: Path) -> None:
    write(tmp_path / "keyword", TEXTS, "en")
    left = {path.suffix for path in (tmp_path / "keyword").rglob("*")}
    assert left == {".json", ".npy"}


@pytest.mark.parametrize(
    ("question", "best"),
    [("Su25", 3), ("su 25", 3), ("1847", 2), ("AL BAB", 0), ("Deir Ezzor", 4), ("target", 1)],
)
def test_the_passage_is_found_in_the_spelling_typed(
    index: KeywordIndex, question: str, best: int
) -> None:
    assert int(index.scores(question).argmax()) == best


def test_words_that_occur_nowhere_score_nothing_but_lower_the_matched_share(
    index: KeywordIndex,
) -> None:
    assert not index.scores("zebra").any()
    alone, with_stranger = (
        index.matched_share(question)[2] for question in ("children", "children zebra")
    )
    assert alone == pytest.approx(1.0)
    assert 0 < with_stranger < 0.5


def test_the_matched_share_weighs_rare_words_more(index: KeywordIndex) -> None:
    shares = index.matched_share("children targets")
    assert shares[2] > shares[1] > 0
    assert shares[4] == 0


def test_a_misspelt_word_is_taken_for_the_one_it_is_most_like(index: KeywordIndex) -> None:
    assert int(index.scores("chilren tretaed").argmax()) == 2
    assert int(index.scores("reconaissance").argmax()) == 1
    assert not index.scores("chandelier").any()
    assert index.matched_share("chilren")[2] == 0  # what is typed is what counts as evidence


def test_the_idf_sum_counts_words_that_occur_nowhere_most(index: KeywordIndex) -> None:
    n = len(TEXTS)
    one, none = math.log(n / 2) + 1, math.log(n) + 1
    assert index.idf_sum("children zebra") == pytest.approx(one + none)
    assert index.idf_sum("the of") == 0


def test_a_very_long_question_keeps_its_rarest_terms(index: KeywordIndex) -> None:
    question = " ".join(f"brief{number}" for number in range(500)) + " syria besieged"
    kept = index.question_terms(question)
    assert len(kept) == MAX_QUESTION_TERMS
    assert {"syria", "besieg"} <= set(kept)


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="'xx'; choose one of: ar, da, de"):
        stemmer("xx")


def test_german_words_meet_across_their_endings(tmp_path: Path) -> None:
    write(tmp_path / "k", ["Die Häuser brannten.", "Wasser"], "de")
    index = KeywordIndex(tmp_path / "k", 2, "de")
    assert index.scores("Haus")[0] > 0
    assert index.scores("Haus")[1] == 0


def test_arrays_that_do_not_fit_the_passages_are_damage(tmp_path: Path) -> None:
    write(tmp_path / "keyword", TEXTS, "en")
    with pytest.raises(IndexDamaged, match="briefqa build"):
        KeywordIndex(tmp_path / "keyword", len(TEXTS) + 1, "en")
    (tmp_path / "keyword" / "terms.json").write_text("{")
    with pytest.raises(IndexDamaged, match="briefqa build"):
        KeywordIndex(tmp_path / "keyword", len(TEXTS), "en")
