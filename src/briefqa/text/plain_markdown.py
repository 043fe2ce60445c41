"""Reads a piece of Markdown as the words that its reader sees."""

from __future__ import annotations

import html
from array import array
from collections.abc import Iterable, Iterator, Sequence

import regex

from briefqa.text.line_breaks import is_table_rule

SUFFIXES = (".md", ".markdown")  # of the files that are Markdown

# Bounded, so that no text takes more than a time in proportion to its length.
_CODE = r"(?P<code>(?P<ticks>`{1,9}+)(?!`)[^`]{1,2000}+(?P=ticks)(?!`))|(?<!\\)"  # is left as it is
_LINK = regex.compile(
    _CODE + r"(?:!?\[(?P<words>[^\[\]]{0,500})\]\(\s?(?:<[^<>\n]{0,2000}+>|[^\s()<>]{0,2000}+"
    r"(?:\([^\s()]{0,500}+\)[^\s()<>]{0,500}+)?)"
    r"(?:\s{1,3}(?:\"[^\"]{0,500}\"|'[^']{0,500}'|\([^()]{0,500}\)))?\s?\)"
    r"|!?\[(?P<words>[^\[\]]{1,500})\]\[[^\[\]]{0,300}\]"
    r"|<(?P<words>(?:https?://|mailto:)[^\s<>]{1,2000}+)>)"
)
_EMPHASIS = regex.compile(
    _CODE + r"(?:(?P<marks>\*{1,3}+|~~)(?=\S)(?P<words>[^*~\n]{1,300}+)(?<=\S)(?P=marks)(?![*~])"
    r"|(?<![\w_])(?P<marks>_{1,3}+)(?=\S)(?P<words>[^_\n]{1,300}+)(?<=\S)(?P=marks)(?![\w_]))"
)
_CHARACTER = regex.compile(
    _CODE + r"(?:(?P<entity>&(?:\#\d{1,7}|\#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});)"
    r"|\\(?P<words>[!-/:-@\[-`{-~]))"
)
_CELL_END = regex.compile(r"(?<!\\)\|")
_TICKS = regex.compile(
    r"(?P<code>(?!))?(?<!`)(?P<ticks>`{1,9}+)(?!`)(?P<words>[^`]{1,2000}+)(?P=ticks)(?!`)"
)
_MARKUP = (_LINK, _LINK, _EMPHASIS, _CHARACTER, _TICKS)  # a link may be around a picture
_WORD = regex.compile(r"\S++")
_AROUND = " \t\r>"  # what may stand around a row
_Piece = tuple[str, int, bool]  # some text, where it stands, and whether it is written so there
_BULLET = regex.compile(r"(?m)^([ \t>]*+)[*+](?=[ \t])")
_BROKEN = regex.compile(r"(?<=\p{L}[-\u2010])(?:\r\n|[\r\n])[ \t>]{0,99}(?=\p{Ll})")


def is_markdown(name: str) -> bool:
    """Whether the text of a document of that name is Markdown."""
    return name.lower().endswith(SUFFIXES)


def plain(text: str) -> str:
    """Markdown as it is read: links and pictures as what they are called, characters as themselves.

    Emphasis within a word leaves it whole, code is without its ticks. Items of lists and rows of
    tables are as the text of other formats has them, `- a` and `a | b`. Marks of other blocks stay;
    those of a quotation do not within a word that a hyphen breaks at the end of a line.
    """
    text = _BULLET.sub(r"\1-", text)
    if "|" in text:
        text = "".join(words for words, _, _ in _with_plain_rows(text))
    for markup in _MARKUP:
        text = markup.sub(_read, text)
    return _BROKEN.sub("\n", text)


def plain_with_offsets(text: str) -> tuple[str, array[int]]:
    """As `plain`, with where in `text` each character stands, and after them its length.

    Words that are broken at the end of a line stay as they are.
    """
    offsets = array("q", range(len(text) + 1))
    text = _BULLET.sub(r"\1-", text)
    if "|" in text:
        text, offsets = _joined(_with_plain_rows(text), offsets)
    for markup in _MARKUP:
        pieces: list[_Piece] = []
        end = 0
        for found in markup.finditer(text):
            words = _read(found)
            at = found.start() if found["code"] else max(found.start("words"), found.start())
            pieces.append((text[end : found.start()], end, True))
            pieces.append((words, at, text.startswith(words, at)))
            end = found.end()
        if end:
            text, offsets = _joined([*pieces, (text[end:], end, True)], offsets)
    return text, offsets


def _joined(pieces: Iterable[_Piece], offsets: array[int]) -> tuple[str, array[int]]:
    """The pieces of a text as one, and where each character stands, given where the text's do."""
    kept = array("q")
    words = []
    for piece, at, as_written in pieces:
        words.append(piece)
        kept += (
            offsets[at : at + len(piece)] if as_written else array("q", [offsets[at]]) * len(piece)
        )
    kept.append(offsets[-1])
    return "".join(words), kept


def _with_plain_rows(text: str) -> Iterator[_Piece]:
    """The text with its tables as `TextWriter` writes them, without rows that are empty."""
    lines = text.split("\n")
    ruled = [is_table_rule(line) for line in lines]
    in_table, headed, begun, at = False, True, False, 0
    for number, line in enumerate(lines):
        words = line.strip(_AROUND)
        start = at + len(line) - len(line.lstrip(_AROUND))
        in_table = "|" in words and (
            in_table or ruled[number] or any(ruled[number + 1 : number + 2])
        )
        is_row = in_table or (len(words) > 1 and words[0] == words[-1] == "|")
        cells = list(_cells(words, start)) if is_row else []
        if is_row and not ruled[number]:
            headed = any(cell for cell, _ in cells)
        if headed or not is_row:
            if begun:
                yield "\n", at - 1, True
            begun = True
            if is_row:
                yield text[at:start], at, True
                yield from _rule(cells, start) if ruled[number] else _row(cells, start)
            else:
                yield line, at, True
        at += len(line) + 1


def _row(cells: Sequence[tuple[list[_Piece], int]], start: int) -> Iterator[_Piece]:
    """A row, with bars around it where its first or last cell is empty."""
    bare = bool(cells[0][0] and cells[-1][0])
    if not bare:
        yield "| ", start, False
    for number, (cell, end) in enumerate(cells):
        if number:
            yield " | ", start, False
        for place, word in enumerate(cell):
            if place:
                yield " ", word[1] - 1, False
            yield word
        start = end
    if not bare:
        yield " |", start - 1, False


def _rule(cells: Sequence[object], start: int) -> Iterator[_Piece]:
    yield " | ".join(["---"] * max(2, len(cells))), start, False


def _cells(row: str, start: int) -> Iterator[tuple[list[_Piece], int]]:
    """The words of each cell of a row that begins there in the text, and where it ends."""
    inner = row.removeprefix("|")
    start += len(row) - len(inner)
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    for cell in _CELL_END.split(inner):
        words = [(word[0], start + word.start(), True) for word in _WORD.finditer(cell)]
        start += len(cell)
        yield words, start
        start += 1


def _read(markup: regex.Match[str]) -> str:
    found = markup.groupdict()
    if found["code"]:
        return str(markup[0])
    return html.unescape(found["entity"]) if found.get("entity") else str(found["words"] or "")
