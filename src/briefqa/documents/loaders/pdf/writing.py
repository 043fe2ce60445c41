"""Blocks as text: words joined over line ends and hyphens, and where on its page each line is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from briefqa.documents.loaders.pdf.lines import Block, Box, Kind, Line
from briefqa.documents.loaders.pdf.notes import references_marked
from briefqa.documents.loaders.pdf.paragraphs import symbols_read

_HYPHENS = "-\u2010\u2011\u00ad\ufffe"
_AT_END = re.compile(rf"([^\W\d_]+)[{_HYPHENS}]$")
_AT_START = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)*")
_UNSPACED = re.compile(
    "[\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)
_CELLS = " | "


@dataclass(frozen=True, slots=True)
class Run:
    """A line of a page in a text: where it begins there, and where it is on the page.

    `page` counts from 0, `first` is the index of the line's first character on the page.
    """

    offset: int
    page: int
    first: int
    box: Box


@dataclass(slots=True)
class Written:
    """A block as text, with a run for each of its lines in the order of the text."""

    kind: Kind
    level: int
    text: str
    runs: list[Run] = field(default_factory=list)


class Hyphens:
    """Whether a hyphen at the end of a line belongs to its word, as the document itself tells."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._words: Counter[str] = Counter()
        ends: list[tuple[str, str]] = []
        last: Line | None = None
        for line in lines:
            words = line.text.casefold()
            if last is not None:
                end = _AT_END.search(last.text.casefold())
                start = _AT_START.match(words)
                if end and start:
                    ends.append((end[1], start[0]))
            found = _WORD.findall(words)
            self._words.update(found[1:] if last is not None else found)
            last = line
        told = [told for pair in ends if (told := self._told(*pair)) is not None]
        self._keeps = 2 * sum(told) > len(told)  # where the document does not tell of a word

    def _told(self, end: str, start: str) -> bool | None:
        """Whether the word is written with a hyphen elsewhere; None where it is not written."""
        split, whole = self._words[f"{end}-{start}"], self._words[end + start]
        if split != whole:
            return split > whole
        return None

    def keeps(self, end: str, start: str) -> bool:
        """Whether the hyphen between the two parts of a word stays."""
        told = self._told(end.casefold(), start.casefold())
        return self._keeps if told is None else told


def written(block: Block, hyphens: Hyphens) -> Written:
    """A block as text: a table's rows as lines of cells between `|`."""
    result = Written(block.kind, block.level, "")
    if block.kind is not Kind.TABLE:
        _add_lines(result, block.lines, block.breaks, hyphens)
        return result
    for number, row in enumerate(block.rows):
        if number:
            result.text += "\n"
        for place, cell in enumerate(row):
            if place:
                result.text += _CELLS if result.text[-1:] != " " else _CELLS[1:]
            _add_lines(result, cell, set(), hyphens)
        result.text = result.text.rstrip(" ")
    return result


def _add_lines(
    result: Written, lines: Sequence[Line], breaks: set[int], hyphens: Hyphens
) -> None:
    for place, line in enumerate(lines):
        text = symbols_read(references_marked(line).text)
        if place:
            _join(result, text, place in breaks, hyphens)
        result.runs.append(Run(len(result.text), line.page, line.start, line.box))
        result.text += text
    if result.text.endswith("\ufffe"):
        result.text = result.text[:-1] + "-"


def _join(result: Written, text: str, breaks: bool, hyphens: Hyphens) -> None:
    """Make the text ready for the words of the next line."""
    before = result.text
    if breaks:
        result.text = before.rstrip("\ufffe") + ("-" if before.endswith("\ufffe") else "") + "\n"
        return
    end, start = _AT_END.search(before), _AT_START.match(text)
    if end and start:
        if before[-1] == "\u00ad":
            result.text = before[:-1]
        elif text[0].islower() and not hyphens.keeps(end[1], start[0]):
            result.text = before[:-1]
        else:
            result.text = before[:-1] + ("-" if before[-1] == "\ufffe" else before[-1])
        return
    if before.endswith("\ufffe"):
        result.text = before[:-1] + "-"
        return
    if before[-1:] in "-\u2010\u2011" and before[-2:-1].isalnum():
        return
    if _UNSPACED.match(before[-1:]) and _UNSPACED.match(text[:1]):
        return
    result.text = before + " "
