"""Reads files of anyone: text and Markdown here, every other format in a process of its own."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TypeVar

from briefqa.documents import loaders
from briefqa.documents.worker import process
from briefqa.documents.worker.frames import Request
from briefqa.errors import LoadError
from briefqa.json_decoding import Malformed, decode
from briefqa.records import Document

Decoded = TypeVar("Decoded", Document, list[str], list[list[str]], tuple[int, int])

_FAST = 2  # of the levels of compression, which go up to 9


def read_document(
    data: bytes, name: str, password: str = "", *, encoding: str = "", ocr_setup: str = ""
) -> Document:
    """The document in a file's bytes; `password` and `encoding` are as for `loaders.parse`.

    With the `ocr_setup` of `tesseract.setup`, pages without text are read by OCR. Raises LoadError
    with one sentence that reads well after the file's path and a colon.
    """
    loader = loaders.loader_for(name, data)
    if loader in loaders.TEXT_LOADERS:
        return loaders.parse(data, name, encoding=encoding)
    request = Request("parse", name, password)
    if ocr_setup and hasattr(loader, "unread"):
        from briefqa.documents import ocr  # late: few files are scans

        request = replace(request, recognised=ocr.read_pages(data, name, password, ocr_setup))
    parts = process.shared.ask(request, data)
    return _decoded(parts[0] if parts else b"", Document)


def attachments(data: bytes, name: str) -> list[tuple[str, bytes]]:
    """The files in a file, such as those that came with a mail: the name and bytes of each.

    Raises LoadError as `read_document` does.
    """
    loader = loaders.loader_for(name, data)
    if loader in loaders.TEXT_LOADERS or not hasattr(loader, "attachments"):
        return []
    parts = process.shared.ask(Request("attachments", name), data)
    names = _decoded(parts[0] if parts else b"", list[str])
    return list(zip(names, parts[1:], strict=False))


def rows(data: bytes, name: str) -> list[list[str]]:
    """The rows of a table or of a workbook's first sheet that has any, without empty cells at ends.

    Raises LoadError as `read_document` does, also for what is no table.
    """
    parts = process.shared.ask(Request("rows", name), data)
    return _decoded(parts[0] if parts else b"", list[list[str]])


def stop() -> None:
    """Give up what is being parsed; whoever waits for it gets a LoadError."""
    from briefqa.documents import ocr

    ocr.stop()
    process.shared.interrupt()


def picture(data: bytes, name: str, page: int, width: int) -> bytes:
    """A page of a file, counted from 1, as a PNG of about so many pixels across.

    Raises LoadError as `read_document` does.
    """
    import PIL.Image

    parts = process.shared.ask(Request("picture", name, page=page, width=width), data)
    size = _decoded(parts[0] if parts else b"", tuple[int, int])
    buffer = io.BytesIO()
    try:
        drawn = PIL.Image.frombytes("RGB", size, b"".join(parts[1:]))
        drawn.save(buffer, "PNG", compress_level=_FAST)
    except ValueError as error:
        raise LoadError("it made its parser answer nonsense") from error
    return buffer.getvalue()


def _decoded(content: bytes, kind: type[Decoded]) -> Decoded:
    try:
        return decode(content, kind)
    except Malformed as error:
        raise LoadError("it made its parser answer nonsense") from error
