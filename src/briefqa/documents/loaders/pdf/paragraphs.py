"""Lines become blocks: by the tags of the page, else by the gaps, indents and ends of its lines."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from briefqa.documents.loaders.pdf.lines import Block, Box, Kind, Line
from briefqa.documents.loaders.pdf.order import overlap
from briefqa.documents.loaders.pdf.runs import RIGHT_TO_LEFT
from briefqa.documents.loaders.pdf.tags import HEADINGS, NOTES

_BULLETS = "•◦▪▫■□●○‣⁃∙⦁➢➤❖✓✔→\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf0a8"
_SYMBOLS = str.maketrans(dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf0a8", "•"))
_BULLET = re.compile(rf"[{_BULLETS}](?:\s|$)|[-–—*·o](?:\s|$)")
_NUMBERED = re.compile(
    r"(?:\(?\d{1,3}[.)]|\(\d{1,3}\)|\(?[a-zA-Z]\)|[a-z]\.|\(?[ivxIVX]{1,5}[.)]|§{1,2}\s?\d+)(?:\s|$)"
)
_LABEL = re.compile(
    rf"[{_BULLETS}]|[-–—*·]|\(?\d{{1,3}}[.)]|\(?[a-zA-Z]\)|[a-zA-Z]\.|\(?[ivxIVX]{{1,5}}[.)]"
    r"|\d{1,3}(?:\.\d{1,3})*\.?|§{1,2}\s?\d+\w?"
)
_SECTION = re.compile(r"[A-Z]{0,2}\d{1,2}(?:\.\d{1,3})+\.?\s")
_ENDED = re.compile(r"[.!?…:;。！？：；؟]\W{0,4}(?:\[\d+\])?\W?$")
_LEADER = re.compile(r"(?:\s?[.․‥…·_]){4,80}\s{0,9}(?:\d+|[ivxlc]+)$")
_DOTS = ("..", ". .", "․", "‥", "…", "··", "· ·", "__")
_LOOSE = 1.28  # times the usual distance of two lines: more is a new paragraph
_INDENT = 0.8  # of the size
_FAR = 4.0  # of the size
_WINDOW = 8  # lines before and after that tell where a column ends
_SAME_SIZE = 0.09
_NEAR = 12  # lines among which the other cells of a row are

Leading = dict[float, float]  # the usual distance of two lines, in points, by their size


def usual_leading(pages: Iterable[Sequence[Line]]) -> Leading:
    """The most frequent distance between the baselines of two lines, for each size of letters."""
    counts: dict[float, Counter[float]] = defaultdict(Counter)
    for lines in pages:
        for one, other in itertools.pairwise(lines):
            step = other.baseline - one.baseline
            size = max(one.size, 1.0)
            if abs(one.size - other.size) < 0.05 * size and 0.8 * size < step < 2.6 * size:
                counts[_rounded(size)][round(step * 4) / 4] += 1
    return {
        size: max(steps, key=lambda step: (steps[step], -step)) for size, steps in counts.items()
    }


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def symbols_read(text: str) -> str:
    """The text with the private signs of symbol fonts as bullets, and inner marks as hyphens."""
    if text.isascii():
        return text
    text = text.translate(_SYMBOLS)
    return text[:-1].replace("\ufffe", "-") + text[-1:]


def without_bullet(text: str) -> str:
    """An item without its bullet; one with a number keeps it."""
    found = _BULLET.match(text)
    return text[found.end() :].lstrip() if found and text[found.end() :].strip() else text


def is_item(text: str) -> bool:
    """Whether a line begins with a bullet or the number of an item."""
    return bool(_BULLET.match(text) or _NUMBERED.match(text))


def ended(text: str) -> bool:
    """Whether a line ends where a sentence does."""
    return bool(_ENDED.search(text))


def is_contents(text: str) -> bool:
    """Whether a line is an entry of a table of contents: words, leaders, a page."""
    dotted = text[-1:].isalnum() and any(dots in text for dots in _DOTS)
    return dotted and bool(_LEADER.search(text[-80:]))


def labels_joined(lines: Sequence[Line]) -> list[Line]:
    """The lines, each label that stands alone before its text joined with it."""
    joined: list[Line] = []
    for place, line in enumerate(lines):
        before = joined[-1] if joined else None
        if before is not None and _labels(before, line, joined, lines, place):
            joined[-1] = together(before, line)
        else:
            joined.append(line)
    return joined


def _labels(
    label: Line, line: Line, joined: Sequence[Line], lines: Sequence[Line], place: int
) -> bool:
    if not _LABEL.fullmatch(label.text) or not _level(label, line):
        return False
    if label.element != line.element or not 0 <= line.box.x0 - label.box.x1 < 4 * line.size:
        return False
    # It may also be the first cell of a row, which has more.
    around = [*joined[-_NEAR:-1], *lines[place + 1 : place + _NEAR]]
    return not any(_level(label, other) for other in around)


def _level(one: Line, other: Line) -> bool:
    return abs(one.baseline - other.baseline) < 0.45 * max(one.size, other.size)


def together(one: Line, other: Line) -> Line:
    """Two pieces of one line as one."""
    shift = len(one.text) + 1
    longer = one if len(one.text) > len(other.text) else other
    return replace(
        longer,
        start=min(one.start, other.start),
        end=max(one.end, other.end),
        text=f"{one.text} {other.text}",
        box=one.box.with_(other.box),
        raised=(*one.raised, *((start + shift, end + shift) for start, end in other.raised)),
    )


def by_tags(lines: Sequence[Line]) -> list[Block]:
    """The blocks of a tagged page; the lines of one element that follow each other are one."""
    blocks: list[Block] = []
    last: tuple[int, int] | None = None
    for line in lines:
        element = line.element
        if element is None:
            blocks.append(Block(Kind.PARAGRAPH, [line]))
            last = None
            continue
        if element.table >= 0 and element.row >= 0:
            _add_cell(blocks, line)
            last = None
            continue
        key = (element.block, element.table)
        if key == last:
            block = blocks[-1]
            before = block.lines[-1]
            if _level(before, line) and before.page == line.page:
                block.lines[-1] = together(before, line)
            else:
                block.lines.append(line)
            continue
        last = key
        blocks.append(Block(_kind(element.role), [line], _level_of(line), whole=True))
    for block in blocks:
        if block.kind is not Kind.TABLE:
            block.breaks = _breaks(block.lines)
    return blocks


def _kind(role: str) -> Kind:
    if role in HEADINGS:
        return Kind.HEADING
    if role in NOTES:
        return Kind.NOTE
    return Kind.ITEM if role == "LI" else Kind.PARAGRAPH


def _level_of(line: Line) -> int:
    element = line.element
    if element is None:
        return 0
    return HEADINGS.get(element.role, element.depth)


def _add_cell(blocks: list[Block], line: Line) -> None:
    """Put a line into the cell of its table, in a block of its own for each table."""
    element = line.element
    assert element is not None
    last = blocks[-1] if blocks else None
    if last is None or last.kind is not Kind.TABLE or _table_of(last) != element.table:
        last = Block(Kind.TABLE, [], whole=True)
        blocks.append(last)
    first = last.rows[-1] if last.rows else None
    row_of = next((one.element for cell in first or () for one in cell), None)
    if first is None or row_of is None or row_of.row != element.row:
        first = [[] for _ in range(element.columns or 1)]
        last.rows.append(first)
    place = min(element.column, len(first) - 1)
    cell = first[place]
    if cell and _level(cell[-1], line):
        cell[-1] = together(cell[-1], line)
    else:
        cell.append(line)
    last.lines.append(line)
    if len(last.rows) == 1 and element.role == "TH" and element.column == len(first) - 1:
        last.head = True


def _table_of(block: Block) -> int:
    element = block.lines[-1].element
    return element.table if element is not None else -1


def by_gaps(lines: Sequence[Line], leading: Leading) -> list[Block]:
    """The blocks of a page without tags, whose lines are in reading order."""
    edges = _right_edges(lines)
    blocks: list[Block] = []
    for place, line in enumerate(lines):
        block = blocks[-1] if blocks else None
        if block is not None and _goes_on(block, line, edges[place - 1], leading):
            block.lines.append(line)
            continue
        kind = Kind.ITEM if is_item(line.text) else Kind.PARAGRAPH
        blocks.append(Block(kind, [line]))
    for block in blocks:
        block.breaks = _breaks(block.lines)
    return blocks


def _right_edges(lines: Sequence[Line]) -> list[float]:
    """Where the column ends that each line stands in, as far as its neighbours tell."""
    edges = []
    for place, line in enumerate(lines):
        left, _, right, _ = line.box
        edge, size = right, line.size
        for other in lines[max(0, place - _WINDOW) : place + _WINDOW + 1]:
            start, _, end, _ = other.box
            if (
                end > edge
                and start < right
                and abs(start - left) < 4 * size
                and abs(other.size - size) < _SAME_SIZE * size
            ):
                edge = end
        edges.append(edge)
    return edges


def _goes_on(block: Block, line: Line, edge: float, leading: Leading) -> bool:
    """Whether a line goes on with a block of the same page."""
    before = block.lines[-1]
    size = max(before.size, line.size, 1.0)
    step = line.baseline - before.baseline
    if before.turned or line.turned:
        return before.turned and line.turned
    if abs(before.size - line.size) > _SAME_SIZE * size or step < 0.6 * size:
        return False
    if overlap(before.box, line.box) <= 0:
        return False
    usual = leading.get(_rounded(before.size), 1.2 * size)
    if len(block.lines) > 1:
        own = before.baseline - block.lines[-2].baseline
        if step > own + 0.2 * size:
            return False
    if step > max(_LOOSE * usual, 1.05 * size):
        return False
    other_face = before.bold != line.bold or before.face != line.face
    if other_face and _short(before, line, edge):
        return False
    if is_item(line.text) and (
        is_item(block.lines[0].text) or _short(before, line, edge) or ended(before.text)
    ):
        return False
    if _SECTION.match(line.text) and _short(before, line, edge):
        return False
    return not _begins(block, line, edge)


def _begins(block: Block, line: Line, edge: float) -> bool:
    """Whether indents and ends say that a line begins a paragraph, where the gap does not."""
    before, first = block.lines[-1], block.lines[0]
    size = max(before.size, line.size, 1.0)
    if _centred(before.box, line.box, size):
        return False
    left = min(one.box.x0 for one in block.lines)
    if line.box.x0 < left - _FAR * size and not RIGHT_TO_LEFT.search(line.text):
        return True  # from under a cell back to the margin; no line is indented so far
    if is_item(first.text) and _short(before, line, edge) and line.box.x0 < first.box.x0 + 1:
        return True
    if is_item(first.text) and len(block.lines) == 1:
        return line.box.x0 < first.box.x0 - _INDENT * size
    if is_item(first.text):
        return line.box.x0 < block.lines[1].box.x0 - _INDENT * size and ended(before.text)
    if line.box.x0 > left + _INDENT * size and (len(block.lines) > 1 or first.box.x0 <= left + 1):
        return not _hangs(block, line)
    # A sentence that ends in the middle of the column, where the next word had room.
    return _short(before, line, edge) and ended(before.text)


def _hangs(block: Block, line: Line) -> bool:
    """Whether the lines of a block hang under its first, as those of a bibliography do."""
    if len(block.lines) == 1:
        return not ended(block.lines[0].text) and not line.text[:1].isupper()
    return abs(line.box.x0 - block.lines[1].box.x0) < 0.3 * line.size


def _centred(one: Box, other: Box, size: float) -> bool:
    middle = abs((one.x0 + one.x1) - (other.x0 + other.x1)) / 2
    return middle < 0.3 * size and abs(one.x0 - other.x0) > size


def _short(line: Line, following: Line, edge: float) -> bool:
    """Whether the next line's first word would have had room in a line."""
    word = following.text.split(maxsplit=1)[0]
    width = (following.box.x1 - following.box.x0) * (len(word) + 1) / max(len(following.text), 1)
    if line.box.x0 > following.box.x0 and edge <= line.box.x1 + 1:
        return False  # the last line of writing from the right is short at the left
    return line.box.x1 + width < edge - 0.6 * line.size


