"""Reads plain text, wire stories above all.

Plain text marks nothing, so navigation, title and headings are told by the shape of lines and
blocks. When in doubt a line is a paragraph: a paragraph can be searched and quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from briefqa.citations import date_parts
from briefqa.documents.loaders.decoding import decode
from briefqa.documents.loaders.outline import (
    Outline,
    line_spans,
    one_line,
    title_from_name,
    trimmed,
)
from briefqa.records import Document, Metadata, Span

NAME = "text"
VERSION = 2
SUFFIXES: tuple[str, ...] = (".txt", ".text")
MEDIA_TYPE = "text/plain"
CALLED = "text"
GIVES = (
    "headings, paragraphs, lists, turns of speakers, e-mail threads, as far as their layout tells"
)
MOST_BYTES = 20_000_000  # some 3 million words: a file beyond it is most likely no brief
LIBRARIES: tuple[str, ...] = ()

_MOST_TITLE_CHARS = 200
_MOST_HEADING_CHARS = 100
_MOST_HEADING_WORDS = 12
_WRAP_WIDTH = 120  # nobody wraps lines by hand beyond this
_LONG_LINE = 60
_PROSE_CHARS = 80
_MOST_ABOUT = 6  # blocks at the top that may say who wrote it, when and where

# Only what is hardly ever a title of its own.
_PLACE = r"(?:home ?page|home|main page|(?:all |latest |top )?news|all \w+|front page)"
_CRUMB = re.compile(
    rf"(?:{_PLACE}|(?:back|return|go|skip)(?: to)?(?: the)?(?: main)?"
    rf"(?: top| list| index| results| contents?| section| overview| {_PLACE})?"
    r"|(?:share|print|e-?mail|tweet)(?: this)?(?: article| story| page)?|facebook|twitter"
    r"|(?:for )?immediate release|not for (?:immediate )?release|press release"
    r"|sign in|log ?in|log ?out|subscribe|follow us|read (?:more|also)|see also|advertisement)\W*",
    re.IGNORECASE,
)
_TRAIL = re.compile(rf"(?:[^›»]{{1,40}}[›»]|{_PLACE}\s*[>/|]).{{1,80}}", re.IGNORECASE)
_RULE = re.compile(r"([=\-~_*#.+])(?:\s*\1){2,}")
_UNDERLINE = re.compile(r"([=\-~])\1{2,}")
_ENDS_SENTENCE = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*$")
_ENDS_OPEN = re.compile(r"[.!;,…–—\-。！；，、][\"'”’»)\]]*$")
_LIST_ITEM = re.compile(r"(?:[-*+•·‣▪–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")
_NUMBERED = re.compile(
    r"(?:(\d{1,3}(?:\.\d{1,3})+)\.?|\d{1,3}[.)]|[IVXLC]{1,6}[.)])\s+(?=[^\W\d_])"
    r"|\d{1,2}\s+(?=[A-Z])"
)
# "Section II - Term and rent", "Schedule B": the first group is a unit that holds the others.
_UNIT = re.compile(
    r"(?i:(part|title|chapter|schedule|annexe?|appendix|exhibit|attachment)|section|article|art\.)"
    r"\s+(?:\d{1,3}|[IVXLC]{1,6}|[A-Z])(?:[.:]?$|[.:]\s+|\s*[–—-]\s+|\s+(?=[A-Z]))"
)
_UNIT_LEVELS = 2  # numbered headings stand under both
_HASHES = re.compile(r"(#{1,6})\s+(\S.*?)[ \t]*#*")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATELINE = re.compile(
    r"[A-Z][A-Z .'’\-]{2,}(?:,[^\n]{0,40}?)?"
    rf"(?:,\s*(?i:{_MONTH})\s+\d|\s/[A-Z]|\s\([A-Z][A-Za-z]+\)|\s+[–—-]+\s)"
)
_DATED = re.compile(
    r"(?P<place>[A-Z][A-Z .'’\-]{2,60})"
    rf"(?:,(?!\s*(?i:{_MONTH})\s+\d)[^\n,/(–—]{{1,40}})?"
    rf"(?:,\s*(?P<date>(?i:{_MONTH})\s+\d{{1,2}}(?:,\s+\d{{4}})?))?\.?\s*"
    r"(?:/(?P<slashed>[A-Z][^/\n]{1,30})/|\((?P<bracketed>[A-Z][^()\n]{1,30})\))?"
)
_AUTHOR = re.compile(r"[Bb]y\s+([A-Z][^\d,.;:|]{2,60})")
_BYLINE = re.compile(r"by\s+[A-Z]|(?:published|updated|posted)\b", re.IGNORECASE)
_DATE = re.compile(rf"(?:\w+day,?\s+)?(?:\d{{1,2}}\s+{_MONTH}|{_MONTH}\s+\d{{1,2}})\b", re.I)
_MAIL = re.compile(
    r"(?:From|Von|De|Van|Da):\s[^\n]{1,300}?\s(?:To|Date|Sent|Subject|An|Datum|Betreff|À|Objet|Para|Asunto):\s"
)
_GAP = re.compile(r"\t|\S {3,}\S")
_QUOTES = "\"'“”„‘«»‹›「『"

_CAPITALS = 6
_PLAIN = 7  # an unmarked heading stands under every marked one


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that belong together; `level` is not 0 for a heading that is marked as one."""

    span: Span
    words: str
    lines: int
    level: int = 0


