"""Recognises what a file is by its content, whatever its name says.

Only the first and last bytes are looked at, so that a folder of other files costs next to nothing.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import BinaryIO

LOOKED_AT = 65_536
"""Bytes at either end of a file."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is: `words` as in `a JPEG picture`, and the name of a loader, if one reads it."""

    words: str
    loader: str = ""


UNKNOWN = Kind("")
ZIP_ARCHIVE = Kind("a ZIP archive")
LOCKED_OFFICE = Kind("an office document that is locked with a password")
"""Of Word, PowerPoint or Excel: which of them, only its suffix says."""

_SIGNATURES = (
    (b"\x89PNG", Kind("a PNG picture")),
    (b"\xff\xd8\xff", Kind("a JPEG picture")),
    (b"GIF87a", Kind("a GIF picture")),
    (b"GIF89a", Kind("a GIF picture")),
    (b"II*\x00", Kind("a TIFF picture")),
    (b"MM\x00*", Kind("a TIFF picture")),
    (b"8BPS", Kind("a Photoshop picture")),
    (b"AT&TFORM", Kind("a DjVu document")),
    (b"{\\rtf", Kind("rich text", "rtf")),
    (b"\x1f\x8b", Kind("a gzip archive")),
    (b"\xfd7zXZ\x00", Kind("an xz archive")),
    (b"7z\xbc\xaf\x27\x1c", Kind("a 7-Zip archive")),
    (b"Rar!\x1a\x07", Kind("a RAR archive")),
    (b"\x7fELF", Kind("a program")),
    (b"SQLite format 3\x00", Kind("a database")),
    (b"!BDN", Kind("an Outlook mailbox")),
    (b"ID3\x02", Kind("a sound recording")),
    (b"ID3\x03", Kind("a sound recording")),
    (b"ID3\x04", Kind("a sound recording")),
    (b"fLaC\x00", Kind("a sound recording")),
    (b"OggS\x00", Kind("a sound recording")),
    (b"\x1aE\xdf\xa3", Kind("a film")),
    (b"PAR1\x15", Kind("a Parquet table")),
    (b"wOFF", Kind("a font")),
    (b"wOF2", Kind("a font")),
    (b"%!PS", Kind("a PostScript file")),
)
_PDF = re.compile(rb"%PDF-\d")
# What stands in a ZIP archive: by the names of its members, or the type it begins with.
_IN_ZIP = (
    (b"mimetypeapplication/epub+zip", Kind("an EPUB book", "epub")),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", Kind("an ODF text", "odt")),
    (b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", Kind("an ODS sheet", "sheets")),
    (b"mimetypeapplication/vnd.oasis.opendocument", Kind("an ODF drawing or presentation")),
    (b"word/document", Kind("a Word document", "docx")),
    (b"ppt/presentation", Kind("a PowerPoint presentation", "pptx")),
    (b"xl/workbook", Kind("an Excel workbook", "sheets")),
    (b"META-INF/container.xml", Kind("an EPUB book", "epub")),
    (b"word/", Kind("a Word document", "docx")),
    (b"ppt/", Kind("a PowerPoint presentation", "pptx")),
)
# What stands in a compound file, as programs wrote them before 2007; names are UTF-16.
_IN_COMPOUND = (
    ("EncryptedPackage", LOCKED_OFFICE),
    ("WordDocument", Kind("a Word document of before 2007; save it as .docx")),
    ("PowerPoint Document", Kind("a PowerPoint presentation of before 2007; save it as .pptx")),
    ("Workbook", Kind("an Excel workbook of before 2007", "sheets")),
    ("__substg1.0_", Kind("an Outlook message; save it as .eml")),
)
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf|\s|<!--(?:(?!-->).)*+-->|<\?xml[^>]*+>)*+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEADER = re.compile(rb"([A-Za-z][A-Za-z-]{1,40}):[ \t]")
_OF_MAIL = frozenset(
    b"return-path received from to subject date message-id mime-version delivered-to".split()
)
_SAVED_PAGE = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)


def kind_of(file: BinaryIO) -> Kind:
    """What a file is, UNKNOWN where it may be text or anything else; raises OSError."""
    head = file.read(LOOKED_AT)
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - LOOKED_AT))
    return _kind(head, file.read(LOOKED_AT))


def kind_of_bytes(data: bytes) -> Kind:
    """What a file with this content is, UNKNOWN where it may be text or anything else."""
    return _kind(data[:LOOKED_AT], data[-LOOKED_AT:])


def _kind(head: bytes, tail: bytes) -> Kind:
    if _PDF.search(head, 0, 1_024):
        return Kind("a PDF", "pdf")
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(head, tail)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        for name, kind in _IN_COMPOUND:
            if name.encode("utf-16-le") in head or name.encode("utf-16-le") in tail:
                return kind
        return Kind("an office document of before 2007")
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return Kind("a BMP picture")
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return Kind("a bzip2 archive")
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return Kind("a picture" if brand[:3] in (b"hei", b"mif", b"avi") else "a film or recording")
    if head.startswith(b"RIFF"):
        of = {b"WEBP": "a WebP picture", b"WAVE": "a sound recording"}
        return Kind(of.get(head[8:12], "a film"))
    return _written(head)


def is_saved_page(data: bytes) -> bool:
    """Whether this is a page with its pictures in the form of a mail (MHTML)."""
    return (
        _HTML.match(data, 0, 4_096) is None
        and bool(_headers(data[:LOOKED_AT]))
        and _SAVED_PAGE.search(_head_of_mail(data[:LOOKED_AT])) is not None
    )


def _head_of_mail(head: bytes) -> bytes:
    return head.replace(b"\r", b"").partition(b"\n\n")[0]


def _in_zip(head: bytes, tail: bytes) -> Kind:
    for mark, kind in _IN_ZIP:
        if mark in head or mark in tail:
            return kind
    return ZIP_ARCHIVE


def _written(head: bytes) -> Kind:
    """What something written is that tells it in its first lines."""
    if _HTML.match(head, 0, 4_096):
        return Kind("a web page", "html")
    if head.startswith(b"From ") and len(_headers(head.partition(b"\n")[2])) > 1:
        return Kind("a mailbox", "mbox")
    if len(_headers(head)) > 1:
        if _SAVED_PAGE.search(_head_of_mail(head)):
            return Kind("a saved web page", "html")
        return Kind("an e-mail", "mail")
    return UNKNOWN


def _headers(head: bytes) -> set[bytes]:
    """The headers of a mail that these lines begin with; none if a line is no header."""
    found: set[bytes] = set()
    for number, line in enumerate(head.splitlines()[:60]):
        if not line.strip():
            break
        header = _HEADER.match(line)
        if header is None and (number == 0 or line[:1] not in b" \t"):
            return set()
        if header:
            found.add(header[1].lower())
    return found & _OF_MAIL
