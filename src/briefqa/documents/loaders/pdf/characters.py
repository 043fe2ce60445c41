"""Reads the lines of a page from PDFium: characters, where they stand and how they are set.

PDFium gives the characters of a page in the order of its content, with the spaces and line ends
it has worked out. Characters of one text object share font and size, so they are read in runs.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from briefqa.documents.loaders.pdf import arabic, tags
from briefqa.documents.loaders.pdf.lines import ARTIFACT, Box, Element, Line, Page
from briefqa.documents.loaders.pdf.pdfium import PageShape, PdfFile, page_shape

MOST_CHARACTERS = 400_000  # of a page
HYPHEN = "\ufffe"  # PDFium's mark for a hyphen at the end of a line
_WIDE_GAP = 1.1  # of the size: what stands farther apart on a line may be another cell or column
_CELL_GAP = 0.5  # of the size: so may what begins where things on other lines do
_ALIGNED = 3  # lines on which things begin at the same place
_MOSTLY = 0.8  # of a line's characters: a paragraph may begin with bold words
_SPACE = 0.16  # of the size
_SAMPLED = 16  # characters of which one is asked whether its font says what it means
_TAGGED = 0.9  # of the characters of a page
_HARDLY_ANY = 60  # characters of a page: one with a picture may be a scan
_PICTURE = 0.5  # of a page's area
_MOST_IMAGES = 200  # looked at
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_STRETCH = re.compile(r"\S+|\s")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\r\x0e-\x1f\x7f-\x9f\ufeff\uffff]")
_BOLD = re.compile(r"bold|black|heavy|semib|demi|medi(?!um)|(?:^|[-,+])bd|cmbx|-b$", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obli|cmti|cmsl", re.IGNORECASE)
_FIXED = re.compile(r"mono|nimbusmon|courier|consol|typewriter|cmtt|lmtt|code", re.IGNORECASE)
_SIGNS = re.compile(r"dingbat|wingding|webding", re.IGNORECASE)
_FORCE_BOLD = 1 << 18
_FIXED_PITCH = 1
_FILLED_AND_OUTLINED = 2

# The same function, told to return an address: comparing pointer objects costs more than the call.
_object_of = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
)


@dataclass(frozen=True, slots=True)
class _Font:
    """What the name and the flags of a font say of it; `signs` are no letters but pictures."""

    name: str = ""
    bold: bool = False
    italic: bool = False
    fixed: bool = False
    signs: bool = False


@dataclass(frozen=True, slots=True)
class _Style:
    """How the characters of a text object are set, and what element of the tags they are of."""

    size: float
    font: _Font
    bold: bool
    angle: int  # of its writing on the displayed page, in degrees clockwise
    ink: int  # its colour as 0xRRGGBB
    element: Element | None


@dataclass(slots=True)
class _Run:
    """Characters of one text object that stand in one line without a wide gap."""

    start: int
    end: int
    box: Box
    baseline: float
    style: _Style
    spaced: bool  # whether PDFium saw a space before it
    breaks: bool  # whether it saw a line end before it


class Reader:
    """Reads the pages of a file, keeping what they share."""

    def __init__(self, file: PdfFile) -> None:
        self._file = file
        self._fonts: dict[int, _Font] = {}
        self._budget = tags.Budget()
        self._is_tagged = bool(pdfium.FPDFCatalog_IsTagged(file.handle))

    def read(self, number: int) -> Page:
        """A page's lines; a page that cannot be loaded says so in `broken`."""
        with self._file.page(number) as handle:
            if handle is None:
                return Page(number, broken="it is damaged")
            shape = page_shape(handle)
            page = Page(number, shape.width, shape.height)
            text_page = pdfium.FPDFText_LoadPage(handle)
            if not text_page:
                page.broken = "its text is damaged"
                return page
            try:
                _PageReader(self, page, shape, handle, text_page).read()
            finally:
                pdfium.FPDFText_ClosePage(text_page)
            return page

    def elements(self, handle: Any) -> dict[int, Element]:
        """The elements of a page's tags by marked-content id."""
        return tags.elements(handle, self._budget) if self._is_tagged else {}

    def font(self, text_object: Any) -> _Font:
        """What the font of a text object is like."""
        font = pdfium.FPDFTextObj_GetFont(text_object)
        address = ctypes.cast(font, ctypes.c_void_p).value
        if address is None:
            return _Font()
        known = self._fonts.get(address)
        if known is None:
            size = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
            buffer = ctypes.create_string_buffer(max(size, 1))
            pdfium.FPDFFont_GetBaseFontName(font, buffer, size)
            name = buffer.value.decode("utf-8", "replace").rpartition("+")[2][:80]
            flags = max(0, pdfium.FPDFFont_GetFlags(font))
            known = self._fonts[address] = _Font(
                name,
                bold=bool(_BOLD.search(name) or flags & _FORCE_BOLD),
                italic=bool(_ITALIC.search(name)),
                fixed=bool(_FIXED.search(name) or flags & _FIXED_PITCH),
                signs=bool(_SIGNS.search(name)),
            )
        return known

    def forget_fonts(self) -> None:
        """Fonts may be freed with their page, and their addresses used again."""
        self._fonts.clear()


