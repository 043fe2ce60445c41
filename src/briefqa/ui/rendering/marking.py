"""Pieces of text that know where they stand in the source, and the marks that cover them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from briefqa.records import AnswerSpan, Span
from briefqa.ui.html import Html, join, tag


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked in a text, by offsets into it.

    `cited` is the passage that is cited, of which the sentences of `answers` stand out. Of `claims`
    the words are in bold, unless they are all of their sentence. `words` were searched for. What is
    `left_out` is not shown; an ellipsis stands where the `ellipses` are.
    """

    cited: Span | None = None
    answers: Sequence[AnswerSpan] = ()
    claims: Sequence[AnswerSpan] = ()
    words: Sequence[Span] = ()
    left_out: Sequence[Span] = ()
    ellipses: Sequence[int] = ()

    @property
    def sentences(self) -> list[Span]:
        """The sentences that answer."""
        return [Span(one.sentence_start, one.sentence_end) for one in self.answers]

    @property
    def claimed(self) -> list[Span]:
        """The words that are claimed, where they are less than their sentence."""
        return [
            Span(one.start, one.end)
            for one in self.claims
            if (one.start, one.end) != (one.sentence_start, one.sentence_end)
        ]


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class Piece:
    """Text to be shown, and the range of the source it stands for.

    As long as that range it is the source's own text, white space aside; otherwise it was written
    in another way there (`&amp;`) and is marked as a whole or not at all.
    """

    content: str
    start: int
    end: int

    @property
    def literal(self) -> bool:
        """Whether it can be cut where the source is."""
        return len(self.content) == self.end - self.start

    def cut(self, ends: Iterable[int]) -> Iterator[Piece]:
        """The piece in parts, at those offsets that lie in it."""
        if not self.literal:
            yield self
            return
        inner = {end for end in ends if self.start < end < self.end}
        for start, end in pairwise(sorted({self.start, self.end, *inner})):
            yield Piece(self.content[start - self.start : end - self.start], start, end)


def clipped(piece: Piece, shown: Span) -> Piece | None:
    """What of the piece stands in the range, if anything does."""
    if piece.literal:
        start, end = max(piece.start, shown.start), min(piece.end, shown.end)
        if start >= end:
            return None
        return Piece(piece.content[start - piece.start : end - piece.start], start, end)
    return piece if touches(Span(piece.start, piece.end), [shown]) else None


def marked(piece: Piece, marks: Marks) -> list[Html]:
    """The piece as markup, with whatever is marked in it."""
    sentences, claimed = marks.sentences, marks.claimed
    cited = [marks.cited] if marks.cited else []
    spans = (*sentences, *marks.words, *cited, *marks.left_out)
    shown: list[Html] = []
    for part in piece.cut(end for span in spans for end in (span.start, span.end)):
        span = Span(part.start, part.end)
        if touches(span, marks.left_out):
            shown += [join("…") for at in marks.ellipses if span.start <= at < span.end]
        elif touches(span, sentences):
            shown.append(tag("mark", *_bold(part, claimed), class_="answer"))
        elif touches(span, marks.words):
            shown.append(tag("mark", part.content, class_="word"))
        elif touches(span, cited):
            shown.append(tag("mark", part.content))
        else:
            shown += _bold(part, claimed)
    return shown


def touches(span: Span, others: Iterable[Span]) -> bool:
    """Whether the range has a character in common with one of the others."""
    return any(span.start < other.end and other.start < span.end for other in others)


def _bold(part: Piece, claimed: Sequence[Span]) -> list[Html]:
    ends = (end for span in claimed for end in (span.start, span.end))
    return [
        tag("strong", each.content, class_="claimed")
        if touches(Span(each.start, each.end), claimed)
        else join(each.content)
        for each in part.cut(ends)
    ]
