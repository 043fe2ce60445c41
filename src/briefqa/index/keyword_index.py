"""Which passages share the words?

Whoosh inverts the passages while an index is built, and lends its stemmers and stop words. Its
files are pickles, which run code when they are opened, so none is kept: the postings are taken
into plain numpy arrays as Whoosh sorts them, each with its gain by Whoosh's own BM25F formula, and
questions are scored from those. This is the only room that imports whoosh.
"""

from __future__ import annotations

import math
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from operator import lt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa.errors import IndexDamaged, UsageError
from briefqa.index import arrays
from briefqa.index.recovery import damaged
from briefqa.text.words import Stem, question_terms, question_words, terms

if TYPE_CHECKING:
    import numpy.typing as npt
    from whoosh.codec.base import PerDocumentReader
    from whoosh.fields import Schema
    from whoosh.index import FileIndex

    Rows = npt.NDArray[np.int64]
    PostedRows = npt.NDArray[np.int32]
    Values = npt.NDArray[np.float32]
    Spellings = npt.NDArray[np.uint64]

# How soon repeats of a word stop counting, and how much a long passage is held against it. The
# values Anserini uses for passages; `benchmarks/RETRIEVAL.md` has others. They are in the gains an
# index holds: raise RECIPE in `builder.py` when they change.
K1 = 0.9
B = 0.4
MAX_QUESTION_TERMS = 64
# A word of the question that stands nowhere is taken for the word it is most like, if it is long
# enough and like enough (1 less the share of letters to change, swapped neighbours counting once).
MIN_SPELLED = 5
MIN_SIMILARITY = 0.8
QUESTION_WORDS = {
    "en": frozenset(
        "what which who whom whose when where why how many much does did do is are was were be "
        "been being has have had can could will would shall should may might must me my tell "
        "please give show find know want like about there their they them his her its it that "
        "this these those than then so if not no nor any some such also just".split()
    )
}
TERMS = "terms.txt"  # sorted, each on a line
BATCH = 4096  # passages that Whoosh inverts at a time; of many more, its sorting goes to disk
_PARTS = {
    "starts": np.int64,
    "rows": np.int32,
    "gains": np.float32,
    "spellings": np.uint64,
    "lengths": np.float32,
}
_FIELD = "words"
_KINDS = 28  # of letters that a spelling tells apart; a to z are all different
_LETTERS = (1 << 2 * _KINDS) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """What the words of one question say of every passage."""

    bm25: Values  # float32 [n_passages], 0 where no word matches
    idf_sum: float  # of all the question's terms as spelt right, those that occur nowhere included
    idf: Mapping[str, float]  # of each of these terms
    _typed: tuple[PostedRows, ...]  # of each term as it is typed, where it stands

    def share(self, row: int) -> float:
        """How much of the question, as it is typed, the passage holds, 0..1.

        The weight of its terms there over the weight of all its terms, those that occur nowhere
        included; the weight of a term in n of N passages is ln(1 + N / (n + 0.5)).
        """
        held, asked = np.float32(0), 0.0
        for rows in self._typed:
            weight = math.log(1 + len(self.bm25) / (len(rows) + 0.5))
            asked += weight
            if _holds(rows, row):
                held += np.float32(weight)
        return float(held / np.float32(asked or 1))


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """A word of a question as it is typed, and the passages that hold each of its terms."""

    typed: str
    _rows: tuple[PostedRows, ...]

    def stands_in(self, row: int) -> bool:
        """Whether the passage holds it: of a joined word such as Su-24M at least half its terms."""
        return 2 * sum(_holds(rows, row) for rows in self._rows) >= len(self._rows)

    def stands_nowhere(self) -> bool:
        """Whether no passage holds any of its terms."""
        return not any(map(len, self._rows))


