"""Reads a piece of Markdown as the words that its reader sees."""

from __future__ import annotations

import html
from array import array

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
_TICKS = regex.compile(r"(?<!`)(?P<ticks>`{1,9}+)(?!`)([^`]{1,2000}+)(?P=ticks)(?!`)")
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
        text = _with_plain_rows(text)
    for markup in (_LINK, _LINK, _EMPHASIS, _CHARACTER):  # a link may be around a picture
        text = markup.sub(_read, text)
    text = _TICKS.sub(r"\2", text)
    return _BROKEN.sub("\n", text)


def plain_with_offsets(text: str) -> tuple[str, array[int]]:
    """As `plain`, with where in `text` each character stands, and after them its length."""
    offsets = array("q", range(len(text) + 1))
    for markup in (_LINK, _LINK, _EMPHASIS, _CHARACTER):
        pieces, kept, end = [], array("q"), 0
        for found in markup.finditer(text):
            words = _read(found)
            at = found.start() if found["code"] else max(found.start("words"), found.start())
            pieces += [text[end : found.start()], words]
            kept += offsets[end : found.start()]
            as_written = text.startswith(words, at)
            kept.extend(offsets[at + (place if as_written else 0)] for place in range(len(words)))
            end = found.end()
        if end:
            text, offsets = "".join((*pieces, text[end:])), kept + offsets[end:]
    return text, offsets


def _with_plain_rows(text: str) -> str:
    """The text with its tables as `TextWriter` writes them, without rows that are empty."""
    lines = text.split("\n")
    ruled = [is_table_rule(line) for line in lines]
    plain: list[str] = []
    in_table = False
    headed = True
    for number, line in enumerate(lines):
        words = line.strip(" \t\r>")
        before = line[: len(line) - len(line.lstrip(" \t>"))]
        in_table = "|" in words and (
            in_table or ruled[number] or any(ruled[number + 1 : number + 2])
        )
        if not in_table and not (len(words) > 1 and words[0] == words[-1] == "|"):
            plain.append(line)
        elif not ruled[number]:
            cells = _cells(words)
            headed = any(cells)
            if headed:
                row = " | ".join(cells)
                row = row if cells[0] and cells[-1] else f"| {row} |"
                plain.append(before + row)
        elif headed:
            plain.append(before + " | ".join(["---"] * max(2, len(_cells(words)))))
    return "\n".join(plain)


def _cells(row: str) -> list[str]:
    """The cells of a row, each with single spaces."""
    inner = row.removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [" ".join(cell.split()) for cell in _CELL_END.split(inner)]


def _read(markup: regex.Match[str]) -> str:
    found = markup.groupdict()
    if found["code"]:
        return str(markup[0])
    return html.unescape(found["entity"]) if found.get("entity") else str(found["words"] or "")
