"""How does a file become a Document with Sections?

One file per format: a module with `SUFFIXES` and `parse(data, name)`, named once in `_LOADERS`.
A loader imports its library inside `parse`, so that importing this package stays cheap.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Protocol

from briefqa.documents.loaders import markdown, text
from briefqa.errors import LoadError
from briefqa.records import Document


class Loader(Protocol):
    """What a format's module offers: the file name endings it reads, lower case, and `parse`."""

    NAME: str
    VERSION: int
    SUFFIXES: tuple[str, ...]

    def parse(self, data: bytes, name: str) -> Document:
        """Read a whole file's bytes; raises LoadError with one clear sentence."""
        ...


_LOADERS: tuple[Loader, ...] = (text, markdown)


def suffixes() -> tuple[str, ...]:
    """The file name endings that can be read, lower case, with their dot."""
    return tuple(suffix for loader in _LOADERS for suffix in loader.SUFFIXES)


def supports(path: Path) -> bool:
    """Whether a file of this name can be read; only its suffix is looked at, in any case."""
    return path.suffix.lower() in suffixes()


def loader_of(name: str) -> str:
    """Name and version of the loader that reads a file of this name; empty where none does."""
    suffix = PurePosixPath(name).suffix.lower()
    loader = next((loader for loader in _LOADERS if suffix in loader.SUFFIXES), None)
    return "" if loader is None else f"{loader.NAME} {loader.VERSION}"


def parse(data: bytes, name: str) -> Document:
    """Make a Document of a file's bytes; the suffix of `name` says which format they are in.

    Raises LoadError with one sentence that reads well after the file's path and a colon.
    """
    suffix = PurePosixPath(name).suffix.lower()
    for loader in _LOADERS:
        if suffix in loader.SUFFIXES:
            return loader.parse(data, name)
    kind = f"{suffix!r} files" if suffix else "files without a suffix"
    raise LoadError(f"{kind} cannot be read; save it as one of {', '.join(suffixes())}")
