"""Compares the words of a text with those of a query, and evaluates the query on it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import regex

from briefqa.concordance.query import (
    Dated,
    Either,
    InPart,
    Manner,
    Near,
    Node,
    Part,
    Phrase,
    Word,
    phrases_of,
)
from briefqa.errors import UsageError
from briefqa.text import spelling
from briefqa.text.words import Reading, Stem, readings, written_words

_PARAGRAPH_END = regex.compile(r"(?:\r?\n[ \t>]*+){2}")
_MOST_WAYS = 16  # in which the joined words of a phrase are read
_FEW_STEPS, _STEPS = 1_000_000, 20  # a phrase may take in a text; more for each of its words
_NEIGHBOURS = 3  # places before and after that are looked at for the nearest; some may overlap
_MOST_REMEMBERED = 200_000  # different words of texts


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A place: characters `start` to `end` of the document, its words `first` up to `last`."""

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a document as it is read.

    Character i of `text` stands at `start + offsets[i]` of the document's text.
    """

    text: str
    start: int
    offsets: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Token:
    """What one reading of a word of a text is compared with."""

    manner: Manner
    plain: str
    stem: str

    def fits(self, reading: Reading) -> bool:
        match self.manner:
            case Manner.FORMS:
                return self.stem == reading.stem
            case Manner.EXACT:
                return self.plain == reading.plain
            case Manner.BEGINNING:
                return reading.plain.startswith(self.plain)
            case Manner.SPELLING:
                return self.stem == reading.stem or _alike(self.plain, reading.plain)


# A reading that fits a query: it starts at a part of the text, counted over all of it, and goes up
# to `last` in a `paragraph`, by its number; `tokens` are the numbers of those it fits.
@dataclass(frozen=True, slots=True)
class _Edge:
    last: int
    start: int
    end: int
    paragraph: int
    tokens: frozenset[int]


class Matcher:
    """A query, prepared for texts in one language; not to be shared between threads."""

    def __init__(self, node: Node, stem: Stem) -> None:
        self._node = node
        self._stem = stem
        self._tokens: dict[_Token, int] = {}
        self._ways: dict[Phrase, list[tuple[int, ...]]] = {
            phrase: self._ways_of(phrase) for phrase in phrases_of(node)
        }
        self._forms = {token.stem for token in self._tokens if token.manner is Manner.FORMS}
        self._exact = {token.plain for token in self._tokens if token.manner is Manner.EXACT}
        self._others = [
            (token, number)
            for token, number in self._tokens.items()
            if token.manner in (Manner.BEGINNING, Manner.SPELLING)
        ]
        self._known: dict[str, tuple[int, tuple[tuple[Reading, frozenset[int]], ...]]] = {}

    def places(
        self,
        text: str,
        stretches: Iterable[Stretch],
        part_of: Callable[[Found], Part],
        date: tuple[tuple[int, int, int], tuple[int, int, int]] | None,
    ) -> list[Found]:
        """Every place of a document's `text`, in order, none twice.

        `stretches` cover all of its words; `part_of` says where a place is; `date` is the earliest
        and the latest that the document may be of, None where it has none.
        """
        edges = self._edges(text, stretches)
        phrases = {phrase: self._phrase(phrase, edges) for phrase in self._ways}
        return _Evaluation(phrases, part_of, date).places(self._node)

    def _ways_of(self, phrase: Phrase) -> list[tuple[int, ...]]:
        """The sequences of tokens, by number, that a phrase may be read as."""
        choices = [self._readings_of(word) for word in phrase.words]
        ways: list[tuple[int, ...]] = []
        for choice in product(*choices):
            ways.append(tuple(number for sequence in choice for number in sequence))
            if len(ways) == _MOST_WAYS:
                break
        together = tuple(number for each in choices for number in each[-1])
        return list(dict.fromkeys((*ways, together)))

    def _readings_of(self, word: Word) -> list[tuple[int, ...]]:
        """The ways to read one word of the query, its parts one by one first, all joined last."""
        n_parts, found = readings(word.text, self._stem)
        starting: dict[int, list[Reading]] = {}
        for each in found:
            starting.setdefault(each.first, []).append(each)

        def paths(at: int) -> Iterator[tuple[Reading, ...]]:
            if at == n_parts:
                yield ()
            for each in starting.get(at, ()):
                for rest in paths(each.last):
                    yield (each, *rest)

        return [
            tuple(
                self._number(_token(word.manner if each is path[-1] else Manner.FORMS, each, word))
                for each in path
            )
            for path, _ in zip(paths(0), range(2 * _MOST_WAYS), strict=False)
        ]

    def _number(self, token: _Token) -> int:
        return self._tokens.setdefault(token, len(self._tokens))

    def _edges(self, text: str, stretches: Iterable[Stretch]) -> dict[int, list[_Edge]]:
        """What of a text fits a token of the query, by the part it starts at."""
        edges: dict[int, list[_Edge]] = {}
        paragraphs = [match.start() for match in _PARAGRAPH_END.finditer(text)]
        known, at = self._known, 0
        for stretch in stretches:
            offsets, base = stretch.offsets, stretch.start
            for start, raw in written_words(stretch.text):
                n_parts, fitting = known.get(raw) or self._look_up(raw)
                for reading, tokens in fitting:
                    begin = base + offsets[start + reading.start]
                    end = base + offsets[start + reading.end - 1] + 1
                    paragraph = bisect_left(paragraphs, begin)
                    edge = _Edge(at + reading.last, begin, end, paragraph, tokens)
                    edges.setdefault(at + reading.first, []).append(edge)
                at += n_parts
        return edges

    def _look_up(self, raw: str) -> tuple[int, tuple[tuple[Reading, frozenset[int]], ...]]:
        n_parts, found = readings(raw, self._stem)
        fitting = []
        for reading in found:
            if not self._others and not (
                reading.stem in self._forms or reading.plain in self._exact
            ):
                continue
            numbers = frozenset(no for token, no in self._tokens.items() if token.fits(reading))
            if numbers:
                fitting.append((reading, numbers))
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[raw] = n_parts, tuple(fitting)
        return self._known[raw]

    def _phrase(self, phrase: Phrase, edges: dict[int, list[_Edge]]) -> list[Found]:
        """Every place of a phrase; its words may not be in two paragraphs."""
        found: set[Found] = set()
        steps_left = _FEW_STEPS + _STEPS * len(edges)
        for way in self._ways[phrase]:
            for at, starting in edges.items():
                for edge in starting:
                    if way[0] in edge.tokens:
                        ends, steps = _ends(way, edge, edges)
                        steps_left -= steps
                        found.update(Found(edge.start, end, at, last) for last, end in ends)
                if steps_left < 0:
                    raise UsageError(
                        "A phrase repeats itself so often in a document that it takes too long; "
                        "look for a shorter one."
                    )
        return _outermost(found)


class _Evaluation:
    """A query on one document, its phrases found."""

    def __init__(
        self,
        phrases: dict[Phrase, list[Found]],
        part_of: Callable[[Found], Part],
        date: tuple[tuple[int, int, int], tuple[int, int, int]] | None,
    ) -> None:
        self._phrases = phrases
        self._part_of = part_of
        self._date = date

    def places(self, node: Node) -> list[Found]:
        match node:
            case Phrase():
                return self._phrases[node]
            case Near():
                return _near(self.places(node.left), self.places(node.right), node.within)
            case Either():
                return _merged(map(self.places, node.nodes))
        if not all(self._of_date(each) for each in node.filters if isinstance(each, Dated)):
            return []
        parts = [each for each in node.filters if isinstance(each, InPart)]
        of_each = [
            [place for place in self.places(each) if self._is_in(place, parts)]
            for each in node.nodes
        ]
        if not all(of_each) or any(map(self.places, node.without)):
            return []
        return _merged(of_each)

    def _is_in(self, place: Found, parts: Iterable[InPart]) -> bool:
        return all((self._part_of(place) is each.part) == each.wanted for each in parts)

    def _of_date(self, dated: Dated) -> bool:
        if self._date is None:
            return False
        first, last = self._date
        return (first <= dated.last and dated.first <= last) == dated.wanted


def _ends(
    way: Sequence[int], edge: _Edge, edges: dict[int, list[_Edge]]
) -> tuple[Iterable[tuple[int, int]], int]:
    """Where a sequence of tokens that begins with this one ends: parts and characters.

    With it how many steps that took.
    """
    paragraph, reached, steps = edge.paragraph, {edge.last: edge.end}, 0
    for token in way[1:]:
        steps += len(reached)
        reached = {
            following.last: following.end
            for at in reached
            for following in edges.get(at, ())
            if token in following.tokens and following.paragraph == paragraph
        }
        if not reached:
            break
    return reached.items(), steps


def _token(manner: Manner, reading: Reading, word: Word) -> _Token:
    if manner is Manner.FORMS and word.manner is Manner.EXACT:
        manner = Manner.EXACT
    return _Token(manner, reading.plain, reading.stem)


def _alike(one: str, other: str) -> bool:
    if not other.isalpha() or len(other) < spelling.MIN_LENGTH - 1:
        return False
    from rapidfuzz.distance import OSA

    cutoff = spelling.MIN_SIMILARITY
    return bool(OSA.normalized_similarity(one, other, score_cutoff=cutoff) >= cutoff)


def _near(left: Sequence[Found], right: Sequence[Found], within: int) -> list[Found]:
    """For each of either the nearest of the other, from the first word to the last of both."""
    found = set()
    for one, others in ((left, right), (right, left)):
        firsts = [other.first for other in others]
        for place in one:
            at = bisect_left(firsts, place.first)
            candidates = others[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS + 1]
            apart = [
                (max(other.first - place.last, place.first - other.last), other)
                for other in candidates
                if other.first >= place.last or other.last <= place.first
            ]
            if apart and min(apart)[0] <= within:
                other = min(apart)[1]
                first, last = min(place, other), max(place, other)
                found.add(Found(first.start, last.end, first.first, last.last))
    return sorted(found)


def _merged(several: Iterable[Iterable[Found]]) -> list[Found]:
    """All in order; of those that overlap, the one around the others."""
    return _outermost({place for places in several for place in places})


def _outermost(places: Iterable[Found]) -> list[Found]:
    """In order, without those that lie within another."""
    kept: list[Found] = []
    for place in sorted(places, key=lambda each: (each.start, -each.end)):
        if not kept or place.end > kept[-1].end:
            kept.append(place)
    return kept
