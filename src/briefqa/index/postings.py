"""The postings of the keyword index: how they are made, written, read and checked.

Whoosh inverts the passages while an index is built. Its own files are pickles, which run code when
they are opened, so none is kept: the postings are copied into plain numpy arrays as Whoosh sorts
them, each with its BM25 gain (`bm25.py`).
"""

from __future__ import annotations

import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from operator import lt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa.errors import IndexDamaged
from briefqa.index import arrays, bm25
from briefqa.index.phrase_index import PhraseWriter
from briefqa.index.recovery import damaged
from briefqa.text.dates import day_terms
from briefqa.text.language import stemmer
from briefqa.text.spelling import signature
from briefqa.text.words import terms

if TYPE_CHECKING:
    import numpy.typing as npt
    from whoosh.codec.base import PerDocumentReader
    from whoosh.fields import Schema
    from whoosh.index import FileIndex

    Offsets = npt.NDArray[np.int64]
    PostingRows = npt.NDArray[np.int32]
    Values = npt.NDArray[np.float32]
    Signatures = npt.NDArray[np.uint64]

TERMS = "terms.txt"  # sorted, each on a line
BATCH = 4096  # passages that Whoosh inverts at a time; of many more, its sorting goes to disk
_ARRAYS = {
    "starts": np.int64,
    "rows": np.int32,
    "gains": np.float32,
    "spellings": np.uint64,
    "lengths": np.float32,
}
_FIELD = "words"


@dataclass(frozen=True, slots=True)
class Postings:
    """Postings as compressed rows, with the sorted list of their terms.

    Term i occurs in passages `rows[starts[i]:starts[i + 1]]`, int32 ascending, each with its
    `gains`, float32: what it adds to the passage's BM25 for an idf of 1. `spellings`, uint64
    [n_terms], are the terms' signatures, see `text/spelling.py`. `lengths`, float32 [n_passages],
    are the numbers of terms as Whoosh keeps them: in one byte, so that above ten they are rounded.
    """

    terms: Sequence[str]
    starts: Offsets
    rows: PostingRows
    gains: Values
    spellings: Signatures
    lengths: Values

    def number(self, term: str) -> int | None:
        """The number of a term; None if it occurs nowhere."""
        number = bisect_left(self.terms, term)
        return number if number < len(self.terms) and self.terms[number] == term else None

    def of(self, term: str) -> tuple[PostingRows, Values]:
        """The passages that hold the term, and its gain in each."""
        number = self.number(term)
        start, end = (0, 0) if number is None else self.starts[number : number + 2]
        return self.rows[start:end], self.gains[start:end]

    def check(self, folder: Path) -> None:
        """Raise IndexDamaged unless the passages of each term ascend."""
        ascends = np.diff(self.rows.astype(np.int64)) > 0
        begins = self.starts[1:-1]
        ascends[begins[(begins > 0) & (begins <= len(ascends))] - 1] = True
        if not ascends.all():
            raise damaged(folder / "rows.npy", "the passages of a term are out of order")

    def fit(self, n_passages: int) -> bool:
        """Whether every posting is one of so many passages.

        Reads each array once: as unsigned bits, a row below 0 is a large one, and whatever is not
        a finite number from 0 on is larger than those that are.
        """
        infinity = np.array(np.inf, np.float32).view(np.uint32)
        return (
            len(self.starts) == len(self.terms) + 1
            and len(self.spellings) == len(self.terms)
            and len(self.lengths) == n_passages
            and len(self.rows) == len(self.gains) == self.starts[-1]
            and self.starts[0] == 0
            and bool((self.starts[1:] >= self.starts[:-1]).all())
            and bool(self.rows.view(np.uint32).max(initial=0) < max(n_passages, 1))
            and bool(self.gains.view(np.uint32).max(initial=0) < infinity)
        )


def read(folder: Path, n_passages: int) -> Postings:
    """The postings of so many passages that `write` left in a folder, mapped from disk.

    Raises IndexDamaged when they cannot be read or do not fit together.
    """
    try:
        words = (folder / TERMS).read_bytes().decode("utf-8").split("\n")
        if words.pop() or not all(map(lt, words, islice(words, 1, None))):
            raise ValueError(f"{TERMS} is not sorted lines")
        # Checked once and opened again, so that the pages read for the check leave memory.
        if not _map_arrays(folder, words).fit(n_passages):
            raise ValueError("it does not fit its passages")
        return _map_arrays(folder, words)
    except (OSError, ValueError) as error:
        raise damaged(folder, f"the keyword index cannot be read ({error})") from error


