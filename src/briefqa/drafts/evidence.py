"""Whether the figures and names of a sentence stand in the documents, and what does instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from briefqa.drafts.figures import Figure, figures
from briefqa.drafts.records import ClaimKind, Finding, Source
from briefqa.drafts.sources import Sources
from briefqa.drafts.tokens import tokens
from briefqa.records import Passage
from briefqa.text.language import stemmer, stop_words
from briefqa.text.sentences import sentences
from briefqa.text.words import phrase_spellings, placed_words, question_terms

_PASSAGES = 4  # by the words of a sentence, and by those with each figure
_ALIKE = 0.6  # share of a sentence's words, by weight, from which one of a source says the same
_NEARLY = 0.8  # of the likest sentence's share; others as like as that count too
_SOME = 0.35  # share from which a sentence is about the same matter at all
_WEIGHTS = 3, 2, 1, 1, 1  # of the words on either side by which figures are told apart
_BESIDE = len(_WEIGHTS)
_SAME_PLACE = 0.6  # of the likest place's likeness, from which the same value is the same figure
_LEAST_BESIDE = 0.3  # share of them that is the same where a figure stands for another
_NAMES_KEPT = 4096

_CLAUSE_END = regex.compile(r"[,;:—–()]|(?<![\p{L}\p{N}])(?:and|but|while|which)(?![\p{L}\p{N}])")
_WORDS_OF_CLAUSE = 3

_Beside = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Stands:
    """How a figure or a name stands: `value` is what the source has instead of another one."""

    finding: Finding
    source: Source | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a source that has figures; offsets are of the document's text."""

    row: int
    start: int
    text: str
    terms: frozenset[str]
    figures: tuple[Figure, ...]


