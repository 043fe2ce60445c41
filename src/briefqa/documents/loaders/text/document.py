"""A plain text as a document: its title, what it says of itself, and its sections."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from briefqa.documents.loaders.decoding import decode
from briefqa.documents.loaders.outline import Outline, title_from_name
from briefqa.documents.loaders.text import lines as shape
from briefqa.documents.loaders.text import numbers
from briefqa.documents.loaders.text.about import about, is_date
from briefqa.documents.loaders.text.blocks import Block, blocks
from briefqa.documents.loaders.text.furniture import without_furniture
from briefqa.documents.loaders.text.levels import levels
from briefqa.documents.loaders.text.voices import speaker
from briefqa.records import Document, Span

_MOST_TITLE_CHARS = 200
_MOST_TITLE_LINES = 3
_MOST_ABOUT = 6  # blocks at the top that may say who wrote it, when and where
_CENTRED = 8  # columns before a line that is set in the middle
_MOST_ABOVE = 3  # blocks of a memo above a title in the middle


def read(data: bytes, name: str, encoding: str) -> Document:
    """Read plain text; raises LoadError when the bytes are blank or not text.

    Page furniture is no part of the text. Crumbs above the title are left out of the sections, and
    so is a date on a line of its own. The title is the first block after them when it looks like
    one and something follows it, a line in the middle under the head of a memo, or the subject of
    the mail that comes first; else it is made of the file's name. By-line and dateline say who
    wrote it, when and where.
    """
    decoded, encoding, notes = decode(data, encoding)
    text, line_starts = without_furniture(decoded)
    found, _ = blocks(text)
    released = len(found) > 1 and shape.is_release(found[1].words)
    found = _without_crumbs(found)
    metadata = about(found[:_MOST_ABOUT])
    title, found = _titled(found, released=released)
    outline = Outline()
    for block, level in zip(found, levels(found, titled=bool(title)), strict=True):
        if block.mail:
            outline.heading(1, block.mail.heading, Span(block.span.start, block.span.start))
        if level:
            outline.heading(level, block.words, block.span)
        else:
            outline.paragraph(block.span)
    return Document(
        name=name,
        metadata=replace(metadata, title=title or title_from_name(name)),
        text=text,
        sections=outline.sections(),
        encoding=encoding,
        line_starts=line_starts,
        notes=(*notes, *outline.notes),
    )


def _titled(found: list[Block], *, released: bool) -> tuple[str, list[Block]]:
    """The title, empty where there is none, and the blocks without it; `released` where the first
    names who publishes a press release.
    """
    if len(found) > 2 and is_date(found[0]) and _is_title(found[1], found[2]):
        del found[0]
    if found and found[0].mail:
        return found[0].mail.subject, found
    if len(found) < 2:
        return "", found
    for place, block in enumerate(found[1 : _MOST_ABOVE + 1], start=1):
        if _is_in_the_middle(block) and place + 1 < len(found):
            if all(above.columns or above.lines > 1 for above in found[:place]):
                return block.words, [*found[:place], *found[place + 1 :]]
            break
    above = list(takewhile(lambda block: shape.is_label(block.words), found[released:-1]))
    place = released + len(above)
    if 0 < place < len(found) - 1 and _is_title(found[place], found[place + 1]):
        labels = [replace(block, text=True) for block in found[:place]]
        return found[place].words, [*labels, *found[place + 1 :]]
    if _is_letterhead(found):
        return "", found
    if _is_title(found[0], found[1]):
        return found[0].words, found[1:]
    return "", found


def _is_in_the_middle(block: Block) -> bool:
    return block.indent >= _CENTRED and block.lines <= 2 and shape.looks_like_heading(block.words)


def _is_letterhead(found: list[Block]) -> bool:
    """Whether the first block stands over a letter: an address and a date above the greeting."""
    greeted = any(shape.is_letter_form(block.words) for block in found[1:_MOST_ABOUT])
    return found[0].lines > 1 and greeted


def _without_crumbs(found: list[Block]) -> list[Block]:
    """The blocks less the navigation between the title and the text, and at the end."""
    end = len(found)
    while end > 1 and shape.CRUMB.fullmatch(found[end - 1].words):
        end -= 1
    found = found[:end]
    while len(found) > 2 and shape.CRUMB.fullmatch(found[1].words):
        del found[1]
    return found


def _is_title(block: Block, following: Block) -> bool:
    """Whether the first block of a file is its title."""
    number = numbers.NUMBERED.match(block.words)
    asked = block.question and (following.text or speaker(block.words))
    if block.text or block.columns or asked:
        return False
    if block.level or (number and not number[0].rstrip().isdigit()):
        return number is None
    if (
        block.lines > _MOST_TITLE_LINES
        or len(block.words) > _MOST_TITLE_CHARS
        or numbers.unit_rank(block.words)
    ):
        return False
    if shape.LIST_ITEM.match(following.words) and block.words.endswith(":"):
        return False
    if shape.is_letter_form(block.words) or block.words.endswith(","):
        return False
    return shape.unlike_text(block.words) and not shape.ENDS_SENTENCE.search(
        block.words.rstrip("?")
    )
