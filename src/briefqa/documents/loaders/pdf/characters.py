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
from dataclasses import replace
from typing import Any

import pypdfium2.raw as pdfium

from briefqa.documents.loaders.pdf import tags
from briefqa.documents.loaders.pdf.lines import ARTIFACT, Box, Element, Page
from briefqa.documents.loaders.pdf.pdfium import PageShape, PdfFile, page_shape
from briefqa.documents.loaders.pdf.runs import RIGHT_TO_LEFT, Font, Run, Style, lines_of, page_text

MOST_CHARACTERS = 400_000  # of a page
_SAMPLED = 16  # characters of which one is asked whether its font says what it means
_TAGGED = 0.9  # of the characters of a page
_HARDLY_ANY = 60  # characters of a page: one with a picture may be a scan
_PICTURE = 0.5  # of a page's area
_MOST_IMAGES = 200  # looked at
_LOOSE = 0.5  # of its size a character is wide on average, where a run may have wide gaps
_WITHIN = 0.9  # of the size: a gap this wide within a text object may be one between cells
_STRETCH = re.compile(r"\S+|\s")
_SPACES = re.compile(r"(?<=\S) +(?=\S)")
_BOLD = re.compile(r"bold|black|heavy|semib|demi|medi(?!um)|(?:^|[-,+])bd|cmbx|-b$", re.IGNORECASE)
_ITALIC = re.compile(r"ital|obli|cmti|cmsl", re.IGNORECASE)
_FIXED = re.compile(r"mono|nimbusmon|courier|consol|typewriter|cmtt|lmtt|code", re.IGNORECASE)
_SIGNS = re.compile(r"dingbat|wingding|webding", re.IGNORECASE)
_FORCE_BOLD = 1 << 18
_FIXED_PITCH = 1
_FILLED, _FILLED_AND_OUTLINED, _NOT_DRAWN = 0, 2, 3
_WHITE = 0xFFFFFF
_TINY = 2.0  # points
_MOST_OBJECTS = 5_000  # of a page, looked at for what lies behind its text
_MOST_COMPARED = 500_000  # of runs with them

# The same function, told to return an address: comparing pointer objects costs more than the call.
_object_of = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
)


