"""A document's text as paragraphs on the page, with what is cited in it marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from briefqa.records import AnswerSpan, Passage, Quotation, Span
from briefqa.text.language import stemmer
from briefqa.text.words import places_of
from briefqa.ui.html import Html, join, tag

_TYPED = re.compile(r"^(?:\s|[-*+>|#`~]|\d+[.)]\s)", re.MULTILINE)
"""A line that begins a list, a quotation, a table or code: its line breaks carry meaning."""

_MONOSPACED = re.compile(r"\s*(?:\||```|~~~)")
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


def passage(shown: Passage, quoted: Sequence[Quotation] = (), searched: Sequence[str] = ()) -> Html:
    """A passage as paragraphs; what is quoted of it is marked, or the words `searched` for."""
    answers = marks(quoted, -shown.start)
    words = matching(shown.text, searched)
    blocks = [paragraph(shown.text, block, None, answers, words) for block in _blocks(shown.text)]
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


def paragraph(
    text: str,
    span: Span,
    passage: Span | None,
    answers: Sequence[AnswerSpan] = (),
    words: Sequence[Span] = (),
) -> Html:
    """This range of `text` as a paragraph: the passage in it marked, the sentences that answer more
    strongly, with the words of them that do in bold, and `words` that were searched for.

    All are ranges of `text`; the marks may reach beyond the paragraph or not touch it.
    """
    sentences = [Span(answer.sentence_start, answer.sentence_end) for answer in answers]
    claimed = [Span(answer.start, answer.end) for answer in answers]
    found = {word for word in words if _within(word, [span])}
    ends = {span.start, span.end}
    for mark in (*sentences, *found, *([passage] if passage else [])):
        ends.update(min(max(end, span.start), span.end) for end in (mark.start, mark.end))
    parts = []
    for start, end in pairwise(sorted(ends)):
        part = Span(start, end)
        if _within(part, sentences):
            parts.append(tag("mark", *_bold(text, part, claimed), class_="answer"))
        elif part in found:
            parts.append(tag("mark", text[start:end], class_="word"))
        elif passage and _within(part, [passage]):
            parts.append(tag("mark", text[start:end]))
        else:
            parts.append(join(text[start:end]))
    return tag("p", *parts, class_=_setting(text[span.start : span.end]), dir="auto")


def _bold(text: str, part: Span, claimed: Sequence[Span]) -> list[Html]:
    """The part, with the claimed words in it bold unless they are all of it."""
    ends = {part.start, part.end}
    for words in claimed:
        ends.update(min(max(end, part.start), part.end) for end in (words.start, words.end))
    pieces = [Span(start, end) for start, end in pairwise(sorted(ends))]
    if len(pieces) == 1:
        return [join(text[part.start : part.end])]
    return [
        tag("strong", text[piece.start : piece.end])
        if _within(piece, claimed)
        else join(text[piece.start : piece.end])
        for piece in pieces
    ]


def _blocks(text: str) -> Iterator[Span]:
    start = 0
    for gap in _BLANK_LINES.finditer(text):
        if text[start : gap.start()].strip():
            yield Span(start, gap.start())
        start = gap.end()
    if text[start:].strip() or not start:
        yield Span(start, len(text))


def _within(part: Span, marked: Iterable[Span]) -> bool:
    return any(mark.start <= part.start and part.end <= mark.end for mark in marked)


def _setting(text: str) -> str | None:
    """How a paragraph is set: prose flows, lists keep lines, tables and code keep columns."""
    if _MONOSPACED.match(text):
        return "typed code"
    return "typed" if _TYPED.search(text) else None