def parse(data: bytes, name: str) -> Document:
    """Read plain text; raises LoadError when the bytes are blank or not text.

    Crumbs above the title are left out, and so is a date on a line of its own. The first block
    after them is the title when it looks like one and something follows it, else the title is made
    of the file's name. By-line and dateline say who wrote it, when and where.
    """
    text, encoding = decode(data)
    blocks = _without_crumbs(_blocks(text))
    title = ""
    about = _about(blocks[:_MOST_ABOUT])
    if len(blocks) > 2 and _is_date(blocks[0]) and _is_title(blocks[1], blocks[2]):
        del blocks[0]
    if len(blocks) > 1 and _is_title(blocks[0], blocks[1]):
        title = blocks.pop(0).words
    outline = Outline()
    for block, level in zip(blocks, _levels(blocks, titled=bool(title)), strict=True):
        if level:
            outline.heading(level, block.words, block.span)
        else:
            outline.paragraph(block.span)
    return Document(
        name=name,
        metadata=replace(about, title=title or title_from_name(name)),
        text=text,
        sections=outline.sections(),
        encoding=encoding,
    )


def _about(blocks: Sequence[_Block]) -> Metadata:
    """What a by-line, a date on a line of its own and a dateline say, without a title."""
    alone = [block for block in blocks if block.lines == 1]
    dates = (block.words for block in alone if _is_date(block))
    authors = (found[1] for block in alone if (found := _AUTHOR.fullmatch(block.words)))
    datelines = (_DATED.match(block.words) for block in blocks if _DATELINE.match(block.words))
    author, date, source, place = next(authors, "").strip(), next(dates, ""), "", ""
    if dateline := next(datelines, None):
        source = dateline["slashed"] or dateline["bracketed"] or ""
        place = dateline["place"].strip(" -").title()
        date = dateline["date"] or date
    return Metadata("", date=date, source=source, author=author, place=place)


def _is_date(block: _Block) -> bool:
    """Whether a date is all that stands on a line."""
    return block.lines == 1 and len(block.words) <= _LONG_LINE and bool(date_parts(block.words))


def _blocks(text: str) -> list[_Block]:
    """The runs of lines between blank ones, taken apart where lines stand for themselves."""
    blocks: list[_Block] = []
    run: list[Span] = []
    lines = [trimmed(text, line.start, line.end) for line in line_spans(text)]
    filled = [line for line in lines if line.start < line.end]
    crumbs = takewhile(lambda line: _is_crumb(text[line.start : line.end]), filled[:-1])
    above = sum(1 for _ in crumbs)
    begin = filled[above].start if filled else 0
    for span in [*lines, Span(len(text), len(text))]:
        if begin <= span.start < span.end:
            run.append(span)
        elif run:
            blocks += _run_blocks(text, run)
            run = []
    return blocks


