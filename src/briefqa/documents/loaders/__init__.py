"""The loaders: one module per format, each of which makes a Document of a file's bytes.

To add a format, write a module that offers what `Loader` lists and name it in `_of_files`. A loader
imports its library inside `parse`, so that importing this package stays cheap.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Protocol

from briefqa.documents.loaders import markdown, text
from briefqa.documents.loaders.recognition import (
    LOCKED_OFFICE,
    UNKNOWN,
    ZIP_ARCHIVE,
    Kind,
    kind_of,
    kind_of_bytes,
)
from briefqa.documents.recognised import RecognisedPage
from briefqa.errors import LoadError
from briefqa.records import Document
from briefqa.text import plain_markdown


class Loader(Protocol):
    """What the module of a format offers.

    `VERSION` goes up whenever the same bytes would give another Document: the files of that
    loader, and no others, are then read again by the next build. `SUFFIXES` are the file name
    endings it reads, lower case, with their dot. `CALLED` is what people call the format, `GIVES`
    says in a few words what is read of a file, `MOST_BYTES` how long it may be. `LIBRARIES` are
    the modules that `parse` imports; where they read files of their own when they are first used,
    the loader offers `prepare()`, which makes them, since no file can be opened during `parse`.
    """

    NAME: str
    VERSION: int
    SUFFIXES: tuple[str, ...]
    MEDIA_TYPE: str
    CALLED: str
    GIVES: str
    MOST_BYTES: int
    LIBRARIES: tuple[str, ...]

    def parse(self, data: bytes, name: str) -> Document:
        """Read a whole file's bytes; raises LoadError with one clear sentence.

        `media_type` and `loader` of the Document are filled in by `loaders.parse`. A loader of a
        format that can be locked offers `parse_locked(data, name, password)` as well, and one of
        files that hold other files `attachments(data)`, which gives their names and bytes. One
        that gives `page_sizes` offers `picture(data, page, width, password)`: width, height and RGB
        bytes. Where pages may be mere pictures it offers `unread(data, password)`, which gives
        each of them and how wide it is to be drawn, and `parse_recognised(data, name, password,
        pages)`, which takes what OCR has read on them.
        """
        ...


class TextLoader(Loader, Protocol):
    """A loader of files that are text in some encoding, which may be named."""

    def parse(self, data: bytes, name: str, encoding: str = "") -> Document:
        """As of any loader; `encoding` is of bytes that are neither UTF-8 nor marked."""
        ...


TEXT_LOADERS: tuple[TextLoader, ...] = (text, markdown)


def all_loaders() -> tuple[Loader, ...]:
    """The loaders of every format, those of text first."""
    return (*TEXT_LOADERS, *_of_files())


@cache
def _of_files() -> tuple[Loader, ...]:
    """The loaders of what is not text, imported when one of them may be needed."""
    from briefqa.documents.loaders import (
        csv_table,
        docx,
        epub,
        mail,
        mbox,
        odt,
        pdf,
        pptx,
        rtf,
        sheets,
        web_page,
    )

    return web_page, pdf, docx, odt, pptx, epub, sheets, csv_table, mail, mbox, rtf


def suffixes() -> tuple[str, ...]:
    """The file name endings that can be read, lower case, with their dot."""
    return tuple(suffix for loader in all_loaders() for suffix in loader.SUFFIXES)


def formats() -> str:
    """What the formats are called, as in `text, Markdown, Word`."""
    return ", ".join(loader.CALLED for loader in all_loaders())


def supports(path: Path) -> bool:
    """Whether a file of this name can be read; only its suffix is looked at, in any case."""
    return _by_suffix(path.name) is not None


def kind_of_file(path: Path) -> Kind:
    """What a file is by its content, UNKNOWN also where it cannot be looked at.

    Only a regular file that has a size is: reading others (a pipe, `/proc/kmsg`) may wait.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            regular = stat.S_ISREG(status.st_mode) and status.st_size > 0
            return kind_of(file) if regular else UNKNOWN
    except (OSError, ValueError):
        return UNKNOWN


def most_bytes(name: str, kind: Kind = UNKNOWN) -> int:
    """How many bytes a file of this name and kind may have."""
    loader = _chosen(name, kind)
    return text.MOST_BYTES if loader is None else loader.MOST_BYTES


def recognises(kind: Kind) -> bool:
    """Whether files of this kind can be read."""
    return _named(kind.loader) is not None


def loader_of(name: str, data: bytes = b"") -> str:
    """Name and version of the loader that reads a file of this name and content; empty for none.

    A document whose `loader` is another has to be read again.
    """
    loader = _chosen(name, kind_of_bytes(data))
    return "" if loader is None else version_of(loader)


def is_current(version: str) -> bool:
    """Whether this is the name and version of a loader as it is now."""
    return any(version_of(loader) == version for loader in all_loaders())


def version_of(loader: Loader) -> str:
    """Name and version of a loader, as in `markdown 1`."""
    return f"{loader.NAME} {loader.VERSION}"


def loader_for(name: str, data: bytes) -> Loader:
    """The loader that reads a file of this name and content, which is not empty.

    Raises LoadError with one sentence that reads well after the file's path and a colon.
    """
    kind = kind_of_bytes(data)
    loader = _chosen(name, kind)
    if loader is None:
        raise LoadError(_why_not(name, kind))
    if not data:
        raise LoadError("the file is empty")
    return loader


