"""Reads Markdown.

markdown-it finds the blocks and the lines they stand on; the offsets into the source follow from
the lines. Top-level blocks are the paragraphs: a list, a table, a quotation or a fence is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from briefqa.documents.loaders.decoding import decode
from briefqa.documents.loaders.outline import (
    Outline,
    line_spans,
    one_line,
    title_from_name,
    trimmed,
)
from briefqa.records import Document, Metadata, Span

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

NAME = "markdown"
VERSION = 2
SUFFIXES: tuple[str, ...] = (".md", ".markdown")
MEDIA_TYPE = "text/markdown"
CALLED = "Markdown"
GIVES = "title, date and source from front matter; headings, paragraphs, lists, tables"
MOST_BYTES = 20_000_000  # some 3 million words: a file beyond it is most likely no brief
LIBRARIES: tuple[str, ...] = ()

_FENCE = re.compile(r"(?:---|\.\.\.)[ \t]*")
_MOST_FRONT_LINES = 200
_MOST_HEADING_CHARS = 1_000
_PLAIN_ENTRY = re.compile(r"([A-Za-z_]+)[ \t]*:[ \t]+(\S.*)")
_ATX = re.compile(r"[ \t]*#{1,6}(?:[ \t]+|$)(.*?)(?:[ \t]+#+)?[ \t]*")
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_SPOKEN = ("text", "code_inline", "html_inline", "image")


@dataclass(frozen=True, slots=True)
class _Heading:
    """A top-level heading: its level 1..6, its plain words, and where its own text stands."""

    level: int
    words: str
    span: Span


def parse(data: bytes, name: str) -> Document:
    """Read Markdown; raises LoadError when the bytes are blank or not text.

    The title is the front matter's, else the first heading's when that is the only one of level 1
    or opens the document with another heading right under it, else the file's name. A heading
    that serves as the title begins no section.
    """
    text, encoding = decode(data)
    lines = line_spans(text)
    front, first_line = _front_matter(text, lines)
    blocks = _blocks(text, lines, first_line)
    headings = [block for block in blocks if isinstance(block, _Heading)]
    titling = _title_heading(blocks, headings)
    title = front.get("title", "")
    if title and titling and one_line(titling.words).casefold() != title.casefold():
        titling = None
    outline = Outline()
    for block in blocks:
        if block is titling:
            continue
        if isinstance(block, _Heading):
            outline.heading(block.level, block.words, block.span)
        else:
            outline.paragraph(block)
    return Document(
        name=name,
        metadata=Metadata(
            title=title or (one_line(titling.words) if titling else title_from_name(name)),
            date=front.get("date", ""),
            source=front.get("source", "") or front.get("publisher", ""),
            author=front.get("author", ""),
            language=front.get("language", "") or front.get("lang", ""),
            place=front.get("place", ""),
        ),
        text=text,
        sections=outline.sections(),
        encoding=encoding,
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


def _front_matter(text: str, lines: Sequence[Span]) -> tuple[dict[str, str], int]:
    """The entries that are plain values, as written, and the line the body begins on.

    Broken YAML is read line by line, so that a colon in an unquoted title costs nothing.
    """
    if text[lines[0].start : lines[0].end].rstrip() != "---":
        return {}, 0
    inside: list[str] = []
    for line in lines[1:_MOST_FRONT_LINES]:
        if _FENCE.fullmatch(text, line.start, line.end):
            break
        inside.append(text[line.start : line.end])
    else:
        return {}, 0
    entries = _yaml("\n".join(inside))
    if entries is None:
        entries = {
            entry[1]: entry[2].strip().strip("\"'")
            for entry in map(_PLAIN_ENTRY.fullmatch, inside)
            if entry
        }
        if not entries:
            return {}, 0
    return {
        str(key).lower(): one_line(value)
        for key, value in entries.items()
        if isinstance(value, str)
    }, len(inside) + 2


def _yaml(source: str) -> dict[Any, Any] | None:
    """The mapping that the source holds, every value left as it is written; None when broken."""
    import yaml

    try:
        # BaseLoader makes nothing but strings, lists and mappings: safe, and dates stay as typed.
        entries = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError):
        return None
    if entries in (None, ""):
        return {}
    return entries if isinstance(entries, dict) else None


def _blocks(text: str, lines: Sequence[Span], first_line: int) -> list[_Heading | Span]:
    """The top-level headings and paragraphs in source order."""
    from markdown_it import MarkdownIt

    inline = MarkdownIt("commonmark")
    parser = MarkdownIt("commonmark").enable("table").disable("inline")  # headings alone need it
    references: dict[str, Any] = {}
    body = lines[first_line].start if first_line < len(lines) else len(text)
    tokens = parser.parse(text[body:], references)
    blocks: list[_Heading | Span] = []
    for place, token in enumerate(tokens):
        if token.level or token.nesting < 0 or token.map is None or token.type == "hr":
            continue
        first, end = token.map[0] + first_line, token.map[1] + first_line
        span = trimmed(text, lines[first].start, lines[min(end, len(lines)) - 1].end)
        if token.type == "heading_open":
            words = _plain(inline, tokens[place + 1].content, references)
            own = _heading_text(text, lines[first : min(end, len(lines))], token)
            blocks.append(_Heading(int(token.tag[1:]), words, own))
        elif token.type != "html_block" or _UNSEEN.sub("", text[span.start : span.end]).strip():
            blocks.append(span)
    return blocks


def _heading_text(text: str, lines: Sequence[Span], token: Token) -> Span:
    """Where the words of a heading stand, without its marks."""
    if token.markup.startswith("#"):
        marks = _ATX.fullmatch(text, lines[0].start, lines[0].end)
        return trimmed(text, *(marks.span(1) if marks else (lines[0].start, lines[0].end)))
    return trimmed(text, lines[0].start, lines[-2].end if len(lines) > 1 else lines[0].end)


def _plain(parser: MarkdownIt, source: str, references: dict[str, Any]) -> str:
    """Inline Markdown as the words a reader sees."""
    words = []
    if len(source) > _MOST_HEADING_CHARS:  # marks within marks take ever longer
        return one_line(source)
    for token in parser.parseInline(source, references):
        for child in token.children or ():
            if child.type in ("softbreak", "hardbreak"):
                words.append(" ")
            elif child.type in _SPOKEN:
                words.append(child.content)
    return one_line("".join(words))
