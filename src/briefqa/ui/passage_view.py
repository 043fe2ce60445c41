"""A passage on the page, with what is quoted of it marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from briefqa.records import AnswerSpan, Passage, Quotation, Span
from briefqa.text.language import stemmer
from briefqa.text.words import places_of
from briefqa.ui.html import Html, tag
from briefqa.ui.rendering import Marks, rendered


def passage(shown: Passage, quoted: Sequence[Quotation] = (), searched: Sequence[str] = ()) -> Html:
    """A passage as blocks; what is quoted of it is marked, or the words `searched` for."""
    marked = Marks(answers=marks(quoted, -shown.start), words=matching(shown.text, searched))
    blocks = rendered(shown.text, shown.document, Span(0, len(shown.text)), marked)
    return tag("blockquote", *blocks)


def marks(quoted: Iterable[Quotation], by: int = 0) -> list[AnswerSpan]:
    """What is to be marked, moved by so many characters; its words only where they are claimed."""
    moved = []
    for one in quoted:
        span = one.span
        sentence = span.sentence_start + by, span.sentence_end + by
        start, end = (span.start + by, span.end + by) if one.exact else sentence
        moved.append(AnswerSpan(start, end, span.text, *sentence))
    return moved


def matching(text: str, searched: Sequence[str]) -> list[Span]:
    """Where these words of a question stand in the text, in whatever form of the word."""
    return [Span(*place) for place in places_of(searched, text, stemmer("en"))]