@dataclass(frozen=True, slots=True)
class _Postings:
    """Postings as compressed rows.

    Term i stands in passages `rows[starts[i]:starts[i + 1]]`, int32 ascending, each with its
    `gains`, float32: what it adds to the passage's BM25F for an idf of 1. `spellings`, uint64
    [n_terms], say how each term is spelt, see `spelling`. `lengths`, float32 [n_passages], are the
    numbers of terms, as Whoosh keeps them: in one byte, so that above ten they are a little off.
    """

    starts: Rows
    rows: PostedRows
    gains: Values
    spellings: Spellings
    lengths: Values

    def fit(self, n_terms: int, n_passages: int) -> bool:
        """Whether every posting of so many terms is one of so many passages.

        Reads each array once: as unsigned bits, a row below 0 is a large one, and whatever is no
        finite number from 0 on is larger than those that are.
        """
        infinity = np.array(np.inf, np.float32).view(np.uint32)
        return (
            len(self.starts) == n_terms + 1
            and len(self.spellings) == n_terms
            and len(self.lengths) == n_passages
            and len(self.rows) == len(self.gains) == self.starts[-1]
            and self.starts[0] == 0
            and bool((self.starts[1:] >= self.starts[:-1]).all())
            and bool(self.rows.view(np.uint32).max(initial=0) < max(n_passages, 1))
            and bool(self.gains.view(np.uint32).max(initial=0) < infinity)
        )


def supported_languages() -> tuple[str, ...]:
    """Two-letter codes of the languages whose words can be stemmed."""
    from whoosh.lang import languages

    return tuple(sorted(languages))


@lru_cache
def stemmer(language: str) -> Stem:
    """The stemmer of a two-letter language code; raises UsageError for one there is none for."""
    from whoosh.lang import stemmer_for_language

    if language not in supported_languages():
        raise UsageError(
            f"There is no stemmer for the language '{language}'; choose one of: "
            f"{', '.join(supported_languages())}."
        )
    return lru_cache(maxsize=65536)(stemmer_for_language(language))


@lru_cache
def stop_words(language: str) -> frozenset[str]:
    """Function words that are dropped from a question, never from a passage."""
    from whoosh.lang.stopwords import stoplists

    return QUESTION_WORDS.get(language, frozenset()).union(stoplists.get(language, ()))


def write(folder: Path, texts: Iterable[str], language: str) -> None:
    """Index `texts`, read once, and leave the postings in `folder` as arrays; row i is text i.

    Memory: the vocabulary, about 50 bytes a posting (a term in a passage), one batch of texts.
    """
    folder.mkdir(parents=True)
    inverted, coming = _Inverted(), iter(texts)
    while batch := list(islice(coming, BATCH)):
        held = len(inverted.lengths)
        with tempfile.TemporaryDirectory(dir=folder, prefix="whoosh-") as scratch:
            whoosh_index(Path(scratch), batch, language, inverted).close()
        if len(inverted.lengths) != held + len(batch):
            raise IndexDamaged(f"Whoosh lost some of {len(batch)} passages; run the build again.")
    words, postings = inverted.by_term()
    (folder / TERMS).write_text("".join(f"{word}\n" for word in words), "utf-8", newline="\n")
    for part in _PARTS:
        arrays.write(folder / f"{part}.npy", getattr(postings, part))


def whoosh_index(
    folder: Path, texts: Iterable[str], language: str, inverted: _Inverted | None = None
) -> FileIndex:
    """A Whoosh index in `folder`: one writer, one segment, document number i is texts[i].

    If `inverted` is given, the postings go there rather than to its files.
    """
    from whoosh import index
    from whoosh.analysis import RegexTokenizer
    from whoosh.codec import default_codec
    from whoosh.codec.base import WrappingCodec
    from whoosh.fields import TEXT, Schema

    stem = stemmer(language)
    codec = WrappingCodec(default_codec())
    if inverted is not None:
        codec.field_writer = lambda storage, segment: inverted
    # The words are ours (`analysis.py`); given as lists, they pass Whoosh's analyzer by.
    field = TEXT(analyzer=RegexTokenizer(), phrase=False)
    created = index.create_in(str(folder), Schema(**{_FIELD: field}))
    with created.writer(procs=1, limitmb=128, timeout=10, codec=codec) as writer:
        for text in texts:
            writer.add_document(**{_FIELD: [term for term in terms(text, stem) if term]})
    return created


