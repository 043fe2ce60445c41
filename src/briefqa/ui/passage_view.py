"""A passage on the page, with what is quoted of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from briefqa.records import AnswerSpan, Passage, Quotation, Span
from briefqa.text.language import stemmer
from briefqa.text.words import places_of
from briefqa.ui.html import Html, tag
from briefqa.ui.rendering import Marks, rendered

_LONG = 320
"""Characters; a longer quotation is set smaller, so that it is still taken in at a glance."""

_WORD = re.compile(r"(?:[\s>#*+-]|[0-9]{1,9}[.)]\s)*+[^\w\s]*+(\w)")
"""The beginning of a sentence up to its first letter, past what marks an item or a heading."""

_TAG = re.compile(r"<[^<>]*>")


def passage(shown: Passage, searched: Sequence[str] = ()) -> Html:
    """A passage as blocks; the words that were `searched` for are marked."""
    return tag("blockquote", *_blocks(shown, Marks(words=matching(shown.text, searched))))


def sentence(quoted: Sequence[Quotation]) -> Html:
    """One sentence that is quoted, the words of it that answer in bold where they are claimed.

    What is `quoted` more than once, for several parts of a question, is shown once. A row of a
    table has the table's header; what stands in a list or under a heading is plain.
    """
    shown = quoted[0].passage
    moved = marks(quoted, -shown.start)
    said = Span(moved[0].sentence_start, moved[0].sentence_end)
    every = Span(0, len(shown.text))
    claimed = Marks(claims=moved)
    blocks = rendered(shown.text, shown.document, said, claimed, every, unwrapped=True)
    blocks = blocks or [tag("p", quoted[0].sentence, dir="auto")]  # of what Markdown shows nothing
    is_long = said.end - said.start > _LONG
    return tag("blockquote", *blocks, class_="said long" if is_long else "said")


def excerpt(shown: Passage, span: Span) -> Html:
    """These characters of a document, by their offsets in it, as blocks; nothing is marked."""
    text = Span(span.start - shown.start, span.end - shown.start)
    every = Span(0, len(shown.text))
    blocks = rendered(shown.text, shown.document, text, Marks(), every, unwrapped=True)
    blocks = blocks or [tag("p", shown.text[text.start : text.end], dir="auto")]
    return tag("blockquote", *blocks)


def around(shown: Passage, quoted: Iterable[Quotation]) -> Html | None:
    """What stands around the quotations in their passage, an ellipsis in place of each."""
    left_out = [Span(one.sentence_start, one.sentence_end) for one in marks(quoted, -shown.start)]
    first_words = (_WORD.match(shown.text, each.start, each.end) for each in left_out)
    ellipses = sorted({word.start(1) for word in first_words if word})
    blocks = _blocks(shown, Marks(left_out=left_out, ellipses=ellipses))
    # A block of which nothing is left needs no ellipsis either.
    blocks = [block for block in blocks if _TAG.sub("", block).strip("… \n")]
    return tag("div", *blocks, class_="around") if blocks else None


def marks(quoted: Iterable[Quotation], by: int = 0) -> list[AnswerSpan]:
    """What is to be marked, moved by so many characters; its words only where they are claimed."""
    moved = []
    for one in quoted:
        span = one.span
        whole = span.sentence_start + by, span.sentence_end + by
        start, end = (span.start + by, span.end + by) if one.exact else whole
        moved.append(AnswerSpan(start, end, span.text, *whole))
    return moved


def matching(text: str, searched: Sequence[str]) -> list[Span]:
    """Where these words of a question stand in the text, in whatever form of the word."""
    return [Span(*place) for place in places_of(searched, text, stemmer("en"))]


def _blocks(shown: Passage, marked: Marks) -> list[Html]:
    return rendered(shown.text, shown.document, Span(0, len(shown.text)), marked)
