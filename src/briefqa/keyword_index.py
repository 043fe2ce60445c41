"""Which passages share the words?

Whoosh analyses and inverts the passages while an index is built, and lends its stemmers and stop
words. Its files are pickles, which run code when they are opened, so they never leave the build:
the postings are copied once into plain numpy arrays, and questions are scored from those with
Whoosh's own BM25F formula. This is the only room that imports whoosh.
"""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from briefqa.analysis import Stem, question_terms, terms
from briefqa.errors import IndexDamaged, UsageError

if TYPE_CHECKING:
    import numpy.typing as npt
    from whoosh.index import FileIndex

    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]

# How soon repeats of a word stop counting, and how much a long passage is held against it. The
# values Anserini uses for passages; `benchmarks/RETRIEVAL.md` has others.
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


_PARTS = {"starts": np.int64, "rows": np.int32, "times": np.float32, "lengths": np.float32}
_FIELD = "words"


@dataclass(frozen=True, slots=True)
class _Postings:
    """Postings as compressed rows.

    Term i stands in passages `rows[starts[i]:starts[i + 1]]`, int32 ascending, that many
    `times`, float32. `lengths` is the number of terms of each passage, float32 [n_passages], as
    Whoosh keeps it: in one byte, so that above ten it is a little off.
    """

    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    times: Values
    lengths: Values

    def fits(self, n_terms: int, n_passages: int) -> bool:
        """Whether every posting of so many terms is one of so many passages."""
        return (
            len(self.starts) == n_terms + 1
            and len(self.lengths) == n_passages
            and len(self.rows) == len(self.times) == self.starts[-1]
            and bool((np.diff(self.starts, prepend=0) >= 0).all())
            and bool(((self.rows >= 0) & (self.rows < n_passages)).all())
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
    from whoosh.lang import NoStopWords, stopwords_for_language

    try:
        listed = frozenset(stopwords_for_language(language))
    except NoStopWords:
        listed = frozenset()
    return listed | QUESTION_WORDS.get(language, frozenset())


def write(folder: Path, texts: Sequence[str], language: str) -> None:
    """Index `texts` with Whoosh and leave the postings in `folder` as arrays; row i is texts[i]."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="whoosh-") as scratch:
        index = whoosh_index(Path(scratch), texts, language)
        _export(index, folder, len(texts))
        index.close()


def whoosh_index(folder: Path, texts: Iterable[str], language: str) -> FileIndex:
    """A Whoosh index in `folder`: one writer, one segment, document number i is texts[i]."""
    from whoosh import index
    from whoosh.analysis import RegexTokenizer
    from whoosh.fields import TEXT, Schema

    stem = stemmer(language)
    # The words are ours (`analysis.py`); Whoosh, which pickles its analyzer, only parts them.
    field = TEXT(analyzer=RegexTokenizer(r"\S+"), phrase=False)
    created = index.create_in(str(folder), Schema(**{_FIELD: field}))
    with created.writer(procs=1, limitmb=128, timeout=10) as writer:
        for text in texts:
            writer.add_document(**{_FIELD: " ".join(terms(text, stem))})
    return created


class KeywordIndex:
    """Read-only postings of one generation; safe to share between threads."""

    def __init__(self, folder: Path, n_passages: int, language: str) -> None:
        """Open the arrays in `folder`; raises IndexDamaged when they do not fit together."""
        self._language = language
        self._n_passages = n_passages
        try:
            words = json.loads((folder / "terms.json").read_text("utf-8"))
            self._numbers: dict[str, int] = {term: number for number, term in enumerate(words)}
            self._spellings = [
                term for term in words if term.isalpha() and len(term) >= MIN_SPELLED - 1
            ]
            self._postings = _read_postings(folder)
        except (OSError, ValueError, TypeError, EOFError, RecursionError) as error:
            raise IndexDamaged(
                f"The keyword index in {folder} cannot be read ({error}); rebuild it with: "
                "briefqa build"
            ) from error
        if not self._postings.fits(len(words), n_passages):
            raise IndexDamaged(
                f"The keyword index in {folder} does not fit its passages; rebuild it with: "
                "briefqa build"
            )
        # How strongly a passage's length is held against each of its words.
        mean = max(float(self._postings.times.sum(dtype=np.float64)) / n_passages, 1e-9)
        self._damping = K1 * (1 - B + B * self._postings.lengths / mean)

    def question_terms(self, question: str) -> tuple[str, ...]:
        """The terms a question is searched by, none if it holds function words alone.

        At most 64: the rarest of those that occur, if there are more.
        """
        found = question_terms(question, stemmer(self._language), stop_words(self._language))
        if len(found) <= MAX_QUESTION_TERMS:
            return found
        rarest = set(sorted(found, key=self._rarity)[:MAX_QUESTION_TERMS])
        return tuple(term for term in found if term in rarest)

    def scores(self, question: str) -> Values:
        """BM25F of every passage for the question, float32 [n_passages], 0 where no word matches.

        The formula is Whoosh's: the sum over terms of
        idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / mean length)), with
        idf = ln(N / (df + 1)) + 1.
        """
        total = np.zeros(self._n_passages, dtype=np.float32)
        for term in self._spelled_terms(question):
            rows, times = self._of(term)
            gain = times * (K1 + 1) / (times + self._damping[rows])
            total[rows] += np.float32(self._idf(len(rows))) * gain
        return total

    def idf_sum(self, question: str) -> float:
        """The idf of all the question's terms, those that occur nowhere included."""
        return sum(self._idf(len(self.rows_with(term))) for term in self._spelled_terms(question))

    def matched_share(self, question: str) -> Values:
        """How much of the question, as it is typed, each passage holds; float32 [n_passages], 0..1.

        The idf of its terms there over the idf of all its terms, those that occur nowhere included.
        """
        held = np.zeros(self._n_passages, dtype=np.float32)
        asked = 0.0
        for term in self.question_terms(question):
            rows = self.rows_with(term)
            weight = math.log(1 + self._n_passages / (len(rows) + 0.5))
            asked += weight
            held[rows] += weight
        return held / np.float32(asked or 1)

    def rows_with(self, term: str) -> npt.NDArray[np.int32]:
        """The passages that hold the term, int32 ascending."""
        return self._of(term)[0]

    def rows_with_all(self, words: Iterable[str]) -> Rows:
        """The passages that hold all these plain words: where a phrase can be, int64 ascending."""
        stem = stemmer(self._language)
        rows = np.arange(self._n_passages, dtype=np.int64)
        for term in {term for word in words for term in terms(word, stem)}:
            rows = np.intersect1d(rows, self.rows_with(term), assume_unique=True)
        return rows

    def _spelled_terms(self, question: str) -> tuple[str, ...]:
        """The question's terms, those that stand nowhere replaced by what they are most like."""
        return tuple(dict.fromkeys(map(self._spelled, self.question_terms(question))))

    def _spelled(self, term: str) -> str:
        if term in self._numbers or len(term) < MIN_SPELLED or not term.isalpha():
            return term
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extractOne

        found = extractOne(
            term, self._spellings, scorer=OSA.normalized_similarity, score_cutoff=MIN_SIMILARITY
        )
        return term if found is None else str(found[0])

    def _of(self, term: str) -> tuple[npt.NDArray[np.int32], Values]:
        """The passages that hold the term and how many times each does."""
        number = self._numbers.get(term)
        start, end = (0, 0) if number is None else self._postings.starts[number : number + 2]
        return self._postings.rows[start:end], self._postings.times[start:end]

    def _idf(self, held_by: int) -> float:
        return math.log(self._n_passages / (held_by + 1)) + 1

    def _rarity(self, term: str) -> tuple[bool, int]:
        """Rarest first, terms that occur nowhere last."""
        held_by = len(self.rows_with(term))
        return held_by == 0, held_by