def write(folder: Path, passages: Iterable[tuple[str, ...]], language: str) -> None:
    """Index passages, read once, and leave the arrays in `folder`; row i is passage i.

    A passage is its title and headings, and its own text: both are searched by their words, and
    quoted phrases are looked for in the text only. A third string is the language of its words,
    where that is not `language`. Memory: the vocabulary, about 50 bytes a posting
    (a term in a passage), 4 a word, and one batch of passages.
    """
    folder.mkdir(parents=True)
    inverted, phrases, rest = _Inverted(), PhraseWriter(), iter(passages)
    while batch := list(islice(rest, BATCH)):
        before = len(inverted.lengths)
        with tempfile.TemporaryDirectory(dir=folder, prefix="whoosh-") as scratch:
            texts = [f"{headings}\n{text}" for headings, text, *_ in batch]
            languages = [own[0] if own else language for _, _, *own in batch]
            whoosh_index(Path(scratch), texts, languages, inverted).close()
        if len(inverted.lengths) != before + len(batch):
            raise IndexDamaged(f"Whoosh lost some of {len(batch)} passages; run the build again.")
        for _, text, *_ in batch:
            phrases.add(text)
    postings = inverted.by_term()
    content = "".join(f"{term}\n" for term in postings.terms)
    (folder / TERMS).write_text(content, "utf-8", newline="\n")
    for name in _ARRAYS:
        arrays.write(folder / f"{name}.npy", getattr(postings, name))
    phrases.write(folder)


def whoosh_index(
    folder: Path,
    texts: Iterable[str],
    language: str | Sequence[str],
    inverted: _Inverted | None = None,
) -> FileIndex:
    """A Whoosh index in `folder`: one writer, one segment, document number i is texts[i].

    `language` is that of all texts, or of each.
    If `inverted` is given, the postings go there rather than to its files.
    """
    from whoosh import index
    from whoosh.analysis import RegexTokenizer
    from whoosh.codec import default_codec
    from whoosh.codec.base import WrappingCodec
    from whoosh.fields import TEXT, Schema

    of_each = repeat(language) if isinstance(language, str) else language
    codec = WrappingCodec(default_codec())
    if inverted is not None:
        codec.field_writer = lambda storage, segment: inverted
    # The terms are ours (`text/words.py`); given as lists, they bypass Whoosh's analyzer.
    field = TEXT(analyzer=RegexTokenizer(), phrase=False)
    created = index.create_in(str(folder), Schema(**{_FIELD: field}))
    with created.writer(procs=1, limitmb=128, timeout=10, codec=codec) as writer:
        for text, own in zip(texts, of_each, strict=False):
            of_words = [term for term in terms(text, stemmer(own)) if term]
            writer.add_document(**{_FIELD: [*of_words, *day_terms(text)]})
    return created


class _Inverted:
    """Postings as Whoosh has sorted them, batch after batch; a FieldWriter of its codec."""

    is_closed = False

    def __init__(self) -> None:
        self._vocabulary: dict[str, int] = {}  # term to number, in the order they came
        self._numbers = array("i")  # of each posting, its term
        self._rows = array("i")  # its passage
        self._times = array("f")  # how often the term occurs there
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

    def by_term(self) -> Postings:
        """The postings by term, those of a term by passage."""
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
        return Postings(
            terms=words,
            starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            rows=rows,
            gains=bm25.gains(rows, times, lengths),
            spellings=np.array([signature(word) for word in words], dtype=np.uint64),
            lengths=lengths,
        )


def _map_arrays(folder: Path, words: Sequence[str]) -> Postings:
    mapped = {name: arrays.read(folder / f"{name}.npy", kind) for name, kind in _ARRAYS.items()}
    # Slices of a plain view cost less than those of a memory map.
    views = {name: values.view(np.ndarray) for name, values in mapped.items()}
    return Postings(terms=words, **views)
