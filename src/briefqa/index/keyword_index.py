"""Searching passages by their words: the seam every keyword index fits, and the one in a folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from briefqa.index import postings
from briefqa.index.phrase_index import PhraseIndex
from briefqa.index.postings import Postings
from briefqa.text import spelling
from briefqa.text.language import stemmer
from briefqa.text.words import terms

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    PostingRows = npt.NDArray[np.int32]
    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]


class KeywordMatch(Protocol):
    """The passages that hold any of some weighted terms; each has a score above 0."""

    def top(self, limit: int, among: Rows | None = None) -> tuple[Rows, Values]:
        """The passages with the highest scores, best first, ties by row.

        Returns rows, int64 [m], and their scores, float32 [m]; m <= limit. `among`, int64
        ascending, restricts the search to those rows.
        """
        ...

    def scores(self, rows: Rows) -> Values:
        """The score of each of these passages, float32 [len(rows)], 0 where no term occurs."""
        ...

    def rank_of(self, score: float) -> int:
        """One more than the number of passages, of all, with a higher score.

        Only its reciprocal counts: an index that cannot count them may stop at some hundred.
        """
        ...


class KeywordIndex(Protocol):
    """What a search needs of an index of terms, embedded or remote; any thread may use it.

    Terms are as `text/words.py` makes them for one of the index's `languages`, whichever that of
    the passage is; the first is its `language`. The score of a passage is the sum, over the terms
    given, of weight times gain (`bm25.py`).
    """

    @property
    def language(self) -> str: ...

    @property
    def languages(self) -> Sequence[str]: ...

    @property
    def n_passages(self) -> int: ...

    def document_frequency(self, term: str) -> int:
        """How many passages hold the term."""
        ...

    def corrected(self, term: str) -> str:
        """The term, or the one it is most like if it occurs nowhere (`text/spelling.py`)."""
        ...

    def match(self, weights: Mapping[str, float]) -> KeywordMatch:
        """The passages that hold any of these terms, each term with its weight."""
        ...

    def holding(self, terms: Sequence[str], rows: Rows) -> Flags:
        """Whether each passage holds each term, bool [len(terms), len(rows)]."""
        ...

    def rows_with_phrases(self, phrases: Sequence[Sequence[str]]) -> tuple[Rows, bool]:
        """The passages whose text holds every phrase, int64 ascending, and whether that is certain.

        Phrases are plain words (`text/words.py`). Where it is not certain, the rows are all those
        that may hold them, and the texts have to be read.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections; nothing may be searched after that."""
        ...


class PostingsKeywordIndex:
    """The keyword index of one generation, in a folder; safe to share between threads."""

    def __init__(
        self, folder: Path, n_passages: int, language: str, others: Sequence[str] = ()
    ) -> None:
        """Open what `postings.write` wrote; raises IndexDamaged when it does not fit together.

        `others` are the languages that some passages have instead of `language`.
        """
        self.language = language
        self.languages = (language, *others)
        self.n_passages = n_passages
        self._folder = folder
        self._postings: Postings = postings.read(folder, n_passages)
        self._phrases = PhraseIndex(folder, n_passages)

    def document_frequency(self, term: str) -> int:
        """How many passages hold the term."""
        return len(self.rows_with(term))

    def corrected(self, term: str) -> str:
        """The term, or the one it is most like if it occurs nowhere."""
        if not spelling.can_be_corrected(term) or self._postings.number(term) is not None:
            return term
        return spelling.closest(term, self._postings.terms, self._postings.spellings) or term

    def match(self, weights: Mapping[str, float]) -> KeywordMatch:
        """The passages that hold any of these terms, each term with its weight."""
        scores = np.zeros(self.n_passages, dtype=np.float32)
        for term, weight in weights.items():
            rows, gains = self._postings.of(term)
            scores[rows] += np.float32(weight) * gains
        return PostingsMatch(scores)

    def holding(self, terms: Sequence[str], rows: Rows) -> Flags:
        """Whether each passage holds each term, bool [len(terms), len(rows)]."""
        flags = np.zeros((len(terms), len(rows)), np.bool_)
        wanted = rows.astype(np.int32)
        for number, term in enumerate(terms):
            with_term = self.rows_with(term)
            if len(with_term):
                places = with_term.searchsorted(wanted)
                flags[number] = with_term[np.minimum(places, len(with_term) - 1)] == wanted
        return flags

    def rows_with_phrases(self, phrases: Sequence[Sequence[str]]) -> tuple[Rows, bool]:
        """The passages whose text holds every phrase, which is certain here."""
        rows = self.rows_with_all(word for words in phrases for word in words)
        return self._phrases.rows_with(phrases, rows), True

    def rows_with(self, term: str) -> PostingRows:
        """The passages that hold the term, int32 ascending."""
        return self._postings.of(term)[0]

    def rows_with_all(self, words: Iterable[str]) -> Rows:
        """The passages that hold the terms of all these plain words, int64 ascending."""
        typed = list(words)
        found = [self._rows_with_terms(_terms_of(typed, one)) for one in self.languages]
        return np.unique(np.concatenate(found)) if found[1:] else found[0]

    def _rows_with_terms(self, wanted: Collection[str]) -> Rows:
        if not wanted:
            return np.arange(self.n_passages, dtype=np.int64)
        rows, *others = sorted(map(self.rows_with, wanted), key=len)
        for other in others:
            if not len(rows):
                break
            places = np.minimum(other.searchsorted(rows), len(other) - 1)
            rows = rows[other[places] == rows]
        return rows.astype(np.int64)

    def check(self) -> None:
        """Read all that a search may ever read; raises IndexDamaged where one would."""
        self._postings.check(self._folder)
        self._phrases.check()

    def close(self) -> None:
        """Let go of the arrays; nothing may be searched after that."""
        del self._postings, self._phrases


class PostingsMatch:
    """The passages that hold any of some weighted terms, scored all at once."""

    def __init__(self, scores: Values) -> None:
        """`scores` are those of all passages, float32 [n_passages]."""
        self._scores = scores

    def top(self, limit: int, among: Rows | None = None) -> tuple[Rows, Values]:
        """The passages with the highest scores, best first, ties by row; see KeywordMatch."""
        scores = self._scores
        rows = np.flatnonzero(scores) if among is None else among[scores[among] > 0]
        values = scores[rows]
        if len(rows) > limit:
            good = values >= np.partition(values, -limit)[-limit]  # sort only those, ties included
            rows, values = rows[good], values[good]
        best = np.lexsort((rows, -values))[:limit]
        return rows[best].astype(np.int64), values[best]

    def scores(self, rows: Rows) -> Values:
        """The score of each of these passages, float32 [len(rows)], 0 where no term occurs."""
        return self._scores[rows]

    def rank_of(self, score: float) -> int:
        """One more than the number of passages with a higher score."""
        return 1 + int((self._scores > np.float32(score)).sum())


def _terms_of(words: Iterable[str], language: str) -> Collection[str]:
    stem = stemmer(language)
    return {term for word in words for term in terms(word, stem)}
