"""Text that a loader wrote: its tables are tables, all else is as plain text.

A row is a line of cells with ` | ` between; a line of dashes stands below a header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from briefqa.documents.loaders.outline import line_spans
from briefqa.documents.loaders.written_text import CELL_MARK
from briefqa.records import Span
from briefqa.ui.html import Html, tag
from briefqa.ui.rendering import plain_text
from briefqa.ui.rendering.marking import Marks, Piece, marked, touches

_RULE = re.compile(r"---(?: \| ---)+")
_LEFT_OUT = tag("tr", tag("td", "…"))


def blocks(text: str, shown: Span, within: Span, marks: Marks) -> list[Html]:
    """The range as blocks; `within` is the whole paragraph that it is a part of."""
    whole = [
        Span(line.start + within.start, line.end + within.start)
        for line in line_spans(text[within.start : within.end])
    ]
    if len(whole) < 2 or not all(_is_row(text, line) for line in whole):
        return plain_text.blocks(text, shown, marks)
    headed = _RULE.fullmatch(text, whole[1].start, whole[1].end) is not None
    head = tag("thead", _row(text, whole[0], marks, "th")) if headed else None
    body = list(_body(text, whole[2 * headed :], shown, marks))
    if not body and not touches(whole[0], [shown]):
        return []
    table = tag("table", head, tag("tbody", *body) if body else None)
    return [tag("div", table, class_="table", role="group", aria_label="Table", tabindex=0)]


def _is_row(text: str, line: Span) -> bool:
    return CELL_MARK in text[line.start : line.end]


def _body(text: str, lines: Sequence[Span], shown: Span, marks: Marks) -> Iterator[Html]:
    left_out = False
    for line in lines:
        if not touches(line, [shown]):
            continue
        if touches(line, marks.left_out):
            if not left_out:
                yield _LEFT_OUT
            left_out = True
        else:
            yield _row(text, line, marks, "td")
            left_out = False


def _row(text: str, line: Span, marks: Marks, name: str) -> Html:
    """A row; one that answers, or is cited, is marked as a whole."""
    cells = [
        tag(
            name,
            *marked(Piece(text[cell.start : cell.end], cell.start, cell.end), marks),
            scope="col" if name == "th" else None,
            dir="auto",
        )
        for cell in _cells(text, line)
    ]
    answers = touches(line, marks.sentences)
    cited = marks.cited is not None and touches(line, [marks.cited])
    ground = "answer" if answers else "cited" if cited else None
    return tag("tr", *cells, class_=ground if name == "td" else None)


def _cells(text: str, line: Span) -> Iterator[Span]:
    """Where the words of each cell stand; a border on either side is none."""
    start, end = line.start, line.end
    if text.startswith("| ", start, end) and text.endswith(" |", start, end):
        start, end = start + 2, end - 2
    while True:
        bar = text.find(CELL_MARK, start, end)
        stop = end if bar < 0 else bar
        words = text[start:stop]
        left = len(words) - len(words.lstrip())
        yield Span(start + left, max(start + left, start + len(words.rstrip())))
        if bar < 0:
            return
        start = bar + len(CELL_MARK)
