"""Which line breaks of a text carry meaning, and which only wrap it.

Lines of verse, an address or a table, items, quoted letters and turns of speakers end where their
line ends; prose goes on. Told by the shape of the lines, in time linear in the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from briefqa.records import Span

_LINE = regex.compile(r"[^\r\n]*+(?:\r\n|[\r\n]|\Z)")
_QUOTED = regex.compile(r"[ \t]*(?:>[ \t]?)*+[ \t]*")
_RULE = regex.compile(r"[^\p{L}\p{N}]+")  # of a table or a heading: nothing to read in it

_BULLET = regex.compile(r"[-*+•‣▪◦][ \t]|[–—][ \t]*[\p{Lu}\p{N}]")
_NUMBERED = regex.compile(
    r"(?:\(?\d{1,3}(?:\.\d{1,3})*+[.)]|\d{1,3}(?:\.\d{1,3})++|\(?[a-zA-Z][.)]"
    r"|\(?[ivxIVX]{1,5}[.)]|§{1,2} ?\d+)[ \t]"
)
_DIGITS, _LETTERS = regex.compile(r"\d++"), regex.compile(r"\p{L}++")
_TIMED = regex.compile(r"[\[(]\d{1,2}:\d\d(?::\d\d)?[\])]")
_LABEL = regex.compile(
    r"\[[^]]{1,30}\]:?[ \t]|<[^<>]{1,30}>[ \t]"
    r"|(?=[^:]{1,40}:)\p{Lu}[^\s:]*+(?: [^\s:]+){0,3}+:(?:[ \t]|$)|[QA][.:][ \t]"
)
_ENDED = regex.compile(
    r"[.!?…:;。！？：；]\W{0,3}$|[,，]$|(?i:\b(?:and|or|und|oder|et|ou|y|o|en|of))$"
)
_OPEN = regex.compile(
    r"(?i:\b(?:the|a|an|of|in|on|at|to|by|for|from|with|and|or|as|that|is|was|"
    r"der|die|das|den|dem|des|im|am|vom|zum|zur|und|oder|mit|von|"
    r"le|la|les|un|une|du|au|aux|et|ou|el|los|las|y|en|het|een|van))$"
)
_SALUTATION = regex.compile(r"[\p{L}\p{M}.'’ \-]{2,40}[,!，:：]")

_TABLE_RULE = regex.compile(
    r"\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)++\|?|\|[ \t]*+:?-++:?[ \t]*+\|"
)
_CELLS = regex.compile(r"\S(?:\t| {3,})\S")
_THOUSANDS = regex.compile(r"(?<=\d),(?=\d{3}(?!\d)(?:[^,]|$))")
_IN_QUOTES = regex.compile(r'"[^"]*+"')

_LONGEST_VALUE = 60  # characters of a cell beside the one that describes something
_MOST_LABEL = 200  # characters of a line that are looked at for who speaks on it
_NARROWEST = 45  # columns; lines that stop short of it are hardly wrapped there
_WIDEST = 400  # beyond it no line is wrapped, and its columns need not be counted
_RAGGED = 0.6  # of the width: what stops short of it was not wrapped, whatever stands around it
_VERSES = 5  # so many lines without one that goes on in small letters are no prose


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines that are read on: a range of the text, and whether it is the row of a table."""

    span: Span
    row: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without what stands before it: `indent` characters, of which `depth` quote it."""

    start: int
    end: int
    indent: int
    depth: int
    words: str
    width: int
    breaks: bool

    @property
    def goes_on(self) -> bool:
        """Whether it begins in small letters, as a sentence that was wrapped does."""
        return self.words[:1].islower() and not _NUMBERED.match(self.words)

    @property
    def shouted(self) -> bool:
        """Whether it is written in capitals."""
        return self.words.isupper()

    @property
    def first_width(self) -> int:
        """The columns of its first word; of a script without spaces, its first character."""
        return 2 if _is_wide(self.words[0]) else len(self.words.split(maxsplit=1)[0])


def stretches(text: str) -> list[Stretch]:
    """The text, split at the line breaks that carry meaning; blank lines are in no part."""
    paragraphs = list(_paragraphs(text))
    wrapped = [
        line.width
        for lines in paragraphs
        for line, following in pairwise(lines)
        if following.goes_on
    ]
    widest = max((line.width for lines in paragraphs for line in lines), default=0)
    width = max(wrapped) if len(wrapped) > 1 else max(widest, _NARROWEST)
    return [stretch for lines in paragraphs for stretch in _split(lines, width)]


def item_mark(line: str) -> str:
    """The kind of mark that makes a line an item: its bullet, `1` for `2.`, `a` for `(b)`, `1.1`
    for `2.5`; empty where it has none.
    """
    if _BULLET.match(line):
        return line[0]
    number = _NUMBERED.match(line)
    return _LETTERS.sub("a", _DIGITS.sub("1", number[0].strip(" \t().§"))) if number else ""


def begins_turn(line: str) -> bool:
    """Whether a line names who speaks on it: `[Ana]: Yes.`, `**Ana:** Yes.`, `A: Yes.`"""
    return _LABEL.match(line[:_MOST_LABEL].replace("*", "").replace("_", "")) is not None


def is_header_row(row: str) -> bool:
    """Whether a row of a table has the rule below it that Markdown has below the header."""
    lines = row.splitlines()
    return len(lines) > 1 and is_table_rule(lines[-1])


def is_table_rule(line: str) -> bool:
    """Whether a line is the rule that Markdown has below the header of a table."""
    return _TABLE_RULE.fullmatch(line.strip(" \t\r>")) is not None


def _paragraphs(text: str) -> Iterator[list[_Line]]:
    """The runs of lines between blank ones; bare marks of quotation go with what follows them."""
    lines: list[_Line] = []
    bare = -1
    for match in _LINE.finditer(text):
        raw = match[0].rstrip("\r\n")
        mark = _QUOTED.match(raw)
        begin = mark.end() if mark else 0
        words, depth = raw[begin:].strip(), raw.count(">", 0, begin)
        start = match.start() + len(raw) - len(raw.lstrip())
        if words:
            indent = raw.index(words, begin)
            end = match.start() + indent + len(words)
            breaks = raw.endswith(("  ", "\\"))  # Markdown's hard line breaks
            start, bare = (start if bare < 0 else bare), -1
            lines.append(_Line(start, end, indent, depth, words, _columns(words), breaks))
        else:
            if lines:
                yield lines
                lines = []
            bare = start if depth and bare < 0 else bare
    if lines:
        yield lines
    if bare >= 0:
        end = len(text.rstrip())
        yield [_Line(bare, end, 0, 1, text[bare:end], end - bare, False)]


def _split(lines: Sequence[_Line], width: int) -> Iterator[Stretch]:
    """The lines of a paragraph, joined where one goes on in the next.

    `width` is where the text around it is wrapped.
    """
    rows = _rows(lines)
    prose = any(line.goes_on for line in lines[1:])
    own = max(line.width for line in lines)
    ragged = any(_fits(one, other, own) for one, other in pairwise(lines))
    verse = not prose and (len(lines) >= _VERSES or (len(lines) > 2 and ragged))
    first = 0
    for number, (before, line) in enumerate(pairwise(lines), start=1):
        if _RULE.fullmatch(line.words):  # under what it underlines, over a signature
            parts = not rows[number] and 2 * line.width < before.width
        elif _hangs(lines[first], line) or (first == number - 1 and _RULE.fullmatch(before.words)):
            parts = False
        elif (
            rows[number]
            or rows[number - 1]
            or (number == 1 and _is_greeting(before, line, own))
            or item_mark(line.words) in {item_mark(lines[first].words)} - {""}
        ):
            parts = True
        elif prose:
            parts = _parts(before, line, int(_RAGGED * own), verse=False)
        elif before.shouted and line.shouted:  # there are no small letters to go on in
            parts = _parts(before, line, max(own, _NARROWEST), verse=False)
        else:
            parts = _parts(before, line, width, verse=verse)
        if parts:
            yield Stretch(Span(lines[first].start, before.end), rows[first])
            first = number
    yield Stretch(Span(lines[first].start, lines[-1].end), rows[first])


def _parts(before: _Line, line: _Line, width: int, *, verse: bool) -> bool:
    """Whether a sentence ends with the line before, whatever stands in it.

    `width` is where a line would have been wrapped.
    """
    if before.depth != line.depth:
        return not (line.goes_on and line.depth == 0)
    if _BULLET.match(line.words) or _TIMED.match(line.words):
        return True
    free = _fits(before, line, width)
    told = free or bool(_ENDED.search(before.words))
    if told and _NUMBERED.match(line.words):
        return True
    if (told or _LABEL.match(before.words)) and _LABEL.match(line.words):
        return True
    if line.goes_on or _OPEN.search(before.words):
        return False
    return free or verse or before.breaks


def _hangs(item: _Line, line: _Line) -> bool:
    """Whether a line is indented under an item that it goes on with."""
    under = line.indent > item.indent and line.depth == item.depth
    return under and item_mark(item.words) != "" and not item_mark(line.words)


def _is_greeting(before: _Line, line: _Line, width: int) -> bool:
    """Whether the line before, the first of a paragraph, is that of a letter: `Dear Ana,`."""
    short = _fits(before, line, int(_RAGGED * width))
    return short and _SALUTATION.fullmatch(before.words) is not None


def _fits(before: _Line, line: _Line, width: int) -> bool:
    """Whether the next line's first word would have had room on the line before."""
    return before.width + 1 + line.first_width <= width


