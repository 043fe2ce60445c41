"""Chooses the blocks of a web page that are its text: no navigation, banners, teasers, comments.

trafilatura chooses; it is shown each block with a sign, and the blocks whose signs it keeps are
read as they are in the page. What it takes out from among them is read as well if by its own looks
it is no boilerplate: code, tables, long paragraphs without links, headings over what is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from briefqa.documents.loaders.html_walk import (
    INLINE,
    LISTS,
    UNSEEN,
    heading_level,
    is_hidden,
    is_layout,
    tag_of,
)
from briefqa.documents.loaders.written_text import one_spaced

MOST_ELEMENTS = 100_000
"""Of a page: of larger ones everything is read, since choosing would take too long."""

_STRUCTURED = frozenset({*LISTS, "table", "dl", "pre", "figcaption"})
_DIVISIONS = ("article", "div", "main", "section")
_LINKED = 0.5  # of a list's letters, from which it is navigation
_RESCUED_LINKED = 0.3
_RESCUED_LENGTH = 100  # characters of a paragraph or list
_PROSE_LENGTH = 25  # characters, with the end of a sentence
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]{0,3}\Z")
# Classes of what is hidden only in print, or only on some screens.
_SHOWN = re.compile(
    r"(?<!\S)(?:no-?print|(?:hide|hidden)-(?:(?:on|for|in)-)?"
    r"(?:print|xs|sm|md|lg|xl|small|phone|mobile|tablet|desktop)\S*+|(?:d-)?print-(?:none|hidden)"
    r"|print:hidden)(?!\S)"
)


def main_blocks(body: Any) -> list[Any]:
    """The blocks of a page that are its text, in order; all of them where that cannot be told.

    The body is changed on the way.
    """
    for element in body.iter():
        if tag_of(element) and "class" in element.attrib:
            element.set("class", _SHOWN.sub("", element.get("class")[:1_000]).strip())
    blocks = blocks_of(body)
    for block in blocks:
        if not heading_level(block, tag_of(block)) and is_prose(block):
            _drop_name(block)
    elements = sum(1 for _ in body.iter())
    if elements > MOST_ELEMENTS or len(blocks) < 2:
        return blocks
    kept = _chosen(body, blocks)
    # Of pages with few words nothing is chosen, or they are thrown together.
    return (
        [block for block, keep in zip(blocks, _rescued(blocks, kept), strict=True) if keep]
        if kept
        else blocks
    )


def blocks_of(body: Any) -> list[Any]:
    """The blocks of a page: headings, lists, tables, code, and what else has text but no block.

    Words that stand between blocks are made paragraphs of their own.
    """
    holds_blocks = set()
    for element in body.iter():
        tag = tag_of(element)
        if tag and tag not in INLINE and tag != "br":
            above = element.getparent()
            while above is not None and above not in holds_blocks:
                holds_blocks.add(above)
                above = above.getparent()
    found: list[Any] = []
    _visit(body, holds_blocks, found)
    return found


def _visit(element: Any, holds_blocks: set[Any], found: list[Any]) -> None:
    tag = tag_of(element)
    if not tag or tag in UNSEEN or is_hidden(element):
        return
    layout = tag == "table" and is_layout(element, list(element.iter("tr")))
    if (
        (tag in _STRUCTURED and not layout)
        or heading_level(element, tag)
        or element not in holds_blocks
    ):
        if "".join(element.itertext()).strip():
            found.append(element)
        return
    if not layout and tag not in ("tbody", "thead", "tfoot", "tr"):
        _wrap_words(element, holds_blocks)
    for child in list(element):
        _visit(child, holds_blocks, found)


def _wrap_words(element: Any, holds_blocks: set[Any]) -> None:
    """Make paragraphs of the words between the blocks in an element; two line breaks part them."""
    from lxml.html import Element

    children = list(element)
    words: list[tuple[Any, str | None]] = []
    text, element.text = element.text, None
    made: list[Any] = []

    def close() -> None:
        nonlocal text, words
        if (text or "").strip() or any(
            tag_of(each) != "br" or (tail or "").strip() for each, tail in words
        ):
            paragraph = Element("p")
            paragraph.text = text
            for each, tail in words:
                paragraph.append(each)
                each.tail = tail
            made.append(paragraph)
        text, words = None, []

    for child in children:
        tail, child.tail = child.tail, None
        element.remove(child)
        tag = tag_of(child)
        if not tag:
            text = f"{text or ''}{tail or ''}" if not words else text
            continue
        if (tag in INLINE or tag == "br") and child not in holds_blocks:
            doubled = (
                tag == "br"
                and words
                and tag_of(words[-1][0]) == "br"
                and not (words[-1][1] or "").strip()
            )
            words.append((child, tail))
            if doubled:
                words[-1] = (child, None)
                close()
                text = tail
        else:
            close()
            made.append(child)
            text = tail
    close()
    element.extend(made)


def _chosen(body: Any, blocks: Sequence[Any]) -> set[int]:
    """The numbers of the blocks that trafilatura keeps."""
    from trafilatura import bare_extraction

    sign = _sign("".join(body.itertext()))
    undo = [_show(block, f"{sign}{number}z ") for number, block in enumerate(blocks)]
    try:
        root = body.getroottree().getroot()
        found: Any = bare_extraction(
            deepcopy(root),
            include_tables=True,
            include_formatting=True,
            include_comments=False,
            with_metadata=False,
        )
    finally:
        for block, text, shown in undo:
            block.text = text
            if shown is not None:
                shown.getparent().replace(shown, block)
    if found is None or found.body is None or len(found.body) < 2:
        return set()
    words = "".join(found.body.itertext())
    return {int(number) for number in re.findall(rf"{sign}(\d{{1,6}})z", words)}


def _sign(text: str) -> str:
    """Letters that do not occur in a text."""
    sign = "qz"
    while sign in text:
        sign += "q" if sign.endswith("z") else "z"
    return sign


def _show(block: Any, sign: str) -> tuple[Any, str | None, Any]:
    """Put a sign into a block; gives the block, its text before, and what now stands for it.

    What has rows or items is shown as a paragraph of its words, a list of links as one link.
    """
    from lxml.html import Element

    text = block.text
    if tag_of(block) not in _STRUCTURED:
        block.text = sign + (text or "")
        return block, text, None
    shown = Element("p")
    words = one_spaced("".join(block.itertext()))
    if tag_of(block) != "table" and linked(block) > _LINKED:
        link = Element("a", href="#")
        link.text = words
        shown.text = sign
        shown.append(link)
    else:
        shown.text = sign + words
    tail, block.tail = block.tail, None
    block.getparent().replace(block, shown)
    shown.tail = tail
    figure = next(shown.iterancestors("figure"), None)
    if figure is not None:  # pictures go, with all that is in their frame
        figure.tag = "div"
    return block, text, shown


def linked(block: Any) -> float:
    """The share of a block's letters that are links."""
    whole = len(one_spaced("".join(block.itertext())))
    links = sum(len(one_spaced("".join(link.itertext()))) for link in block.iter("a"))
    return links / whole if whole else 0.0


