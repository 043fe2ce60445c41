"""Which passages share the words?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from briefqa.errors import IndexDamaged, UsageError
from briefqa.index import keyword_index
from briefqa.index.keyword_index import (
    K1,
    MAX_QUESTION_TERMS,
    MIN_SIMILARITY,
    MIN_SPELLED,
    TERMS,
    B,
    KeywordIndex,
    likely_spellings,
    spelling,
    stemmer,
    whoosh_index,
    write,
)
from briefqa.text.words import terms

if TYPE_CHECKING:
    import numpy.typing as npt

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


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A keyword index of its own, to be harmed."""
    write(tmp_path / "keyword", TEXTS, "en")
    return tmp_path / "keyword"


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
def test_bm25_equals_a_naive_bm25f_by_value(index: KeywordIndex, question: str) -> None:
    expected = naive_bm25f(index.question_terms(question))
    assert max(expected) > 0
    np.testing.assert_allclose(index.match(question).bm25, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("question", QUESTIONS)
def test_bm25_equals_whooshs_own_search_by_value(
    index: KeywordIndex, question: str, tmp_path: Path
) -> None:
    from whoosh.query import Or, Term
    from whoosh.scoring import BM25F

    with whoosh_index(tmp_path, TEXTS, "en").searcher(weighting=BM25F(B=B, K1=K1)) as searcher:
        wanted = index.question_terms(question)
        query = Or([Term("words", term) for term in wanted])
        found = {hit.docnum: hit.score for hit in searcher.search(query, limit=None)}
    expected = [found.get(row, 0.0) for row in range(len(TEXTS))]
    np.testing.assert_allclose(index.match(question).bm25, expected, rtol=1e-5, atol=1e-6)


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

    monkeypatch.setattr(keyword_index, "BATCH", 2)
    monkeypatch.setattr(keyword_index, "whoosh_index", watched)
    write(tmp_path / "keyword", coming(), "en")
    assert read_before_inverting == [2, 4, 5]
    assert read == TEXTS


def test_batches_make_the_same_files_as_one_batch(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyword_index, "BATCH", 2)
    write(tmp_path / "batches", iter(TEXTS), "en")
    for path in written.iterdir():
        assert (tmp_path / "batches" / path.name).read_bytes() == path.read_bytes(), path.name


def test_passages_without_a_word_are_rows_all_the_same(tmp_path: Path) -> None:
    texts = ["...", "clock", "—"]
    write(tmp_path / "some", texts, "en")
    assert KeywordIndex(tmp_path / "some", 3, "en").match("clock").bm25.argmax() == 1
    write(tmp_path / "none", ["...", "—"], "en")
    match = KeywordIndex(tmp_path / "none", 2, "en").match("clock misspellt")
    assert match.bm25.tolist() == [0, 0]
    assert match.share(1) == 0


@pytest.mark.parametrize(
    ("question", "best"),
    [("Su25", 3), ("su 25", 3), ("1847", 2), ("AL BAB", 0), ("Deir Ezzor", 4), ("target", 1)],
)
def test_the_passage_is_found_in_the_spelling_typed(
    index: KeywordIndex, question: str, best: int
) -> None:
    assert int(index.match(question).bm25.argmax()) == best


def test_words_that_occur_nowhere_score_nothing_but_lower_the_share(index: KeywordIndex) -> None:
    assert not index.match("zebra").bm25.any()
    n, here = len(TEXTS), math.log(1 + len(TEXTS) / 1.5)
    assert index.match("children").share(2) == pytest.approx(1.0)
    assert index.match("children zebra").share(2) == pytest.approx(
        here / (here + math.log(1 + n / 0.5))
    )


def test_the_share_weighs_rare_words_more(index: KeywordIndex) -> None:
    match = index.match("children targets")
    one, two = math.log(1 + 5 / 1.5), math.log(1 + 5 / 2.5)
    shares = [match.share(row) for row in range(len(TEXTS))]
    expected = [two / (one + two), two / (one + two), one / (one + two), 0, 0]
    assert shares == pytest.approx(expected)
    assert index.match("of the").share(0) == 0


def test_a_misspelt_word_is_taken_for_the_one_it_is_most_like(index: KeywordIndex) -> None:
    assert int(index.match("chilren tretaed").bm25.argmax()) == 2
    assert int(index.match("reconaissance").bm25.argmax()) == 1
    assert not index.match("chandelier").bm25.any()
    assert index.match("chilren").share(2) == 0  # what is typed is what counts as evidence
    right, wrong = index.match("children doctors"), index.match("chilren children doctors")
    assert wrong.bm25.tolist() == right.bm25.tolist()
    assert wrong.idf_sum == right.idf_sum


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
    spellings = np.array([spelling(word) for word in words], dtype=np.uint64)
    near = [words[number] for number in likely_spellings(asked, spellings)]
    found, expected = (
        extractOne(asked, choices, scorer=OSA.normalized_similarity, score_cutoff=MIN_SIMILARITY)
        for choices in (near, [word for word in words if len(word) >= MIN_SPELLED - 1])
    )
    assert (found and found[:2]) == (expected and expected[:2])


def test_the_idf_sum_counts_words_that_occur_nowhere_most(index: KeywordIndex) -> None:
    n = len(TEXTS)
    one, none = math.log(n / 2) + 1, math.log(n) + 1
    assert index.match("children zebra").idf_sum == pytest.approx(one + none)
    assert index.match("the of").idf_sum == 0


def test_a_very_long_question_keeps_its_rarest_terms(index: KeywordIndex) -> None:
    question = " ".join(f"brief{number}" for number in range(500)) + " syria besieged"
    kept = index.question_terms(question)
    assert len(kept) == MAX_QUESTION_TERMS
    assert {"syria", "besieg"} <= set(kept)


def test_the_passages_with_all_words_are_those_of_each(index: KeywordIndex) -> None:
    assert index.rows_with("target").tolist() == [0, 1]
    assert index.rows_with_all(["Targets", "reconnaissance"]).tolist() == [1]
    assert index.rows_with_all(["targets", "Aleppo"]).tolist() == []
    assert index.rows_with_all(["zebra"]).tolist() == []
    assert index.rows_with_all([]).tolist() == [0, 1, 2, 3, 4]


def test_a_joined_word_is_shared_when_half_of_its_parts_are(tmp_path: Path) -> None:
    write(tmp_path / "k", ["Two Su-24 jets flew.", "Room 24 was empty."], "en")
    index = KeywordIndex(tmp_path / "k", 2, "en")
    words = index.words("the Su-24M jets")
    assert [word.typed for word in words] == ["Su-24M", "jets"]
    assert [[word.stands_in(row) for row in (0, 1)] for word in words] == [[True, False]] * 2


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="'xx'; choose one of: ar, da, de"):
        stemmer("xx")


