"""Reads rich text (RTF): its words, paragraph by paragraph, and the rows of its tables."""

from __future__ import annotations

import re

from briefqa.documents.loaders.outline import one_line, title_from_name
from briefqa.documents.loaders.written_text import TextWriter, one_spaced
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata

NAME = "rtf"
VERSION = 2
SUFFIXES: tuple[str, ...] = (".rtf",)
MEDIA_TYPE = "application/rtf"
CALLED = "RTF"
GIVES = "paragraphs and rows of tables; its headings cannot be told from text"
MOST_BYTES = 50_000_000
LIBRARIES: tuple[str, ...] = ("striprtf.striprtf",)

_SAID = re.compile(r"\{\\(title|author)\s([^{}\\]{1,500})\}")
_DIGITS = re.compile(r"[0-9a-fA-F\s]+")
_HIDES = re.compile(r"\\v1?(?![a-zA-Z0-9-])")
_PIECE = re.compile(
    r"(?P<sign>\\'[0-9a-fA-F]{2}|\\u-?[0-9]{1,6} ?(?:\\'[0-9a-fA-F]{2}|[^\\{}])?"
    r"|\\[{}~_-]|\\\\|[^\\{}]++)"
    r"|\\(?P<word>[a-zA-Z]{1,32}+)(?P<number>-?[0-9]{0,10}+) ?|(?P<group>[{}])|\\."
)
_LONGEST_WORD = 10_000  # characters; more hexadecimal digits in a row are a picture


def parse(data: bytes, name: str) -> Document:
    """Read rich text; raises LoadError where there is none."""
    from striprtf.striprtf import rtf_to_text

    source = _DIGITS.sub(_without_pictures, data.decode("latin-1").replace("\0", ""))
    if "{\\rtf" not in source[:100]:
        raise LoadError("it is damaged: it is no rich text")
    said = {key: one_line(value) for key, value in _SAID.findall(source[:100_000])}
    text: str = rtf_to_text(_without_hidden(source), errors="replace")  # type: ignore[no-untyped-call]
    writer = TextWriter()
    for line in text.replace("\u2028", "\n").splitlines():
        cells = [one_spaced(cell) for cell in line.strip().removesuffix("|").split("|")]
        if line.strip().endswith("|") and len(cells) > 1:
            writer.row(cells)
        else:
            writer.paragraph(one_spaced(line))
    if writer.is_empty:
        raise LoadError("it has no text")
    return writer.document(
        name,
        Metadata(said.get("title", "") or title_from_name(name), author=said.get("author", "")),
    )


def _without_hidden(source: str) -> str:
    """The source without the letters of hidden text."""
    if not _HIDES.search(source):
        return source
    kept, hidden, above = [], False, []
    for piece in _PIECE.finditer(source):
        if piece["group"] == "{":
            above.append(hidden)
        elif piece["group"]:
            hidden = above.pop() if above else False
        elif piece["word"] == "v":
            hidden = piece["number"] != "0"
        elif piece["word"] == "plain":
            hidden = False
        elif hidden and piece["sign"]:
            continue
        kept.append(piece[0])
    return "".join(kept)


def _without_pictures(digits: re.Match[str]) -> str:
    return digits[0] if len(digits[0]) <= _LONGEST_WORD else " "
