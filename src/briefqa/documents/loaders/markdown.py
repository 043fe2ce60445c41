"""Reads Markdown.

markdown-it finds the blocks and the lines they stand on; the offsets into the source follow from
the lines. Top-level blocks are the paragraphs: a list, a table, a quotation or a fence is one.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import regex

from briefqa.documents.loaders.decoding import decode
from briefqa.documents.loaders.front_matter import front_matter, metadata
from briefqa.documents.loaders.html_in_markdown import PARAGRAPH_SEPARATOR
from briefqa.documents.loaders.outline import (
    Outline,
    line_spans,
    one_line,
    title_from_name,
    trimmed,
)
from briefqa.documents.loaders.shown_markdown import shown
from briefqa.records import Document, Span
from briefqa.text import plain_markdown

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

NAME = "markdown"
VERSION = 5
SUFFIXES: tuple[str, ...] = plain_markdown.SUFFIXES
MEDIA_TYPE = "text/markdown"
CALLED = "Markdown"
GIVES = "title, date and source from front matter; headings, paragraphs, lists, tables"
MOST_BYTES = 20_000_000  # some 3 million words: a file beyond it is most likely no brief
LIBRARIES: tuple[str, ...] = ()

_MOST_HEADING_CHARS = 1_000
_MOST_BLANK_CHARS = 300
_MARKED = regex.compile(r"[\\`*_\[<&]")
_BOLD = regex.compile(
    r"(\*{2,3}+|_{2,3}+)(?=\S)(?P<words>[^\r\n*_`\[\]<>\\]{1,80})(?<![\s.,;:!])\1"
    r"[ \t]*+(?:(?=[\r\n])|\Z)"
)
_FEWEST_BOLD = 2
_SPOKEN = ("text", "code_inline", "html_inline", "image")
_VISIBLE = regex.compile(r"[^\s\p{C}\p{Z}\u3164\u115F\u1160\uFFA0]")


@dataclass(frozen=True, slots=True)
class _Heading:
    """A top-level heading: its level 1..6, its plain words, and where its own text stands.

    `block` is that text with the marks of a heading.
    """

    level: int
    words: str
    span: Span
    block: Span


def parse(data: bytes, name: str, encoding: str = "") -> Document:
    """Read Markdown; raises LoadError when the bytes are blank or not text.

    The title is the front matter's, else the first heading's when that is the only one of level 1
    or opens the document with another heading right under it, else the file's name. A heading
    that serves as the title begins no section, unless it is all there is.
    """
    source, encoding, notes = decode(data, encoding)
    front, first_line = front_matter(source, lines := line_spans(source))
    begin = lines[first_line].start if first_line < len(lines) else len(source)
    text = source[:begin] + shown(source[begin:])
    line_starts = [line.start for line in line_spans(text)] if PARAGRAPH_SEPARATOR in text else ()
    text = text.replace(PARAGRAPH_SEPARATOR, "\n")
    blocks = _blocks(text, begin)
    headings = [block for block in blocks if isinstance(block, _Heading)]
    titling = _title_heading(blocks, headings)
    title = front.get("title", "")
    if title and titling and one_line(titling.words).casefold() != title.casefold():
        titling = None
    outline = Outline()
    for block in blocks:
        if block is titling and len(blocks) > 1:
            continue
        if isinstance(block, _Heading):
            outline.heading(block.level, block.words, block.span, block.block)
        else:
            outline.paragraph(block)
    title = title or (one_line(titling.words) if titling else title_from_name(name))
    return Document(
        name=name,
        metadata=metadata(front, title),
        text=text,
        sections=outline.sections(),
        encoding=encoding,
        line_starts=tuple(line_starts),
        notes=(*notes, *outline.notes),
    )


def _title_heading(
    blocks: Sequence[_Heading | Span], headings: Sequence[_Heading]
) -> _Heading | None:
    """The heading that may serve as the title, if there is one."""
    if not headings or headings[0].level != 1 or not headings[0].words.strip():
        return None
    first = headings[0]
    alone = sum(heading.level == 1 for heading in headings) == 1
    # Among several, the first is a title only if nothing but the next heading stands under it.
    bare = blocks[0] is first and len(blocks) > 1 and isinstance(blocks[1], _Heading)
    return first if alone or bare else None


def _blocks(text: str, body: int) -> list[_Heading | Span]:
    """The top-level headings and paragraphs from an offset on, in source order."""
    from markdown_it import MarkdownIt

    from briefqa.documents.loaders.markdown_blocks import block_parser

    inline = MarkdownIt("commonmark")
    references: dict[str, Any] = {}
    lines = [Span(body + line.start, body + line.end) for line in line_spans(text[body:])]
    tokens = block_parser(rows=False).parse(text[body:], references)
    blocks: list[_Heading | Span] = []
    for place, token in enumerate(tokens):
        if token.level or token.nesting < 0 or token.map is None or token.type == "hr":
            continue
        first, end = token.map
        span = trimmed(text, lines[first].start, lines[min(end, len(lines)) - 1].end)
        if token.type == "heading_open":
            words = _plain(inline, tokens[place + 1].content, references)
            own = _heading_text(text, lines[first : min(end, len(lines))], token)
            blocks.append(_Heading(int(token.tag[1:]), words, own, span))
        elif _is_visible(text[span.start : span.end]):
            blocks.append(span)
    return _with_bold_headings(text, blocks)


def _with_bold_headings(text: str, blocks: list[_Heading | Span]) -> list[_Heading | Span]:
    """The blocks, lines in bold as headings of what is below them: conversions write such files.

    Only where nothing but a title has the marks of a heading, and two such lines have text under
    them.
    """
    marked = [block for block in blocks if isinstance(block, _Heading)]
    if len(marked) > 1 or any(block.level > 1 for block in marked):
        return blocks
    whole, blocks = blocks, [part for block in blocks for part in _parted(text, block)]
    bold = [
        None if isinstance(block, _Heading) else _BOLD.fullmatch(text, block.start, block.end)
        for block in blocks
    ]
    over_text = {
        place: found
        for place, found in enumerate(bold[:-1])
        if found and isinstance(blocks[place + 1], Span) and not bold[place + 1]
    }
    if len(over_text) < _FEWEST_BOLD:
        return whole
    return [
        _Heading(2, one_line(found["words"]), Span(*found.span("words")), Span(*found.span()))
        if (found := over_text.get(place))
        else block
        for place, block in enumerate(blocks)
    ]


def _parted(text: str, block: _Heading | Span) -> list[_Heading | Span]:
    """A paragraph with a line in bold right above its text as both; any other block as it is."""
    if isinstance(block, _Heading):
        return [block]
    line = _BOLD.match(text, block.start, block.end)
    if not line or line.end() == block.end:
        return [block]
    below = trimmed(text, line.end(), block.end)
    return [Span(block.start, line.end("words") + len(line[1])), below]


def _is_visible(block: str) -> bool:
    """Whether there is anything to see in a block: spaces that are spelled out are nothing."""
    if len(block) <= _MOST_BLANK_CHARS:
        block = html.unescape(block).replace("\\", "")
    return _VISIBLE.search(block) is not None


def _heading_text(text: str, lines: Sequence[Span], token: Token) -> Span:
    """Where the words of a heading stand, without its marks."""
    if not token.markup.startswith("#"):
        return trimmed(text, lines[0].start, lines[-2].end if len(lines) > 1 else lines[0].end)
    own = trimmed(text, lines[0].start, lines[0].end)
    words = text[own.start : own.end].lstrip("#")
    start = own.end - len(words)
    unclosed = words.rstrip("#")
    if unclosed != words and (not unclosed or unclosed[-1] in " \t"):
        words = unclosed
    return trimmed(text, start, start + len(words))


def _plain(parser: MarkdownIt, source: str, references: dict[str, Any]) -> str:
    """Inline Markdown as the words a reader sees."""
    words = []
    # Marks within marks take ever longer.
    if len(source) > _MOST_HEADING_CHARS or not _MARKED.search(source):
        return one_line(source)
    for token in parser.parseInline(source, references):
        for child in token.children or ():
            if child.type in ("softbreak", "hardbreak"):
                words.append(" ")
            elif child.type in _SPOKEN:
                words.append(child.content)
    return one_line("".join(words))
