"""The layout of a PDF: from the lines of its pages to blocks in reading order."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence

from briefqa.documents.loaders.pdf import headings, notes, paragraphs, tables
from briefqa.documents.loaders.pdf.furniture import without_furniture
from briefqa.documents.loaders.pdf.lines import Block, Kind, Line, Page
from briefqa.documents.loaders.pdf.order import in_reading_order
from briefqa.documents.loaders.pdf.pdfium import Bookmark

_FULL = 0.85  # of the block's width: a last line this long may go on in the next column
_LATEST = 40  # lines of a paragraph that say how wide it is
_BETWEEN = 6  # blocks that may stand within a paragraph
_LONG_CELL = 500  # characters, of the cells of a table on average
_CONTENTS = frozenset(("TOC", "TOCI"))


def blocks_of(pages: Sequence[Page], bookmarks: Sequence[Bookmark]) -> list[Block]:
    """What the pages hold, in reading order: headings, paragraphs, items, tables, footnotes."""
    content = without_furniture(pages)
    titles = {headings.letters(bookmark.title) for bookmark in bookmarks}
    ordered: dict[int, list[Line]] = {}
    for page in pages:
        lines = content[page.number]
        if not page.tagged:
            lines = in_reading_order(paragraphs.labels_joined(lines))
        ordered[page.number] = [line for line in lines if not _is_contents(line, titles)]
    body = headings.body_size(line for lines in ordered.values() for line in lines)
    leading = paragraphs.usual_leading(ordered.values())
    trusted = _trusted(pages, ordered)
    by_page: dict[int, list[Block]] = {}
    aside: dict[int, list[Block]] = defaultdict(list)
    for page in pages:
        lines = ordered[page.number]
        if page.tagged and trusted:
            blocks = [
                part
                for block in paragraphs.by_tags(lines)
                for part in (
                    paragraphs.by_gaps(block.lines, leading) if _is_box(block) else [block]
                )
            ]
            aside[page.number] = [block for block in blocks if block.kind is Kind.NOTE]
            by_page[page.number] = [block for block in blocks if block.kind is not Kind.NOTE]
            continue
        own = headings.body_size(lines) or body
        lines, aside[page.number] = notes.set_aside(lines, min(own, body) or body, page.height)
        blocks = tables.with_tables(paragraphs.by_gaps(lines, leading))
        by_page[page.number] = list(paragraphs.pieces_joined(blocks))
    found = headings.by_outline(by_page, bookmarks)
    every = [block for blocks in by_page.values() for block in blocks]
    if not any(block.kind is Kind.HEADING for block in every) or (
        found < 3 and not any(page.tagged for page in pages)
    ):
        headings.by_fonts(every, body)
    for number, blocks in by_page.items():
        by_page[number] = notes.placed(blocks, aside[number])
    return _joined(block for page in pages for block in by_page[page.number])


def _is_contents(line: Line, titles: set[str]) -> bool:
    """Whether a line is one of a table of contents, which says nothing but what headings say."""
    if line.element is not None and line.element.role in _CONTENTS:
        return True
    if paragraphs.is_contents(line.text):
        return True
    if not titles or not line.text[-1:].isdigit():
        return False
    words = headings.letters(line.text)
    bare = words.rstrip("0123456789")
    return bare != words and any(
        words[:end] in titles or words[:end].lstrip("0123456789") in titles
        for end in range(len(bare), len(words))
    )


def _is_box(block: Block) -> bool:
    """Whether a table is none but a frame around text, or holds columns of it."""
    if block.kind is not Kind.TABLE:
        return False
    if all(len(row) == 1 for row in block.rows):
        return True
    lengths = [sum(len(line.text) for line in cell) for row in block.rows for cell in row if cell]
    return sum(lengths) > _LONG_CELL * len(lengths)


def _trusted(pages: Sequence[Page], ordered: dict[int, list[Line]]) -> bool:
    """Whether the blocks of the tags are paragraphs: some programs tag every line as one."""
    split = count = 0
    for page in pages:
        if not page.tagged:
            continue
        lines = ordered[page.number]
        for one, other in itertools.pairwise(lines):
            a, b = one.element, other.element
            if a is None or b is None or a.block == b.block or a.role != "P" or b.role != "P":
                continue
            count += 1
            split += not paragraphs.ended(one.text) and other.text[:1].islower()
    return split < 8 or split < 0.25 * count


def _joined(blocks: Iterable[Block]) -> list[Block]:
    """The blocks, those that go on in the next column or on the next page joined."""
    joined: list[Block] = []
    last: list[Block] = []  # those that may go on; footnotes and smaller print may follow them
    for block in blocks:
        if block.kind is Kind.NOTE:
            joined.append(block)
            continue
        before = _open(last, block)
        if before is not None:
            before.breaks |= {place + len(before.lines) for place in block.breaks}
            before.lines.extend(block.lines)
            continue
        if last and _same_table(last[-1], block):
            _add_rows(last[-1], block)
            continue
        joined.append(block)
        last = [*last[-_BETWEEN:], block]
    return joined


def _open(last: Sequence[Block], block: Block) -> Block | None:
    """Which of the blocks last met a block goes on with: smaller print may stand between."""
    for before in reversed(last):
        if _goes_on(before, block):
            return before
        if before.lines[0].size > 0.93 * block.lines[0].size:
            return None
    return None


def _goes_on(before: Block, block: Block) -> bool:
    if before.kind not in (Kind.PARAGRAPH, Kind.ITEM) or block.kind is not Kind.PARAGRAPH:
        return False
    one, other = before.lines[-1], block.lines[0]
    same_page = one.page == other.page
    if same_page and (other.baseline > one.baseline or block.whole):
        return False
    if not same_page and other.page != one.page + 1:
        return False
    if abs(one.size - other.size) > 0.06 * one.size or one.bold != other.bold:
        return False
    if one.turned or other.turned:
        return False
    small = other.text[:1].islower()
    has_ended = paragraphs.ended(one.text)
    if small and not has_ended:
        return True
    if has_ended and not small:
        return False
    edge = max(line.box.x1 for line in before.lines[-_LATEST:])
    left = min(line.box.x0 for line in before.lines[-_LATEST:])
    return len(before.lines) > 1 and one.box.x1 > left + _FULL * (edge - left)


def _same_table(before: Block, block: Block) -> bool:
    """Whether a table at the top of a page goes on with the one at the foot of the last."""
    if before.kind is not Kind.TABLE or block.kind is not Kind.TABLE:
        return False
    if block.lines[0].page != before.lines[-1].page + 1:
        return False
    one, other = before.rows[-1], block.rows[0]
    if len(one) != len(other):
        return False
    if before.whole:
        return True
    edges = [[min(line.box.x0 for line in cell) for cell in row if cell] for row in (one, other)]
    return all(any(abs(a - b) < 6 for b in edges[0]) for a in edges[1])


def _add_rows(before: Block, block: Block) -> None:
    rows = block.rows
    if rows and _words(rows[0]) == _words(before.rows[0]):  # the names of the columns again
        again = {id(line) for cell in rows[0] for line in cell}
        block.lines = [line for line in block.lines if id(line) not in again]
        rows = rows[1:]
    if rows and not rows[0][0] and any(rows[0]) and before.rows[-1][0]:
        for cell, more in zip(before.rows[-1], rows[0], strict=True):  # a row over two pages
            cell.extend(more)
        rows = rows[1:]
    before.rows.extend(rows)
    before.lines.extend(block.lines)


def _words(row: Sequence[Sequence[Line]]) -> list[str]:
    return [" ".join(line.text for line in cell) for cell in row]
