"""The terms of a question: what is searched by words, and how much of it a passage holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from briefqa.index import bm25
from briefqa.index.keyword_index import KeywordIndex
from briefqa.text.dates import day_terms
from briefqa.text.english import is_english
from briefqa.text.language import language_of, stemmer, stop_words
from briefqa.text.words import question_terms, question_words, terms

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]

MAX_QUESTION_TERMS = 64
_PAIR = 2  # characters: the last term of a word in a script without spaces is of its last two


@dataclass(frozen=True, slots=True)
class QuestionWord:
    """A word of a question as it is typed, with its terms as they are searched.

    `occurs` says whether any passage holds one of the terms.
    """

    typed: str
    terms: tuple[str, ...]
    occurs: bool


@dataclass(frozen=True, slots=True)
class QuestionTerms:
    """The terms of one question over one index.

    `idf` is that of each term as it is searched: typed, or corrected if it occurs nowhere; and of
    those of the days that the question names, if they occur (`text/dates.py`).
    `rarity` is the weight of each term as it is typed, see `bm25.rarity`. `words` leave out the
    question's function words; in an index of several languages one that is spelt otherwise in
    another of them comes once more, and the terms of that are `others`.
    """

    idf: Mapping[str, float]
    rarity: Mapping[str, float]
    words: tuple[QuestionWord, ...]
    language: str
    others: frozenset[str] = frozenset()

    @property
    def idf_sum(self) -> float:
        """The idf of all terms together but for `others`, those that occur nowhere included."""
        return sum(idf for term, idf in self.idf.items() if term not in self.others)


def searched_terms(question: str, index: KeywordIndex) -> tuple[str, ...]:
    """The terms a question is searched by, as they are typed; none if it is function words alone.

    At most 64: the rarest of those that occur, if there are more.
    """
    language = asked_in(question, index)
    typed = question_terms(question, stemmer(language), stop_words(language))
    if len(typed) <= MAX_QUESTION_TERMS:
        return typed
    rarest = sorted(typed, key=lambda term: index.document_frequency(term) or inf)
    chosen = set(rarest[:MAX_QUESTION_TERMS])
    return tuple(term for term in typed if term in chosen)


def analyze(question: str, index: KeywordIndex) -> QuestionTerms:
    """The terms of a question, with their weights in this index."""
    language, n_passages = asked_in(question, index), index.n_passages
    frequency = lru_cache(maxsize=None)(index.document_frequency)
    corrected = lru_cache(maxsize=None)(index.corrected)
    typed = searched_terms(question, index)
    words = question_words(question, stemmer(language), stop_words(language))
    known = tuple(
        QuestionWord(word, of_word, any(map(frequency, of_word)))
        for word, own in words[:MAX_QUESTION_TERMS]
        for of_word in [tuple(map(corrected, own))]
    )
    elsewhere = _elsewhere(known, language, index)
    replaced = {word.typed for word in known if not word.occurs} & {w.typed for w in elsewhere}
    kept = [word for word in known if word.typed not in replaced]
    own_terms = {term for word in kept for term in word.terms}
    gone = {term for word in known for term in word.terms} - own_terms
    searched = [term for term in dict.fromkeys(map(corrected, typed)) if term not in gone]
    there = [term for word in elsewhere for term in word.terms if term not in searched]
    of_days = [term for term in dict.fromkeys(day_terms(question)) if frequency(term)]
    others = {term for word in elsewhere if word.typed not in replaced for term in word.terms}
    return QuestionTerms(
        idf={term: bm25.idf(frequency(term), n_passages) for term in (*searched, *there, *of_days)},
        rarity={
            term: bm25.rarity(frequency(term), n_passages)
            for term in (*(term for term in typed if corrected(term) not in gone), *there)
        },
        words=(*kept, *elsewhere),
        language=language,
        others=frozenset(others).difference(searched),
    )


def asked_in(question: str, index: KeywordIndex) -> str:
    """The language whose word endings and function words a question has, of those of the index."""
    if not index.languages[1:] or ("en" in index.languages and is_english(question)):
        return index.language if not index.languages[1:] else "en"
    language = language_of(question, index.language)
    return language if language in index.languages else index.language


def _elsewhere(
    words: Sequence[QuestionWord], language: str, index: KeywordIndex
) -> list[QuestionWord]:
    """The words as passages in the other languages of the index have them, where those differ."""
    known = {term for word in words for term in word.terms}
    found = []
    for word in words:
        for other in index.languages:
            of_word = tuple(dict.fromkeys(terms(word.typed, stemmer(other))))
            if other == language or known.issuperset(of_word):
                continue
            if all(map(index.document_frequency, of_word)):
                known.update(of_word)
                found.append(QuestionWord(word.typed, of_word, True))
    return found


def matched_share(asked: QuestionTerms, index: KeywordIndex, row: int) -> float:
    """How much of the question, as it is typed, the passage holds, 0..1.

    The weight of its terms there over the weight of all its terms, those that occur nowhere
    included.
    """
    holds = index.holding(tuple(asked.rarity), np.array([row], np.int64))[:, 0]
    matched, total = np.float32(0), 0.0
    for (term, weight), is_there in zip(asked.rarity.items(), holds, strict=True):
        total += weight if term not in asked.others else 0
        if is_there:
            matched += np.float32(weight)
    return min(1.0, float(matched / np.float32(total or 1)))


def matched_words(asked: QuestionTerms, index: KeywordIndex, rows: Rows) -> list[list[str]]:
    """For each passage, the words of the question that it holds, as typed, repeats included.

    Of a joined word such as Su-24M it is enough that half of its terms are there, or the last, that
    of the word run together.
    """
    searched = tuple(dict.fromkeys(term for word in asked.words for term in word.terms))
    number = {term: place for place, term in enumerate(searched)}
    holds = index.holding(searched, rows)
    matched: list[list[str]] = [[] for _ in rows]
    for word in asked.words:
        of_word = holds[[number[term] for term in word.terms]]
        enough = 2 * of_word.sum(axis=0) >= len(word.terms)
        if word.terms[-1].isascii() or len(word.terms[-1]) > _PAIR:
            enough |= of_word[-1]
        for place in np.flatnonzero(enough):
            matched[place].append(word.typed)
    return matched


def content_stems(text: str, language: str) -> frozenset[str]:
    """The terms of a text without its function words."""
    return frozenset(question_terms(text, stemmer(language), stop_words(language)))


def shares(asked: QuestionTerms, texts: Iterable[str], language: str) -> Values:
    """How much of a question each of these texts in a language holds, float32 [n_texts], 0..1.

    The idf of the question's terms that occur there over that of all its terms.
    """
    matched = [sum(asked.idf.get(term, 0) for term in _terms_of(text, language)) for text in texts]
    return np.array(matched, np.float32) / np.float32(asked.idf_sum or 1)


@lru_cache(maxsize=2048)  # sentences that are found are found again; some 5 MB
def _terms_of(text: str, language: str) -> frozenset[str]:
    return frozenset((*terms(text, stemmer(language)), *day_terms(text)))
