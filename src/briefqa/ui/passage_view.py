"""A document's text as paragraphs on the page, with what is cited in it marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from briefqa.records import Passage, Quotation, Span
from briefqa.text.language import stemmer
from briefqa.text.words import places_of
from briefqa.ui.html import Html, join, tag

_TYPED = re.compile(r"^(?:\s|[-*+>|#`~]|\d+[.)]\s)", re.MULTILINE)
"""A line that begins a list, a quotation, a table or code: its line breaks carry meaning."""

_MONOSPACED = re.compile(r"\s*(?:\||```|~~~)")
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


_LONG = 320
"""Characters; a longer quotation is set smaller, so that it is still taken in at a glance."""


def passage(shown: Passage, searched: Sequence[str] = ()) -> Html:
    """A passage as paragraphs; the words that were `searched` for are marked."""
    words = matching(shown.text, searched)
    blocks = [paragraph(shown.text, block, words=words) for block in _blocks(shown.text)]
    return tag("blockquote", *blocks)


def sentence(quoted: Sequence[Quotation]) -> Html:
    """One sentence that is quoted, the words of it that answer in bold where they are claimed.

    What is `quoted` more than once, for several parts of a question, is shown once.
    """
    text, start = quoted[0].sentence, quoted[0].span.sentence_start
    words = [
        Span(one.span.start - start, one.span.end - start)
        for one in quoted
        if one.exact and one.span.text != text
    ]
    blocks = [paragraph(text, block, bold=words) for block in _blocks(text)]
    return tag("blockquote", *blocks, class_="said long" if len(text) > _LONG else "said")


def around(shown: Passage, quoted: Iterable[Quotation]) -> Html | None:
    """What stands around the quotations in their passage, an ellipsis in place of each."""
    left_out = [
        Span(one.span.sentence_start - shown.start, one.span.sentence_end - shown.start)
        for one in quoted
    ]
    blocks = [
        paragraph(shown.text, block, left_out=left_out)
        for block in _blocks(shown.text)
        if not _within(_trimmed(shown.text, block), left_out)
    ]
    return tag("div", *blocks, class_="around") if blocks else None


def matching(text: str, searched: Sequence[str]) -> list[Span]:
    """Where these words of a question stand in the text, in whatever form of the word."""
    return [Span(*place) for place in places_of(searched, text, stemmer("en"))]


def paragraph(
    text: str,
    span: Span,
    passage: Span | None = None,
    *,
    answers: Sequence[Span] = (),
    words: Sequence[Span] = (),
    bold: Sequence[Span] = (),
    left_out: Sequence[Span] = (),
) -> Html:
    """This range of `text` as a paragraph, with one kind of emphasis in a place.

    The `passage` in it is marked and in that the sentences that are `answers`; `words` that were
    searched for are marked, others are in `bold`, and an ellipsis stands for what is `left_out`.
    All are ranges of `text`; they may reach beyond the paragraph or not touch it.
    """
    found = [word for word in words if _within(word, [span])]
    ends = {span.start, span.end}
    for mark in (*answers, *found, *bold, *left_out, *([passage] if passage else [])):
        ends.update(min(max(end, span.start), span.end) for end in (mark.start, mark.end))
    parts: list[Html] = []
    for start, end in pairwise(sorted(ends)):
        part, shown = Span(start, end), text[start:end]
        if _within(part, left_out):
            parts.append(join("…") if not parts or parts[-1] != "…" else Html())
        elif _within(part, answers):
            parts.append(tag("mark", shown, class_="answer"))
        elif _within(part, found):
            parts.append(tag("mark", shown, class_="word"))
        elif _within(part, bold):
            parts.append(tag("strong", shown))
        elif passage and _within(part, [passage]):
            parts.append(tag("mark", shown))
        else:
            parts.append(join(shown))
    return tag("p", *parts, class_=_setting(text[span.start : span.end]), dir="auto")


def _blocks(text: str) -> Iterator[Span]:
    start = 0
    for gap in _BLANK_LINES.finditer(text):
        if text[start : gap.start()].strip():
            yield Span(start, gap.start())
        start = gap.end()
    if text[start:].strip() or not start:
        yield Span(start, len(text))


def _trimmed(text: str, part: Span) -> Span:
    piece = text[part.start : part.end]
    return Span(part.end - len(piece.lstrip()), part.start + len(piece.rstrip()))


def _within(part: Span, marked: Iterable[Span]) -> bool:
    return any(mark.start <= part.start and part.end <= mark.end for mark in marked)


def _setting(text: str) -> str | None:
    """How a paragraph is set: prose flows, lists keep lines, tables and code keep columns."""
    if _MONOSPACED.match(text):
        return "typed code"
    return "typed" if _TYPED.search(text) else None