def _export(index: FileIndex, folder: Path, n_passages: int) -> None:
    reader = index.reader()
    try:
        if reader.doc_count_all() != n_passages or reader.has_deletions():
            raise IndexDamaged(
                f"Whoosh indexed {reader.doc_count_all()} of {n_passages} passages; "
                "run the build again."
            )
        words = sorted({word.decode("utf-8") for _, word in reader.all_terms()})
        (folder / "terms.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")
        starts = [0]
        rows: list[int] = []
        times: list[float] = []
        for word in words:
            matcher = reader.postings(_FIELD, word)
            while matcher.is_active():
                rows.append(matcher.id())
                times.append(matcher.weight())
                matcher.next()
            starts.append(len(rows))
        lengths = [reader.doc_field_length(row, _FIELD, 0) for row in range(n_passages)]
        parts = {"starts": starts, "rows": rows, "times": times, "lengths": lengths}
        for part, values in parts.items():
            array = np.array(values, dtype=_PARTS[part])
            np.save(folder / f"{part}.npy", array, allow_pickle=False)
    finally:
        reader.close()


def _read_postings(folder: Path) -> _Postings:
    parts = {
        part: np.load(folder / f"{part}.npy", mmap_mode="r", allow_pickle=False).astype(
            kind, casting="safe", copy=False
        )
        for part, kind in _PARTS.items()
    }
    return _Postings(**parts)
