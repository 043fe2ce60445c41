"""Searching passages in Milvus: it finds candidates, and their scores are computed here.

A passage's terms are a sparse vector of their BM25 gains, so that its inner product with the
weights of a question is the score that the index in a folder has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from briefqa.documents import passages as cutting
from briefqa.errors import UsageError
from briefqa.index.arrays import widened
from briefqa.index.keyword_index import PostingsKeywordIndex
from briefqa.index.manifest import Manifest
from briefqa.index.milvus import collections
from briefqa.index.milvus.client import MOST
from briefqa.index.milvus.numbering import conditions
from briefqa.index.milvus.rows import Content, MilvusPassageFile, Passages, read_blobs
from briefqa.index.postings import Postings
from briefqa.index.recovery import damaged
from briefqa.index.vector_index import SENTENCE_WEIGHT
from briefqa.text.language import stemmer
from briefqa.text.words import plain_words

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    PostingRows = npt.NDArray[np.int32]
    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]

_FEW = 300  # passages whose scores are computed without a search for the best of them
_BLOCK = 256  # passages that are read at a time
_COUNTED = 500  # passages with a higher score that are counted
_DEPTH = 4  # nearest vectors asked for with each passage wanted
_MORE = 100  # passages beside those wanted whose cosines are computed


class MilvusKeywordIndex(PostingsKeywordIndex):
    """The keyword index of one generation in Milvus; its vocabulary is held here."""

    def __init__(self, rows: Passages, manifest: Manifest) -> None:
        """Read the vocabulary; raises IndexDamaged where it does not fit together."""
        location = Path(rows.client.location.text) / "terms"
        try:
            stemmer(manifest.language)
        except UsageError as error:
            raise damaged(location, "there is no stemmer for its language") from error
        self.language = manifest.language
        self.languages = (manifest.language, *manifest.other_languages())
        self.n_passages = manifest.passages
        self._rows = rows
        self._collection = collections.terms(rows.generation)
        got = read_blobs(rows.client, rows.generation, ("terms", "frequencies", "spellings"))
        try:
            terms = got["terms"].decode().split("\n")[:-1]
            self._frequencies = np.frombuffer(got["frequencies"], "<i8")
            spellings = np.frombuffer(got["spellings"], "<u8")
        except KeyError as error:
            raise damaged(location, "its terms are missing") from error
        if not len(terms) == len(self._frequencies) == len(spellings):
            raise damaged(location, "its terms do not fit together")
        self._postings = Postings(
            terms=terms,
            starts=np.empty(0, np.int64),
            rows=np.empty(0, np.int32),
            gains=np.empty(0, np.float32),
            spellings=spellings,
            lengths=np.empty(0, np.float32),
        )

    def document_frequency(self, term: str) -> int:
        number = self._postings.number(term)
        return 0 if number is None else int(self._frequencies[number])

    def match(self, weights: Mapping[str, float]) -> MilvusMatch:
        numbers = {term: self._postings.number(term) for term in weights}
        known = {
            number: float(weights[term]) for term, number in numbers.items() if number is not None
        }
        return MilvusMatch(self._rows, self.n_passages, known)

    def holding(self, terms: Sequence[str], rows: Rows) -> Flags:
        flags = np.zeros((len(terms), len(rows)), np.bool_)
        numbers = [self._postings.number(term) for term in terms]
        if all(number is None for number in numbers):
            return flags
        found = self._rows.terms.several(rows)
        for place, row in enumerate(rows):
            held = found[int(row)].numbers
            flags[:, place] = [number is not None and number in held for number in numbers]
        return flags

    def rows_with(self, term: str) -> PostingRows:
        number = self._postings.number(term)
        if number is None:
            return np.empty(0, np.int32)
        wanted = int(self._frequencies[number])
        step = self.n_passages if wanted <= MOST else MOST
        found: list[int] = []
        for start in range(0, self.n_passages, step):
            within = "" if step == self.n_passages else f"row >= {start} and row < {start + step}"
            hits = self._rows.client.search(
                self._collection, "words", {number: 1.0}, min(wanted, step), within
            )
            found += [row for row, _ in hits]
        return np.sort(np.array(found, np.int32))

    def _rows_with_terms(self, wanted: Collection[str]) -> Rows:
        if not wanted:
            return np.arange(self.n_passages, dtype=np.int64)
        rarest, *others = sorted(wanted, key=self.document_frequency)
        rows = self.rows_with(rarest).astype(np.int64)
        if not others or not len(rows):
            return rows
        parts = [rows[start : start + MOST] for start in range(0, len(rows), MOST)]
        return np.concatenate([part[self.holding(others, part).all(axis=0)] for part in parts])

    def rows_with_phrases(self, phrases: Sequence[Sequence[str]]) -> tuple[Rows, bool]:
        """The passages whose text holds every phrase, which are read for that."""
        rows = self.rows_with_all(word for words in phrases for word in words)
        wanted = {tuple(words) for words in phrases}
        file = MilvusPassageFile(self._rows)
        found = []
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK].tolist()
            self._rows.contents.several(block)  # at once
            for row in block:
                words = plain_words(cutting.searched(file[row]))
                if all(_stands(phrase, words) for phrase in wanted):
                    found.append(row)
        return np.array(found, np.int64), True

    def check(self) -> None:
        """Milvus checks what it keeps."""

    def close(self) -> None:
        """Nothing is open."""


class MilvusMatch:
    """The passages that hold any of some weighted terms, by the terms' numbers."""

    def __init__(self, rows: Passages, n_passages: int, weights: Mapping[int, float]) -> None:
        self._rows = rows
        self._n_passages = n_passages
        self._weights = weights

    def top(self, limit: int, among: Rows | None = None) -> tuple[Rows, Values]:
        """The passages with the highest scores, best first, ties by row; see KeywordMatch."""
        if among is not None and len(among) <= _FEW:
            rows = among
        else:
            rows = np.unique(np.array([row for row, _ in self._hits(limit, among)], np.int64))
        scores = self.scores(rows)
        rows, scores = rows[scores > 0], scores[scores > 0]
        best = np.lexsort((rows, -scores))[:limit]
        return rows[best], scores[best]

    def scores(self, rows: Rows) -> Values:
        """The score of each of these passages, float32 [len(rows)], 0 where no term occurs."""
        found = self._rows.terms.several(rows) if self._weights else {}
        scores = np.zeros(len(rows), np.float32)
        if not found:
            return scores
        for place, row in enumerate(rows):
            held = found[int(row)]
            for number, weight in self._weights.items():  # in the order of the index in a folder
                at = int(held.numbers.searchsorted(number))
                if at < len(held.numbers) and held.numbers[at] == number:
                    scores[place] += np.float32(weight) * held.gains[at]
        return scores

    def rank_of(self, score: float) -> int:
        """One more than the number of passages with a higher score, counted to some hundred."""
        hits = self._hits(_COUNTED, None)
        return 1 + sum(value > score * (1 + 1e-6) for _, value in hits)

    def _hits(self, limit: int, among: Rows | None) -> list[tuple[int, float]]:
        if not self._weights:
            return []
        collection = collections.terms(self._rows.generation)
        wanted: Iterable[str] = ("",)
        if among is not None and len(among) < self._n_passages:
            wanted = conditions("row", among, among + 1)
        return [
            hit
            for where in wanted
            for hit in self._rows.client.search(collection, "words", self._weights, limit, where)
        ]