class _PageReader:
    def __init__(
        self, reader: Reader, page: Page, shape: PageShape, handle: Any, text_page: Any
    ) -> None:
        self._reader, self._page, self._shape = reader, page, shape
        self._handle, self._text_page = handle, text_page
        self._text_address = ctypes.cast(text_page, ctypes.c_void_p).value or 0
        self._box, self._x, self._y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
        self._styles: dict[int, _Style] = {}
        self._elements: dict[int, Element] = {}
        self._mirrored = self._controls = False
        self._signs: set[int] = set()  # characters that are no letters, but may be bullets

    def read(self) -> None:
        page, found = self._page, pdfium.FPDFText_CountChars(self._text_page)
        count = min(max(found, 0), MOST_CHARACTERS)
        if found > count:
            page.broken = f"it has {found:,} characters, and {count:,} at most are read of a page"
        text = self._characters(count)
        self._mirrored = _RIGHT_TO_LEFT.search(text) is not None
        self._controls = _CONTROL.search(text) is not None
        self._reader.forget_fonts()
        self._elements = self._reader.elements(self._handle)
        runs = self._level_runs(text)
        page.characters = sum(run.end - run.start for run in runs)
        if page.characters:
            unread = {id(run) for run in runs if not self._has_meaning(run)}
            if unread:
                lost = sum(run.end - run.start for run in runs if id(run) in unread)
                page.meaningless = lost / page.characters
                # A single sign may be a bullet.
                runs = [run for run in runs if id(run) not in unread or run.end - run.start <= 2]
                self._signs = {run.start for run in runs if id(run) in unread}
            known = sum(run.end - run.start for run in runs if run.style.element is not None)
            page.tagged = bool(self._elements) and known >= _TAGGED * page.characters
        if not page.tagged:
            page.picture = page.characters < _HARDLY_ANY and self._pictured()
        page.lines = [
            line for group in _in_lines(runs) if (line := self._line(text, group)) is not None
        ]

    def _level_runs(self, text: str) -> list[_Run]:
        """The runs that can be seen, the page turned back where most of them are not level."""
        runs = [run for run in self._runs(text) if self._visible(run.box)]
        angles: Counter[int] = Counter()
        for run in runs:
            angles[run.style.angle] += run.end - run.start
        angle = max(angles, key=angles.__getitem__, default=0)
        if angle not in (90, 180, 270) or self._page.turn:
            return runs
        self._page.turn, self._shape = angle, self._shape.turned_back(angle)
        self._page.width, self._page.height = self._shape.width, self._shape.height
        self._styles.clear()
        return self._level_runs(text)

    def _characters(self, count: int) -> str:
        """The characters by their index on the page, one each."""
        if not count:
            return ""
        buffer = (ctypes.c_ushort * (count + 1))()
        written = pdfium.FPDFText_GetText(self._text_page, 0, count, buffer)
        text = bytes(buffer)[: 2 * (written - 1)].decode("utf-16-le", "replace")
        if len(text) == count == written - 1:
            return text
        # Characters without a meaning are not in that text, and large ones take two units.
        get = pdfium.FPDFText_GetUnicode
        codes = [get(self._text_page, place) for place in range(count)]
        return "".join(
            chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"
            for code in codes
        )

    def _runs(self, text: str) -> Iterator[_Run]:
        """The page's runs in the order of its content."""
        begin, now = 0, None
        spaced = breaks = False
        for start, end, which in self._objects(text):
            if which == now and which is not None:
                continue
            if now is not None:
                yield self._run(text, begin, start, now, spaced, breaks)
                spaced = breaks = False
            if which is None:  # PDFium put these characters in
                spaced = spaced or " " in text[start:end]
                breaks = breaks or "\n" in text[start:end] or "\r" in text[start:end]
            begin, now = start, which
        if now is not None:
            yield self._run(text, begin, len(text), now, spaced, breaks)

    def _objects(self, text: str) -> Iterator[tuple[int, int, int | None]]:
        """Stretches of the characters, and the text object each is of; None if PDFium added it."""
        address = self._text_address
        for word in _STRETCH.finditer(text):
            start, end = word.span()
            first = _object_of(address, start)
            if end - start == 1 or first == _object_of(address, end - 1):
                yield start, end, first
                continue
            yield from ((place, place + 1, _object_of(address, place)) for place in range(start, end))

    def _run(
        self, text: str, start: int, end: int, which: int, spaced: bool, breaks: bool
    ) -> _Run:
        style = self._styles.get(which)
        if style is None:
            style = self._styles[which] = self._style(which)
        pdfium.FPDFText_GetCharOrigin(self._text_page, start, self._x, self._y)
        x, y = self._shape.place(self._x.value, self._y.value)
        box = self._loose_box(start)
        if style.angle % 90 or (self._mirrored and _RIGHT_TO_LEFT.search(text, start, end)):
            for place in range(start + 1, end):
                box = box.with_(self._loose_box(place))
        elif end - start > 1:
            box = box.with_(self._loose_box(end - 1))
        if style.angle == 0:
            # Fonts claim any height; what letters take is about this.
            box = Box(box.x0, y - 0.78 * style.size, box.x1, y + 0.22 * style.size)
        return _Run(start, end, box, y, style, spaced, breaks)

    def _loose_box(self, place: int) -> Box:
        box = self._box
        pdfium.FPDFText_GetLooseCharBox(self._text_page, place, box)
        x0, y0 = self._shape.place(box.left, box.top)
        x1, y1 = self._shape.place(box.right, box.bottom)
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def _style(self, which: int) -> _Style:
        handle = ctypes.cast(which, pdfium.FPDF_PAGEOBJECT)
        size, matrix = ctypes.c_float(), pdfium.FS_MATRIX()
        pdfium.FPDFTextObj_GetFontSize(handle, size)
        pdfium.FPDFPageObj_GetMatrix(handle, matrix)
        font = self._reader.font(handle)
        scale = math.hypot(matrix.c, matrix.d)
        a, b, _, d, e, _ = self._shape.matrix
        across, down = a * matrix.a + b * matrix.b, d * matrix.a + e * matrix.b
        angle = round(math.degrees(math.atan2(down, across))) % 360 if across or down else 0
        outlined = pdfium.FPDFTextObj_GetTextRenderMode(handle) == _FILLED_AND_OUTLINED
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        pdfium.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha)
        ink = (red.value << 16) + (green.value << 8) + blue.value
        points = abs(size.value) * scale * math.hypot(a, d)
        return _Style(
            size=points if 0 < points < 2_000 else 1.0,
            font=font,
            bold=font.bold or outlined,
            angle=angle,
            ink=ink,
            element=self._element(handle),
        )

    def _element(self, handle: Any) -> Element | None:
        mark = pdfium.FPDFPageObj_GetMarkedContentID(handle)
        if mark >= 0 and mark in self._elements:
            return self._elements[mark]
        buffer, size = ctypes.create_string_buffer(64), ctypes.c_ulong()
        for place in range(min(pdfium.FPDFPageObj_CountMarks(handle), 8)):
            one = pdfium.FPDFPageObj_GetMark(handle, place)
            units = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
            if one and pdfium.FPDFPageObjMark_GetName(one, units, 64, size):
                name = buffer.raw[: max(0, size.value - 2)].decode("utf-16-le", "replace")
                if name == "Artifact":
                    return ARTIFACT
        return None

    def _visible(self, box: Box) -> bool:
        """Whether it stands on the displayed page at all."""
        return (
            box.x1 > 0 and box.y1 > 0 and box.x0 < self._page.width and box.y0 < self._page.height
        )

    def _has_meaning(self, run: _Run) -> bool:
        """Whether the font of a run says which letters its signs are, as far as a sample tells."""
        return run.style.font.signs or not any(
            pdfium.FPDFText_HasUnicodeMapError(self._text_page, place) == 1
            for place in range(run.start, run.end, _SAMPLED)
        )

    def _pictured(self) -> bool:
        """Whether images cover most of the page."""
        area = 0.0
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        count = pdfium.FPDFPage_CountObjects(self._handle)
        for place in range(min(max(count, 0), _MOST_IMAGES)):
            one = pdfium.FPDFPage_GetObject(self._handle, place)
            kind = pdfium.FPDFPageObj_GetType(one)
            if kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM):
                pdfium.FPDFPageObj_GetBounds(one, left, bottom, right, top)
                area += abs((right.value - left.value) * (top.value - bottom.value))
        return area >= _PICTURE * self._page.width * self._page.height

    def _line(self, text: str, runs: list[_Run]) -> Line | None:
        """A line of runs; None where nothing is to be read in it."""
        main = max(runs, key=lambda run: (run.end - run.start, run.style.size))
        size, baseline = main.style.size, main.baseline
        parts: list[str] = []
        raised: list[tuple[int, int]] = []
        length, box, before = 0, runs[0].box, None
        for run in runs:
            piece = text[run.start : run.end]
            if self._mirrored and _RIGHT_TO_LEFT.search(piece):
                piece = arabic.mended(piece, run.start, self._loose_box)
            if self._controls:
                piece = _CONTROL.sub("", piece)
            if run.start in self._signs or (run.style.font.signs and len(piece.strip()) == 1):
                piece = "•" if before is None else ""
            if before is not None and (run.spaced or _gap(before, run) > _SPACE):
                piece = " " + piece
            small = run.style.size < 0.85 * size
            if small and run.baseline < baseline - 0.15 * size and piece.strip():
                lead = len(piece) - len(piece.lstrip())
                raised.append((length + lead, length + len(piece.rstrip())))
            parts.append(piece)
            length += len(piece)
            box = box.with_(run.box)
            before = run
        words = "".join(parts)
        if not words.strip():
            return None
        lead = len(words) - len(words.lstrip())
        count = sum(run.end - run.start for run in runs)
        return Line(
            page=self._page.number,
            start=runs[0].start,
            end=max(run.end for run in runs),
            text=words.strip(),
            box=box,
            baseline=baseline,
            size=size,
            bold=sum(run.end - run.start for run in runs if run.style.bold) > _MOSTLY * count,
            italic=sum(run.end - run.start for run in runs if run.style.font.italic) > _MOSTLY * count,
            fixed=all(run.style.font.fixed for run in runs),
            turned=main.style.angle != 0,
            ink=main.style.ink,
            face=main.style.font.name,
            spaced=words[-1:].isspace(),
            element=main.style.element,
            raised=tuple((start - lead, end - lead) for start, end in raised),
        )


