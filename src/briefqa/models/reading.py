"""What a reader says of a text: pure records, and the best answer in a range of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from briefqa.records import Span

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[np.float32]

LONGEST = 30  # word pieces of an answer


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a reader finds in one text.

    `answerability` is the logit that the text answers the question. Piece i of the text is its
    characters `pieces[i]`, int64 [n_pieces, 2]; `begin` and `end`, float32 [n_pieces], say how well
    an answer begins and ends with it, and `nothing` the same of no answer at all, begin and end
    together. A reader that only judges has no pieces.
    """

    answerability: float
    pieces: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 2), np.int64))
    begin: Values = field(default_factory=lambda: np.empty(0, np.float32))
    end: Values = field(default_factory=lambda: np.empty(0, np.float32))
    nothing: float = 0.0

    def best(self, within: Span) -> tuple[float, Span] | None:
        """The best answer in this range, at most 30 pieces, and the sum of its logits;
        None where the range has no piece.
        """
        inside = np.flatnonzero(self._inside(within))
        if not len(inside):
            return None
        first, last = int(inside[0]), int(inside[-1]) + 1
        sums = self.begin[first:last, None] + self.end[None, first:last]
        allowed = np.triu(np.tri(last - first, k=LONGEST - 1, dtype=bool))
        sums = np.where(allowed, sums, -np.inf)
        begin, end = divmod(int(np.argmax(sums)), last - first)
        start, stop = self.pieces[first + begin, 0], self.pieces[first + end, 1]
        return float(sums[begin, end]), Span(int(start), int(stop))

    def certainty(self, words: Span, within: Span) -> float:
        """How sure it is that, of all answers in a range, one begins and ends as `words` do, 0..1.

        The product of the two probabilities; 0 where no piece is.
        """
        inside = self._inside(within)
        pieces = self.pieces[inside]
        if not len(pieces):
            return 0.0
        begins = _probabilities(self.begin[inside])[pieces[:, 0] == words.start].sum()
        ends = _probabilities(self.end[inside])[pieces[:, 1] == words.end].sum()
        return float(begins * ends)

    def shares(self, ranges: Sequence[Span]) -> Values:
        """The share of the answer in each range, float32 [n], 0..1: the mean of the
        probabilities that it begins and that it ends there, if there is one; 0 where no piece is.
        """
        shares = np.zeros(len(ranges), np.float32)
        if not len(self.pieces):
            return shares
        each = (_probabilities(self.begin) + _probabilities(self.end)) / 2
        for number, within in enumerate(ranges):
            shares[number] = each[self._inside(within)].sum()
        return shares

    def _inside(self, within: Span) -> npt.NDArray[np.bool_]:
        """Which pieces stand in this range, [n_pieces]."""
        return (self.pieces[:, 0] >= within.start) & (self.pieces[:, 1] <= within.end)

    def margin(self) -> float:
        """By how much the best answer is better than none, in logits; 0 where there is no piece."""
        if not len(self.pieces):
            return 0.0
        best = self.best(Span(0, int(self.pieces[-1, 1])))
        return 0.0 if best is None else best[0] - self.nothing


def _probabilities(logits: Values) -> Values:
    """Softmax, [n], at least one."""
    raised = np.exp(logits - logits.max())
    return np.asarray(raised / raised.sum(), np.float32)


@dataclass(frozen=True, slots=True)
class Readable:
    """A text to be read: a passage's own, and the context before it."""

    text: str
    context: str = ""
