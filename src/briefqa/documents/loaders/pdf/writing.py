"""Blocks as text: words joined over line ends and ends, and where on its page each line is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from briefqa.documents.loaders.pdf.lines import Block, Kind, Line, Page
from briefqa.documents.loaders.pdf.notes import references_marked
from briefqa.documents.loaders.pdf.paragraphs import is_item, symbols_read, without_bullet
from briefqa.documents.loaders.written_text import CELL_MARK, TextWriter
from briefqa.documents.loaders.written_text import Line as WrittenLine

_HYPHENS = "-\u2010\u2011\u00ad\ufffe"
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST = 40  # letters of a word that may be hyphened
_AT_START = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)*")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_UNSPACED = re.compile(
    "[\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)


class LineEnds:
    """Whether the end of a line is one within a word, and whether a hyphen there belongs to it.

    The document itself tells: by how it writes the word elsewhere and, in Korean, which is wrapped
    within words, by the spaces that its lines end with.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        self._words: Counter[str] = Counter()
        ends: list[tuple[str, str]] = []
        korean = spaced = 0
        last: Line | None = None
        for line in lines:
            words = line.text.casefold()
            if last is not None:
                end, start = _hyphened(last.text.casefold()), _AT_START.match(words)
                if end and start:
                    ends.append((end, start[0]))
            found = _WORD.findall(words)
            self._words.update(found[1:] if last is not None else found)
            if _HANGUL.match(line.text[-1]):
                korean, spaced = korean + 1, spaced + line.spaced
            last = line
        self._spaces_korean = spaced > 0.05 * korean
        told = [told for pair in ends if (told := self._told(*pair)) is not None]
        self._keeps = 2 * sum(told) > len(told)  # where the document does not tell of a word

    def is_within(self, one: Line, other: Line) -> bool:
        """Whether a line of Korean is wrapped within a word."""
        if not self._spaces_korean or one.spaced:
            return False
        return bool(_HANGUL.match(one.text[-1]) and _HANGUL.match(other.text[0]))

    def _told(self, end: str, start: str) -> bool | None:
        """Whether the word is written with a hyphen elsewhere; None where it is not written."""
        split, whole = self._words[f"{end}-{start}"], self._words[end + start]
        if split != whole:
            return split > whole
        return None

    def keeps(self, end: str, start: str) -> bool:
        """Whether the hyphen between the two parts of a word stays."""
        told = self._told(end.casefold(), start.casefold())
        if told is None:  # a name such as Baden-Baden goes on in a capital
            return self._keeps or not start[0].islower()
        return told


def write(
    block: Block, writer: TextWriter, ends: LineEnds, pages: Sequence[Page], is_title: bool = False
) -> None:
    """Give a block to the writer, with where each of its lines stands; a title is in no section."""
    if block.kind is Kind.TABLE:
        for number, row in enumerate(block.rows):
            _write_row(row, writer, ends, pages, header=block.head and not number)
        writer.end()
        return
    text, lines = _text(block.lines, block.breaks, ends, pages)
    if is_title:
        writer.title(text, lines)
    elif block.kind is Kind.HEADING:
        writer.heading(block.level, text.replace("\n", " "), lines)
    elif block.kind is Kind.ITEM:
        bare = without_bullet(text)
        cut = len(text) - len(bare)
        moved = [replace(line, at=max(0, line.at - cut)) for line in lines]
        mark = "" if is_item(bare) else "-"  # a number stays, a bullet may be a mere drawing
        writer.item(bare, moved, mark=mark, depth=max(0, block.level - 1))
    else:
        writer.paragraph(text, lines)


def _write_row(
    row: Sequence[Sequence[Line]],
    writer: TextWriter,
    ends: LineEnds,
    pages: Sequence[Page],
    header: bool,
) -> None:
    cells: list[str] = []
    lines: list[WrittenLine] = []
    length = 0
    for cell in row:
        text, own = _text(cell, set(), ends, pages)
        lines += [replace(line, at=line.at + length) for line in own]
        length += len(text) + len(CELL_MARK)
        cells.append(text)
    writer.row(cells, lines, header=header)


def heading_words(block: Block) -> str:
    """The words of a block on one line."""
    return " ".join(line.text for line in block.lines)


def _text(
    lines: Sequence[Line], breaks: set[int], ends: LineEnds, pages: Sequence[Page]
) -> tuple[str, list[WrittenLine]]:
    """Lines as one text, and where each begins in it; further ones of a list begin with a break."""
    parts: list[str] = []
    starts: list[WrittenLine] = []
    length = 0
    edge = max((line.box.x1 for line in lines), default=0.0)
    for place, line in enumerate(lines):
        text = " ".join(symbols_read(references_marked(line).text).split())
        if place:
            last = lines[place - 1]
            length -= len(parts[-1])
            is_full = last.box.x1 > edge - 1.5 * last.size or last.page != line.page
            if place in breaks or not (is_full and ends.is_within(last, line)):
                parts[-1] = _before(parts[-1], text, place in breaks, ends)
            length += len(parts[-1])
        x0, y0, x1, y1 = pages[line.page].displayed(line.box)
        box = (round(4 * x0), round(4 * y0), round(4 * x1), round(4 * y1))
        starts.append(WrittenLine(length, line.page + 1, line.start, box))
        parts.append(text)
        length += len(text)
    result = "".join(parts)
    return (result[:-1] + "-" if result.endswith("\ufffe") else result), starts


def _hyphened(text: str) -> str:
    """The letters before the hyphen that a text ends with; empty where it ends otherwise."""
    if text[-1:] not in _HYPHENS or not text:
        return ""
    start = len(text) - 1
    while start > 0 and len(text) - start <= _LONGEST and _LETTER.match(text[start - 1]):
        start -= 1
    return text[start:-1]


def _before(before: str, text: str, breaks: bool, ends: LineEnds) -> str:
    """A line as it stands before the words of the next one."""
    end, start = _hyphened(before), _AT_START.match(text)
    plain = before[:-1] + "-" if before.endswith("\ufffe") else before
    if breaks:
        return plain + "\n"
    if end and start:
        kept = before[-1] != "\u00ad" and ends.keeps(end, start[0])
        return plain if kept else before[:-1]
    if plain[-1:] in ("-", "\u2010", "\u2011") and plain[-2:-1].isalnum():
        return plain
    if _UNSPACED.match(plain[-1:]) and _UNSPACED.match(text[:1]):
        return plain
    return plain + " "