def _run_blocks(text: str, run: Sequence[Span]) -> list[_Block]:
    """The blocks of lines that no blank line parts; rules around them are decoration."""
    blocks: list[_Block] = []
    begin, end = 0, len(run)
    while begin < end:
        underline = run[begin + 1] if begin + 1 < end else run[begin]
        if _RULE.fullmatch(text, run[begin].start, run[begin].end):
            begin += 1
        elif _UNDERLINE.fullmatch(text, underline.start, underline.end) and _looks_like_heading(
            text[run[begin].start : run[begin].end]
        ):
            level = 1 if text[underline.start] == "=" else 2
            blocks.append(replace(_block(text, run[begin : begin + 1]), level=level))
            begin += 2
        else:
            break
    while end > begin and _RULE.fullmatch(text, run[end - 1].start, run[end - 1].end):
        end -= 1
    run = run[begin:end]
    if not run:
        return blocks
    if _each_line_alone(text, run):
        return blocks + [_block(text, [line]) for line in run]
    if _heads_its_run(text, run):
        return [*blocks, _block(text, run[:1]), _block(text, run[1:])]
    return [*blocks, _block(text, run)]


def _block(text: str, run: Sequence[Span]) -> _Block:
    span = Span(run[0].start, run[-1].end)
    if len(run) == 1 and (hashes := _HASHES.fullmatch(text, span.start, span.end)):
        own = trimmed(text, *hashes.span(2))
        return _Block(own, one_line(text[own.start : own.end]), 1, len(hashes[1]))
    return _Block(span, one_line(text[span.start : span.end]), len(run))


def _each_line_alone(text: str, run: Sequence[Span]) -> bool:
    """Whether every line is a paragraph: too long to be wrapped, or ending as sentences do."""
    if len(run) < 2:
        return False
    if max(line.end - line.start for line in run) > _WRAP_WIDTH:
        return True
    long = [line for line in run[:-1] if line.end - line.start > _LONG_LINE]
    ended = sum(bool(_ENDS_SENTENCE.search(text[line.start : line.end])) for line in long)
    return bool(long) and ended >= 0.6 * len(long)


def _heads_its_run(text: str, run: Sequence[Span]) -> bool:
    """Whether the first line is a heading set right on its paragraph: it stops far too early."""
    if len(run) < 2:
        return False
    first, second = (text[line.start : line.end] for line in run[:2])
    return (
        len(second) >= _LONG_LINE
        and len(first) < 0.6 * len(second)
        and not second[0].islower()
        and not _LIST_ITEM.match(second)
        and _looks_like_heading(_NUMBERED.sub("", first, count=1))
    )


def _is_crumb(line: str) -> bool:
    """Whether a line at the top is navigation."""
    trail = _TRAIL.fullmatch(line) and not _ENDS_SENTENCE.search(line)
    return bool(trail or _CRUMB.fullmatch(line))


def _without_crumbs(blocks: list[_Block]) -> list[_Block]:
    """The blocks less the navigation between the title and the text, and at the end."""
    end = len(blocks)
    while end > 1 and _CRUMB.fullmatch(blocks[end - 1].words):
        end -= 1
    blocks = blocks[:end]
    while len(blocks) > 2 and _CRUMB.fullmatch(blocks[1].words):
        del blocks[1]
    return blocks


def _is_title(block: _Block, following: _Block) -> bool:
    """Whether the first block of a file is its title."""
    number = _NUMBERED.match(block.words)
    if block.level or (number and not number[0].rstrip().isdigit()):
        return number is None
    if block.lines > 2 or len(block.words) > _MOST_TITLE_CHARS:
        return False
    if _LIST_ITEM.match(following.words) and block.words.endswith(":"):
        return False
    return _unlike_text(block.words) and not _ENDS_SENTENCE.search(block.words.rstrip("?"))


