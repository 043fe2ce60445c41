"""Where a range of a document's text stands in its file: its lines, pages or chapter."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from briefqa.places import FROM_PICTURE
from briefqa.records import Document, LineMap, Place, PlaceUnit

_NEWLINE = re.compile(r"\r\n|\r|\n")


def places(document: Document) -> Callable[[int, int], Place]:
    """A function from a range of the text, not empty, to the place where it stands in the file."""
    if document.lines.starts:
        return lambda start, end: _page(document, *_pages(document.lines, start, end))
    if starts := document.page_starts:
        return lambda start, end: _page(
            document, bisect_right(starts, start), bisect_right(starts, end - 1)
        )
    if not document.encoding:  # the lines of an extracted text are not the file's
        return lambda _start, _end: Place(PlaceUnit.NONE)
    newlines = _NEWLINE.finditer(document.text)
    begins = document.line_starts or (0, *(newline.end() for newline in newlines))
    return lambda start, end: Place(
        PlaceUnit.LINE, bisect_right(begins, start), bisect_right(begins, end - 1)
    )


def _pages(lines: LineMap, start: int, end: int) -> tuple[int, int, bool]:
    """The first and the last page on which a range of the text stands; whether OCR read any."""
    rows = lines.within(start, end)
    on = [lines.pages[row] for row in rows]
    return min(on), max(on), any(lines.firsts[row] == FROM_PICTURE for row in rows)


def _page(document: Document, first: int, last: int, ocr: bool = False) -> Place:
    labels = document.page_labels
    label = ""
    if labels and any(labels[page - 1] for page in (first, last) if page <= len(labels)):
        named = [labels[page - 1] or str(page) for page in (first, last) if page <= len(labels)]
        label = "–".join(dict.fromkeys(named))
    if label == ("–".join(map(str, dict.fromkeys((first, last))))):
        label = ""
    return Place(document.page_unit, first, last, label, ocr)