def test_german_words_meet_across_their_endings(tmp_path: Path) -> None:
    write(tmp_path / "k", ["Die Häuser brannten.", "Wasser"], "de")
    bm25 = KeywordIndex(tmp_path / "k", 2, "de").match("Haus").bm25
    assert bm25[0] > 0
    assert bm25[1] == 0


def test_another_number_of_passages_is_damage(written: Path) -> None:
    for n_passages in (0, len(TEXTS) - 1, len(TEXTS) + 1):
        with pytest.raises(IndexDamaged, match="does not fit its passages"):
            KeywordIndex(written, n_passages, "en")


@pytest.mark.parametrize(
    "content", [b"", b"a\nb\n", b"{", b"\xff\n", b"b\na\n", b"a\n" * 40, None], ids=repr
)
def test_a_list_of_terms_that_is_not_one_is_damage(written: Path, content: bytes | None) -> None:
    if content is None:
        content = b"\n".join(reversed((written / TERMS).read_bytes().splitlines())) + b"\n"
    (written / TERMS).write_bytes(content)
    with pytest.raises(IndexDamaged, match="briefqa build"):
        KeywordIndex(written, len(TEXTS), "en")


@pytest.mark.parametrize("part", ["starts", "rows", "gains", "spellings", "lengths"])
def test_an_array_that_does_not_fit_is_damage(written: Path, part: str) -> None:
    path = written / f"{part}.npy"
    right = np.load(path)
    pickled = np.empty(2, dtype=object)
    wrong: list[npt.NDArray[Any]] = [right[:-1], right.astype(np.int16), right[:, None], pickled]
    for array in wrong:
        np.save(path, array, allow_pickle=True)
        with pytest.raises(IndexDamaged, match="briefqa build"):
            KeywordIndex(written, len(TEXTS), "en")
    whole = path.read_bytes()
    for content in (b"", whole[:90], b"PK\x03\x04", whole.replace(b"}", b"(", 1)):
        path.write_bytes(content)
        with pytest.raises(IndexDamaged, match="briefqa build"):
            KeywordIndex(written, len(TEXTS), "en")


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
        KeywordIndex(written, len(TEXTS), "en")