def _in_lines(runs: list[_Run]) -> Iterator[list[_Run]]:
    """The runs that stand on one line, without a wide gap between them and in one element.

    A gap is wide too where what follows it begins where things on other lines do.
    """
    gaps = [
        _gap(one, other) if _level([one], other) else None
        for one, other in zip(runs, runs[1:], strict=False)
    ]
    begins = Counter(
        _edge(run)
        for run, gap in zip(runs[1:], gaps, strict=True)
        if gap is not None and gap >= _CELL_GAP
    )
    line: list[_Run] = []
    for place, run in enumerate(runs):
        if line and _goes_on(line, run):
            gap = gaps[place - 1]
            edge = _edge(run)
            same = begins[edge - 1] + begins[edge] + begins[edge + 1]
            if gap is None or gap < _CELL_GAP or same < _ALIGNED or run.style.angle:
                line.append(run)
                continue
        if line:
            yield line
        line = [run]
    if line:
        yield line


def _edge(run: _Run) -> int:
    return round(run.box.x0)


def _goes_on(line: list[_Run], run: _Run) -> bool:
    one, other = line[-1].style, run.style
    if one.angle != other.angle or one.element != other.element:
        return False
    if one.angle:
        return not run.breaks
    return _level(line, run) and _gap(line[-1], run) < _WIDE_GAP


def _level(line: list[_Run], run: _Run) -> bool:
    """Whether a run stands on the line of others."""
    one, other = line[-1].style.size, run.style.size
    size = max(one, other)
    # A raised or lowered sign is small; two lines that touch are as large as each other.
    drift = 0.25 if min(one, other) > 0.85 * size else 0.6
    return min(abs(run.baseline - each.baseline) for each in line[-3:]) <= drift * size


def _gap(one: _Run, other: _Run) -> float:
    """How far apart two runs stand on a line, in their size."""
    gap = max(other.box.x0 - one.box.x1, one.box.x0 - other.box.x1)
    return gap / max(one.style.size, other.style.size)
