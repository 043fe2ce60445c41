"""Searching passages by their words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from briefqa.answering.question_terms import (
    MAX_QUESTION_TERMS,
    analyze,
    matched_share,
    matched_words,
    searched_terms,
)
from briefqa.errors import IndexDamaged, UsageError
from briefqa.index import postings
from briefqa.index.bm25 import K1, B
from briefqa.index.keyword_index import KeywordIndex, PostingsKeywordIndex
from briefqa.index.postings import TERMS, whoosh_index
from briefqa.text.language import stemmer
from briefqa.text.spelling import MIN_LENGTH, MIN_SIMILARITY, likely_spellings, signature
from briefqa.text.words import terms

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[np.float32]

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
def index(tmp_path_factory: pytest.TempPathFactory) -> PostingsKeywordIndex:
    folder = tmp_path_factory.mktemp("keyword") / "keyword"
    write(folder, TEXTS, "en")
    return PostingsKeywordIndex(folder, len(TEXTS), "en")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A keyword index of its own, to be harmed."""
    write(tmp_path / "keyword", TEXTS, "en")
    return tmp_path / "keyword"


def write(folder: Path, texts: Iterable[str], language: str) -> None:
    """Index texts that stand under no heading."""
    postings.write(folder, (("", text) for text in texts), language)


def bm25(index: KeywordIndex, question: str) -> Values:
    """The score of every passage."""
    return index.match(analyze(question, index).idf).scores(np.arange(index.n_passages))


