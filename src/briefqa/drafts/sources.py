"""The indexed documents as a draft is held against them: which passages may hold its words, and
the text around them.

Passages are chosen by the rarest terms in the postings, so that no text is read that cannot match.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from briefqa.drafts.records import Source
from briefqa.index.opened import OpenedIndex
from briefqa.records import Passage
from briefqa.text.language import stemmer
from briefqa.text.words import terms

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

_MOST_TERMS = 24  # of a claim, the rarest, by which passages are chosen
_POSTINGS = 2_000  # read for passages to begin with, more only where the rarest term has more
_LEAST_SHARE = 0.5  # of the best passage's weight that one has to have
_KEPT = 20_000_000  # characters of documents in memory


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a document's text: `text` is `document.text[start:]` up to its own end."""

    document: int
    start: int
    text: str


class Sources:
    """The documents of one opened generation; not safe to share between threads."""

    def __init__(self, opened: OpenedIndex) -> None:
        """Reads nothing yet."""
        self._opened = opened
        self._keyword = opened.keyword
        counts = [source.passages for source in opened.manifest.indexed()]
        self._first: Rows = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self._stem = stemmer(opened.keyword.language)
        self._texts: dict[int, str] = {}
        self._kept = 0

    @property
    def documents(self) -> int:
        """How many there are."""
        return len(self._first) - 1

    @property
    def language(self) -> str:
        """The language whose word endings the index folds."""
        return self._keyword.language

    def terms(self, text: str) -> set[str]:
        """The index terms of a text."""
        return set(terms(text, self._stem))

    def weight(self, term: str) -> float:
        """How much it says that a text has this term: 0 for one that no passage has."""
        frequency = self._keyword.document_frequency(term)
        return float(np.log1p(self._keyword.n_passages / frequency)) if frequency else 0.0

    def has(self, term: str) -> bool:
        """Whether any passage has a term."""
        return bool(self._keyword.document_frequency(term))

    def corrected(self, term: str) -> str:
        """The term, or the one it is most like if it occurs nowhere."""
        return self._keyword.corrected(term)

    def rows(self, wanted: Iterable[str], limit: int, beyond: int = 1) -> list[int]:
        """The rows of `ranked`, without their weights."""
        return [row for row, _ in self.ranked(wanted, limit, beyond)]

    def ranked(self, wanted: Iterable[str], limit: int, beyond: int) -> list[tuple[int, float]]:
        """The passages from which on, with `beyond` more, most of these terms stand; best first.

        Each with its share of the best one's weight.

        Ties are in the order of the documents. Every passage that holds the rarest term is looked
        at; where the rarest are few, those of the next too.
        """
        found = ((term, self._keyword.rows_with(term)) for term in wanted)
        rarest = sorted((len(rows), term, rows) for term, rows in found if len(rows))[:_MOST_TERMS]
        if not rarest:
            return []
        chosen: list[npt.NDArray[np.int32]] = []
        read = 0
        for number, _, rows in rarest:
            if chosen and read + number > _POSTINGS:
                break
            chosen.append(rows)
            read += number
        holding = np.unique(np.concatenate(chosen)).astype(np.int64)
        first = np.unique(np.concatenate([holding - less for less in range(beyond + 1)]))
        first = first[first >= 0]
        ends = self._first[np.searchsorted(self._first, first, "right")] - 1
        last = np.minimum(first + beyond, ends)
        scores = np.zeros(len(first))
        for number, _, rows in rarest:
            at = rows[np.minimum(rows.searchsorted(first), number - 1)]
            weight = np.log1p(self._keyword.n_passages / number)
            scores += np.where((first <= at) & (at <= last), weight, 0.0)
        best: list[tuple[int, float]] = []
        order = np.lexsort((first, -scores))[: limit * (2 * beyond + 1)]
        shares = (scores[order] / scores[order[0]]).tolist()
        for row, share in zip(first[order].tolist(), shares, strict=True):
            if len(best) == limit or share < _LEAST_SHARE:
                break
            if all(abs(row - other) > beyond for other, _ in best):
                best.append((row, share))
        return best

    def rows_with(self, phrases: Sequence[Sequence[str]]) -> list[int]:
        """The passages that hold one of these phrases of plain words, in the order of documents."""
        found = [self._keyword.rows_with_phrases([phrase])[0] for phrase in phrases]
        rows: list[int] = np.unique(np.concatenate(found)).tolist() if found else []
        return rows

    def passage(self, row: int) -> Passage:
        """The passage of a row."""
        return self._opened.passages[row]

    def window(self, row: int, beyond: int, margin: int) -> Window:
        """The text from a passage to `beyond` more of its document, with a margin around them."""
        document = int(np.searchsorted(self._first, row, "right")) - 1
        last = min(row + beyond, int(self._first[document + 1]) - 1)
        start = max(0, self.passage(row).start - margin)
        return Window(
            document, start, self._text(document)[start : self.passage(last).end + margin]
        )

    def source(self, document: int, start: int, end: int) -> Source:
        """A range of a document's text, with the passage that it begins in or before."""
        low, high = int(self._first[document]), int(self._first[document + 1]) - 1
        while low < high:
            middle = (low + high) // 2
            if self.passage(middle).end <= start:
                low = middle + 1
            else:
                high = middle
        return Source(self.passage(low), start, end, self._text(document)[start:end])

    def _text(self, document: int) -> str:
        text = self._texts.get(document)
        if text is None:
            text = self._opened.documents.text(document)
            if self._kept + len(text) > _KEPT:
                self._texts.clear()
                self._kept = 0
            self._texts[document] = text
            self._kept += len(text)
        return text
