"""Running heads and feet, page numbers, stamps in the margin: what is on pages but no content."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from briefqa.documents.loaders.pdf.lines import ARTIFACT, Line, Page
from briefqa.documents.loaders.pdf.order import overlap

_BAND = 0.14  # of the page's height, at the top and at the bottom
_LEVEL = 1.0  # points
_SMALLER = 0.95  # of the size of a title
_CLOSE = 1.45  # of the size
_NEAR = 2  # pages; left and right pages may have heads of their own
_FEW = 5  # pages of a document, in which twice is often
_MANY = 4  # pages on which something returns, wherever they are
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"\W*(?:#|[ivxlcdm]{1,7})(?:\W+(?:of|von|de|/)\W+#)?\W*", re.IGNORECASE)


def without_furniture(pages: Sequence[Page]) -> dict[int, list[Line]]:
    """The lines of each page, by its number, that are its content.

    What a tagged file marks as an artifact is none, unless that is most of the page. Elsewhere it
    is what returns at the same height of the top or bottom margin, digits apart.
    """
    content: dict[int, list[Line]] = {}
    furniture: set[int] = set()
    returning: dict[str, list[Line]] = defaultdict(list)
    for page in pages:
        lines = page.lines
        if page.tagged:
            tagged = [line for line in lines if line.element is not ARTIFACT]
            if 2 * _length(tagged) >= _length(lines):
                content[page.number] = tagged
                continue
        content[page.number] = lines
        for line in lines:
            if line.turned or _in_margin(line, page):
                returning[_mask(line.text)].append(line)
            if _DIGITS.findall(line.text) == [str(page.number + 1)] and _is_number(line, page):
                furniture.add(id(line))
    by_number = {page.number: page for page in pages}
    groups = [
        group for words, lines in returning.items() for group in _groups(words, lines, by_number)
    ]
    grouped = {id(line) for group in groups for line in group}
    others: dict[int, set[int]] = defaultdict(set)  # the pages with other lines at a height
    for lines in returning.values():
        for line in lines:
            if id(line) not in grouped and not line.turned:
                for height in range(round(line.box.y0), round(line.box.y1) + 1):
                    others[height].add(line.page)
    # Twice may be chance, unless other heads or feet stand there as well. What stands where text
    # begins or ends on more pages is text too.
    often = [
        group
        for group in groups
        if len(group) > 2 or len(pages) < _FEW
        if group[0].turned or len(group) >= len(others[_middle(group[0])])
    ]
    slots = {_slot(line) for group in often for line in group}
    furniture.update(id(line) for group in groups for line in group if _slot(line) in slots)
    furniture.update(_titles_again(pages))
    for page in pages:
        furniture.update(_level_with(furniture, page))
    return {number: _content(lines, furniture) for number, lines in content.items()}


def _titles_again(pages: Sequence[Page]) -> Iterator[int]:
    """The lines at the top of further pages that begin or end with the largest of the first."""
    first = [line for line in pages[0].lines if not line.turned] if pages else []
    title = max(first, key=lambda line: line.size, default=None)
    if title is None or " " not in title.text:
        return
    words = _mask(title.text)
    for page in pages[1:]:
        for line in page.lines:
            said = _mask(line.text)
            if (
                (said.startswith(words) or said.endswith(words))
                and line.size < _SMALLER * title.size
                and line.box.y1 < _BAND * page.height
                and _outermost(line, page)
            ):
                yield id(line)


def _level_with(furniture: set[int], page: Page) -> list[int]:
    """The lines of a page that stand at its edge, level with furniture: the rest of its head."""
    heads = [
        line.baseline
        for line in page.lines
        if id(line) in furniture and not line.turned and _in_margin(line, page)
    ]
    return [
        id(line)
        for line in page.lines
        if any(abs(line.baseline - head) <= _LEVEL for head in heads)
        and _in_margin(line, page)
        and _outermost(line, page)
    ]


def _content(lines: Sequence[Line], furniture: set[int]) -> list[Line]:
    """The lines of a page that are no furniture, or stand in a paragraph like those of its text."""
    lengths: Counter[tuple[str, float]] = Counter()
    for line in lines:
        lengths[line.face, line.size] += len(line.text)
    main = max(lengths, key=lengths.__getitem__, default=("", 0.0))
    return [
        line
        for line in lines
        if id(line) not in furniture
        or any(
            _is_close(line, other)
            and (id(other) not in furniture or (line.face, line.size) == main)
            for other in lines
        )
    ]


def _is_close(one: Line, other: Line) -> bool:
    """Whether two lines stand below each other as those of a paragraph do."""
    return (
        0 < abs(other.baseline - one.baseline) < _CLOSE * one.size
        and abs(other.size - one.size) < 0.05 * one.size
        and overlap(other.box, one.box) > 0
        and not other.turned
    )


def _length(lines: Iterable[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _in_margin(line: Line, page: Page) -> bool:
    return line.box.y1 < _BAND * page.height or line.box.y0 > (1 - _BAND) * page.height


def _mask(text: str) -> str:
    words = " ".join(_DIGITS.sub("#", text).split()).casefold()
    return "#" if _NUMBER.fullmatch(words) else words


def _is_number(line: Line, page: Page) -> bool:
    """Whether a line is nothing but a number at the edge of its page."""
    return _mask(line.text) == "#" and _in_margin(line, page) and _outermost(line, page)


def _groups(words: str, lines: list[Line], pages: dict[int, Page]) -> Iterator[list[Line]]:
    """Lines with the same words that stand at the same height of pages nearby, several each."""
    placed = sorted(lines, key=lambda line: (line.baseline, line.page))
    groups: list[list[Line]] = []
    for line in placed:
        if words == "#" and not _outermost(line, pages[line.page]):
            continue
        if groups and abs(groups[-1][-1].baseline - line.baseline) <= _LEVEL:
            groups[-1].append(line)
        else:
            groups.append([line])
    for group in groups:
        on = {line.page for line in group}
        near = [
            line
            for line in group
            if len(on) >= _MANY
            or any(line.page + step in on for step in range(-_NEAR, _NEAR + 1) if step)
        ]
        if near:
            yield near


def _middle(line: Line) -> int:
    return round((line.box.y0 + line.box.y1) / 2)


def _slot(line: Line) -> tuple[int, int]:
    return round(line.baseline), round(2 * line.size)


def _outermost(line: Line, page: Page) -> bool:
    """Whether nothing of its page stands farther out, so that a number may be the page's."""
    others = [other.baseline for other in page.lines if not other.turned]
    if line.baseline > page.height / 2:
        return all(baseline < line.box.y1 + line.height for baseline in others)
    return all(baseline > line.box.y0 - line.height for baseline in others)