class Evidence:
    """What the documents say of figures and names; keeps what it has read of them."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._read = lru_cache(maxsize=1024)(self._sentences)
        self._names = lru_cache(maxsize=_NAMES_KEPT)(self._name)

    def of_figures(self, sentence: str, stated: Sequence[Figure]) -> list[Stands]:
        """How each of these figures of a sentence stands; the offsets are of that sentence."""
        sources = self._sources
        bare = _without(sentence, stated)
        words = sources.terms(bare)
        likely = sources.rows(words, _PASSAGES, 0)
        found = []
        for figure in stated:
            near = sources.terms(_clause(bare, figure))
            with_figure = near | sources.terms(sentence[figure.start : figure.end])
            rows = [*likely, *sources.rows(with_figure, _PASSAGES, 0)]
            read = [one for row in dict.fromkeys(rows) for one in self._read(row)]
            shares = [max(self._share(words, one), self._share(near, one)) for one in read]
            found.append(self._of_figure(sentence, figure, read, shares))
        return found

    def _share(self, words: set[str], one: _Sentence) -> float:
        """The share of words that a sentence has too, by weight."""
        total = sum(map(self._weight, words)) or 1.0
        return sum(self._weight(term) for term in words & one.terms) / total

    def _of_figure(
        self, sentence: str, figure: Figure, found: Sequence[_Sentence], shares: Sequence[float]
    ) -> Stands:
        beside = _beside(sentence, figure)
        dates = figure.kind is ClaimKind.DATE
        options = [
            (share, _likeness(beside, figure, _beside(one.text, other), other), one, other)
            for one, share in zip(found, shares, strict=True)
            for other in one.figures
            if (other.kind is ClaimKind.DATE) == dates
        ]
        best = max((share for share, *_ in options), default=0.0)
        least = _NEARLY * best if best >= _ALIKE else _SOME
        alike = [one for one in options if one[0] >= least or min(one[0] / _SOME, one[1]) >= _ALIKE]
        same = max((one for one in alike if figure.same_value(one[3])), key=_by_place, default=None)
        # One day is no other day of the week, whatever either sentence is about.
        weekdays = [one for one in options if same is None and figure.has_other_weekday(one[3])]
        if weekdays:
            *_, one, other = max(weekdays, key=_by_place)
            return self._other(figure, one, other)
        countable = [one for one in alike if _counts_the_same(figure, one[3])]
        nearest = max(countable, key=_by_place, default=None)
        if same is not None and (nearest is None or same[1] >= _SAME_PLACE * nearest[1]):
            return Stands(Finding.SAME, self._source(same[2], same[3]))
        if nearest is None:
            return Stands(Finding.NOWHERE)
        _, place, one, other = nearest
        if place < _LEAST_BESIDE:
            return Stands(Finding.NOWHERE)
        return self._other(figure, one, other)

    def _other(self, figure: Figure, one: _Sentence, other: Figure) -> Stands:
        end = other.end if figure.rate_fits(other) else other.rate_end
        return Stands(Finding.OTHER, self._source(one, other), one.text[other.start : end])

    def _weight(self, term: str) -> float:
        return self._sources.weight(term) or 1.0

    def _source(self, one: _Sentence, figure: Figure) -> Source:
        passage = self._sources.passage(one.row)
        start = one.start + figure.start
        end = one.start + figure.end
        return Source(passage, start, end, one.text[figure.start : figure.end], one.text)

    def _sentences(self, row: int) -> tuple[_Sentence, ...]:
        """The sentences of a passage that have figures."""
        passage = self._sources.passage(row)
        language = passage.language or self._sources.language
        found = []
        for span in sentences(passage.text, language):
            text = passage.text[span.start : span.end]
            if has := figures(text):
                terms = frozenset(self._sources.terms(_without(text, has)))
                found.append(_Sentence(row, passage.start + span.start, text, terms, has))
        return tuple(found)

    def of_name(self, name: str) -> Stands:
        """How a name stands: as it is written, or in one passage with its words apart, in another
        spelling, or nowhere.
        """
        return self._names(name)

    def _name(self, name: str) -> Stands:
        sources = self._sources
        spellings = phrase_spellings(name)
        rows = sources.rows_with(spellings)[:1]
        for row in rows:
            passage = sources.passage(row)
            for spelling in spellings:
                if source := _first(passage, spelling):
                    return Stands(Finding.SAME, source)
        wanted = sources.terms(name)
        for row in sources.rows(wanted, _PASSAGES, 0):
            passage = sources.passage(row)
            context = " ".join((passage.title, *passage.section, passage.text))
            if wanted <= sources.terms(context):
                last = [word for word, *_ in placed_words(name)][-1:]
                source = _first(passage, last) or Source(passage, passage.start, passage.start, "")
                return Stands(Finding.SAME, source)
        corrected = {sources.corrected(term) for term in wanted}
        if corrected != wanted:
            for row in sources.rows(corrected, _PASSAGES, 0):
                if source := _misspelt(sources.passage(row), spellings[0]):
                    return Stands(Finding.OTHER, source, source.text)
        return Stands(Finding.NOWHERE)


def _counts_the_same(figure: Figure, other: Figure) -> bool:
    """Whether one may stand for the other: both count the same, or of one it is not said what."""
    if figure.unit or other.unit or not (figure.counts and other.counts):
        return True
    return not _nouns(figure.counts).isdisjoint(_nouns(other.counts))


@lru_cache(maxsize=4096)
def _nouns(counts: str) -> frozenset[str]:
    """The terms of what follows a figure, function words apart."""
    return frozenset(question_terms(counts, stemmer("en"), stop_words("en")))


def _by_place(option: tuple[float, float, _Sentence, Figure]) -> tuple[float, float]:
    return option[1], option[0]


def _without(text: str, stated: Iterable[Figure]) -> str:
    """The text with spaces where its figures are."""
    signs = list(text)
    for figure in stated:
        signs[figure.start : figure.end] = " " * (figure.end - figure.start)
    return "".join(signs)


def _clause(bare: str, figure: Figure) -> str:
    """The clause of a figure, which may say by itself what it is of; all if it is too short."""
    start = max((one.end() for one in _CLAUSE_END.finditer(bare, 0, figure.start)), default=0)
    behind = _CLAUSE_END.search(bare, figure.end)
    clause = bare[start : behind.start() if behind else len(bare)]
    return clause if len(clause.split()) >= _WORDS_OF_CLAUSE else bare


@lru_cache(maxsize=8192)
def _beside(sentence: str, figure: Figure) -> _Beside:
    """The words before a figure and those behind it, the nearest first."""
    before = [one.word for one in tokens(sentence[max(0, figure.start - 100) : figure.start])]
    behind = [one.word for one in tokens(sentence[figure.end : figure.end + 100])]
    return tuple(before[::-1][:_BESIDE]), tuple(behind[:_BESIDE])


def _likeness(beside: _Beside, figure: Figure, others: _Beside, other: Figure) -> float:
    """How alike the places of two figures are, 0..1: by the words beside them, and the unit.

    A figure counts what stands next to it, so that the nearest words weigh most.
    """
    shared = total = 0
    for mine, theirs in zip(beside, others, strict=True):
        for word, weight in zip(mine, _WEIGHTS, strict=False):
            total += weight
            shared += weight * (word in theirs)
    units = 1.0 if figure.unit == other.unit else 0.0
    return (4 * shared / max(1, total) + units) / 5


def _first(passage: Passage, spelling: Sequence[str]) -> Source | None:
    """The first place of these plain words, one after the other, in a passage."""
    return _first_of(passage, spelling, str.__eq__)


def _misspelt(passage: Passage, spelling: Sequence[str]) -> Source | None:
    """The first place of words that are these but for a slip in each."""
    from rapidfuzz.distance import OSA

    return _first_of(passage, spelling, lambda word, one: OSA.distance(word, one) <= len(one) // 4)


def _first_of(
    passage: Passage, spelling: Sequence[str], alike: Callable[[str, str], bool]
) -> Source | None:
    words = list(placed_words(passage.text))
    for place in range(len(words) - len(spelling) + 1):
        run = words[place : place + len(spelling)]
        if all(alike(word, one) for (word, *_), one in zip(run, spelling, strict=True)):
            return _range(passage, run[0][1], run[-1][2])
    return None


def _range(passage: Passage, start: int, end: int) -> Source:
    return Source(passage, passage.start + start, passage.start + end, passage.text[start:end])
