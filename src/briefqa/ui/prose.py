"""How is a source's own text set on the page? In paragraphs, with what is cited in it marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from briefqa.records import AnswerSpan, Hit, Span
from briefqa.ui.markup import Html, join, tag

_TYPED = re.compile(r"^(?:\s|[-*+>|#`~]|\d+[.)]\s)", re.MULTILINE)
"""A line that begins a list, a quotation, a table or code: its line breaks carry meaning."""

_MONOSPACED = re.compile(r"\s*(?:\||```|~~~)")
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


def quotation(hit: Hit) -> Html:
    """The passage as paragraphs, its answering sentence marked."""
    start = hit.passage.start
    blocks = [
        paragraph(hit.passage.text, block, None, _shifted(hit.answer, -start))
        for block in _blocks(hit.passage.text)
    ]
    return tag("blockquote", *blocks)


def paragraph(text: str, span: Span, passage: Span | None, answer: Span | None) -> Html:
    """This range of `text` as a paragraph, the passage in it marked and the answer more strongly.

    All are ranges of `text`; the marks may reach beyond the paragraph or not touch it.
    """
    ends = {span.start, span.end}
    for mark in (passage, answer):
        if mark is not None:
            ends.update(min(max(end, span.start), span.end) for end in (mark.start, mark.end))
    parts = []
    for start, end in pairwise(sorted(ends)):
        part = Span(start, end)
        if _within(part, answer):
            parts.append(tag("mark", text[start:end], class_="answer"))
        elif _within(part, passage):
            parts.append(tag("mark", text[start:end]))
        else:
            parts.append(join(text[start:end]))
    return tag("p", *parts, class_=_setting(text[span.start : span.end]), dir="auto")


def answer_of(hit: Hit) -> Span | None:
    """The answering sentence of a hit, as a range of its document's text."""
    return _shifted(hit.answer, 0)


def _shifted(answer: AnswerSpan | None, by: int) -> Span | None:
    return None if answer is None else Span(answer.sentence_start + by, answer.sentence_end + by)


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