def _rescued(blocks: Sequence[Any], kept: set[int]) -> list[bool]:
    """For each block whether it is read: it is kept, or looks like text and stands among such, or
    in a frame that is called the same as one of theirs, as every post of a forum does.
    """
    levels = [heading_level(block, tag_of(block)) for block in blocks]
    first, last = min(kept), max(kept)
    first = max((number for number in range(first) if levels[number] == 1), default=first)
    frames = {_frame(blocks[number]) for number in kept if _is_long(blocks[number])} - {""}
    read = [
        number in kept
        or (first < number < last and _looks_like_text(block))
        or (_frame(block) in frames and _is_long(block))
        for number, block in enumerate(blocks)
    ]
    for number in range(first + 1, last):
        read[number] = read[number] or _stands_among(blocks, read, number)
    below = [0] * 7  # by level: whether something is read under a heading of it
    for number in reversed(range(len(blocks))):
        level = levels[number]
        if level:
            read[number] = bool(below[level]) or (read[number] and number in kept)
            for deeper in range(level, 7):
                below[deeper] = 0
            if read[number]:
                for upper in range(1, level):
                    below[upper] = 1
        elif read[number]:
            below = [1] * 7
    return read


def _stands_among(blocks: Sequence[Any], read: Sequence[bool], number: int) -> bool:
    """Whether a list, of links maybe, is set directly between two blocks of which one is read."""
    block, before, after = blocks[number], blocks[number - 1], blocks[number + 1]
    beside = [each is block.getprevious() or each is block.getnext() for each in (before, after)]
    return tag_of(block) in LISTS and all(beside) and (read[number - 1] or read[number + 1])


def _looks_like_text(block: Any) -> bool:
    tag = tag_of(block)
    if heading_level(block, tag):
        return False
    if tag in ("pre", "table", "dl") or "caption" in block.get("class", ""):
        return linked(block) <= _LINKED
    return _is_long(block)


def is_prose(block: Any) -> bool:
    """Whether a block ends as a sentence does, and few of its words are links."""
    words = one_spaced("".join(block.itertext()))
    return (
        len(words) >= _PROSE_LENGTH
        and bool(_SENTENCE_END.search(words[-4:]))
        and linked(block) <= _RESCUED_LINKED
    )


def _drop_name(block: Any) -> None:
    """Take away by what trafilatura would leave out prose that is shown: names such as `rating`,
    `aria-hidden`, which is for those who listen, `hidden` as a part of its style.

    The names of divisions stay: by them it finds the text.
    """
    names = ["aria-hidden", "style"]
    if tag_of(block) not in _DIVISIONS and "caption" not in block.get("class", ""):
        names += ["class", "id"]
    for name in names:
        block.attrib.pop(name, None)


def _is_long(block: Any) -> bool:
    """Whether a block has the words of a paragraph, and few of them are links."""
    length = len(one_spaced("".join(block.itertext())))
    return length >= _RESCUED_LENGTH and linked(block) <= _RESCUED_LINKED


def _frame(block: Any) -> str:
    """What the element that a block stands in is called; empty for one without a class."""
    frame = block.getparent()
    return "" if frame is None else str(frame.get("class", ""))