def _levels(blocks: Sequence[_Block], *, titled: bool) -> list[int]:
    """The heading level of each block, 0 for a paragraph."""
    levels = [_marked_level(blocks, place) for place in range(len(blocks))]
    units = [_unit_level(blocks, place) for place in range(len(blocks))]
    if any(units):
        levels = [
            unit or (min(level + _UNIT_LEVELS, _CAPITALS - 1) if 0 < level < _CAPITALS else level)
            for unit, level in zip(units, levels, strict=True)
        ]
    capitals = [place for place, level in enumerate(levels) if level == _CAPITALS]
    heading_text = sum(not levels[place + 1] for place in capitals)
    # A lone line of capitals may be an acronym, and a row of them is a list.
    if len(capitals) < 2 or 2 * heading_text < len(capitals):
        for place in capitals:
            levels[place] = 0
    if any(_MAIL.match(block.words) for block in blocks):
        return levels  # short lines are greetings and names
    short = [
        place
        for place, block in enumerate(blocks[:-1])
        if not levels[place]
        and block.lines == 1
        and _looks_like_heading(block.words)
        and not (place == 0 and titled and _DATELINE.match(blocks[1].words))
    ]
    plain = [
        place
        for place in short
        if not levels[place + 1] and _is_body(blocks[place + 1], blocks[place])
    ]
    # Where most short lines have no text under them the file is a list or a poem.
    if len(short) < 2 * len(plain) <= len(blocks):
        for place in plain:
            levels[place] = _PLAIN
    return levels


def _marked_level(blocks: Sequence[_Block], place: int) -> int:
    """The level of a heading marked by rules, hashes, numbers or capitals; 0 for another."""
    block = blocks[place]
    if block.level:
        return block.level
    following = blocks[place + 1] if place + 1 < len(blocks) else None
    if block.lines > 1 or following is None:
        return 0
    number = _NUMBERED.match(block.words)
    if number:
        rest = block.words[number.end() :]
        after = _NUMBERED.match(following.words)
        siblings = after is not None and _depth(after) == _depth(number) and following.lines == 1
        listed = _LIST_ITEM.match(following.words)  # the block opens the list
        fine = _looks_like_heading(rest) and not siblings and not (listed and after is None)
        return _depth(number) if fine else 0
    if block.words.isupper() and _looks_like_heading(block.words):
        return _CAPITALS
    return 0


def _unit_level(blocks: Sequence[_Block], place: int) -> int:
    """The level of a heading that is called a section, article, schedule or so; 0 for another."""
    block = blocks[place]
    unit = _UNIT.match(block.words)
    if unit is None or block.level or block.lines > 1 or place + 1 == len(blocks):
        return 0
    if not _looks_like_heading(block.words.rstrip(".:")):
        return 0
    return 1 if unit[1] else _UNIT_LEVELS


def _depth(number: re.Match[str]) -> int:
    return min(_CAPITALS - 1, (number[1] or "").count(".") + 1)


def _looks_like_heading(words: str) -> bool:
    """Whether one line on its own could be a heading."""
    return (
        len(words) <= _MOST_HEADING_CHARS
        and len(words.split()) <= _MOST_HEADING_WORDS
        and not words[0].islower()
        and not _LIST_ITEM.match(words)
        and not _CRUMB.fullmatch(words)
        and "@" not in words
        and "://" not in words
        and not (words.endswith(":") and len(words.split()) > 4)
        and not _ENDS_OPEN.search(words)
        and _unlike_text(words)
    )


def _unlike_text(words: str) -> bool:
    """Whether a line is neither quotation, dateline, by-line, date, address, entry nor table."""
    return (
        any(character.isalpha() for character in words)
        and words[0] not in _QUOTES
        and not _LIST_ITEM.match(words)
        and not _GAP.search(words)
        and not any(shape.match(words) for shape in (_DATELINE, _BYLINE, _DATE))
    )


def _is_body(block: _Block, heading: _Block) -> bool:
    """Whether a block is text that a heading can stand over."""
    if block.lines > 1 or len(block.words) >= _PROSE_CHARS:
        return True
    return bool(_ENDS_SENTENCE.search(block.words)) and len(block.words) > 1.5 * len(heading.words)
