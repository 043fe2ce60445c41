"""The loaders: one module per format, each of which makes a Document of a file's bytes.

To add a format, write a module that offers what `Loader` lists and name it in `LOADERS`. A loader
imports its library inside `parse`, so that importing this package stays cheap.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from briefqa.documents.loaders import markdown, text
from briefqa.errors import LoadError
from briefqa.records import Document
from briefqa.text import plain_markdown


class Loader(Protocol):
    """What the module of a format offers.

    `VERSION` goes up whenever the same bytes would give another Document: the files of that
    loader, and no others, are then read again by the next build. `SUFFIXES` are the file name
    endings it reads, lower case, with their dot.
    """

    NAME: str
    VERSION: int
    SUFFIXES: tuple[str, ...]
    MEDIA_TYPE: str

    def parse(self, data: bytes, name: str) -> Document:
        """Read a whole file's bytes; raises LoadError with one clear sentence.

        `media_type` and `loader` of the Document are filled in by `loaders.parse`.
        """
        ...


class TextLoader(Loader, Protocol):
    """A loader of files that are text in some encoding, which may be named."""

    def parse(self, data: bytes, name: str, encoding: str = "") -> Document:
        """As of any loader; `encoding` is of bytes that are neither UTF-8 nor marked."""
        ...


TEXT_LOADERS: tuple[TextLoader, ...] = (text, markdown)
LOADERS: tuple[Loader, ...] = TEXT_LOADERS


def suffixes() -> tuple[str, ...]:
    """The file name endings that can be read, lower case, with their dot."""
    return tuple(suffix for loader in LOADERS for suffix in loader.SUFFIXES)


def supports(path: Path) -> bool:
    """Whether a file of this name can be read; only its suffix is looked at, in any case."""
    return _loader(path.name) is not None


def loader_of(name: str) -> str:
    """Name and version of the loader that reads a file of this name; empty where none does.

    A document whose `loader` is another has to be read again.
    """
    loader = _loader(name)
    return "" if loader is None else f"{loader.NAME} {loader.VERSION}"


def parse(data: bytes, name: str, *, encoding: str = "") -> Document:
    """Make a Document of a file's bytes; the suffix of `name` says which format they are in.

    `encoding` is that of text which is neither UTF-8 nor marked, by default what it looks like.
    Raises LoadError with one sentence that reads well after the file's path and a colon.
    """
    loader = _loader(name)
    if loader is None:
        suffix = PurePosixPath(name).suffix.lower()
        kind = f"{suffix!r} files" if suffix else "files without a suffix"
        raise LoadError(f"{kind} cannot be read; save it as one of {', '.join(suffixes())}")
    if loader in TEXT_LOADERS:
        document = loader.parse(data, name, encoding=encoding)
    else:
        document = loader.parse(data, name)
    return replace(document, media_type=loader.MEDIA_TYPE, loader=loader_of(name))


def plain(text: str, name: str) -> str:
    """A piece of a document's text as it is read, without markup: what is indexed and embedded.

    Words that stand in an address only are not in it, and a word that is part of a link is whole.
    """
    return plain_markdown.plain(text) if name.lower().endswith(markdown.SUFFIXES) else text


def _loader(name: str) -> Loader | None:
    suffix = PurePosixPath(name).suffix.lower()
    return next((loader for loader in LOADERS if suffix in loader.SUFFIXES), None)
