"""Documents and passages on disk.

One JSON object a line, and beside it an array with the byte where each line starts, so that any row
is read without the others.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from briefqa.index import arrays
from briefqa.index.recovery import damaged
from briefqa.json_decoding import Malformed, decode, decode_exactly, encode
from briefqa.records import Document, Metadata, Passage

Record = TypeVar("Record", Document, Passage)
_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class _Text:
    text: str


@dataclass(frozen=True, slots=True)
class _About:
    metadata: Metadata


class RecordWriter:
    """Writes records in order, row i the i-th, and their starts beside them when closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._starts = array("q", [0])

    def add(self, record: Document | Passage) -> None:
        """Write one more; raises OSError."""
        self.add_line(encode(record) + b"\n")

    def add_line(self, line: bytes) -> None:
        """Write one more as another file holds it; raises OSError."""
        self._starts.append(self._starts[-1] + self._file.write(line))

    def close(self) -> None:
        """Write what is buffered, and the starts; raises OSError."""
        self._file.close()
        starts = np.array(self._starts, dtype=np.int64)
        arrays.write(_starts_path(self._path), starts)


class RecordFile(Generic[Record]):
    """Read-only rows of a record file; safe to share between threads."""

    kind: type[Record]

    def __init__(self, path: Path) -> None:
        """Raises IndexDamaged when the file and its starts do not fit together."""
        self._path = path
        starts = arrays.read(_starts_path(path), np.int64)
        try:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise damaged(path, f"it cannot be read ({error})") from error
        if (
            not len(starts)
            or (starts[0], starts[-1]) != (0, len(self._bytes))
            or (np.diff(starts) <= 0).any()
        ):
            self.close()
            raise damaged(path, "its rows are not where its starts say")
        self._starts = starts

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, row: int) -> Record:
        """The record of a row; raises IndexDamaged, and ValueError once the file is closed."""
        return self._decoded(row, self.kind, decode_exactly)

    def _decoded(
        self, row: int, kind: type[_Kind], decoding: Callable[[bytes, type[_Kind]], _Kind] = decode
    ) -> _Kind:
        try:
            return decoding(self.line(row), kind)
        except Malformed as error:
            raise damaged(self._path, f"row {row} cannot be read ({error})") from error

    def __iter__(self) -> Iterator[Record]:
        return (self[row] for row in range(len(self)))

    def line(self, row: int) -> bytes:
        """The record as it stands in the file, line end included."""
        return self._bytes[int(self._starts[row]) : int(self._starts[row + 1])]

    def close(self) -> None:
        """Let go of the file; its rows cannot be read any more."""
        self._bytes.close()


class PassageFile(RecordFile[Passage]):
    """The passages of one generation, by row.

    `sharing_titles` are the documents whose title another one has.
    """

    kind = Passage
    sharing_titles: Collection[str] = ()

    def __getitem__(self, row: int) -> Passage:
        """The passage of a row; raises as reading any record does."""
        passage = super().__getitem__(row)
        shared = passage.document in self.sharing_titles
        return replace(passage, title_shared=True) if shared else passage


class DocumentFile(RecordFile[Document]):
    """The documents of one generation, by row."""

    kind = Document
    _last = (-1, "")
    _last_about: tuple[int, Metadata] | None = None

    def text(self, row: int) -> str:
        """The text alone, without making its sections; raises as reading the row does.

        The last one is kept: an index may hold one long document.
        """
        last, text = self._last
        if last != row:
            text = self._decoded(row, _Text).text
            self._last = row, text
        return text

    def about(self, row: int) -> Metadata:
        """What the document says of itself, without its text; raises as reading the row does."""
        last = self._last_about
        if last is None or last[0] != row:
            last = row, self._decoded(row, _About).metadata
            self._last_about = last
        return last[1]


def _starts_path(path: Path) -> Path:
    return path.with_suffix(".starts.npy")