def libraries(name: str, data: bytes) -> tuple[str, ...]:
    """The modules that reading a file imports; raises LoadError as `loader_for` does."""
    needed = loader_for(name, data).LIBRARIES
    if kind_of_bytes(data) != LOCKED_OFFICE:
        return needed
    from briefqa.documents.loaders import locked_office

    return needed + locked_office.LIBRARIES


def parse(
    data: bytes,
    name: str,
    password: str = "",
    *,
    encoding: str = "",
    recognised: Sequence[RecognisedPage] = (),
) -> Document:
    """Make a Document of a file's bytes, in this process.

    `password` opens a locked file; `encoding` is that of text which is neither UTF-8 nor marked, by
    default what it looks like; `recognised` are pages that OCR has read. Raises LoadError with one
    sentence that reads well after the file's path and a colon. Files of anyone are read by
    `briefqa.documents.reading`.
    """
    loader = loader_for(name, data)
    if kind_of_bytes(data) == LOCKED_OFFICE:
        from briefqa.documents.loaders import locked_office

        data = locked_office.unlocked(data, password)
    as_text = next((each for each in TEXT_LOADERS if each is loader), None)
    unlock: Callable[[bytes, str, str], Document] | None = getattr(loader, "parse_locked", None)
    complete: Callable[[bytes, str, str, Sequence[RecognisedPage]], Document] | None
    complete = getattr(loader, "parse_recognised", None)
    if as_text is not None:
        document = as_text.parse(data, name, encoding=encoding)
    elif complete and recognised:
        document = complete(data, name, password, recognised)
    elif unlock and password:
        document = unlock(data, name, password)
    else:
        document = loader.parse(data, name)
    return replace(document, media_type=loader.MEDIA_TYPE, loader=version_of(loader))


def plain(text: str, name: str) -> str:
    """A piece of a document's text as it is read, without markup: what is indexed and embedded.

    Words that stand in an address only are not in it, and a word that is part of a link is whole.
    """
    return plain_markdown.plain(text) if plain_markdown.is_markdown(name) else text


def attachments(data: bytes, name: str) -> list[tuple[str, bytes]]:
    """The files in a file, such as those that came with a mail: the name and bytes of each."""
    found: Callable[[bytes], list[tuple[str, bytes]]] | None
    found = getattr(loader_for(name, data), "attachments", None)
    return found(data) if found else []


def unread(data: bytes, name: str, password: str = "") -> list[tuple[int, int]]:
    """The pages of a file that OCR may read, from 1, and how many pixels wide to draw each."""
    find: Callable[[bytes, str], list[tuple[int, int]]] | None
    find = getattr(loader_for(name, data), "unread", None)
    return find(data, password) if find else []


def rows(data: bytes, name: str) -> list[list[str]]:
    """The rows of a table, of a workbook those of the first sheet that has any.

    Raises LoadError with one sentence, also for what is no table.
    """
    read: Callable[[bytes], list[list[str]]]
    read = getattr(loader_for(name, data), "rows", _is_no_table)
    return read(data)


def _is_no_table(_data: bytes) -> list[list[str]]:
    raise LoadError("it is no table")


def picture(
    data: bytes, name: str, page: int, width: int, password: str = ""
) -> tuple[int, int, bytes]:
    """A page of a file, counted from 1, about so many pixels wide: width, height and RGB bytes.

    Raises LoadError with one sentence, also for a format whose pages cannot be drawn.
    """
    draw: Callable[[bytes, int, int, str], tuple[int, int, bytes]]
    draw = getattr(loader_for(name, data), "picture", _cannot_be_drawn)
    return draw(data, page, width, password)


def _cannot_be_drawn(_data: bytes, _page: int, _width: int, _: str) -> tuple[int, int, bytes]:
    raise LoadError("pages of such files cannot be drawn")


def _chosen(name: str, kind: Kind) -> Loader | None:
    """The loader of what the content is, where that can be told; else that of the suffix."""
    by_suffix = _by_suffix(name)
    if kind == LOCKED_OFFICE:
        return by_suffix if by_suffix and by_suffix.NAME in _LOCKABLE else None
    by_content = _named(kind.loader)
    if by_suffix in TEXT_LOADERS and (kind.loader in _IN_WORDS or not by_content):
        return by_suffix
    if by_content is None and kind.words and kind != ZIP_ARCHIVE:
        return None  # a picture is no document, whatever it is called
    return by_content or by_suffix


_LOCKABLE = ("docx", "pptx", "sheets")
_IN_WORDS = ("html", "mail", "mbox")  # what may be the subject of a text, or quoted in one


def _named(name: str) -> Loader | None:
    if not name:
        return None
    return next((loader for loader in all_loaders() if name == loader.NAME), None)


def _by_suffix(name: str) -> Loader | None:
    suffix = PurePosixPath(name).suffix.lower()
    as_text = next((loader for loader in TEXT_LOADERS if suffix in loader.SUFFIXES), None)
    return as_text or next((loader for loader in _of_files() if suffix in loader.SUFFIXES), None)


def _why_not(name: str, kind: Kind) -> str:
    if kind.words:
        return f"it is {kind.words}, which cannot be read"
    suffix = PurePosixPath(name).suffix.lower()
    named = f"{suffix!r} files" if suffix else "files without a suffix"
    return f"{named} cannot be read; `briefqa formats` lists what can"
