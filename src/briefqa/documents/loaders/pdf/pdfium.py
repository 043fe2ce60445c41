"""PDFium: opening a file, its metadata, outline and page labels, loading and drawing its pages.

The only modules that import pypdfium2 are this one, `characters` and `tags`. PDFium is not safe
across threads, and a hostile file may make it abort the process.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from briefqa.errors import LoadError, PasswordNeeded

MOST_PAGES = 5_000
MOST_PIXELS = 4_000_000
_MOST_BOOKMARKS = 20_000
_DEEPEST_BOOKMARK = 12
_SCALE = 64  # device units a point when coordinates are asked for, which PDFium rounds
_REASONS = {
    pdfium.FPDF_ERR_FORMAT: "it is no PDF, or too damaged to be read",
    pdfium.FPDF_ERR_SECURITY: "it is encrypted in a way that cannot be read",
}


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline: its depth from 1, its words, the page it leads to, from 0."""

    level: int
    title: str
    page: int


@dataclass(frozen=True, slots=True)
class PageShape:
    """A page as it is displayed, in points: its size, and where a point of its content lies.

    A content point (x, y) is displayed at (a·x + b·y + c, d·x + e·y + f) from the upper left.
    """

    width: float
    height: float
    matrix: tuple[float, float, float, float, float, float]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the page's content is displayed, from the upper left corner."""
        a, b, c, d, e, f = self.matrix
        return a * x + b * y + c, d * x + e * y + f

    def turned_back(self, angle: int) -> PageShape:
        """The page with what is turned by an angle clockwise, 90, 180 or 270 degrees, level."""
        a, b, c, d, e, f = self.matrix
        wide, high = self.width, self.height
        if angle == 90:
            return PageShape(high, wide, (d, e, f, -a, -b, wide - c))
        if angle == 180:
            return PageShape(wide, high, (-a, -b, wide - c, -d, -e, high - f))
        return PageShape(high, wide, (-d, -e, high - f, a, b, c))


class PdfFile:
    """An open PDF. Use `opened`, which closes it."""

    def __init__(self, handle: Any, data: bytes) -> None:
        self.handle = handle
        self._data = data  # PDFium reads it as long as the file is open
        self.page_count: int = pdfium.FPDF_GetPageCount(handle)

    def label(self, page: int) -> str:
        """The page's label, such as `iv`; empty where it has none."""
        return _utf16(
            lambda buffer, size: pdfium.FPDF_GetPageLabel(self.handle, page, buffer, size)
        )

    def metadata(self, key: str) -> str:
        """An entry of the information dictionary: Title, Author, CreationDate …"""
        name = key.encode()
        return _utf16(lambda buffer, size: pdfium.FPDF_GetMetaText(self.handle, name, buffer, size))

    @property
    def language(self) -> str:
        """The language that the file says it is in, such as `de-DE`; empty where it does not."""
        units = ctypes.POINTER(ctypes.c_ushort)
        return _utf16(
            lambda buffer, size: pdfium.FPDFCatalog_GetLanguage(
                self.handle, ctypes.cast(buffer, units), size
            )
        )

    @contextmanager
    def page(self, number: int) -> Iterator[Any]:
        """The handle of a page, counted from 0; None where the page cannot be read."""
        handle = pdfium.FPDF_LoadPage(self.handle, number)
        try:
            yield handle or None
        finally:
            if handle:
                pdfium.FPDF_ClosePage(handle)

    def bookmarks(self) -> list[Bookmark]:
        """The outline in order; entries that lead to no page of this file are left out."""
        found: list[Bookmark] = []
        seen: set[int] = set()
        pending = [(pdfium.FPDFBookmark_GetFirstChild(self.handle, None), 1)]
        while pending and len(seen) < _MOST_BOOKMARKS:
            handle, level = pending.pop()
            address = ctypes.cast(handle, ctypes.c_void_p).value if handle else None
            if address is None or address in seen:  # a broken outline may lead back to itself
                continue
            seen.add(address)
            page = self._target(handle)
            title = _utf16(
                lambda buffer, size, one=handle: pdfium.FPDFBookmark_GetTitle(one, buffer, size)
            )
            if 0 <= page < self.page_count and title.strip():
                found.append(Bookmark(level, " ".join(title.split()), page))
            pending.append((pdfium.FPDFBookmark_GetNextSibling(self.handle, handle), level))
            if level < _DEEPEST_BOOKMARK:
                child = pdfium.FPDFBookmark_GetFirstChild(self.handle, handle)
                pending.append((child, level + 1))
        return found

    def _target(self, bookmark: Any) -> int:
        destination = pdfium.FPDFBookmark_GetDest(self.handle, bookmark)
        if not destination:
            action = pdfium.FPDFBookmark_GetAction(bookmark)
            if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_GOTO:
                return -1
            destination = pdfium.FPDFAction_GetDest(self.handle, action)
        return (
            int(pdfium.FPDFDest_GetDestPageIndex(self.handle, destination)) if destination else -1
        )


