"""Writes the text of a document whose format is not text, and knows where everything in it stands.

A loader that extracts text goes through its source in reading order and tells a `TextWriter` what
it meets: headings, paragraphs, items of lists, rows of tables, and where a page, a slide or a
chapter begins. The writer puts one blank line between blocks; the items of a list are lines of one
block, and so are the rows of a table, as `a | b | c`, with a line of dashes under a header. Nothing
is looked up in the text afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from briefqa.documents.loaders.outline import Outline
from briefqa.errors import LoadError
from briefqa.records import NO_LINES, Document, LineMap, Metadata, PlaceUnit, Span

MOST_CHARS = 20_000_000
"""Of one document's text: some 3 million words."""

MOST_NOTES = 20

CELL_MARK = " | "
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # no file and no terminal wants them


@dataclass(frozen=True, slots=True)
class Line:
    """A visual line, or a part of one, of a page.

    `at` is where it begins in the text of the block it is given with, in characters; `page` counts
    from 1; `first` is the index, on that page, of the character at `at`; `box` is left, top, right
    and bottom on the page as it is shown, in quarters of a point from its left and its top edge.
    """

    at: int
    page: int
    first: int
    box: tuple[int, int, int, int]


def one_spaced(text: str) -> str:
    """The text on one line, each run of white space as one space."""
    return " ".join(text.split())


