"""Where a text stands in its source: in which lines, on which pages, and where on them.

Frozen records without any I/O; `briefqa.records` has them too.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class PlaceUnit(StrEnum):
    """What a place is counted in; NONE where a source has neither lines nor pages."""

    LINE = "line"
    PAGE = "page"
    SLIDE = "slide"
    CHAPTER = "chapter"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in its source a passage stands, as a person finds it there.

    `first` and `last` count from 1, both included; both are 0 where the unit is NONE. `label` is
    what the source itself calls the place where that is not its number: `iv` or `iv–v` of pages,
    the file of a chapter. `ocr` says that the text, or some of it, was read by OCR.
    """

    unit: PlaceUnit
    first: int = 0
    last: int = 0
    label: str = ""
    ocr: bool = False

    @property
    def in_words(self) -> str:
        """`line 3`, `pages 12–13`, `slide 7`, or nothing where the unit is NONE.

        With a label `page iv (page 6 of the file)`, and of a chapter the label alone; `page 3, read
        by OCR` where it was.
        """
        return f"{self.numbered}, read by OCR" if self.ocr else self.numbered

    @property
    def numbered(self) -> str:
        """As `in_words`, without how it was read."""
        if self.unit is PlaceUnit.NONE:
            return ""
        if self.label and self.unit is PlaceUnit.CHAPTER:
            return self.label
        several = self.first != self.last
        unit = f"{self.unit}s" if several else str(self.unit)
        numbers = f"{self.first}–{self.last}" if several else str(self.first)
        if self.label:
            return f"{unit} {self.label} ({unit} {numbers} of the file)"
        return f"{unit} {numbers}"

    @property
    def in_citation(self) -> str:
        """As `in_words`, pages as `p. 12` or `pp. 12–13`; nothing for lines."""
        if self.unit is PlaceUnit.LINE:
            return ""
        if self.unit is not PlaceUnit.PAGE:
            return self.in_words
        words = self.in_words.removeprefix("pages ").removeprefix("page ")
        return f"{'p.' if self.first == self.last else 'pp.'} {words}"


@dataclass(frozen=True, slots=True)
class LineMap:
    """Where the visual lines of a text stand on the pages it was extracted from.

    All have a row for each line, in the order of the text. `starts` are offsets into the text, not
    descending, each line going up to the next; `pages` count from 1 and may go back, as those of
    footnotes do; `firsts` are the indexes, on its page, of a line's first characters, FROM_PICTURE
    of one that was read by OCR; `boxes` are left, top, right and bottom in quarters of a point from
    the left and top edge of the page as it is shown.
    Raises ValueError where they have not as many rows.
    """

    starts: tuple[int, ...] = ()
    pages: tuple[int, ...] = ()
    firsts: tuple[int, ...] = ()
    boxes: tuple[tuple[int, int, int, int], ...] = ()

    def __post_init__(self) -> None:
        if not len(self.starts) == len(self.pages) == len(self.firsts) == len(self.boxes):
            raise ValueError("the lines of a text have not all a page and a box")

    def within(self, start: int, end: int) -> range:
        """The rows of the lines that have a character of that range, which is not empty."""
        first = max(0, bisect_right(self.starts, start) - 1)
        return range(first, max(first, bisect_left(self.starts, end)))


NO_LINES = LineMap()
FROM_PICTURE = -1


@dataclass(frozen=True, slots=True)
class PageBox:
    """Where a line of a text stands on a page, as it is shown.

    `page` counts from 1, `label` is what the source calls it, empty where that is its number. The
    edges are in points, of which 72 are an inch, from the left and the top edge of the page.
    """

    page: int
    label: str
    left: float
    top: float
    right: float
    bottom: float


def page_boxes(lines: LineMap, labels: Sequence[str]) -> tuple[PageBox, ...]:
    """The boxes of lines; `labels` are those of the document's pages, none where they have none."""
    return tuple(
        PageBox(page, labels[page - 1] if page <= len(labels) else "", *(edge / 4 for edge in box))
        for page, box in zip(lines.pages, lines.boxes, strict=True)
    )
