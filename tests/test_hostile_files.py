"""Is every hostile file refused or read within 15 s and 1.5 GB, and the next one read after it?

Each is made here and goes through the process that parses, as files of anyone do.
"""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable

import pytest

from briefqa.documents import reading
from briefqa.documents.worker import child
from briefqa.errors import LoadError
from tests.office_files import W, archive, docx, epub, odt, para, pptx, shape, xlsx

MOST_SECONDS = (
    60  # of one file: its parser has 12 s of processor time, on a machine that may be busy
)
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def with_entities(declared: str, used: str) -> bytes:
    body = f"<w:body>{para('before')}<w:p><w:r><w:t>{used}</w:t></w:r></w:p></w:body>"
    return archive(
        {"word/document.xml": f'{declared}<w:document xmlns:w="{W}">{body}</w:document>'}
    )


def bomb(name: str, size: int) -> bytes:
    """An archive with one member that unpacks to so many spaces."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file, file.open(name, "w") as member:
        for _ in range(size // 1_000_000):
            member.write(b" " * 1_000_000)
    return buffer.getvalue()


def lying_bomb(size: int) -> bytes:
    """As `bomb`, but what the archive says of the member's size is false."""
    data = bytearray(bomb("word/document.xml", size))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.find(signature)
        data[place + at : place + at + 4] = struct.pack("<I", 1_000)
    return bytes(data)


def png_bomb() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + zlib.compress(bytes(100_000_000))


REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a gigabyte of spaces": (
        "a.docx", lambda: bomb("word/document.xml", 1_000_000_000), "unpack to far more"
    ),
    "an archive that lies of its sizes": (
        "a.docx", lambda: lying_bomb(300_000_000), "unpack|no XML"
    ),
    "a book that unpacks to gigabytes": (
        "a.epub", lambda: bomb("META-INF/container.xml", 500_000_000), "unpack to far more"
    ),
    "a sheet that unpacks to gigabytes": (
        "a.xlsx", lambda: bomb("xl/worksheets/sheet1.xml", 500_000_000), "unpack to far more"
    ),
    "an archive of many files": (
        "a.docx", lambda: archive({f"word/{n}": "" for n in range(20_001)}),
        "more than 20,000 files",
    ),
    "entities of entities": (
        "a.docx", lambda: with_entities(LAUGHS, "&j;"), "declares entities"
    ),
    "a long entity used often": (
        "a.docx", lambda: with_entities(QUADRATIC, "&a;" * 10_000), "declares entities"
    ),
    "an entity of another file": (
        "a.docx", lambda: with_entities(OUTSIDE, "&a;"), "declares entities"
    ),
    "entities in an ODT": (
        "a.odt", lambda: archive({"content.xml": f"{LAUGHS}<x>&j;</x>"}, packed=False),
        "declares entities|no text",
    ),
    "entities in a book": (
        "a.epub",
        lambda: archive(
            {
                "META-INF/container.xml": '<c><rootfile full-path="a.opf"/></c>',
                "a.opf": f"{LAUGHS}<package>&j;</package>",
            }
        ),
        "declares entities",
    ),
    "300,000 attributes": (
        "a.html", f"<p {' '.join(f'a{n}=x' for n in range(300_000))}>x".encode,
        "attributes without end",
    ),
    "corners of a sheet": (
        "a.xlsx",
        lambda: xlsx(
            {"A": []},
            raw='<row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>',
        ),
        "spans 1,048,576 rows and 16,384 columns",
    ),
    "a Word document nested without end": (
        "a.docx", lambda: docx("<w:sdt><w:sdtContent>" * 100_000, packed=False), "nested too deeply"
    ),
    "a mail of many parts": (
        "a.eml",
        lambda: b"From: a@b\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\nContent-Type: text/plain\n\nx\n" * 3_000,
        "more than 1,000 parts",
    ),
    "mails in mails": ("a.eml", lambda: nested_mail(3_000), "nested too deeply|parts"),
    "a picture that calls itself a document": ("a.docx", png_bomb, "a PNG picture"),
}  # fmt: skip


def nested_mail(depth: int) -> bytes:
    lines = [f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}" for n in range(depth)]
    return ("From: a@b\nSubject: x\n" + "\n".join(lines) + "\n\nx").encode()