@contextmanager
def opened(data: bytes, password: str = "") -> Iterator[PdfFile]:
    """Open a PDF; raises LoadError with one sentence that says what it is."""
    pdfium.FPDF_InitLibrary()
    handle = pdfium.FPDF_LoadMemDocument64(data, len(data), password.encode() or None)
    if not handle:
        error = pdfium.FPDF_GetLastError()
        if error == pdfium.FPDF_ERR_PASSWORD:
            raise PasswordNeeded(wrong=bool(password))
        raise LoadError(_REASONS.get(error, _REASONS[pdfium.FPDF_ERR_FORMAT]))
    try:
        file = PdfFile(handle, data)
        if file.page_count < 1:
            raise LoadError("it has no pages")
        if file.page_count > MOST_PAGES:
            raise LoadError(
                f"it has {file.page_count:,} pages, and at most {MOST_PAGES:,} are read;"
                " split it into parts"
            )
        yield file
    finally:
        pdfium.FPDF_CloseDocument(handle)


def page_shape(page: Any) -> PageShape:
    """How a page is displayed, its rotation and its visible part taken into account."""
    width = float(pdfium.FPDF_GetPageWidthF(page))
    height = float(pdfium.FPDF_GetPageHeightF(page))
    across, down = max(1, round(width * _SCALE)), max(1, round(height * _SCALE))
    if max(across, down) > 2**30:
        return PageShape(width, height, (1.0, 0.0, 0.0, 0.0, -1.0, height))
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for point in ((0.0, 0.0), (width, 0.0), (0.0, height)):
        pdfium.FPDF_PageToDevice(page, 0, 0, across, down, 0, *point, x, y)
        corners.append((x.value / _SCALE, y.value / _SCALE))
    (x0, y0), (x1, y1), (x2, y2) = corners
    wide, high = max(width, 1.0), max(height, 1.0)
    return PageShape(
        width,
        height,
        ((x1 - x0) / wide, (x2 - x0) / high, x0, (y1 - y0) / wide, (y2 - y0) / high, y0),
    )


def draw(page: Any, width: int) -> tuple[int, int, bytes]:
    """A page's picture: width and height in pixels, MOST_PIXELS at most, and its RGB bytes."""
    wide = max(1.0, float(pdfium.FPDF_GetPageWidthF(page)))
    high = max(1.0, float(pdfium.FPDF_GetPageHeightF(page)))
    scale = min(width / wide, (MOST_PIXELS / (wide * high)) ** 0.5)
    across, down = max(1, int(wide * scale)), max(1, int(high * scale))
    if across * down > MOST_PIXELS:  # a page that is hardly more than a line
        across, down = min(across, MOST_PIXELS // 4), min(down, 4)
    bitmap = pdfium.FPDFBitmap_CreateEx(across, down, pdfium.FPDFBitmap_BGR, None, 0)
    if not bitmap:
        raise LoadError("the page is too large to be drawn")
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, across, down, 0xFFFFFFFF)
        flags = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, across, down, 0, flags)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * down)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    row = across * 3
    if stride == row:
        return across, down, pixels
    return across, down, b"".join(pixels[y * stride : y * stride + row] for y in range(down))


def _utf16(read: Any) -> str:
    """What a PDFium function writes that is asked for its size first, in bytes or units."""
    size = int(read(None, 0))
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size * 2)
    read(buffer, size)
    text = buffer.raw.decode("utf-16-le", "replace").partition("\0")[0]
    return text.encode("utf-8", "replace").decode("utf-8")
