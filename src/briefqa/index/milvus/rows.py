"""Passages, documents and the like of one generation, read from Milvus when they are needed."""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from briefqa.errors import IndexDamaged
from briefqa.index.line_maps import ROW, LineMaps
from briefqa.index.milvus import collections
from briefqa.index.milvus.client import Client
from briefqa.index.milvus.numbering import Numbering, conditions, unused
from briefqa.index.record_file import DocumentFile, PassageFile
from briefqa.index.recovery import damaged

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int32]
    Values = npt.NDArray[np.float32]
    Halves = npt.NDArray[np.float16]

T = TypeVar("T")

_KEPT = 4_096  # passages in memory, some 8 KB each
_AHEAD = 256  # passages, or documents, that are read with one where all are read in order
_KEPT_BYTES = 20_000_000  # of documents in memory
_PARTS = 100  # of what is kept under one key, 60 KB each, read at a time
_CHECKED = 1_000  # passages that a check reads at a time


@dataclass(frozen=True, slots=True)
class Content:
    """A passage: its record as JSON, and its vectors, float16 [n, dimension]."""

    record: bytes
    vectors: Halves


@dataclass(frozen=True, slots=True)
class Terms:
    """The numbers of a passage's terms, int32 ascending, and the gain of each, float32."""

    numbers: Numbers
    gains: Values


class Kept(Generic[T]):
    """What is read of passages, by row, for any thread. What was used last stays in memory."""

    def __init__(self, n_passages: int, read: Callable[[list[int]], dict[int, T]]) -> None:
        """`read` returns what there is of these rows; raises IndexDamaged where one is missing."""
        self._n_passages = n_passages
        self._read = read
        self._kept: OrderedDict[int, T] = OrderedDict()
        self._lock = threading.Lock()
        self._last = -1

    def one(self, row: int) -> T:
        """A row; the next ones are read with it if the one before was asked for last."""
        if not 0 <= row < self._n_passages:
            raise IndexError(row)
        with self._lock:
            found = self._kept.get(row)
            in_order, self._last = row == self._last + 1, row
        if found is not None:
            return found
        ahead = _AHEAD if in_order else 1
        return self.several(range(row, min(row + ahead, self._n_passages)))[row]

    def several(self, rows: Iterable[int]) -> Mapping[int, T]:
        """Some rows, by their numbers."""
        wanted = [int(row) for row in rows]
        with self._lock:
            found = {row: self._kept[row] for row in wanted if row in self._kept}
        if missing := [row for row in dict.fromkeys(wanted) if row not in found]:
            found |= self._read(missing)
        with self._lock:
            for row in wanted[-_KEPT:]:
                self._kept[row] = found[row]
                self._kept.move_to_end(row)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found


class Passages:
    """The passages of one generation and their terms."""

    def __init__(self, client: Client, generation: str, numbering: Numbering) -> None:
        self.client = client
        self.generation = generation
        self.numbering = numbering
        self.n_passages = len(numbering.numbers)
        self.are_damaged = False  # as far as a check has found
        self.contents = Kept(self.n_passages, self._contents)
        self.terms = Kept(self.n_passages, self._terms)

    def check(self) -> None:
        """Raise IndexDamaged unless all rows are there, each as it was sent; reads them all."""
        try:
            self.check_digests()
            for start in range(0, self.n_passages, _CHECKED):
                block = list(range(start, min(start + _CHECKED, self.n_passages)))
                self._contents(block)
                self._terms(block)
        except IndexDamaged:
            self.are_damaged = True
            raise

    def check_digests(self) -> None:
        """Raise IndexDamaged unless all rows are there, each with the digest it was sent with."""
        shared, numbers = self.numbering.shared, self.numbering.numbers
        digests = self.digests()
        own = collections.passages(shared.base)
        got = {
            int(row["number"]): row["digest"]
            for row in self.client.get(own, numbers.tolist(), ("number", "digest"))
        }
        terms = self.client.count(collections.terms(self.generation))
        if (
            got != dict(zip(numbers.tolist(), digests, strict=True))
            or not self._has_vectors(int(self.numbering.starts[-1]))
            or terms != self.n_passages
        ):
            raise self._damaged("some of its rows are missing or others than were sent")

    def _has_vectors(self, wanted: int) -> bool:
        """Whether so many of its vectors are there."""
        collection = collections.vectors(self.numbering.shared.base)
        # Milvus Lite reads whole all rows that it counts by a condition: those of others are fewer.
        others = conditions("number", *unused([self.numbering]))
        if self.client.count(collection) - self.client.count(collection, others) == wanted:
            return True
        # A build may have sent some between the two.
        own = conditions("number", *self.numbering.ranges())
        return self.client.count(collection, own) == wanted

    def digests(self) -> list[str]:
        """What its passages were when they were sent."""
        kept = (read_blob(self.client, self.generation, "digests") or b"").decode().split()
        if len(kept) != self.n_passages:
            raise self._damaged("their digests are missing")
        return kept

    def _contents(self, rows: list[int]) -> dict[int, Content]:
        numbers = dict(zip(self.numbering.numbers[rows].tolist(), rows, strict=True))
        fields = ("number", "record", "vectors", "digest")
        collection = collections.passages(self.numbering.shared.base)
        found = {}
        for got in self.client.get(collection, list(numbers), fields):
            row = numbers[int(got["number"])]
            record = got["record"].encode() or self._too_long("record", row)
            halves = _decoded(got["vectors"]) or self._too_long("vectors", row)
            self._check_digest(got, record, halves)
            vectors = np.frombuffer(halves, np.float16)
            found[row] = Content(
                record + b"\n", vectors.reshape(-1, self.numbering.shared.dimension)
            )
        return self._all(found, rows)

    def _terms(self, rows: list[int]) -> dict[int, Terms]:
        found = {}
        collection = collections.terms(self.generation)
        for got in self.client.get(collection, rows, ("row", "terms", "digest")):
            row = int(got["row"])
            content = _decoded(got["terms"]) or self._too_long("terms", row)
            self._check_digest(got, content)
            pairs = np.frombuffer(content, collections.TERM)
            found[row] = Terms(pairs["number"], pairs["gain"])
        return self._all(found, rows)

    def _too_long(self, name: str, row: int) -> bytes:
        """What is too long for a field, or empty."""
        return read_blob(self.client, self.generation, f"{name}/{row}") or b""

    def _check_digest(self, got: Mapping[str, Any], *parts: bytes) -> None:
        if collections.digest(*parts) != got["digest"]:
            raise self._damaged("a passage is not what was sent")

    def _all(self, found: dict[int, T], rows: list[int]) -> dict[int, T]:
        if len(found) < len(rows):
            # Raises Missing where the generation was replaced and its rows were removed.
            self.client.count(collections.records(self.generation))
            raise self._damaged("some of its passages are missing")
        return found

    def _damaged(self, why: str) -> IndexDamaged:
        return damaged(Path(self.client.location.text) / "passages", why)


