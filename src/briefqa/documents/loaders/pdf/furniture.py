"""Running heads and feet, page numbers and stamps in the margin: what is on pages but no content."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from briefqa.documents.loaders.pdf.lines import ARTIFACT, Line, Page
from briefqa.documents.loaders.pdf.order import overlap

_BAND = 0.14  # of the page's height, at the top and at the bottom
_LEVEL = 1.0  # points
_CLOSE = 1.45  # of the size
_NEAR = 2  # pages; left and right pages may have heads of their own
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
    for words, lines in returning.items():
        furniture.update(_returned(words, lines, by_number))
    return {
        number: [line for line in lines if id(line) not in furniture or _in_text(line, lines, furniture)]
        for number, lines in content.items()
    }


def _in_text(line: Line, lines: Sequence[Line], furniture: set[int]) -> bool:
    """Whether other lines of the page stand as close below or above it as those of a paragraph."""
    return any(
        abs(other.baseline - line.baseline) < _CLOSE * line.size
        and abs(other.size - line.size) < 0.05 * line.size
        and overlap(other.box, line.box) > 0
        for other in lines
        if id(other) not in furniture and not other.turned
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


def _returned(words: str, lines: list[Line], pages: dict[int, Page]) -> Iterable[int]:
    """Those of the lines with the same words that stand where others do, on pages nearby."""
    placed = sorted(lines, key=lambda line: (line.baseline, line.page))
    groups: list[list[Line]] = []
    for line in placed:
        if groups and abs(groups[-1][-1].baseline - line.baseline) <= _LEVEL:
            groups[-1].append(line)
        else:
            groups.append([line])
    for group in groups:
        if words == "#":
            group = [line for line in group if _outermost(line, pages[line.page])]
        group.sort(key=lambda line: line.page)
        numbers = [line.page for line in group]
        distinct = set(numbers)
        for line in group:
            near = any(
                other in distinct for step in range(1, _NEAR + 1)
                for other in (line.page - step, line.page + step)
            )
            if near or len(distinct) >= 4:
                yield id(line)


def _outermost(line: Line, page: Page) -> bool:
    """Whether nothing of its page stands farther out, so that a number may be the page's."""
    others = [other.baseline for other in page.lines if not other.turned]
    if line.baseline > page.height / 2:
        return all(baseline < line.box.y1 + line.height for baseline in others)
    return all(baseline > line.box.y0 - line.height for baseline in others)
