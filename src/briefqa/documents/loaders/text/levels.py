"""Which blocks of a text are headings, and of which level."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from briefqa.documents.loaders.text import lines as shape
from briefqa.documents.loaders.text import numbers
from briefqa.documents.loaders.text.about import is_date
from briefqa.documents.loaders.text.blocks import Block

_DIGITS = re.compile(r"\d+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MOST_LINES = 2  # of a unit's heading
_MARKED = numbers.RANKS  # units stand over what rules, hashes and numbers mark
_CAPITALS = _MARKED + 6
_PLAIN = _CAPITALS + 1  # an unmarked heading stands under every marked one
_QUESTION = _PLAIN + 1
_NEAR_TITLE = 2  # blocks below the title
_PROSE_CHARS = 80
_PROSE_LINE = 45  # characters of a line, on the average of a paragraph
_FEWEST_DAYS = 3
_NAMED_AT_ONCE = 2  # words with a capital that a sentence begins with, where it begins with a name


def levels(blocks: Sequence[Block], *, titled: bool) -> list[int]:
    """The heading level of each block, 0 for a paragraph; the outermost is the smallest."""
    found = [_marked(blocks, place) for place in range(len(blocks))]
    _rank_units(blocks, found)
    for place, block in enumerate(blocks[:-1]):  # what it leads to is the heading
        if found[place] == _CAPITALS and found[place + 1] and block.words.endswith(":"):
            found[place] = 0
    capitals = [place for place, level in enumerate(found) if level == _CAPITALS]
    heading_text = sum(not found[place + 1] for place in capitals)
    # A lone line of capitals may be an acronym, and a row of them is a list.
    if len(capitals) < 2 or 2 * heading_text < len(capitals):
        for place in capitals:
            found[place] = 0
    elif _counted_anew(blocks, found, capitals):
        for place in capitals:
            found[place] = _MARKED
    for place, block in enumerate(blocks[:-1]):
        if block.question and not found[place] and not blocks[place + 1].question:
            found[place] = _QUESTION
    if not any(block.mail for block in blocks):  # there, short lines are greetings and names
        _find_days(blocks, found)
        _find_plain(blocks, found, titled=titled)
    for place in capitals:  # one that stands over other headings is no acronym
        if not found[place] and found[place + 1] == _PLAIN:
            found[place] = _CAPITALS
    return found


def _marked(blocks: Sequence[Block], place: int) -> int:
    """The level of a heading marked by its words, rules, hashes, numbers or capitals, or 0."""
    block = blocks[place]
    following = blocks[place + 1] if place + 1 < len(blocks) else None
    if block.text or (following is None and not block.level):
        return 0
    if block.lines <= _MOST_LINES and (rank := numbers.unit_rank(block.words)):
        return rank
    if block.level or block.opens:
        return _MARKED + (block.level or numbers.depth(block.words))
    if block.lines > 1 or following is None or is_date(block) or _is_contents(block):
        return 0
    if number := numbers.NUMBERED.match(block.words):
        rest, deep = block.words[number.end() :], numbers.depth(block.words)
        after = numbers.NUMBERED.match(following.words)
        siblings = (
            after is not None
            and numbers.depth(following.words) == deep
            and following.lines == 1
            and after[0].rstrip()[-1].isdigit() == number[0].rstrip()[-1].isdigit()
        )
        listed = shape.LIST_ITEM.match(following.words)  # the block opens the list
        if numbers.is_name(block.words):  # it may end with a full stop
            rest = rest.rstrip(".")
        if numbers.names_section(block.words, following.words):
            return _MARKED + deep
        fine = shape.looks_like_heading(rest) and not siblings and not (listed and after is None)
        return _MARKED + deep if fine and not numbers.is_clause(rest) else 0
    if shape.PART.fullmatch(block.words):
        return _MARKED + 1
    if block.words.isupper() and shape.looks_like_heading(block.words):
        of_cover = place < _NEAR_TITLE and shape.OF_COVER.match(block.words)
        return 0 if of_cover or _is_lead_in(block, following) else _CAPITALS
    return 0


def _is_lead_in(block: Block, following: Block) -> bool:
    """Whether a line with a colon behind is of the list below it: `Key points:`"""
    listed = shape.LIST_ITEM.match(following.words) and not numbers.NUMBERED.match(following.words)
    return block.words.endswith(":") and bool(listed)


def _is_contents(block: Block) -> bool:
    return len(block.words) < 200 and shape.LEADERS.match(block.words) is not None


def _rank_units(blocks: Sequence[Block], found: list[int]) -> None:
    """Let sections stand in articles, or articles in sections: those of which there are fewer hold
    the others.
    """
    kinds = {
        place: numbers.unit_kind(block.words)
        for place, block in enumerate(blocks)
        if found[place] == numbers.FINE
    }
    counts = Counter(kinds.values())
    outer = min(counts, key=lambda kind: counts[kind], default="")
    for place, kind in kinds.items():
        found[place] += kind != outer


def _counted_anew(blocks: Sequence[Block], found: Sequence[int], capitals: Sequence[int]) -> bool:
    """Whether numbers begin again under headings in capitals, which then hold them."""
    ones = [
        place
        for place, block in enumerate(blocks)
        if found[place] == _MARKED + 1 and block.words.startswith(("1.", "1 ", "1)"))
    ]
    return len(ones) > 1 and capitals[0] < ones[0]


def _find_days(blocks: Sequence[Block], found: list[int]) -> None:
    """Give a level to the days of a diary, each of which stands between text and text."""
    days = [
        place
        for place, block in enumerate(blocks[:-1])
        if not found[place] and block.lines == 1 and shape.DAY.fullmatch(block.words)
    ]
    under, above = [blocks[place + 1] for place in days], [blocks[place - 1] for place in days[1:]]
    texts = [shape.ENDS_SENTENCE.search(block.words) or block.lines > 1 for block in under + above]
    if len(days) >= _FEWEST_DAYS and all(texts):
        for place in days:
            found[place] = _PLAIN


def _find_plain(blocks: Sequence[Block], found: list[int], *, titled: bool) -> None:
    """Give a level to the headings that nothing marks."""
    short = [
        place
        for place, block in enumerate(blocks[:-1])
        if not found[place]
        and not block.text
        and block.lines == 1
        and shape.looks_like_heading(block.words)
        and not _is_contents(block)
        and not _is_lead_in(block, blocks[place + 1])
        and not (place < _NEAR_TITLE and titled and _is_of_title(blocks, place))
        and not (place and _goes_on(blocks[place - 1], block))
    ]
    plain = [
        place
        for place in short
        if found[place + 1] == _QUESTION
        or (not found[place + 1] and _is_body(blocks[place + 1], blocks[place]))
    ]
    if len(plain) == 1 and _begins_sentence(blocks[plain[0]], blocks[plain[0] + 1]):
        return
    # Where most short lines have no text under them the file is a list or a poem.
    if len(short) < 2 * len(plain) <= len(blocks):
        set_out = _is_set_out(blocks)
        for place in plain:
            hangs = set_out and blocks[place].indent < blocks[place + 1].indent
            found[place] = _MARKED + 1 if hangs else _PLAIN


def _is_of_title(blocks: Sequence[Block], place: int) -> bool:
    """Whether the first line below the title goes with it: a version, a date, over a dateline."""
    block, following = blocks[place], blocks[place + 1]
    if any(_shape(block) == _shape(other) for other in blocks[place + 1 :]):
        return False
    return bool(
        shape.DATE.search(block.words)
        or _YEAR.search(block.words)
        or shape.DATELINE.match(following.words)
    )


def _shape(block: Block) -> str:
    return _DIGITS.sub("0", block.words)


def _is_set_out(blocks: Sequence[Block]) -> bool:
    """Whether the text is set in from the margin, at which its headings then stand."""
    prose = [block for block in blocks if block.lines > 1]
    margin = min((block.indent for block in blocks), default=0)
    return 2 * sum(block.indent > margin for block in prose) > len(prose)


def _goes_on(above: Block, block: Block) -> bool:
    """Whether a line is a part of what is above: the rest of a sentence, a name under verse or
    under the end of a letter.
    """
    if shape.is_letter_form(above.words):
        return True
    if above.level or above.text:
        return False
    if above.lines > 1 and above.indent > block.indent and shape.is_person(block.words):
        return True
    long = len(above.words) >= max(_PROSE_CHARS, above.lines * _PROSE_LINE)
    return long and above.words[-1].isalnum()


def _begins_sentence(block: Block, body: Block) -> bool:
    """Whether a line may be the beginning of the sentence below: `Olympic champion` over a name."""
    opening = body.words.split()[: _NAMED_AT_ONCE + 1]
    named = all(word[0].isupper() and word.isalpha() for word in opening[:_NAMED_AT_ONCE])
    last = block.words.split()[-1]
    return named and last.islower() and opening[-1][0].islower()


def _is_body(block: Block, heading: Block) -> bool:
    """Whether a block is text that a heading can stand over."""
    if block.lines > 1 or block.text or len(block.words) >= _PROSE_CHARS:
        return True
    if shape.LIST_ITEM.match(block.words) and not numbers.NUMBERED.match(block.words):
        return True
    if "@" in block.words or "://" in block.words:
        return True
    ended = shape.ENDS_SENTENCE.search(block.words)
    return bool(ended) and len(block.words) > 1.5 * len(heading.words)
