"""Pages that were read by OCR: what it has recognised, as lines that the layout works on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from briefqa.documents.loaders.pdf.lines import Box, Line, Page
from briefqa.documents.recognised import RecognisedLine, RecognisedPage
from briefqa.places import FROM_PICTURE

_DOTS_AN_INCH = 200  # more takes longer and finds no more of the words
_OF_SIZE = 0.92  # what letters take of the size that they are set in
_BULLET = re.compile(r"[°©®¢«»§*·](?=\s+\w)")  # what a bullet is taken for
_ALIKE = 0.15  # sizes that differ by less are measured badly rather than set differently


def pixels_across(page: Page) -> int:
    """How many pixels wide a page is to be drawn for OCR."""
    return max(1, round(page.displayed_size[0] * _DOTS_AN_INCH / 72))


def put_in(pages: list[Page], recognised: Sequence[RecognisedPage]) -> None:
    """Replace the pages that OCR has read; those it could not read say why."""
    known = [_body_size(pages, recognised)]
    for one in recognised:
        if not 1 <= one.number <= len(pages):
            continue
        page = pages[one.number - 1]
        read = Page(page.number, *page.displayed_size)
        if one.failed:
            read.broken = one.failed
        elif not one.lines or not one.width or not one.height:
            read.broken = "OCR found no text on it"
        else:
            read.recognised = True
            read.lines = _lines(read, one, known)
            read.characters = sum(len(line.text) for line in read.lines)
        pages[page.number] = read


def _lines(page: Page, one: RecognisedPage, known: list[float]) -> list[Line]:
    """The lines of a page; their sizes are those `known` where they are about that, or new ones."""
    sizes = {}
    for block, measured in _sizes(page, one).items():
        alike = [size for size in known if abs(measured - size) < _ALIKE * size]
        if not alike:
            known.append(measured)
        sizes[block] = min(alike, key=lambda size: abs(measured - size), default=measured)
    return [_line(page, one, line, sizes[line.block]) for line in one.lines]


def _line(page: Page, one: RecognisedPage, line: RecognisedLine, size: float) -> Line:
    across, down = page.width / one.width, page.height / one.height
    baseline = line.baseline * down
    left, _, right, _ = line.box
    return Line(
        page=page.number,
        start=FROM_PICTURE,
        end=FROM_PICTURE,
        text=_BULLET.sub("•", line.text) if _BULLET.match(line.text) else line.text,
        box=Box(left * across, baseline - 0.78 * size, right * across, baseline + 0.22 * size),
        baseline=baseline,
        size=size,
    )


def _sizes(page: Page, one: RecognisedPage) -> dict[int, float]:
    """How large the lines of each block are set, in points: what most of them are."""
    of_block: dict[int, list[float]] = {}
    for line in one.lines:
        points = line.size * page.height / one.height / _OF_SIZE
        of_block.setdefault(line.block, []).append(max(1.0, points))
    return {block: median(sizes) for block, sizes in of_block.items()}


def _body_size(pages: Sequence[Page], recognised: Sequence[RecognisedPage]) -> float:
    """The size that most letters of the pages are set in; what is about that is taken to be it."""
    letters: Counter[float] = Counter()
    for one in recognised:
        if one.height and 1 <= one.number <= len(pages):
            high = pages[one.number - 1].displayed_size[1]
            page = Page(0, 0.0, high)
            sizes = _sizes(page, one)
            for line in one.lines:
                letters[round(2 * sizes[line.block]) / 2] += len(line.text)
    return max(letters, key=letters.__getitem__, default=10.0)
