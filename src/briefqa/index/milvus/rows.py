"""Passages, documents and the like of one generation, read from Milvus when they are needed."""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa.index.line_maps import ROW, LineMaps
from briefqa.index.milvus import collections
from briefqa.index.milvus.client import Client
from briefqa.index.record_file import DocumentFile, PassageFile
from briefqa.index.recovery import damaged

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.int32]
    Values = npt.NDArray[np.float32]
    Halves = npt.NDArray[np.float16]

_KEPT = 4_096  # passages in memory, some 8 KB each
_AHEAD = 256  # passages, or documents, that are read with one where all are read in order
_KEPT_BYTES = 20_000_000  # of documents in memory


@dataclass(frozen=True, slots=True)
class Row:
    """A passage: its record as JSON, its vectors, float16 [n, dimension], and its terms' numbers,
    int32 ascending, with the gain of each, float32.
    """

    record: bytes
    vectors: Halves
    terms: Numbers
    gains: Values


class Passages:
    """The rows of one generation; any thread may use them. The last ones used stay in memory."""

    def __init__(self, client: Client, generation: str, n_passages: int, dimension: int) -> None:
        self.client = client
        self.generation = generation
        self.n_passages = n_passages
        self._dimension = dimension
        self._kept: OrderedDict[int, Row] = OrderedDict()
        self._lock = threading.Lock()
        self._last = -1

    def one(self, row: int) -> Row:
        """A row; the next ones are read with it if the one before was asked for last."""
        if not 0 <= row < self.n_passages:
            raise IndexError(row)
        with self._lock:
            found = self._kept.get(row)
            in_order, self._last = row == self._last + 1, row
        if found is not None:
            return found
        ahead = _AHEAD if in_order else 1
        return self.several(range(row, min(row + ahead, self.n_passages)))[row]

    def several(self, rows: Iterable[int]) -> Mapping[int, Row]:
        """Some rows, by their numbers."""
        wanted = [int(row) for row in rows]
        with self._lock:
            found = {row: self._kept[row] for row in wanted if row in self._kept}
        missing = [row for row in wanted if row not in found]
        collection = collections.passages(self.generation)
        fields = ("row", "record", "vectors", "terms")
        for got in self.client.get(collection, missing, fields):
            number = int(got["row"])
            found[number] = self._row(number, got)
        if len(found) < len(set(wanted)):
            raise damaged(
                Path(self.client.location.text) / "passages", "some of its passages are missing"
            )
        with self._lock:
            for row in wanted[-_KEPT:]:
                self._kept[row] = found[row]
                self._kept.move_to_end(row)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def blocks(self, rows: Sequence[int] | Rows) -> Iterator[list[tuple[int, Row]]]:
        """All of these rows, some hundred at a time."""
        for start in range(0, len(rows), _AHEAD):
            block = [int(row) for row in rows[start : start + _AHEAD]]
            found = self.several(block)
            yield [(row, found[row]) for row in block]

    def _row(self, number: int, got: Mapping[str, Any]) -> Row:
        parts = {}
        for name in ("record", "vectors", "terms"):
            text: str = got[name]
            if text:
                parts[name] = text.encode() if name == "record" else base64.b64decode(text)
            else:  # too long for a field, or empty
                key = f"{name}/{number}"
                parts[name] = read_blob(self.client, self.generation, key) or b""
        pairs = np.frombuffer(parts["terms"], collections.TERM)
        vectors = np.frombuffer(parts["vectors"], np.float16).reshape(-1, self._dimension)
        return Row(parts["record"] + b"\n", vectors, pairs["number"], pairs["gain"])


def read_blob(client: Client, generation: str, key: str) -> bytes | None:
    """What is kept under a key; None if nothing is."""
    return read_blobs(client, generation, [key]).get(key)


def read_blobs(client: Client, generation: str, keys: Sequence[str]) -> dict[str, bytes]:
    """What is kept under these keys, without those under which nothing is."""
    return read_from(client, collections.records(generation), keys)