def _breaks(lines: Sequence[Line]) -> set[int]:
    """Before which lines of a block the line break has a meaning: of code, verse, an address."""
    if len(lines) < 2:
        return set()
    if all(line.fixed for line in lines):
        return set(range(1, len(lines)))
    edge = max(line.box.x1 for line in lines)
    width = edge - min(line.box.x0 for line in lines)
    return {
        place
        for place, (one, other) in enumerate(itertools.pairwise(lines), start=1)
        if one.page == other.page
        and one.box.x1 < edge - 0.3 * width
        and _short(one, other, edge)
        and not _centred(one.box, other.box, one.size)
        and not one.text.endswith(("-", "\ufffe"))
    }


def pieces_joined(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks; those that turn out to be one line with a wide gap in it are joined."""
    last: Block | None = None
    for block in blocks:
        if last is not None and _one_line(last, block):
            first = block.lines[0]
            last.lines[-1] = together(last.lines[-1], first)
            last.lines.extend(block.lines[1:])
            last.breaks = _breaks(last.lines)
            continue
        if last is not None:
            yield last
        last = block
    if last is not None:
        yield last


def _one_line(one: Block, other: Block) -> bool:
    if one.kind is Kind.TABLE or other.kind is Kind.TABLE or one.whole or other.whole:
        return False
    if len(one.lines) > 1 or len(other.lines) > 1:
        return False
    a, b = one.lines[-1], other.lines[0]
    if a.page != b.page or not _level(a, b) or abs(a.size - b.size) > _SAME_SIZE * a.size:
        return False
    return b.box.x0 > a.box.x1 or b.box.x1 < a.box.x0