def share(index: KeywordIndex, question: str, row: int) -> float:
    """How much of the question the passage holds."""
    return matched_share(analyze(question, index), index, row)


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
def test_bm25_equals_a_naive_bm25f_by_value(index: PostingsKeywordIndex, question: str) -> None:
    expected = naive_bm25f(searched_terms(question, index))
    assert max(expected) > 0
    np.testing.assert_allclose(bm25(index, question), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("question", QUESTIONS)
def test_bm25_equals_whooshs_own_search_by_value(
    index: PostingsKeywordIndex, question: str, tmp_path: Path
) -> None:
    from whoosh.query import Or, Term
    from whoosh.scoring import BM25F

    with whoosh_index(tmp_path, TEXTS, "en").searcher(weighting=BM25F(B=B, K1=K1)) as searcher:
        wanted = searched_terms(question, index)
        query = Or([Term("words", term) for term in wanted])
        found = {hit.docnum: hit.score for hit in searcher.search(query, limit=None)}
    expected = [found.get(row, 0.0) for row in range(len(TEXTS))]
    np.testing.assert_allclose(bm25(index, question), expected, rtol=1e-5, atol=1e-6)


def test_no_whoosh_file_and_no_pickle_is_left_behind(written: Path) -> None:
    assert {path.suffix for path in written.rglob("*")} == {".txt", ".npy"}


def test_texts_are_read_once_and_a_batch_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    read_before_inverting: list[int] = []
    invert = whoosh_index

    def coming() -> Iterator[str]:
        for text in TEXTS:
            read.append(text)
            yield text

    def watched(folder: Path, texts: list[str], language: str, inverted: object) -> object:
        read_before_inverting.append(len(read))
        return invert(folder, texts, language, inverted)  # type: ignore[arg-type]

    monkeypatch.setattr(postings, "BATCH", 2)
    monkeypatch.setattr(postings, "whoosh_index", watched)
    write(tmp_path / "keyword", coming(), "en")
    assert read_before_inverting == [2, 4, 5]
    assert read == TEXTS


def test_batches_make_the_same_files_as_one_batch(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postings, "BATCH", 2)
    write(tmp_path / "batches", iter(TEXTS), "en")
    for path in written.iterdir():
        assert (tmp_path / "batches" / path.name).read_bytes() == path.read_bytes(), path.name


def test_passages_without_a_word_are_rows_all_the_same(tmp_path: Path) -> None:
    texts = ["...", "clock", "—"]
    write(tmp_path / "some", texts, "en")
    assert bm25(PostingsKeywordIndex(tmp_path / "some", 3, "en"), "clock").argmax() == 1
    write(tmp_path / "none", ["...", "—"], "en")
    index = PostingsKeywordIndex(tmp_path / "none", 2, "en")
    assert bm25(index, "clock misspellt").tolist() == [0, 0]
    assert share(index, "clock misspellt", 1) == 0


@pytest.mark.parametrize(
    ("question", "best"),
    [("Su25", 3), ("su 25", 3), ("1847", 2), ("AL BAB", 0), ("Deir Ezzor", 4), ("target", 1)],
)
def test_the_passage_is_found_in_the_spelling_typed(
    index: PostingsKeywordIndex, question: str, best: int
) -> None:
    assert int(bm25(index, question).argmax()) == best


def test_words_that_occur_nowhere_score_nothing_but_lower_the_share(
    index: PostingsKeywordIndex,
) -> None:
    assert not bm25(index, "zebra").any()
    n, here = len(TEXTS), math.log(1 + len(TEXTS) / 1.5)
    assert share(index, "children", 2) == pytest.approx(1.0)
    assert share(index, "children zebra", 2) == pytest.approx(here / (here + math.log(1 + n / 0.5)))


def test_the_share_weighs_rare_words_more(index: PostingsKeywordIndex) -> None:
    one, two = math.log(1 + 5 / 1.5), math.log(1 + 5 / 2.5)
    shares = [share(index, "children targets", row) for row in range(len(TEXTS))]
    expected = [two / (one + two), two / (one + two), one / (one + two), 0, 0]
    assert shares == pytest.approx(expected)
    assert share(index, "of the", 0) == 0


def test_a_misspelt_word_is_taken_for_the_one_it_is_most_like(index: PostingsKeywordIndex) -> None:
    assert int(bm25(index, "chilren tretaed").argmax()) == 2
    assert int(bm25(index, "reconaissance").argmax()) == 1
    assert not bm25(index, "chandelier").any()
    assert share(index, "chilren", 2) == 0  # what is typed is what counts as evidence
    right, wrong = "children doctors", "chilren children doctors"
    assert bm25(index, wrong).tolist() == bm25(index, right).tolist()
    assert analyze(wrong, index).idf_sum == analyze(right, index).idf_sum


LETTERS = "abcdeéи"


@given(
    words=st.lists(st.text(LETTERS, min_size=1, max_size=12), min_size=1, max_size=40, unique=True),
    edits=st.lists(st.tuples(st.integers(0, 12), st.sampled_from(LETTERS)), max_size=3),
)
def test_the_spelling_found_is_that_of_a_plain_search_of_all_words(
    words: list[str], edits: list[tuple[int, str]]
) -> None:
    asked = words[0]
    for place, letter in edits:  # letters changed, dropped, doubled and swapped
        asked = (
            asked[:place] + letter + asked[place + 1 :]
            if place % 3
            else asked[:place] + asked[place + 1 : place + 2] + asked[place:]
        )
    words = sorted(words)
    spellings = np.array([signature(word) for word in words], dtype=np.uint64)
    near = [words[number] for number in likely_spellings(asked, spellings)]
    found, expected = (
        extractOne(asked, choices, scorer=OSA.normalized_similarity, score_cutoff=MIN_SIMILARITY)
        for choices in (near, [word for word in words if len(word) >= MIN_LENGTH - 1])
    )
    assert (found and found[:2]) == (expected and expected[:2])


def test_the_idf_sum_counts_words_that_occur_nowhere_most(index: PostingsKeywordIndex) -> None:
    n = len(TEXTS)
    one, none = math.log(n / 2) + 1, math.log(n) + 1
    assert analyze("children zebra", index).idf_sum == pytest.approx(one + none)
    assert analyze("the of", index).idf_sum == 0


def test_a_very_long_question_keeps_its_rarest_terms(index: PostingsKeywordIndex) -> None:
    question = " ".join(f"brief{number}" for number in range(500)) + " syria besieged"
    searched = searched_terms(question, index)
    assert len(searched) == MAX_QUESTION_TERMS
    assert {"syria", "besieg"} <= set(searched)


def test_the_passages_with_all_words_are_those_of_each(index: PostingsKeywordIndex) -> None:
    assert index.rows_with("target").tolist() == [0, 1]
    assert index.rows_with_all(["Targets", "reconnaissance"]).tolist() == [1]
    assert index.rows_with_all(["targets", "Aleppo"]).tolist() == []
    assert index.rows_with_all(["zebra"]).tolist() == []
    assert index.rows_with_all([]).tolist() == [0, 1, 2, 3, 4]


def test_a_joined_word_is_shared_when_half_of_its_parts_are(tmp_path: Path) -> None:
    write(tmp_path / "k", ["Two Su-24 jets flew.", "Room 24 was empty."], "en")
    index = PostingsKeywordIndex(tmp_path / "k", 2, "en")
    matched = matched_words(analyze("the Su-24M jets", index), index, np.array([0, 1]))
    assert matched == [["Su-24M", "jets"], []]


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="'xx'; choose one of: ar, da, de"):
        stemmer("xx")