class _Inverted:
    """Postings as Whoosh has sorted them, batch after batch; a FieldWriter of its codec."""

    is_closed = False

    def __init__(self) -> None:
        self._vocabulary: dict[str, int] = {}  # term to number, in the order they came
        self._numbers = array("i")  # of each posting, its term
        self._rows = array("i")  # its passage
        self._times = array("f")  # how many times the term is there
        self.lengths = array("f")  # of each passage in terms, as Whoosh's one byte keeps it

    def add_postings(
        self, schema: Schema, lengths: PerDocumentReader, items: Iterable[tuple[Any, ...]]
    ) -> None:
        """Whoosh hands over one segment: (field, term, document, weight, value), sorted."""
        first, last, number = len(self.lengths), None, 0
        for _, word, document, weight, _ in items:
            if word != last:
                last = word
                number = self._vocabulary.setdefault(word.decode(), len(self._vocabulary))
            self._numbers.append(number)
            self._rows.append(first + document)
            self._times.append(weight)
        self.lengths.extend(
            lengths.doc_field_length(document, _FIELD) or 0
            for document in range(lengths.doc_count_all())
        )

    def close(self) -> None:
        """Whoosh is done with a segment."""

    def by_term(self) -> tuple[list[str], _Postings]:
        """The terms, sorted, and their postings, those of a term by passage."""
        words = sorted(self._vocabulary)
        place = np.empty(len(words), dtype=np.int32)
        place[[self._vocabulary[word] for word in words]] = np.arange(len(words), dtype=np.int32)
        term_of = np.frombuffer(self._numbers, dtype=np.int32)
        term_of[:] = place[term_of]
        counts = np.bincount(term_of, minlength=len(words))
        order = np.argsort(term_of, kind="stable")
        rows = np.frombuffer(self._rows, dtype=np.int32)[order]
        times = np.frombuffer(self._times, dtype=np.float32)[order]
        del order
        lengths = np.frombuffer(self.lengths, dtype=np.float32)
        return words, _Postings(
            starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            rows=rows,
            gains=_gains(rows, times, lengths),
            spellings=np.array([spelling(word) for word in words], dtype=np.uint64),
            lengths=lengths,
        )


class KeywordIndex:
    """Read-only postings of one generation; safe to share between threads."""

    def __init__(self, folder: Path, n_passages: int, language: str) -> None:
        """Open the arrays in `folder`; raises IndexDamaged when they do not fit together."""
        self._language = language
        self._n_passages = n_passages
        try:
            self._words = (folder / TERMS).read_bytes().decode("utf-8").split("\n")
            if self._words.pop() or not all(map(lt, self._words, islice(self._words, 1, None))):
                raise ValueError(f"{TERMS} is not sorted lines")
            # Checked once and opened again, so that what was read for that leaves memory.
            if not _read_postings(folder).fit(len(self._words), n_passages):
                raise ValueError("it does not fit its passages")
            self._postings = _read_postings(folder)
        except (OSError, ValueError) as error:
            raise damaged(folder, f"the keyword index cannot be read ({error})") from error

    def question_terms(self, question: str) -> tuple[str, ...]:
        """The terms a question is searched by, none if it holds function words alone.

        At most 64: the rarest of those that occur, if there are more.
        """
        found = question_terms(question, stemmer(self._language), stop_words(self._language))
        if len(found) <= MAX_QUESTION_TERMS:
            return found
        rarest = sorted(found, key=lambda term: len(self.rows_with(term)) or math.inf)
        kept = set(rarest[:MAX_QUESTION_TERMS])
        return tuple(term for term in found if term in kept)

    def match(self, question: str) -> Match:
        """What the question's words say of every passage.

        BM25F is Whoosh's: the sum over terms of
        idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / mean length)), with
        idf = ln(N / (df + 1)) + 1. All but the idf is in the index.
        """
        typed = self.question_terms(question)
        bm25 = np.zeros(self._n_passages, dtype=np.float32)
        idfs = {}
        for term in dict.fromkeys(map(self._spelled, typed)):
            rows, gains = self._of(term)
            idf = math.log(self._n_passages / (len(rows) + 1)) + 1
            idfs[term] = idf
            bm25[rows] += np.float32(idf) * gains
        return Match(bm25, sum(idfs.values()), idfs, tuple(map(self.rows_with, typed)))

    def shares(self, match: Match, texts: Iterable[str]) -> Values:
        """How much of a question each of these texts holds, float32 [n_texts], 0..1.

        The idf of the question's terms that stand there over that of all its terms.
        """
        held = [
            sum(match.idf.get(term, 0) for term in _terms_of(text, self._language))
            for text in texts
        ]
        return np.array(held, np.float32) / np.float32(match.idf_sum or 1)

    def words(self, question: str) -> list[Word]:
        """The question's words, each with where it stands, without function words; at most 64."""
        stem, left_out = stemmer(self._language), stop_words(self._language)
        words = question_words(question, stem, left_out)[:MAX_QUESTION_TERMS]
        return [
            Word(typed, tuple(self.rows_with(self._spelled(term)) for term in of_word))
            for typed, of_word in words
        ]

    def rows_with(self, term: str) -> PostedRows:
        """The passages that hold the term, int32 ascending."""
        return self._of(term)[0]

    def rows_with_all(self, words: Iterable[str]) -> Rows:
        """The passages that hold all these plain words: where a phrase can be, int64 ascending."""
        stem = stemmer(self._language)
        wanted = {term for word in words for term in terms(word, stem)}
        if not wanted:
            return np.arange(self._n_passages, dtype=np.int64)
        rows, *others = sorted(map(self.rows_with, wanted), key=len)
        for other in others:
            rows = np.intersect1d(rows, other, assume_unique=True)
        return rows.astype(np.int64)

    def _spelled(self, term: str) -> str:
        """The term, or what it is most like if it stands nowhere; of equals the first by letter."""
        if len(term) < MIN_SPELLED or not term.isalpha() or self._number(term) is not None:
            return term
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extractOne

        near = [self._words[n] for n in likely_spellings(term, self._postings.spellings)]
        found = extractOne(
            term, near, scorer=OSA.normalized_similarity, score_cutoff=MIN_SIMILARITY
        )
        return term if found is None else str(found[0])

    def _number(self, term: str) -> int | None:
        number = bisect_left(self._words, term)
        return number if number < len(self._words) and self._words[number] == term else None

    def _of(self, term: str) -> tuple[PostedRows, Values]:
        """The passages that hold the term and its gain in each."""
        number = self._number(term)
        start, end = (0, 0) if number is None else self._postings.starts[number : number + 2]
        return self._postings.rows[start:end], self._postings.gains[start:end]