def read_blob(client: Client, generation: str, key: str) -> bytes | None:
    """What is kept under a key; None if nothing is."""
    return read_blobs(client, generation, [key]).get(key)


def read_blobs(client: Client, generation: str, keys: Sequence[str]) -> dict[str, bytes]:
    """What is kept under these keys, without those under which nothing is."""
    return read_from(client, collections.records(generation), keys)


def read_from(client: Client, collection: str, keys: Sequence[str]) -> dict[str, bytes]:
    """The same of any collection whose rows are found by keys."""
    fields = ("key", "parts", "digest", "content")
    found = {}
    for head in client.get(collection, [f"{key}#0" for key in keys], fields):
        key = str(head["key"]).removesuffix("#0")
        texts = [str(head["content"])]
        for start in range(1, int(head["parts"]), _PARTS):
            wanted = [f"{key}#{n}" for n in range(start, min(start + _PARTS, int(head["parts"])))]
            got = {row["key"]: row["content"] for row in client.get(collection, wanted, fields)}
            if len(got) < len(wanted):
                raise damaged(
                    Path(client.location.text) / "records", f"a part of '{key}' is missing"
                )
            texts += [got[each] for each in wanted]
        found[key] = _decoded("".join(texts))
        if collections.digest(found[key]) != head["digest"]:
            raise damaged(Path(client.location.text) / "records", f"'{key}' is not what was sent")
    return found


def _decoded(text: str) -> bytes:
    """What was sent as text; nothing where it is no such text, which its digest then tells."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


class MilvusPassageFile(PassageFile):
    """The passages of a generation in Milvus."""

    def __init__(self, rows: Passages) -> None:
        self._path = Path(rows.client.location.text) / "passages"
        self.rows = rows

    def __len__(self) -> int:
        return self.rows.n_passages

    def line(self, row: int) -> bytes:
        return self.rows.contents.one(row).record

    def close(self) -> None:
        """Nothing is open."""


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

    def __init__(self, rows: Passages) -> None:
        self._contents = rows.contents
        self._starts = rows.numbering.starts
        self.shape = (int(self._starts[-1]), rows.numbering.shared.dimension)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, which: int | slice | list[int]) -> Halves:
        """Float16 [dimension] of a number; [n, dimension] of a range or of several."""
        if isinstance(which, list):
            rows = (self._starts.searchsorted(which, "right") - 1).tolist()
            some = self._contents.several(rows)
            return np.stack(
                [
                    some[row].vectors[number - int(self._starts[row])]
                    for row, number in zip(rows, which, strict=True)
                ]
            )
        if isinstance(which, slice):
            start, end, _ = which.indices(len(self))
            if end <= start:
                return np.empty((0, self.shape[1]), np.float16)
            first = int(np.searchsorted(self._starts, start, "right")) - 1
            last = int(np.searchsorted(self._starts, end - 1, "right")) - 1
            held = [self._contents.one(row).vectors for row in range(first, last + 1)]
            offset = int(self._starts[first])
            return np.concatenate(held)[start - offset : end - offset]
        row = int(np.searchsorted(self._starts, which, "right")) - 1
        vector: Halves = self._contents.one(row).vectors[which - int(self._starts[row])]
        return vector


class StoredKeys:
    """The digests of the texts whose vectors are stored; read when a build first asks for them."""

    def __init__(self, rows: Passages) -> None:
        self._rows = rows
        self._read: npt.NDArray[np.uint8] | None = None

    def __iter__(self) -> Iterator[npt.NDArray[np.uint8]]:
        return iter(self._all())

    def __getitem__(self, which: slice) -> npt.NDArray[np.uint8]:
        """Uint8 [n, 16]."""
        return self._all()[which]

    def _all(self) -> npt.NDArray[np.uint8]:
        if self._read is None:
            content = read_blob(self._rows.client, self._rows.generation, "keys") or b""
            keys = np.frombuffer(content, np.uint8).reshape(-1, 16)
            if len(keys) != self._rows.numbering.starts[-1]:
                raise damaged(
                    Path(self._rows.client.location.text) / "records", "its counts disagree"
                )
            self._read = keys
        return self._read
