"""Which record is row i?

Documents and passages on disk: one JSON object a line, and beside it an array with the byte where
each line starts, so that any row is read without the others.
"""

from __future__ import annotations

import json
import mmap
from array import array
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from briefqa.errors import IndexDamaged
from briefqa.index import arrays
from briefqa.records import Document, Passage, Section, Span


class RecordWriter:
    """Writes records as they come, row i the i-th, and their starts beside them when closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("wb")
        self._starts = array("q", [0])

    def add(self, record: Document | Passage) -> None:
        """Write one more; raises OSError."""
        line = json.dumps(asdict(record), ensure_ascii=False, separators=(",", ":"))
        self.add_line(line.encode("utf-8") + b"\n")

    def add_line(self, line: bytes) -> None:
        """Write one more as another file holds it; raises OSError."""
        self._starts.append(self._starts[-1] + self._file.write(line))

    def close(self) -> None:
        """Nothing more comes; raises OSError."""
        self._file.close()
        starts = np.array(self._starts, dtype=np.int64)
        arrays.write(_starts_path(self._path), starts)


class RecordFile:
    """Read-only rows of a record file; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Raises IndexDamaged when the file and its starts do not fit together."""
        self._path = path
        try:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise self._damaged(error) from error
        self._starts = arrays.read(_starts_path(path), np.int64)
        if not len(self._starts) or self._starts[-1] != len(self._bytes):
            raise self._damaged("its length is wrong")

    def __len__(self) -> int:
        return len(self._starts) - 1

    def close(self) -> None:
        """Let go of the file; nothing may be read after that."""
        self._bytes.close()

    def line(self, row: int) -> bytes:
        """The record as it stands in the file, line end included."""
        return self._bytes[int(self._starts[row]) : int(self._starts[row + 1])]

    def _read(self, row: int) -> dict[str, Any]:
        try:
            return dict(json.loads(self.line(row)))
        except (ValueError, TypeError, RecursionError) as error:
            raise self._damaged(error) from error

    def _damaged(self, why: object) -> IndexDamaged:
        return IndexDamaged(
            f"{self._path} cannot be read ({why}); rebuild the index with: briefqa build"
        )


class PassageFile(RecordFile):
    """The passages of one generation, by row."""

    def __getitem__(self, row: int) -> Passage:
        record = self._read(row)
        try:
            return Passage(
                document=str(record["document"]),
                title=str(record["title"]),
                section=tuple(map(str, record["section"])),
                text=str(record["text"]),
                start=int(record["start"]),
                end=int(record["end"]),
                paragraphs=(int(record["paragraphs"][0]), int(record["paragraphs"][1])),
                lines=(int(record["lines"][0]), int(record["lines"][1])),
            )
        except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
            raise self._damaged(error) from error

    def __iter__(self) -> Iterator[Passage]:
        return (self[row] for row in range(len(self)))


class DocumentFile(RecordFile):
    """The documents of one generation, by row."""

    def __getitem__(self, row: int) -> Document:
        record = self._read(row)
        try:
            sections = tuple(
                Section(
                    path=tuple(map(str, section["path"])),
                    heading=Span(**section["heading"]) if section["heading"] else None,
                    paragraphs=tuple(Span(**span) for span in section["paragraphs"]),
                )
                for section in record.pop("sections")
            )
            return Document(sections=sections, **record)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise self._damaged(error) from error

    def __iter__(self) -> Iterator[Document]:
        return (self[row] for row in range(len(self)))


def _starts_path(path: Path) -> Path:
    return path.with_suffix(".starts.npy")
