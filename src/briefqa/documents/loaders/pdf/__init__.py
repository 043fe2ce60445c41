"""Reads PDF: the text of its pages in reading order, with headings, tables and footnotes.

`pdfium` opens a file, `characters` reads the lines of its pages and `tags` its structure tree.
`layout` makes blocks of them: without `furniture`, in `order`, as `paragraphs`, `tables` and
`headings`, `notes` behind what refers to them. `scans` makes lines of what OCR has read. `writing`
gives the blocks to the writer of extracted text, and `reading` makes the document and says what
could not be read.
"""

from __future__ import annotations

from collections.abc import Sequence

from briefqa.documents.recognised import RecognisedPage
from briefqa.errors import LoadError
from briefqa.records import Document

Pixels = tuple[int, int, bytes]
"""Of a picture: its width and height, and its rows from the top, three bytes a pixel: RGB."""

NAME = "pdf"
VERSION = 4
SUFFIXES: tuple[str, ...] = (".pdf",)
MEDIA_TYPE = "application/pdf"
CALLED = "PDF"
GIVES = (
    "pages and their labels, headings, paragraphs over columns and pages, lists, tables, footnotes;"
    " no running heads; scans with --ocr, locked ones with --password"
)
MOST_BYTES = 200_000_000
LIBRARIES: tuple[str, ...] = ("briefqa.documents.loaders.pdf.reading",)


def parse(data: bytes, name: str) -> Document:
    """Read a PDF; raises LoadError with one sentence, where it needs a password too."""
    return parse_locked(data, name, "")


def parse_locked(data: bytes, name: str, password: str) -> Document:
    """Read a PDF that a password opens; raises LoadError with one sentence."""
    return parse_recognised(data, name, password, ())


def parse_recognised(
    data: bytes, name: str, password: str, pages: Sequence[RecognisedPage]
) -> Document:
    """Read a PDF of which OCR has read some pages; raises LoadError with one sentence."""
    from briefqa.documents.loaders.pdf.reading import read

    return read(data, name, password, pages)


def unread(data: bytes, password: str) -> list[tuple[int, int]]:
    """The pages, from 1, that hold pictures or signs without meaning, and how wide to draw each.

    Raises LoadError with one sentence.
    """
    from briefqa.documents.loaders.pdf.reading import unread_pages

    return unread_pages(data, password)


def picture(data: bytes, page: int, width: int, password: str = "") -> Pixels:
    """A picture of a page, which counts from 1; raises LoadError with one sentence.

    It is `width` pixels wide, less where that would be more than four million pixels.
    """
    from briefqa.documents.loaders.pdf.pdfium import draw, opened

    with opened(data, password) as file:
        if not 1 <= page <= file.page_count:
            raise LoadError(f"it has no page {page}")
        with file.page(page - 1) as handle:
            if handle is None:
                raise LoadError(f"page {page} is damaged")
            return draw(handle, width)
