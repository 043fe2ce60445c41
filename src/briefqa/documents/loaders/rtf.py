"""Reads rich text (RTF): its words, paragraph by paragraph, and the rows of its tables.

Notes and text boxes come after the paragraph that they hang on; what is hidden, and what tracked
changes deleted, is not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from briefqa.documents.loaders.outline import one_line, title_from_name
from briefqa.documents.loaders.written_text import TextWriter, one_spaced
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata

NAME = "rtf"
VERSION = 3
SUFFIXES: tuple[str, ...] = (".rtf",)
MEDIA_TYPE = "application/rtf"
CALLED = "RTF"
GIVES = "paragraphs, rows of tables, notes and text boxes; its headings cannot be told from text"
MOST_BYTES = 50_000_000
LIBRARIES: tuple[str, ...] = ("striprtf.striprtf",)

_SAID = re.compile(r"\{\\(title|author)\s([^{}\\]{1,500})\}")
_DIGITS = re.compile(r"[0-9a-fA-F\s]+")
_NEEDS_ORDER = re.compile(r"\\(?:v|deleted|footnote|shptxt)1?(?![a-zA-Z0-9-])")
_PIECE = re.compile(
    r"(?P<sign>\\'[0-9a-fA-F]{2}|\\u-?[0-9]{1,6} ?(?:\\'[0-9a-fA-F]{2}|[^\\{}])?"
    r"|\\[{}~_-]|\\\\|[^\\{}]++)"
    r"|\\(?P<word>[a-zA-Z]{1,32}+)(?P<number>-?[0-9]{0,10}+) ?|(?P<group>[{}])|\\."
)
_SIGNS = frozenset(
    "tab bullet emdash endash emspace enspace qmspace lquote rquote ldblquote rdblquote".split()
)
_APART = ("footnote", "shptxt")  # notes at the foot or the end, and text boxes
_AROUND = frozenset("shp shpinst shpgrp".split())
_LONGEST_WORD = 10_000  # characters; more hexadecimal digits in a row are a picture


def parse(data: bytes, name: str) -> Document:
    """Read rich text; raises LoadError where there is none."""
    from striprtf.striprtf import destinations, rtf_to_text

    source = _DIGITS.sub(_without_pictures, data.decode("latin-1").replace("\0", ""))
    if "{\\rtf" not in source[:100]:
        raise LoadError("it is damaged: it is no rich text")
    said = {key: one_line(value) for key, value in _SAID.findall(source[:100_000])}
    if _NEEDS_ORDER.search(source):
        source = _Order(destinations - _AROUND - {*_APART}).of(source)
    text: str = rtf_to_text(source, errors="replace")  # type: ignore[no-untyped-call]
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


@dataclass(slots=True)
class _Apart:
    """A note or text box in the making, and how deep in groups it is."""

    depth: int
    number: int  # of a note; 0 for a box, and for a note before the first number
    pieces: list[str] = field(default_factory=lambda: ["{"])


@dataclass(slots=True)
class _Order:
    """Puts notes and text boxes after their paragraphs, and takes out the letters of hidden text.

    `unread` are the control words of groups whose text is not of the document.
    """

    unread: frozenset[str]
    hidden: bool = False
    ignored: bool = False
    above: list[tuple[bool, bool]] = field(default_factory=list)
    main: list[str] = field(default_factory=list)
    open_apart: list[_Apart] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    marks: int = 0

    def of(self, source: str) -> str:
        """The source in the order of reading."""
        starred = False  # the next word says whether its group is read
        for piece in _PIECE.finditer(source):
            word = piece["word"]
            if piece["group"] == "{":
                self.above.append((self.hidden, self.ignored))
            elif piece["group"]:
                self.close()
            elif word:
                if not self.ignored and not self.hidden and word in _APART:
                    begun = _Apart(len(self.above), self.marks * (word == "footnote"))
                    self.open_apart.append(begun)
                    starred = False
                    continue
                if self.ignored or self.hides(word, piece["number"]):
                    pass
                elif word in self.unread or (starred and word not in _AROUND):
                    self.ignored = True
                elif word == "chftn":
                    self.mark()
                    continue
            if self.hidden and (piece["sign"] or word in _SIGNS):
                continue
            starred = piece[0] == "\\*"
            self.kept.append(piece[0])
            if word in ("par", "row") and not (self.ignored or self.open_apart):
                self.write_waiting()
        while self.above:  # of a file that is cut off
            self.close()
            self.kept.append("}")
        return "".join(self.main)

    @property
    def kept(self) -> list[str]:
        return self.open_apart[-1].pieces if self.open_apart else self.main

    def close(self) -> None:
        """End a group, which may be a note, or the document."""
        if self.open_apart and self.open_apart[-1].depth == len(self.above):
            self.waiting.append("".join([*self.open_apart.pop().pieces, "\\par}"]))
        self.hidden, self.ignored = self.above.pop() if self.above else (False, False)
        if not self.above and self.waiting:
            self.main.append("\\par ")
            self.write_waiting()

    def hides(self, word: str, number: str) -> bool:
        """Whether a word tells what is hidden from here on."""
        if word in ("v", "deleted"):
            self.hidden = number != "0"
        elif word == "plain":
            self.hidden = False
        else:
            return False
        return True

    def mark(self) -> None:
        """Write the number of a note, in the text or before the note itself."""
        if self.hidden:
            return
        if self.open_apart and (number := self.open_apart[-1].number):
            self.kept.append(f"[{number}] ")
        else:
            self.marks += 1
            self.kept.append(f"[{self.marks}]")

    def write_waiting(self) -> None:
        self.main += self.waiting
        self.waiting = []


def _without_pictures(digits: re.Match[str]) -> str:
    return digits[0] if len(digits[0]) <= _LONGEST_WORD else " "