def _rows(lines: Sequence[_Line]) -> list[bool]:
    """Which lines are rows of a table, two or more below each other.

    A passage may have the last row only: one line is enough with `|` around and between its cells,
    or between four or more of which one at most is long.
    """
    texts = [line.words for line in lines]
    piped = [text.startswith("|") and text.endswith("|") and len(text) > 1 for text in texts]
    if any(_TABLE_RULE.fullmatch(text) for text in texts[1:2]):
        piped = ["|" in text for text in texts]
    gapped = [bool(_CELLS.search(text)) for text in texts]
    barred = [_bars(text) for text in texts]
    commas, semicolons = ([_separators(text, sign) for text in texts] for sign in ",;")
    rows = [
        (bars > 2 and sorted(map(len, text.split(" | ")))[-2] <= _LONGEST_VALUE)
        or (text.startswith("|") and text.endswith("|") and " | " in text)
        for text, bars in zip(texts, barred, strict=True)
    ]
    for number in range(1, len(lines)):
        above = number - 1
        if (
            (piped[above] and piped[number])
            or (gapped[above] and gapped[number])
            or 0 < barred[above] == barred[number]
            or 1 < commas[above] == commas[number]
            or 1 < semicolons[above] == semicolons[number]
        ):
            rows[above] = rows[number] = True
    return rows


def _bars(text: str) -> int:
    """How many bars with spaces around them stand between cells, as text of a table is written."""
    return f" {text.removeprefix('|').removesuffix('|')} ".count(" | ")


def _separators(text: str, sign: str) -> int:
    """How many of these separate cells; none where spaces follow them, as in prose."""
    bare = _THOUSANDS.sub("", _IN_QUOTES.sub("", text))
    count = bare.count(sign)
    return count if 2 * bare.count(f"{sign} ") < count and not bare.endswith(sign) else 0


def _columns(words: str) -> int:
    """The width in columns of a terminal: Chinese and Japanese characters take two."""
    if words.isascii() or len(words) > _WIDEST:
        return len(words)
    return sum(1 + _is_wide(sign) for sign in words)


def _is_wide(sign: str) -> bool:
    return sign >= "\u1100" and unicodedata.east_asian_width(sign) in "WF"