def test_german_words_meet_across_their_endings(tmp_path: Path) -> None:
    write(tmp_path / "k", ["Die Häuser brannten.", "Wasser"], "de")
    found = bm25(PostingsKeywordIndex(tmp_path / "k", 2, "de"), "Haus")
    assert found[0] > 0
    assert found[1] == 0


def test_another_number_of_passages_is_damage(written: Path) -> None:
    for n_passages in (0, len(TEXTS) - 1, len(TEXTS) + 1):
        with pytest.raises(IndexDamaged, match="does not fit its passages"):
            PostingsKeywordIndex(written, n_passages, "en")


@pytest.mark.parametrize(
    "content", [b"", b"a\nb\n", b"{", b"\xff\n", b"b\na\n", b"a\n" * 40, None], ids=repr
)
def test_a_list_of_terms_that_is_not_one_is_damage(written: Path, content: bytes | None) -> None:
    if content is None:
        content = b"\n".join(reversed((written / TERMS).read_bytes().splitlines())) + b"\n"
    (written / TERMS).write_bytes(content)
    with pytest.raises(IndexDamaged, match="briefqa build"):
        PostingsKeywordIndex(written, len(TEXTS), "en")


@pytest.mark.parametrize("part", ["starts", "rows", "gains", "spellings", "lengths"])
def test_an_array_that_does_not_fit_is_damage(written: Path, part: str) -> None:
    path = written / f"{part}.npy"
    right = np.load(path)
    pickled = np.empty(2, dtype=object)
    wrong: list[npt.NDArray[Any]] = [right[:-1], right.astype(np.int16), right[:, None], pickled]
    for array in wrong:
        np.save(path, array, allow_pickle=True)
        with pytest.raises(IndexDamaged, match="briefqa build"):
            PostingsKeywordIndex(written, len(TEXTS), "en")
    whole = path.read_bytes()
    for content in (b"", whole[:90], b"PK\x03\x04", whole.replace(b"}", b"(", 1)):
        path.write_bytes(content)
        with pytest.raises(IndexDamaged, match="briefqa build"):
            PostingsKeywordIndex(written, len(TEXTS), "en")


@pytest.mark.parametrize(
    ("part", "place", "value"),
    [
        ("rows", 0, -1),
        ("rows", -1, len(TEXTS)),
        ("starts", 0, 1),
        ("starts", 1, 10**9),
        ("starts", 1, -1),
        ("starts", -1, 0),
        ("gains", 0, -0.5),
        ("gains", 0, np.inf),
        ("gains", -1, np.nan),
    ],
)
def test_a_value_out_of_bounds_is_damage(
    written: Path, part: str, place: int, value: float
) -> None:
    array = np.load(written / f"{part}.npy")
    array[place] = value
    np.save(written / f"{part}.npy", array)
    with pytest.raises(IndexDamaged, match="briefqa build"):
        PostingsKeywordIndex(written, len(TEXTS), "en")
