"""Is a file known by what is in it, whatever its name says?"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from briefqa.documents import loaders
from briefqa.documents.loaders.recognition import kind_of, kind_of_bytes
from briefqa.documents.source_files import find
from briefqa.errors import LoadError


def archive(*members: tuple[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members:
            file.writestr(name, content)
    return buffer.getvalue()


EPUB = archive(("mimetype", "application/epub+zip"), ("META-INF/container.xml", "<x/>"))
DOCX = archive(("[Content_Types].xml", "<x/>"), ("word/document.xml", "<x/>"))
XLSX = archive(("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", "<x/>"))
COMPOUND = b"\xd0\xcf\x11\xe0" + bytes(600)


@pytest.mark.parametrize(
    ("data", "words", "loader"),
    [
        (b"%PDF-1.7\n...", "a PDF", "pdf"),
        (b"\n\n%PDF-1.4", "a PDF", "pdf"),
        (b"\xff\xd8\xff\xe0", "a JPEG picture", ""),
        (b"RIFF\x00\x00\x00\x00WEBP", "a WebP picture", ""),
        (b"\x00\x00\x00\x18ftypheic", "a picture", ""),
        (DOCX, "a Word document", "docx"),
        (XLSX, "an Excel workbook", "sheets"),
        (EPUB, "an EPUB book", "epub"),
        (archive(("a.txt", "x")), "a ZIP archive", ""),
        (COMPOUND + "WordDocument".encode("utf-16-le"), "a Word document of before 2007", ""),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "locked with a password", ""),
        (b"{\\rtf1 x}", "rich text", "rtf"),
        (b"\xef\xbb\xbf <!-- a > b --><!DOCTYPE html>", "a web page", "html"),
        (b'<?xml version="1.0"?><html>', "a web page", "html"),
        (b"From: a@b\nSubject: x\n\nText", "an e-mail", "mail"),
        (b"Received: by x;\n\tMon\nDate: x\n\n", "an e-mail", "mail"),
        (b"From a@b Mon Jan 1\nFrom: a@b\nDate: x\n\n", "a mailbox", "mbox"),
        (b"MIME-Version: 1.0\nSubject: x\nContent-Type: multipart/related;\n\n", "saved", "html"),
    ],
)
def test_content_says_what_a_file_is(data: bytes, words: str, loader: str) -> None:
    kind = kind_of_bytes(data)
    assert words in kind.words
    assert kind.loader == loader
    assert kind_of(io.BytesIO(data)) == kind


@pytest.mark.parametrize(
    "data", [b"", b"Subject: only one\n\nText", b"To: the editor\nSir,\n", b"<p>Text", b"PK"]
)
def test_what_may_be_text_is_not_taken_for_anything_else(data: bytes) -> None:
    assert kind_of_bytes(data).words == ""


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    assert loaders.loader_of("report.doc", b"{\\rtf1 x}") == "rtf 3"
    assert loaders.loader_of("sheet.docx", XLSX) == "sheets 2"
    assert loaders.loader_of("README", EPUB) == "epub 2"
    assert loaders.loader_of("thread.txt", b"From: a@b\nSubject: x\n\n").startswith("text ")
    assert loaders.loader_of("page.md", b"<html>").startswith("markdown ")
    assert loaders.loader_of("notes", b"Plain words.") == ""


def test_what_cannot_be_read_is_told_what_it_is() -> None:
    for name in ("photo.jpg", "photo.docx2"):
        with pytest.raises(LoadError, match=r"^it is a JPEG picture, which cannot be read$"):
            loaders.parse(b"\xff\xd8\xff\xe0", name)


def test_a_file_without_a_suffix_is_found_in_a_folder_by_its_content(tmp_path: Path) -> None:
    for name, data in {"book": EPUB, "photo.png": b"\x89PNG", "code.py": b"x = 1"}.items():
        (tmp_path / name).write_bytes(data)
    listing = find([tmp_path], leave_out=tmp_path / "index")
    assert [file.name for file in listing.files] == ["book"]
    assert [path.name for path in listing.skipped] == ["code.py", "photo.png"]


def test_looking_at_a_header_without_end_takes_no_time() -> None:
    kind_of_bytes(b"<!--" * 500_000)
    kind_of_bytes(b"<?xml " * 500_000)
    kind_of_bytes(b"A" * 2_000_000 + b": x")
