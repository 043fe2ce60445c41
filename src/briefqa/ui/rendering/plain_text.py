"""Plain text: prose flows, and line breaks that carry meaning stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from briefqa.documents.loaders.outline import line_spans
from briefqa.records import Span
from briefqa.ui.html import Html, tag
from briefqa.ui.rendering.marking import Marks, Piece, marked

_PROSE_WIDTH = 56
"""Lines that are wrapped narrower than this look like verse, addresses and lists; they stay."""

_WRAPPED = 0.75
"""So large a share of the lines ends where the next word would not have fitted, in wrapped text."""

_ITEM = re.compile(r"(?:[-*+•·–—>#|]|\(?[0-9]{1,4}[.):]|\(?[a-zA-Z][.)]|\([ivxIVX]{2,5}\)|§)\s?")
_FIELD = re.compile(r"[A-Z][A-Za-z-]{0,30}:\s")
_COLUMNS = re.compile(r"\S(?:\t| {3,})\S|^\|")
_FIELDS = re.compile(r"[,;]\S")


def blocks(text: str, shown: Span, marks: Marks) -> list[Html]:
    """The range as paragraphs, blank lines between them."""
    return [_paragraph(text, lines, marks) for lines in _runs(text, shown)]


def _runs(text: str, shown: Span) -> Iterator[list[Span]]:
    """The lines of each paragraph."""
    run: list[Span] = []
    for line in line_spans(text[shown.start : shown.end]):
        span = Span(line.start + shown.start, line.end + shown.start)
        if not text[span.start : span.end].isspace() and span.start < span.end:
            run.append(span)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _paragraph(text: str, lines: Sequence[Span], marks: Marks) -> Html:
    words = [text[line.start : line.end] for line in lines]
    start, end = lines[0].start, lines[-1].end
    setting = _setting(words)
    content = text[start:end]
    if setting == "lines":
        parts = [words[0]]
        for (line, following), joined in zip(pairwise(lines), _joins(words), strict=True):
            gap = text[line.end : following.start]
            parts += [" " * len(gap) if joined else gap, text[following.start : following.end]]
        content = "".join(parts)
    return tag("p", *marked(Piece(content, start, end), marks), class_=setting, dir="auto")


def _setting(lines: Sequence[str]) -> str | None:
    """How a paragraph is set: prose flows, lines are kept, columns keep their white space."""
    if len(lines) == 1:
        return None
    if sum(bool(_COLUMNS.search(line.strip())) for line in lines) > len(lines) / 2:
        return "typed code"
    if all(_joins(lines)):
        return None
    indented = any(line[:1].isspace() for line in lines)
    return "typed" if indented and not any(_joins(lines)) else "lines"


def _joins(lines: Sequence[str]) -> list[bool]:
    """Whether each line but the last goes on in the next, because it was only wrapped there."""
    width = max(len(line.rstrip()) for line in lines)
    breaks = [
        len(line.rstrip()) + 1 + len(following.split(maxsplit=1)[0]) > 0.9 * width
        for line, following in pairwise(lines)
    ]
    items = [bool(_ITEM.match(line.strip())) for line in lines[1:]]
    inner = [full for full, item in zip(breaks, items, strict=True) if not item]
    wrapped = (
        width >= _PROSE_WIDTH
        and sum(inner) >= _WRAPPED * len(inner)
        and not (len(lines) > 2 and all(line.lstrip()[:1].isupper() for line in lines))
        and not all(_FIELD.match(line) for line in lines[:2])
        and not all(len(_FIELDS.findall(line)) > 1 for line in lines)
    )
    return [wrapped and not item for item in items]
