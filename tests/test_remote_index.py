"""A search over other indexes than those in a folder: whatever fits the two protocols.

Both indexes here are dictionaries in memory, as a client of a remote engine could be written: no
method gives or takes anything as long as the corpus.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from whoosh.util.numeric import byte_to_length, length_to_byte

from briefqa import Mode, Searcher, build, open_index
from briefqa.answering import ranking
from briefqa.answering.question import analyse
from briefqa.answering.ranking import SearchContext
from briefqa.documents.passages import embedded_texts, headings
from briefqa.evaluation.probe import passages
from briefqa.index.bm25 import K1, B
from briefqa.index.keyword_index import KeywordIndex
from briefqa.index.vector_index import SENTENCE_WEIGHT, VectorIndex
from briefqa.models.embedder import HashingEmbedder
from briefqa.models.reader import OverlapReader
from briefqa.records import Hit, Passage, Query, TextKind
from briefqa.text.language import stemmer
from briefqa.text.words import plain_words, terms

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]

HARBOUR = """\
# Harbour brief

The harbour of Lindo opened in 1931. It closed for the winter of 1944.

## Ships

Nine green ferries work there. Two Su-25 tugs pull them. The joint air operation began at noon.

## Crew

Captain Mara Oduya leads a crew of 26,395 people. Operation of the air pumps is joint work.
"""
GARDEN = "Roses need water. Tulips need sun. The green gate opened at noon."
QUESTIONS = [
    "Who is captain of the crew?",
    "green ferries at noon",
    '"joint air operation" noon',
    '"air joint"',
    "su25 zebra",
    "of the",
]


class MemoryKeywordIndex:
    """Terms in dictionaries; says of phrases only where they may be."""

    def __init__(self, cut: Sequence[Passage], language: str) -> None:
        self.language = language
        self.languages = (language,)
        self.n_passages = len(cut)
        stem = stemmer(language)
        self._terms = [
            Counter(terms(f"{headings(passage)}\n{passage.text}", stem)) for passage in cut
        ]
        lengths = [own.total() for own in self._terms]
        self._mean = sum(lengths) / len(lengths)
        self._lengths = [byte_to_length(length_to_byte(length)) for length in lengths]

    def document_frequency(self, term: str) -> int:
        return sum(term in own for own in self._terms)

    def corrected(self, term: str) -> str:
        return term

    def match(self, weights: Mapping[str, float]) -> MemoryMatch:
        return MemoryMatch(self, weights)

    def holding(self, terms: Sequence[str], rows: Rows) -> Flags:
        flags = [[term in self._terms[row] for row in rows] for term in terms]
        return np.array(flags, np.bool_).reshape(len(terms), len(rows))

    def rows_with_phrases(self, phrases: Sequence[Sequence[str]]) -> tuple[Rows, bool]:
        stem = stemmer(self.language)
        wanted = {term for words in phrases for word in words for term in terms(word, stem)}
        rows = [row for row, own in enumerate(self._terms) if wanted <= own.keys()]
        return np.array(rows, np.int64), False

    def close(self) -> None:
        self._terms.clear()

    def score(self, weights: Mapping[str, float], row: int) -> float:
        norm: float = K1 * (1 - B + B * self._lengths[row] / self._mean)
        times = self._terms[row]
        return sum(
            weight * times[term] * (K1 + 1) / (times[term] + norm)
            for term, weight in weights.items()
            if term in times
        )


class MemoryMatch:
    def __init__(self, index: MemoryKeywordIndex, weights: Mapping[str, float]) -> None:
        self._index, self._weights = index, weights

    def top(self, limit: int, among: Rows | None = None) -> tuple[Rows, Values]:
        rows = np.arange(self._index.n_passages) if among is None else among
        scores = self.scores(rows)
        best = [place for place in np.lexsort((rows, -scores)) if scores[place] > 0][:limit]
        return rows[best].astype(np.int64), scores[best]

    def scores(self, rows: Rows) -> Values:
        return np.array([self._index.score(self._weights, int(row)) for row in rows], np.float32)

    def rank_of(self, score: float) -> int:
        scores = self.scores(np.arange(self._index.n_passages))
        return 1 + int((scores > np.float32(score)).sum())


class MemoryVectorIndex:
    """The vectors of each passage, the whole and its sentences, in a list."""

    def __init__(self, cut: Sequence[Passage], embedder: HashingEmbedder, language: str) -> None:
        self.n_passages = len(cut)
        self.dimension = embedder.dimension
        self._vectors = [
            embedder.embed(embedded_texts(passage, embedder, language), TextKind.PASSAGE)
            .astype(np.float16)
            .astype(np.float32)
            for passage in cut
        ]

    def nearest(
        self, question: Values, limit: int, among: Rows | None = None
    ) -> tuple[Rows, Values]:
        rows = np.arange(self.n_passages) if among is None else among
        cosines = self.cosines(question, rows)
        best = np.lexsort((rows, -cosines))[:limit]
        return rows[best].astype(np.int64), cosines[best]

    def cosines(self, question: Values, rows: Rows) -> Values:
        weighed = []
        for row in rows:
            whole, best = self._vectors[row][0] @ question, self.sentence_cosines(question, row)
            weighed.append((1 - SENTENCE_WEIGHT) * whole + SENTENCE_WEIGHT * best.max())
        return np.array(weighed, np.float32)

    def sentence_cosines(self, question: Values, row: int) -> Values:
        own = self._vectors[row]
        cosines: Values = (own[1:] if len(own) > 1 else own) @ question
        return cosines

    def close(self) -> None:
        self._vectors.clear()


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("harbour")
    (folder / "docs").mkdir()
    (folder / "docs" / "harbour.md").write_text(HARBOUR)
    (folder / "docs" / "garden.txt").write_text(GARDEN)
    build(folder / "docs", index=folder / "index", model=HashingEmbedder())
    return open_index(folder / "index", reader=OverlapReader())


@pytest.fixture(scope="module")
def remote(searcher: Searcher) -> SearchContext:
    """What the searcher has opened, with other indexes of the same passages."""
    cut = passages(searcher)
    keyword: KeywordIndex = MemoryKeywordIndex(cut, "en")
    vectors: VectorIndex = MemoryVectorIndex(cut, HashingEmbedder(), "en")
    with searcher.opened() as snapshot:
        return replace(snapshot.context, keyword=keyword, vectors=vectors)


def plain(hit: Hit) -> tuple[object, ...]:
    evidence = hit.evidence
    ranks = evidence.keyword_rank, evidence.semantic_rank
    return hit.rank, hit.passage, hit.answer, evidence.matched, ranks


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_hits_come_from_other_indexes_of_the_same_passages(
    searcher: Searcher, remote: SearchContext, question: str, mode: Mode
) -> None:
    query = Query(question, k=10)
    expected = searcher.search(query, mode=mode)
    ranked = ranking.rank(remote, query, mode)
    hits = ranking.hits(remote, ranked, query.k)
    assert list(map(plain, hits)) == list(map(plain, expected))
    fused = [hit.evidence.fused for hit in hits]
    assert fused == pytest.approx([hit.evidence.fused for hit in expected], abs=1e-5)
    if hits and mode is Mode.HYBRID:
        with searcher.opened() as snapshot:
            own = ranking.rank(snapshot.context, query, mode)
            known, checked = ranking.signals(snapshot.context, analyse(question), question, own)
        signals, checked_here = ranking.signals(remote, analyse(question), question, ranked)
        assert checked_here == checked
        assert signals.agreement == known.agreement
        assert signals.matched_share == pytest.approx(known.matched_share)
        assert signals.unknown_share == known.unknown_share


def test_an_index_that_corrects_no_spelling_still_answers(remote: SearchContext) -> None:
    query = Query("When did the harbor of Lindo open?")
    best = ranking.hits(remote, ranking.rank(remote, query, Mode.HYBRID), 1)[0]
    assert "1931" in best.passage.text


def test_rows_restrict_and_words_to_hold_come_first(remote: SearchContext) -> None:
    rows = np.array([1, 2], np.int64)
    ranked = ranking.rank(remote, Query("green ferries noon"), Mode.HYBRID, rows)
    assert set(ranked.rows.tolist()) == {1, 2}
    ranked = ranking.rank(remote, Query("green ferries noon", must_hold="Lindo"), Mode.HYBRID)
    best = remote.passages[int(ranked.rows[0])]
    assert "lindo" in plain_words(best.text)
