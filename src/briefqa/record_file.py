"""Which record is row i?

Documents and passages on disk: one JSON object a line, and beside it an array with the byte where
each line starts, so that any row is read without the others.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from briefqa.errors import IndexDamaged
from briefqa.records import Document, Passage, Section, Span


def write(path: Path, records: Iterable[Document | Passage]) -> None:
    """Write the records to `path` and their starts beside it; row i is the i-th record."""
    starts = [0]
    with path.open("wb") as file:
        for record in records:
            line = json.dumps(asdict(record), ensure_ascii=False, separators=(",", ":"))
            starts.append(starts[-1] + file.write(line.encode("utf-8") + b"\n"))
    np.save(_starts_path(path), np.array(starts, dtype=np.int64), allow_pickle=False)


class RecordFile:
    """Read-only rows of a record file; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Raises IndexDamaged when the file and its starts do not fit together."""
        self._path = path
        try:
            self._starts = np.load(_starts_path(path), allow_pickle=False)
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError, EOFError) as error:
            raise self._damaged(error) from error
        if self._starts.ndim != 1 or self._starts[-1:] != len(self._bytes):
            raise self._damaged("its length is wrong")

    def __len__(self) -> int:
        return len(self._starts) - 1

    def _read(self, row: int) -> dict[str, Any]:
        start, end = int(self._starts[row]), int(self._starts[row + 1])
        try:
            return dict(json.loads(self._bytes[start:end]))
        except (ValueError, TypeError) as error:
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
        except (KeyError, TypeError, ValueError, IndexError) as error:
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
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged(error) from error

    def __iter__(self) -> Iterator[Document]:
        return (self[row] for row in range(len(self)))


def _starts_path(path: Path) -> Path:
    return path.with_suffix(".starts.npy")
