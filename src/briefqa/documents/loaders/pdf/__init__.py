"""Reads PDF: the text of its pages in reading order, with headings, tables and footnotes.

`pdfium` opens a file, `characters` reads the lines of its pages and `tags` its structure tree.
`layout` makes blocks of them: without `furniture`, in `order`, as `paragraphs`, `tables` and
`headings`, `notes` behind what refers to them. `writing` gives them to the writer of extracted
text, and `reading` makes the document and says what could not be read.
"""

from __future__ import annotations

from briefqa.records import Document

NAME = "pdf"
VERSION = 1
SUFFIXES: tuple[str, ...] = (".pdf",)
MEDIA_TYPE = "application/pdf"


def parse(data: bytes, name: str, password: str = "") -> Document:
    """Read a PDF; raises LoadError with one sentence, where it needs a password too."""
    from briefqa.documents.loaders.pdf.reading import read

    return read(data, name, password)