@lru_cache(maxsize=2048)  # sentences that are found are found again; some 5 MB
def _terms_of(text: str, language: str) -> frozenset[str]:
    return frozenset(terms(text, stemmer(language)))


def _holds(rows: PostedRows, row: int) -> bool:
    place = int(rows.searchsorted(rows.dtype.type(row)))
    return place < len(rows) and int(rows[place]) == row


def _gains(rows: PostedRows, times: Values, lengths: Values) -> Values:
    """What each posting adds to its passage's BM25F for an idf of 1, float32 [n_postings]."""
    mean = max(float(times.sum(dtype=np.float64)) / max(len(lengths), 1), 1e-9)
    damping: Values = np.float32(K1) * (1 - B + B * lengths / mean)
    gains: Values = times * (K1 + 1)
    gains /= times + damping[rows]
    return gains


def spelling(word: str) -> int:
    """A word for quick comparison: its length, which letters it has, and which more than once.

    Bits 56 to 63, 0 to 27 and 28 to 55, the letters by their code modulo 28. It is 0 for what is
    no word, or too short to be taken for another.
    """
    if not word.isalpha() or len(word) < MIN_SPELLED - 1:
        return 0
    once = twice = 0
    for letter in word:
        bit = 1 << ord(letter) % _KINDS
        twice |= once & bit
        once |= bit
    return len(word) << 2 * _KINDS | twice << _KINDS | once


def likely_spellings(term: str, spellings: Spellings) -> list[int]:
    """The terms that could be like enough to a misspelt one, in order; many of them are not.

    A change adds a letter and takes one away, or does one of the two, or neither. So as many
    changes are needed as either word has letters that the other has not, or is longer.
    """
    length, letters, lengths = len(term), spelling(term) & _LETTERS, np.arange(256)
    changes = np.maximum(lengths, length) * (1 - MIN_SIMILARITY) + 1e-6
    changes = np.where(abs(lengths - length) <= changes, changes, -1).astype(np.int8)
    allowed = changes[spellings >> 2 * _KINDS]
    some = np.flatnonzero(allowed >= 0)
    spellings, allowed = spellings[some], allowed[some]
    lacked = np.bitwise_count(~spellings & letters) <= allowed
    added = np.bitwise_count(spellings & (_LETTERS & ~letters)) <= allowed
    return [int(number) for number in some[lacked & added]]


def _read_postings(folder: Path) -> _Postings:
    parts = {part: arrays.read(folder / f"{part}.npy", kind) for part, kind in _PARTS.items()}
    # Slices of a plain view cost less than those of a memory map.
    return _Postings(**{part: values.view(np.ndarray) for part, values in parts.items()})