def read_from(client: Client, collection: str, keys: Sequence[str]) -> dict[str, bytes]:
    """The same of any collection whose rows are found by keys."""
    fields = ("key", "parts", "content")
    heads = client.get(collection, [f"{key}#0" for key in keys], fields)
    rest = [
        f"{head['key'].removesuffix('#0')}#{part}"
        for head in heads
        for part in range(1, int(head["parts"]))
    ]
    parts = {got["key"]: got["content"] for got in heads}
    for start in range(0, len(rest), 100):  # 60 KB each
        for got in client.get(collection, rest[start : start + 100], fields):
            parts[got["key"]] = got["content"]
    found = {}
    for head in heads:
        key = str(head["key"]).removesuffix("#0")
        try:
            texts = [parts[f"{key}#{part}"] for part in range(int(head["parts"]))]
        except KeyError as error:
            raise damaged(
                Path(client.location.text) / "records", f"a part of '{key}' is missing"
            ) from error
        found[key] = base64.b64decode("".join(texts))
    return found


class MilvusPassageFile(PassageFile):
    """The passages of a generation in Milvus."""

    def __init__(self, rows: Passages) -> None:
        self._path = Path(rows.client.location.text) / "passages"
        self._rows = rows

    def __len__(self) -> int:
        return self._rows.n_passages

    def line(self, row: int) -> bytes:
        return self._rows.one(row).record

    def close(self) -> None:
        """Nothing is open."""

    def count(self) -> int:
        """How many passages Milvus has."""
        return self._rows.client.count(collections.passages(self._rows.generation))

    def count_vectors(self) -> int:
        """How many vectors of them Milvus has."""
        return self._rows.client.count(collections.vectors(self._rows.generation))


class MilvusDocumentFile(DocumentFile):
    """The documents of a generation in Milvus."""

    def __init__(self, client: Client, generation: str, n_documents: int) -> None:
        self._path = Path(client.location.text) / "documents"
        self._client = client
        self._generation = generation
        self._n_documents = n_documents
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._last_read = -1

    def __len__(self) -> int:
        return self._n_documents

    def line(self, row: int) -> bytes:
        if not 0 <= row < self._n_documents:
            raise IndexError(row)
        with self._lock:
            found = self._kept.get(row)
            ahead = 16 if row == self._last_read + 1 else 1
            self._last_read = row
        if found is not None:
            return found
        keys = [f"document/{each}" for each in range(row, min(row + ahead, self._n_documents))]
        got = read_blobs(self._client, self._generation, keys)
        if f"document/{row}" not in got:
            raise damaged(self._path, f"document {row} is missing")
        with self._lock:
            for key, line in got.items():
                self._kept[int(key.rpartition("/")[2])] = line
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > _KEPT_BYTES:
                self._kept.popitem(last=False)
        return got[f"document/{row}"]

    def close(self) -> None:
        """Nothing is open."""


class MilvusLineMaps(LineMaps):
    """Where lines of extracted texts stand on their pages, in Milvus."""

    def __init__(self, client: Client, generation: str) -> None:
        self._client = client
        self._generation = generation

    def rows_of(self, document: int) -> npt.NDArray[Any]:
        content = read_blob(self._client, self._generation, f"lines/{document}")
        return np.frombuffer(content or b"", ROW)

    def check(self) -> None:
        """They are checked when they are written."""


class StoredVectors:
    """The vectors of a generation as a build copies them: by number, or by a range of them."""

    def __init__(self, rows: Passages, starts: Rows, dimension: int) -> None:
        self._rows = rows
        self._starts = starts
        self.shape = (int(starts[-1]), dimension)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, which: int | slice) -> Halves:
        """Float16 [dimension] of a number; [n, dimension] of a range."""
        if isinstance(which, slice):
            start, end, _ = which.indices(len(self))
            if end <= start:
                return np.empty((0, self.shape[1]), np.float16)
            first = int(np.searchsorted(self._starts, start, "right")) - 1
            last = int(np.searchsorted(self._starts, end - 1, "right")) - 1
            held = [self._rows.one(row).vectors for row in range(first, last + 1)]
            offset = int(self._starts[first])
            return np.concatenate(held)[start - offset : end - offset]
        row = int(np.searchsorted(self._starts, which, "right")) - 1
        vector: Halves = self._rows.one(row).vectors[which - int(self._starts[row])]
        return vector
