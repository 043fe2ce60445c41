"""Markdown as blocks: markdown-it finds them, and the markup is ours.

A token tells on which lines it stands; what it holds of a line is found in that line, so that every
text keeps its place in the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markdown_it.token import Token

from briefqa.documents.loaders.markdown_blocks import block_parser
from briefqa.documents.loaders.outline import line_spans
from briefqa.records import AnswerSpan, Span
from briefqa.ui.html import Html, tag
from briefqa.ui.rendering.inline import Content, inline
from briefqa.ui.rendering.marking import Marks, Piece, clipped, marked, touches

_SMALL = 20_000
"""A block of so many characters is parsed as a whole for a part of it; of a larger one the part."""

_MOST_COLUMNS = 500
"""Of a table that is shown as one where its header is not at hand; of a wider one the source is."""

_RULE_ROW = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")
_ROW = re.compile(r"[ \t>]*\|.*(?<!\\)\|[ \t]*")
_PIPE = re.compile(r"(?<!\\)\|")
_FENCE = re.compile(r"[ \t>]*(?:```|~~~)")
_BLOCKS = {
    "paragraph_open": "p",
    "blockquote_open": "blockquote",
    "bullet_list_open": "ul",
    "ordered_list_open": "ol",
}


_LEFT_OUT = tag("tr", tag("td", "…"))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line to be parsed, and where it stands; None where it was made up for the parser."""

    text: str
    start: int | None


def blocks(
    text: str, shown: Span, within: Span, marks: Marks, *, unwrapped: bool = False
) -> list[Html]:
    """The range `shown` of the text as blocks; it is part of the block `within`, or all of it.

    Where it is `unwrapped`, what stands in lists, quotations and headings is paragraphs.
    """
    lines = _lines(text, shown, within)
    references: dict[str, Any] = {}
    tokens = block_parser().parse("\n".join(line.text for line in lines), references)
    rendering = _Rendering(lines, shown, marks, references.get("references", {}), unwrapped)
    return rendering.until(iter(tokens), None)


def _lines(text: str, shown: Span, within: Span) -> list[_Line]:
    """The lines to be parsed: with what is needed to read them as what they are part of."""
    begin = text.rfind("\n", 0, within.start) + 1
    begin = within.start if text[begin : within.start].strip() else begin
    every = [
        _Line(
            text[begin + line.start : begin + line.end].replace("\0", "\N{REPLACEMENT CHARACTER}"),
            begin + line.start,
        )
        for line in line_spans(text[begin : within.end])
    ]
    if within == shown or within.end - within.start <= _SMALL:
        return _as_table(every)
    header = 0
    if len(every) > 1 and "|" in every[0].text and _is_rule(every[1]):
        header = 2
    elif _FENCE.match(every[0].text):
        header = 1
    part = [
        line
        for line in every[header:]
        if line.start is not None
        and line.start < shown.end
        and line.start + len(line.text) > shown.start
    ]
    return [*every[:header], *part]


def _as_table(lines: list[_Line]) -> list[_Line]:
    """The lines with a header made up where they begin within a table."""
    rows = 0
    while rows < len(lines) and _ROW.fullmatch(lines[rows].text):
        rows += 1
    first = 1 if rows and _is_rule(lines[0]) else 0
    if rows == first or (rows > 1 and not first and _is_rule(lines[1])):
        return lines
    columns = max(len(_PIPE.findall(line.text)) - 1 for line in lines[first:rows])
    if columns > _MOST_COLUMNS:
        return lines
    made_up = [_Line("|" + " |" * columns, None), _Line("|" + "-|" * columns, None)]
    return [*made_up, *lines[first:]]


def _is_rule(line: _Line) -> bool:
    """Whether this is the line between the header of a table and its rows."""
    return _RULE_ROW.fullmatch(line.text.strip(" \t>")) is not None