class TextWriter:
    """Collects the blocks of one document in reading order.

    Text is taken as it is given, without outer white space; characters that cannot be shown become
    spaces. `lines` say where on its pages a block stands, in the order of the text; a format whose
    pages cannot be shown gives none. Every method that writes raises LoadError beyond MOST_CHARS.
    """

    def __init__(self, unit: PlaceUnit = PlaceUnit.PAGE) -> None:
        """`unit` is what `page` begins: a page, a slide, a chapter."""
        self._unit = unit
        self._parts: list[str] = []
        self._length = 0
        self._outline: list[tuple[int, str, Span]] = []  # level 0 for paragraphs
        self._open: Span | None = None  # the list or table that goes on
        self._open_kind = ""
        self._page_starts: list[int] = []
        self._page_labels: list[str] = []
        self._page_sizes: list[tuple[float, float]] = []
        self._waiting = 0  # pages that begin with the next block
        self._starts: list[int] = []
        self._pages: list[int] = []
        self._firsts: list[int] = []
        self._boxes: list[tuple[int, int, int, int]] = []
        self._notes: list[str] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been written."""
        return not self._length

    def heading(self, level: int, words: str, lines: Sequence[Line] = ()) -> None:
        """Begin a section; it stands under the last heading of a smaller level, 1 the outermost."""
        span = self._block(one_spaced(words) if not lines else words, lines)
        if span.start < span.end:
            self._outline.append((level, words, span))

    def title(self, words: str, lines: Sequence[Line] = ()) -> None:
        """Write what is in the text but in no section: the line that is the title, a by-line."""
        self._block(words, lines)

    def paragraph(self, text: str, lines: Sequence[Line] = ()) -> None:
        """Write a paragraph; line breaks in it stay."""
        self._outline.append((0, "", self._block(text, lines)))

    def item(
        self, text: str, lines: Sequence[Line] = (), *, mark: str = "-", depth: int = 0
    ) -> None:
        """Write an item of a list as `- text`, indented by its depth, the outermost being 0.

        `mark` is its bullet or number, empty where `text` begins with one. Items that follow each
        other are one block; further lines of `text` are indented under its first.
        """
        before = "  " * depth + (f"{mark} " if mark else "")
        clean = text.strip()
        if not clean:
            return
        if "\n" in clean and not lines:
            clean = clean.replace("\n", "\n" + " " * len(before))
        self._append("list", clean, lines, before)

    def row(
        self, cells: Sequence[str], lines: Sequence[Line] = (), *, header: bool = False
    ) -> None:
        """Write a row of a table; with `lines`, their `at` counts in the cells joined by ` | `.

        White space in a cell becomes single spaces, so that `lines` fit only cells that have no
        other. A `header` gets a line of dashes below it; it begins another table.
        """
        if header:
            self.end()
        clean = [one_spaced(cell) for cell in cells]
        if any(clean):
            words, before, after = CELL_MARK.join(clean), "", ""
            if not (clean[0] and clean[-1]):  # a border, or nobody could tell which cell is empty
                before, after = "| ", " |"
            self._append("table", words, lines, before, after)
            if header:
                self._append("table", CELL_MARK.join(["---"] * max(2, len(cells))), ())

    def end(self) -> None:
        """End the list or table last written to: what follows is another one."""
        self._open, self._open_kind = None, ""

    def page(self, label: str = "", size: tuple[float, float] | None = None) -> None:
        """Begin the next page, slide or chapter; `label` is what it is called, if not its number.

        `size` is its width and height in points, if it can be shown: of all pages or of none.
        With `lines`, which page a text is on is told by them, and this counts and names the pages.
        """
        self.end()
        self._waiting += 1
        self._page_labels.append(one_spaced(self._clean(label))[:200])
        if size is not None:
            self._page_sizes.append(size)

    def note(self, sentence: str) -> None:
        """Say what of the file was left out and why, as in `rows after 5,000 are not read`."""
        if len(self._notes) < MOST_NOTES and sentence not in self._notes:
            self._notes.append(sentence)

    def document(self, name: str, metadata: Metadata) -> Document:
        """The document that was written."""
        self.end()
        self._place_pages(self._length)
        text = "".join(self._parts)
        outline = Outline()
        for level, words, span in self._outline:
            if level:
                outline.heading(level, words, span)
            else:
                outline.paragraph(span)
        named = any(
            label not in ("", str(number)) for number, label in enumerate(self._page_labels, 1)
        )
        lines = NO_LINES
        if self._starts:
            lines = LineMap(
                tuple(self._starts),
                tuple(self._pages),
                tuple(self._firsts),
                tuple(self._boxes),
            )
        return Document(
            name=name,
            metadata=metadata,
            text=text,
            sections=outline.sections(),
            page_starts=self._starts_of_pages(),
            page_unit=self._unit,
            page_labels=tuple(self._page_labels) if named else (),
            page_sizes=tuple(self._page_sizes),
            lines=lines,
            notes=(*self._notes, *outline.notes),
            encoding="",
        )

    def _starts_of_pages(self) -> tuple[int, ...]:
        """Where the pages begin; where lines are known, with the first that is on it or later."""
        if not self._starts:
            return tuple(self._page_starts)
        count = max(len(self._page_starts), *self._pages)
        starts, page = [0], 1
        for start, on in zip(self._starts, self._pages, strict=True):
            while page < on:
                starts.append(start)
                page += 1
        return (*starts, *[self._length] * (count - len(starts)))

    def _block(self, text: str, lines: Sequence[Line]) -> Span:
        self.end()
        return self._write("\n\n", text, lines)

    def _append(
        self, kind: str, text: str, lines: Sequence[Line], before: str = "", after: str = ""
    ) -> None:
        """Write a line of the open list or table, or of a new one."""
        if self._open is None or self._open_kind != kind:
            span = self._write("\n\n", text, lines, before, after)
            self._outline.append((0, "", span))
            self._open, self._open_kind = span, kind
        else:
            span = self._write("\n", text, lines, before, after)
            self._open = Span(self._open.start, span.end)
            self._outline[-1] = (0, "", self._open)

    def _write(
        self, gap: str, text: str, lines: Sequence[Line], before: str = "", after: str = ""
    ) -> Span:
        """Append to the text, between `before` and `after`; returns the whole range.

        Blank text is not written, and its range is empty.
        """
        clean = self._clean(text)
        if not clean.strip():
            return Span(self._length, self._length)
        left = 0 if after else len(clean) - len(clean.lstrip())
        clean = clean if after else clean.strip()
        if self._length:
            self._parts.append(gap)
            self._length += len(gap)
        start = self._length
        self._place_pages(start)
        self._parts += (before, clean, after)
        self._length += len(before) + len(clean) + len(after)
        if self._length > MOST_CHARS:
            raise LoadError(f"it holds more than {MOST_CHARS / 1e6:.0f} million characters of text")
        for number, line in enumerate(lines):
            at = start + len(before) + min(max(0, line.at - left), len(clean) - 1)
            self._starts.append(at if number else start)  # the mark of an item is on its line
            self._pages.append(line.page)
            self._firsts.append(line.first)
            self._boxes.append(line.box)
        return Span(start, self._length)

    def _place_pages(self, start: int) -> None:
        """Let the pages that were begun start here, the very first one at 0."""
        for _ in range(self._waiting):
            self._page_starts.append(start if self._page_starts else 0)
        self._waiting = 0

    @staticmethod
    def _clean(text: str) -> str:
        return _UNSEEN.sub(" ", text)