class Reader:
    """Reads the pages of a file, keeping what they share."""

    def __init__(self, file: PdfFile) -> None:
        self._file = file
        self._fonts: dict[int, Font] = {}
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

    def font(self, text_object: Any) -> Font:
        """What the font of a text object is like."""
        font = pdfium.FPDFTextObj_GetFont(text_object)
        address = ctypes.cast(font, ctypes.c_void_p).value
        if address is None:
            return Font()
        known = self._fonts.get(address)
        if known is None:
            size = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
            buffer = ctypes.create_string_buffer(max(size, 1))
            pdfium.FPDFFont_GetBaseFontName(font, buffer, size)
            name = buffer.value.decode("utf-8", "replace").rpartition("+")[2][:80]
            flags = max(0, pdfium.FPDFFont_GetFlags(font))
            known = self._fonts[address] = Font(
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
        self._styles: dict[int, Style] = {}
        self._elements: dict[int, Element] = {}
        self._mirrored = False

    def read(self) -> None:
        page, found = self._page, pdfium.FPDFText_CountChars(self._text_page)
        count = min(max(found, 0), MOST_CHARACTERS)
        if found > count:
            page.broken = f"it has {found:,} characters, and {count:,} at most are read of a page"
        text = self._characters(count)
        self._mirrored = RIGHT_TO_LEFT.search(text) is not None
        self._reader.forget_fonts()
        self._elements = self._reader.elements(self._handle)
        runs = self._level_runs(text)
        signs: frozenset[int] = frozenset()
        page.characters = sum(run.end - run.start for run in runs)
        if page.characters:
            unread = {id(run) for run in runs if not self._has_meaning(run)}
            if unread:
                lost = sum(run.end - run.start for run in runs if id(run) in unread)
                page.meaningless = lost / page.characters
                # A single sign may be a bullet.
                runs = [run for run in runs if id(run) not in unread or run.end - run.start <= 2]
                signs = frozenset(run.start for run in runs if id(run) in unread)
            known = sum(run.end - run.start for run in runs if run.style.element is not None)
            page.tagged = bool(self._elements) and known >= _TAGGED * page.characters
        if not page.tagged:
            page.picture = page.characters < _HARDLY_ANY and self._pictured()
        page.lines = lines_of(page_text(page.number, text, self._loose_box, signs), runs)

    def _level_runs(self, text: str) -> list[Run]:
        """The runs that can be seen, the page turned back where most of them are not level."""
        runs = self._seen([run for run in self._runs(text) if self._visible(run.box)])
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

    def _seen(self, runs: list[Run]) -> list[Run]:
        """The runs that leave a mark on the page, or lie over something that may show them."""
        alone = {id(run) for run in runs if self._leaves_no_mark(run)}
        if not alone:
            return runs
        behind = self._behind_text()
        if behind is None or len(behind) * len(alone) > _MOST_COMPARED:
            return runs
        for run in runs:
            tiny = run.style.drawn and run.style.size < _TINY
            if id(run) in alone and not tiny and any(map(run.box.touches, behind)):
                alone.remove(id(run))
        seen = [run for run in runs if id(run) not in alone]
        self._page.unseen = sum(run.end - run.start for run in runs if id(run) in alone)
        return seen

    def _leaves_no_mark(self, run: Run) -> bool:
        """Whether a run is too small to read, or as white as paper, or not drawn at all."""
        style = run.style
        if not style.drawn or (style.filled and style.ink == _WHITE):
            return True
        box = self._loose_box(run.start)
        return style.size < _TINY and max(box.y1 - box.y0, box.x1 - box.x0) < 2 * _TINY

    def _behind_text(self) -> list[Box] | None:
        """Where the page has pictures, areas and groups; None where that is too much to look at."""
        count = pdfium.FPDFPage_CountObjects(self._handle)
        if count > _MOST_OBJECTS:
            return None
        found = []
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        for place in range(max(count, 0)):
            one = pdfium.FPDFPage_GetObject(self._handle, place)
            if pdfium.FPDFPageObj_GetType(one) != pdfium.FPDF_PAGEOBJ_TEXT:
                if not pdfium.FPDFPageObj_GetBounds(one, left, bottom, right, top):
                    return None
                x0, y0 = self._shape.place(left.value, top.value)
                x1, y1 = self._shape.place(right.value, bottom.value)
                found.append(Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
        return found

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

    def _runs(self, text: str) -> Iterator[Run]:
        """The page's runs in the order of its content."""
        begin, now = 0, None
        spaced = breaks = False
        for start, end, which in self._objects(text):
            if which == now and which is not None:
                continue
            if now is not None:
                yield from self._parted(text, begin, start, now, spaced, breaks)
                spaced = breaks = False
            if which is None:  # PDFium put these characters in
                spaced = spaced or " " in text[start:end]
                breaks = breaks or "\n" in text[start:end] or "\r" in text[start:end]
            begin, now = start, which
        if now is not None:
            yield from self._parted(text, begin, len(text), now, spaced, breaks)

    def _objects(self, text: str) -> Iterator[tuple[int, int, int | None]]:
        """Stretches of the characters, and the text object each is of; None if PDFium added it."""
        address = self._text_address
        for word in _STRETCH.finditer(text):
            start, end = word.span()
            first = _object_of(address, start)
            if end - start == 1 or first == _object_of(address, end - 1):
                yield start, end, first
                continue
            yield from (
                (place, place + 1, _object_of(address, place)) for place in range(start, end)
            )

    def _parted(
        self, text: str, start: int, end: int, which: int, spaced: bool, breaks: bool
    ) -> Iterator[Run]:
        """The run of a text object, in parts where it has wide gaps: TeX sets a row as one."""
        run = self._run(text, start, end, which, spaced, breaks)
        size = run.style.size
        if (
            run.style.element is None
            and not run.style.font.fixed
            and run.style.angle == 0
            and run.box.x1 - run.box.x0 > _LOOSE * size * (end - start)
            and not RIGHT_TO_LEFT.search(text, start, end)
        ):
            for gap in _SPACES.finditer(text, start + 1, end - 1):
                before, after = self._loose_box(gap.start() - 1), self._loose_box(gap.end())
                if after.x0 - before.x1 >= _WITHIN * size:
                    first = self._run(text, start, gap.start(), which, spaced, breaks)
                    yield replace(first, parted=run.parted)
                    start, spaced, breaks = gap.end(), True, False
                    run = replace(self._run(text, start, end, which, spaced, breaks), parted=True)
        yield run

    def _run(self, text: str, start: int, end: int, which: int, spaced: bool, breaks: bool) -> Run:
        style = self._styles.get(which)
        if style is None:
            style = self._styles[which] = self._style(which)
        pdfium.FPDFText_GetCharOrigin(self._text_page, start, self._x, self._y)
        _x, y = self._shape.place(self._x.value, self._y.value)
        box = self._loose_box(start)
        if style.angle % 90 or (self._mirrored and RIGHT_TO_LEFT.search(text, start, end)):
            for place in range(start + 1, end):
                box = box.with_(self._loose_box(place))
        elif end - start > 1:
            box = box.with_(self._loose_box(end - 1))
        if style.angle == 0:
            # Fonts claim any height; what letters take is about this.
            box = Box(box.x0, y - 0.78 * style.size, box.x1, y + 0.22 * style.size)
        return Run(start, end, box, y, style, spaced, breaks)

    def _loose_box(self, place: int) -> Box:
        box = self._box
        pdfium.FPDFText_GetLooseCharBox(self._text_page, place, box)
        x0, y0 = self._shape.place(box.left, box.top)
        x1, y1 = self._shape.place(box.right, box.bottom)
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def _style(self, which: int) -> Style:
        handle = ctypes.cast(which, pdfium.FPDF_PAGEOBJECT)
        size, matrix = ctypes.c_float(), pdfium.FS_MATRIX()
        pdfium.FPDFTextObj_GetFontSize(handle, size)
        pdfium.FPDFPageObj_GetMatrix(handle, matrix)
        font = self._reader.font(handle)
        scale = math.hypot(matrix.c, matrix.d)
        a, b, _, d, e, _ = self._shape.matrix
        across, down = a * matrix.a + b * matrix.b, d * matrix.a + e * matrix.b
        angle = round(math.degrees(math.atan2(down, across))) % 360 if across or down else 0
        mode = pdfium.FPDFTextObj_GetTextRenderMode(handle)
        outlined = mode == _FILLED_AND_OUTLINED
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        pdfium.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha)
        ink = (red.value << 16) + (green.value << 8) + blue.value
        points = abs(size.value) * scale * math.hypot(a, d)
        return Style(
            size=points if 0 < points < 2_000 else 1.0,
            font=font,
            bold=font.bold or outlined,
            angle=angle,
            ink=ink,
            element=self._element(handle),
            drawn=mode != _NOT_DRAWN,
            filled=mode == _FILLED,
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

    def _has_meaning(self, run: Run) -> bool:
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