@dataclass(frozen=True, slots=True)
class _Rendering:
    """The rendering of some lines: what of them is shown, and what is marked in it."""

    lines: Sequence[_Line]
    shown: Span
    marks: Marks
    references: dict[str, Any]
    unwrapped: bool

    def until(self, tokens: Iterator[Token], closing: str | None) -> list[Html]:
        """The blocks up to the closing token, without those of which nothing is shown."""
        parts: list[Html] = []
        for token in tokens:
            if token.type == closing:
                break
            parts += self._block(token, tokens)
        return parts

    def _block(self, token: Token, tokens: Iterator[Token]) -> list[Html]:
        if token.type == "inline":
            inner = inline(self._content(token), self._piece, self.references)
            return [tag("p", *inner, dir="auto")] if inner and self.unwrapped else inner
        if token.type == "table_open":
            return self._table(token, tokens)
        if token.type in ("fence", "code_block"):
            code = self._verbatim(token)
            return [tag("pre", tag("code", *code), tabindex=0, dir="auto")] if code else []
        if token.type == "html_block":
            source = self._verbatim(token)
            return [tag("p", *source, class_="typed", dir="auto")] if source else []
        if token.type == "hr":
            return [tag("hr")] if self._is_shown(token) else []
        closing = token.type.replace("_open", "_close")
        inner = self.until(tokens, closing)
        if not inner:
            return []
        if token.hidden or self.unwrapped:  # hidden: in a list whose items stand close together
            return inner
        if token.type == "heading_open":
            return [tag("p", *inner, class_="heading", dir="auto")]
        if token.type == "list_item_open":
            number = token.info if token.info.isdigit() else None
            return [tag("li", *inner, value=number, dir="auto")]
        name = _BLOCKS[token.type]
        return [tag(name, *inner, dir="auto" if name == "p" else None)]

    def _table(self, opening: Token, tokens: Iterator[Token]) -> list[Html]:
        head: list[Html] = []
        body: list[Html] = []
        for token in tokens:
            if token.type == "table_close":
                break
            if token.type == "thead_open":
                head = [tag("thead", row) for row in self._row(next(tokens), tokens, "th")]
            elif token.type == "tr_open":
                body += self._row(token, tokens, "td")
        nothing_left = all(row == _LEFT_OUT for row in body)
        if nothing_left and (body or not self._is_shown(opening)):
            return []
        table = tag("table", *head, tag("tbody", *body) if body else None)
        # It scrolls sideways where it is too wide, by keyboard too.
        return [tag("div", table, class_="table", role="group", aria_label="Table", tabindex=0)]

    def _row(self, row: Token, tokens: Iterator[Token], name: str) -> list[Html]:
        """A row; the header stands over whatever rows are shown."""
        line = self.lines[_first_line(row)]
        start = line.start if line.start is not None else -1
        span = Span(start, start + len(line.text))
        row_is = span.start, span.end
        answers = [one for one in self.marks.answers if _answers_in(one, span)]
        claims = [one for one in self.marks.claims if _answers_in(one, span)]
        behind = 0
        cells: list[Html] = []
        for token in tokens:
            if token.type == "tr_close":
                break
            if token.type != f"{name}_open":
                continue
            align = str(token.attrs.get("style", "")).removeprefix("text-align:") or None
            content, behind = _cell(next(tokens).content, line.text, behind, start)
            rendering = replace(
                self,
                marks=replace(
                    self.marks,
                    answers=[AnswerSpan(*row_is, "", *row_is) for _ in answers[:1]],
                    claims=_in_cell(claims, content, span),
                ),
                shown=span if name == "th" else self.shown,
            )
            inner = inline(content, rendering._piece, self.references)
            scope = "col" if name == "th" else None
            cells.append(tag(name, *inner, scope=scope, class_=align, dir="auto"))
        made_up = line.start is None
        if made_up or (name == "td" and not touches(span, [self.shown])):
            return []
        if name == "td" and touches(span, self.marks.left_out):
            return [_LEFT_OUT]
        cited = self.marks.cited is not None and touches(span, [self.marks.cited])
        ground = "answer" if answers else "cited" if cited else None
        return [tag("tr", *cells, class_=ground)]

    def _piece(self, piece: Piece) -> list[Html]:
        part = clipped(piece, self.shown)
        return marked(part, self.marks) if part else []

    def _is_shown(self, token: Token) -> bool:
        line = self.lines[_first_line(token)]
        if line.start is None:
            return False
        return touches(Span(line.start, line.start + len(line.text)), [self.shown])

    def _verbatim(self, token: Token) -> list[Html]:
        """Code and raw HTML, line by line as it is."""
        first = _first_line(token) + (token.type == "fence")
        rows = token.content.removesuffix("\n").split("\n")
        parts: list[Html] = []
        for number, row in enumerate(rows, first):
            if number >= len(self.lines):
                break
            at = self._stands(row, number)
            parts += self._piece(Piece(row, at, at + len(row)))
            if number - first < len(rows) - 1:
                parts += self._piece(Piece("\n", at + len(row), at + len(row) + 1))
        return parts

    def _content(self, token: Token) -> Content:
        """Inline Markdown, and where the part on each line stands."""
        first = _first_line(token)
        starts, sources = [], []
        offset = 0
        for number, row in enumerate(token.content.split("\n"), first):
            starts.append(offset)
            sources.append(self._stands(row, number))
            offset += len(row) + 1
        return Content(token.content, starts, sources)

    def _stands(self, row: str, number: int) -> int:
        """Where the row, what is left of a line without the marks of its block, stands."""
        line = self.lines[number]
        start = line.start or 0
        at = len(line.text) - len(row)
        if not line.text.endswith(row):
            at = line.text.rfind(row.strip())  # a heading has marks behind it too, tabs are widened
            at -= len(row) - len(row.lstrip())
        return start + max(at, 0)


def _first_line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _cell(text: str, line: str, behind: int, start: int) -> tuple[Content, int]:
    """The cell, which stands behind that place of the line, and where it ends.

    In a cell `|` is written with a backslash that the parser has taken off.
    """
    at = max(line.find(text.replace("|", "\\|"), behind), behind)
    parts = text.split("|")
    starts, sources = [0], [start + at]
    offset, source = len(parts[0]), start + at + len(parts[0])
    for part in parts[1:]:
        starts.append(offset)
        sources.append(source + 1)
        offset, source = offset + 1 + len(part), source + 2 + len(part)
    return Content(text, starts, sources), source - start


def _answers_in(answer: AnswerSpan, row: Span) -> bool:
    """Whether a row is what answers: of a sentence over several, the one that has its words."""
    sentence = Span(answer.sentence_start, answer.sentence_end)
    words = Span(answer.start, answer.end)
    return touches(row, [sentence]) and touches(row, [words])


def _in_cell(claims: Sequence[AnswerSpan], content: Content, row: Span) -> list[AnswerSpan]:
    """The claims of a row as they are shown: the cell that has the words is in bold."""
    if not content.text:
        return []
    cell = Span(content.source(0), content.source(len(content.text) - 1) + 1)
    return [
        AnswerSpan(cell.start, cell.end, "", row.start, row.end)
        for one in claims
        if (one.start, one.end) != (one.sentence_start, one.sentence_end)
        and touches(cell, [Span(one.start, one.end)])
    ]