class MilvusVectorIndex:
    """The vectors of one generation in Milvus."""

    def __init__(self, rows: Passages) -> None:
        self._rows = rows
        self._numbering = rows.numbering
        self._collection = collections.vectors(rows.numbering.shared.base)

    @property
    def n_passages(self) -> int:
        return self._rows.n_passages

    @property
    def dimension(self) -> int:
        return self._numbering.shared.dimension

    def nearest(
        self, question: Values, limit: int, among: Rows | None = None
    ) -> tuple[Rows, Values]:
        """The `limit` passages nearest to `question`; see VectorIndex."""
        rows = np.arange(self.n_passages) if among is None else np.unique(among).astype(np.int64)
        if limit <= 0 or not len(rows):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if len(rows) > max(_FEW, limit + _MORE):
            rows = self._candidates(question, limit, None if among is None else rows)
        cosines = self.cosines(question, rows)
        best = np.lexsort((rows, -cosines))[:limit]
        return rows[best], cosines[best]

    def cosines(self, question: Values, rows: Rows) -> Values:
        """The cosine of each of `rows` with `question`, float32 [len(rows)]."""
        cosines = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), MOST):
            part = rows[start : start + MOST]
            found = self._rows.contents.several(part)
            for place, row in enumerate(part, start):
                each = _products(found[int(row)], question)
                best = each[1:].max() if len(each) > 1 else each[0]
                cosines[place] = (1 - SENTENCE_WEIGHT) * each[0] + SENTENCE_WEIGHT * best
        return cosines

    def sentence_cosines(self, question: Values, row: int) -> Values:
        """The cosine of each sentence of a passage, float32 [n_sentences], in order."""
        each = _products(self._rows.contents.one(row), question)
        return each[1:] if len(each) > 1 else each

    def check(self) -> None:
        """Milvus checks what it keeps."""

    def close(self) -> None:
        """Nothing is open."""

    def _candidates(self, question: Values, limit: int, among: Rows | None) -> Rows:
        """The passages of the nearest vectors, ascending: those wanted and some more."""
        wanted, depth = limit + _MORE, min(_DEPTH * limit, MOST)
        every = among is None or len(among) == self.n_passages
        where = [""] if every else list(conditions("number", *self._numbering.ranges(among)))
        while True:
            hnsw = self._numbering.shared.index == "HNSW"
            parameters = {"ef": max(64, depth)} if hnsw else {}
            parts = [
                self._rows.client.search(
                    self._collection, "vector", question, depth, each, parameters
                )
                for each in where
            ]
            hits = sorted((hit for part in parts for hit in part), key=lambda hit: -hit[1])
            numbers = np.array([number for number, _ in hits], np.int64)
            # Of another generation's passages there may be some vectors, too.
            found = self._numbering.rows_of(numbers)
            rows = np.fromiter(dict.fromkeys(found.tolist()), np.int64)
            if len(rows) >= wanted or depth >= MOST or all(len(part) < depth for part in parts):
                return np.sort(rows[:wanted])
            depth = min(2 * depth, MOST)


def _products(row: Content, question: Values) -> Values:
    """Of each vector of a passage with the question; one by one, so that equal ones are equal."""
    products: Values = np.vecdot(widened(row.vectors), question)
    return products


def _stands(phrase: Sequence[str], words: Sequence[str]) -> bool:
    n = len(phrase)
    return any(tuple(words[at : at + n]) == phrase for at in range(len(words) - n + 1))