READ: dict[str, tuple[str, Callable[[], bytes]]] = {
    "entities that HTML does not know": ("a.html", f"{LAUGHS}<p>Text &j;</p>".encode),
    "200,000 nested tags": ("a.html", lambda: b"<p>Text</p>" + b"<div>" * 200_000),
    "unclosed tags": ("a.html", lambda: b"<p>Text" + b"<p><a><b>" * 150_000),
    "tables in tables": ("a.html", lambda: b"<p>Text</p>" + b"<table><tr><td>x" * 300),
    "a cell that covers all": (
        "a.html",
        lambda: b"<p>Text<table><tr><td colspan=9999999 rowspan=9999999>x<td>y"
        + b"<tr><td>z" * 5_000,
    ),
    "a million short paragraphs": ("a.html", lambda: b"<p>Text" + b"<p>x" * 200_000),
    "many links": ("a.html", lambda: b"<p>Text" + b"<a href=x>y</a>" * 200_000),
    "tables in tables of a Word document": (
        "a.docx",
        lambda: docx(
            para("Text")
            + "<w:tbl><w:tr><w:tc>" * 70
            + para("x")
            + "</w:tc></w:tr></w:tbl>" * 70
        ),
    ),
    "many runs": (
        "a.docx",
        lambda: docx(para("Text", inner="<w:r><w:t>x</w:t></w:r>" * 200_000), packed=False),
    ),
    "styles in a circle": (
        "a.docx",
        lambda: docx(
            para("Text", style="A"),
            more={
                "word/styles.xml": f'<w:styles xmlns:w="{W}">'
                '<w:style w:styleId="A"><w:basedOn w:val="B"/></w:style>'
                '<w:style w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>'
            },
        ),
    ),
    "a row repeated without end": (
        "a.odt",
        lambda: odt(
            "<text:p>Text</text:p><table:table><table:table-row>"
            '<table:table-cell table:number-columns-repeated="999999999"><text:p>x</text:p>'
            "</table:table-cell><table:table-cell><text:p>y</text:p></table:table-cell>"
            "</table:table-row></table:table>"
        ),
    ),
    "groups in groups": (
        "a.pptx", lambda: pptx(shape("Text") + "<p:grpSp>" * 200 + "</p:grpSp>" * 200)
    ),
    "a table of contents in a circle": (
        "a.epub",
        lambda: epub({"a.xhtml": "<p>Text</p>"}, ncx="<navPoint>" * 200 + "</navPoint>" * 200),
    ),
    "cells without end": ("a.csv", lambda: b"Text,b\n" + b"," * 5_000_000),
    "groups of rich text": ("a.rtf", lambda: b"{\\rtf1 Text\\par " + b"{" * 500_000 + b"}"),
    "a picture in rich text": (
        "a.rtf", lambda: b"{\\rtf1 Text\\par {\\pict " + b"0123456789abcdef" * 500_000 + b"}}"
    ),
    "a header without end": ("a.eml", lambda: b"From: a\nSubject: Text" + b" =?utf-8?q?" * 100_000),
    "addresses without end": (
        "a.eml", lambda: b"Subject: Text\nTo: " + b"<a@b>," * 50_000 + b"\n\nText"
    ),
    "quotation marks in an address": (
        "a.eml", lambda: b"Subject: Text\nFrom: " + b'"\\' * 20_000 + b"\n\nText"
    ),
}  # fmt: skip


def read_within_limits(name: str, data: bytes) -> str:
    """The text of a file; raises LoadError, and fails if it takes too long."""
    begin = time.monotonic()
    try:
        return reading.read_document(data, name).text
    finally:
        assert time.monotonic() - begin < MOST_SECONDS
        after = reading.read_document(b"From: a@b\nSubject: x\n\nStill there.", "after.eml")
        assert "Still there." in after.text


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_take_all_memory_or_read_other_files_is_refused(case: str) -> None:
    name, made, why = REFUSED[case]
    with pytest.raises(LoadError, match=why):
        read_within_limits(name, made())


@pytest.mark.parametrize("case", READ)
def test_what_is_only_large_or_odd_is_read(case: str) -> None:
    name, made = READ[case]
    assert "Text" in read_within_limits(name, made())


def test_the_limits_are_those_that_are_promised() -> None:
    assert (child.SECONDS, child.MEMORY) == (12, 1_500_000_000)
