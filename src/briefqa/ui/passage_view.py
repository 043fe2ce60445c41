"""A document's text as paragraphs on the page, with what is cited in it marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from briefqa.records import AnswerSpan, Passage, Quotation, Span
from briefqa.ui.html import Html, join, tag

_TYPED = re.compile(r"^(?:\s|[-*+>|#`~]|\d+[.)]\s)", re.MULTILINE)
"""A line that begins a list, a quotation, a table or code: its line breaks carry meaning."""

_MONOSPACED = re.compile(r"\s*(?:\||```|~~~)")
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


def passage(shown: Passage, quoted: Quotation | None) -> Html:
    """A passage as paragraphs; what is quoted of it is marked."""
    answer = marks(quoted, -shown.start)
    blocks = [paragraph(shown.text, block, None, answer) for block in _blocks(shown.text)]
    return tag("blockquote", *blocks)


def marks(quoted: Quotation | None, by: int = 0) -> AnswerSpan | None:
    """What is to be marked, moved by so many characters: words only if they are claimed."""
    if quoted is None:
        return None
    span = quoted.span
    start, end = (
        (span.start, span.end) if quoted.exact else (span.sentence_start, span.sentence_end)
    )
    return AnswerSpan(
        start + by, end + by, span.text, span.sentence_start + by, span.sentence_end + by
    )


def paragraph(text: str, span: Span, passage: Span | None, answer: AnswerSpan | None) -> Html:
    """This range of `text` as a paragraph, the passage in it marked, the answering sentence more
    strongly, and in bold the words of it that answer.

    All are ranges of `text`; the marks may reach beyond the paragraph or not touch it.
    """
    sentence = words = None
    if answer is not None:
        sentence = Span(answer.sentence_start, answer.sentence_end)
        words = Span(answer.start, answer.end)
    ends = {span.start, span.end}
    for mark in (passage, sentence):
        if mark is not None:
            ends.update(min(max(end, span.start), span.end) for end in (mark.start, mark.end))
    parts = []
    for start, end in pairwise(sorted(ends)):
        part = Span(start, end)
        if _within(part, sentence):
            parts.append(tag("mark", *_bold(text, part, words), class_="answer"))
        elif _within(part, passage):
            parts.append(tag("mark", text[start:end]))
        else:
            parts.append(join(text[start:end]))
    return tag("p", *parts, class_=_setting(text[span.start : span.end]), dir="auto")


def _bold(text: str, part: Span, words: Span | None) -> list[Html]:
    """The part, with these words in it bold unless they are all of it."""
    start = part.end if words is None else min(max(words.start, part.start), part.end)
    end = part.end if words is None else min(max(words.end, part.start), part.end)
    if start == end or (start, end) == (part.start, part.end):
        return [join(text[part.start : part.end])]
    return [
        join(text[part.start : start]),
        tag("strong", text[start:end]),
        join(text[end : part.end]),
    ]


def _blocks(text: str) -> Iterator[Span]:
    start = 0
    for gap in _BLANK_LINES.finditer(text):
        if text[start : gap.start()].strip():
            yield Span(start, gap.start())
        start = gap.end()
    if text[start:].strip() or not start:
        yield Span(start, len(text))


def _within(part: Span, mark: Span | None) -> bool:
    return mark is not None and mark.start <= part.start and part.end <= mark.end


def _setting(text: str) -> str | None:
    """How a paragraph is set: prose flows, lists keep lines, tables and code keep columns."""
    if _MONOSPACED.match(text):
        return "typed code"
    return "typed" if _TYPED.search(text) else None
