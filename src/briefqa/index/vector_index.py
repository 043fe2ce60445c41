"""Searching passages by their meaning: the seam every vector index fits, and the one in a folder.

A passage has one vector of its whole text and one of each of its sentences; its cosine with a
question weighs the whole and the best sentence. The vectors are kept on disk as half precision
numbers, in one plain numpy array.

FAISS finds the nearest. Up to `EXACT_MOST` vectors are in memory in a flat index and all compared.
For more, `organise` makes an inverted file beside them, which finds candidates; their cosines are
computed from the vectors on disk.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Sequence
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from briefqa.index import arrays, inverted_file
from briefqa.index.arrays import forget, widened
from briefqa.index.inverted_file import LENGTH_SLACK, InvertedFile
from briefqa.index.recovery import damaged

if TYPE_CHECKING:
    import numpy.typing as npt

    IntArray = npt.NDArray[np.integer]
    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]
    Vectors = np.memmap[tuple[int, int], np.dtype[np.float16]]

VECTORS = "vectors.npy"
STARTS = "vectors.starts.npy"
SENTENCE_WEIGHT = 0.6  # of the best one; the rest is the whole's. See benchmarks/RETRIEVAL.md.

# Measured with 100,000 passages of about five vectors each; see benchmarks/SPEED.md.
EXACT_MOST = 30_000  # vectors that are all looked at, in some 5 ms, rather than put into lists
READ_MOST = 3_000  # vectors of some passages of a large index that are read, in some 4 ms
_PROBED = 1 / 16  # of the lists are searched
_DEPTH = 8  # nearest vectors asked of them for each passage wanted
_BLOCK = 8_192  # vectors, or passages, taken into memory at once


def create(folder: Path, counts: Sequence[int] | IntArray, dimension: int) -> Vectors:
    """Create the array of a build's vectors, to be filled in any order and then flushed.

    `counts[i]`, 1 or more, is the number of passage i's vectors: they are neighbours, the whole
    passage's first, then its sentences'. Returns the file as writable array of zeros, float16
    [sum(counts), dimension]; values are rounded to half precision, which moves the cosine of two
    unit vectors by less than 5e-4. Raises OSError, at once, when there is no room on the disk.
    """
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    arrays.write(folder / STARTS, starts)
    vectors: Vectors = np.lib.format.open_memmap(
        folder / VECTORS, mode="w+", dtype=np.float16, shape=(int(starts[-1]), dimension)
    )
    if hasattr(os, "posix_fallocate"):
        # Else a full disk would show only while the array is filled, and kill the process.
        with (folder / VECTORS).open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size)
    return vectors


def organise(folder: Path) -> None:
    """Called once all vectors are written: makes what a fast search of many of them needs.

    Nothing for `EXACT_MOST` vectors or fewer. Raises OSError and IndexDamaged.
    """
    vectors, _ = read_vectors(folder)
    if len(vectors) > EXACT_MOST:
        inverted_file.write(folder, vectors)


def read_vectors(folder: Path) -> tuple[Vectors, Rows]:
    """The vectors as written, mapped from disk, and where those of each passage start.

    Float16 [n_vectors, dimension] and int64 [n_passages + 1]. Raises IndexDamaged.
    """
    vectors = arrays.read(folder / VECTORS, np.float16, 2)
    starts = arrays.read(folder / STARTS, np.int64)
    fitting = (
        len(starts) > 1
        and (starts[0], starts[-1]) == (0, len(vectors))
        and bool((np.diff(starts) > 0).all())
    )
    if not fitting:
        raise damaged(folder / STARTS, "it does not fit the vectors")
    return vectors, starts


class VectorIndex(Protocol):
    """What a search needs of an index of vectors, embedded or remote; any thread may use it.

    Rows are passages, `question` is a unit vector, float32 [dimension], and a cosine is that of a
    passage as a whole and its best sentence together, -1..1, higher is nearer.
    """

    @property
    def n_passages(self) -> int: ...

    @property
    def dimension(self) -> int: ...

    def nearest(
        self, question: Values, limit: int, among: Rows | None = None
    ) -> tuple[Rows, Values]:
        """The `limit` passages nearest to `question`, nearest first, ties by row.

        Returns rows, int64 [m], and their cosines, float32 [m]; m <= limit. `among`, int64
        ascending, restricts the search to those rows.
        """
        ...

    def cosines(self, question: Values, rows: Rows) -> Values:
        """The cosine of each of `rows` with `question`, float32 [len(rows)]."""
        ...

    def sentence_cosines(self, question: Values, row: int) -> Values:
        """The cosine of each sentence of a passage, float32 [n_sentences], in order.

        A passage of one sentence has that of the whole.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections; nothing may be searched after that."""
        ...


class FaissVectorIndex:
    """The vectors of one generation, in a folder; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Open what `create` and `organise` wrote; raises IndexDamaged.

        What only a search needs is opened by the first one, or by `check`, and raises then.
        """
        self._path = folder / VECTORS
        self._vectors, self._starts = read_vectors(folder)
        self._lock = threading.Lock()
        self._is_ready = False
        self._flat: Any = None
        self._lists: InvertedFile | None = None
        self._close_file: Callable[[], object] = lambda: None
        if not (folder / inverted_file.CENTROIDS).exists():
            return
        self._file = os.open(self._path, os.O_RDONLY)
        self._close_file = weakref.finalize(self, os.close, self._file)
        self._owners = np.repeat(np.arange(self.n_passages, dtype=np.int32), np.diff(self._starts))

    @property
    def n_passages(self) -> int:
        """How many passages there are; rows are 0 to one less."""
        return len(self._starts) - 1

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return int(self._vectors.shape[1])

    def nearest(
        self, question: Values, limit: int, among: Rows | None = None
    ) -> tuple[Rows, Values]:
        """The `limit` passages nearest to `question` (float32 [dimension]), nearest first.

        Returns rows, int64 [m], and their cosines, float32 [m], -1..1, higher is nearer; ties by
        row; m <= limit. `among` restricts the search to those rows. The cosines are exact; which
        passages are found is exact in an index of up to `EXACT_MOST` vectors, in a larger one among
        passages of up to `READ_MOST`, and nearly so otherwise.
        """
        rows = np.arange(self.n_passages) if among is None else among.astype(np.int64)
        if not (rows[1:] > rows[:-1]).all():
            rows = np.unique(rows)
        if limit <= 0 or not len(rows):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        self._make_ready_for(question)
        if self._lists and limit * _DEPTH < len(rows):
            n_vectors = len(self._owners)
            if among is not None:
                n_vectors = int((self._starts[rows + 1] - self._starts[rows]).sum())
            if n_vectors > min(EXACT_MOST, READ_MOST):
                rows = self._candidates(self._lists, question, limit, rows, n_vectors)
        cosines = self.cosines(question, rows)
        best = np.lexsort((rows, -cosines))[:limit]
        return rows[best], cosines[best]

    def cosines(self, question: Values, rows: Rows) -> Values:
        """Cosine of each of `rows` with `question` (float32 [dimension]); float32 [len(rows)].

        Those of the float16 vectors: within 5e-4 of the model's own. Raises IndexDamaged when the
        vectors read are not unit vectors.
        """
        if not len(rows):
            return np.empty(0, np.float32)
        self._make_ready_for(question)
        parts = (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))
        return np.concatenate([self._cosines(question, part) for part in parts])

    def sentence_cosines(self, question: Values, row: int) -> Values:
        """Cosine of each sentence of a passage with `question`, float32 [n_sentences], in order.

        A passage of one sentence has that of the whole.
        """
        self._make_ready_for(question)
        start, end = self._starts[row], self._starts[row + 1]
        cosines: Values = widened(self._vectors[start + (end - start > 1) : end]) @ question
        return cosines

    def close(self) -> None:
        """Let go of the file and of the memory; nothing may be searched after that."""
        self._close_file()
        del self._vectors, self._starts, self._flat, self._lists

    def _make_ready_for(self, question: Values) -> None:
        if question.shape != (self.dimension,):
            raise damaged(self._path, f"its vectors are not of {len(question)} numbers")
        self.check()

    def check(self) -> None:
        """Open now what the first search would; raises IndexDamaged."""
        with self._lock:
            if self._is_ready:
                return
            folder = self._path.parent
            if (folder / inverted_file.CENTROIDS).exists():
                self._lists = InvertedFile(folder, self._vectors)
            else:
                import faiss

                self._flat = faiss.IndexFlatIP(self.dimension)
                for start in range(0, len(self._vectors), _BLOCK):
                    self._flat.add(widened(self._vectors[start : start + _BLOCK]))
                forget(self._vectors)
            self._is_ready = True

    def _cosines(self, question: Values, rows: Rows) -> Values:
        lengths = self._starts[rows + 1] - self._starts[rows]
        first = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        places = np.arange(lengths.sum()) + np.repeat(self._starts[rows] - first, lengths)
        # Vector by vector, so that equal ones have equal cosines; and in one thread.
        if self._flat is not None:
            each = self._inner_products(question, places)
        else:
            each = np.vecdot(widened(self._read(self._starts[rows], lengths)), question)
        # Also false for what is not a number.
        if not (np.abs(each) <= 1 + LENGTH_SLACK).all():
            raise damaged(self._path, "its vectors are not of unit length")
        whole = each[first]
        # A passage without sentences is its own; otherwise the whole is not one of them.
        each[first[lengths > 1]] = -np.inf
        weighed = (1 - SENTENCE_WEIGHT) * whole
        weighed += SENTENCE_WEIGHT * np.maximum.reduceat(each, first)
        return np.asarray(weighed, dtype=np.float32)

    def _inner_products(self, question: Values, places: Rows) -> Values:
        """Of these vectors with the question, by FAISS; its `search` would also sort them all,
        which takes longer than the products.

        In one thread: the work is too little to divide, and threads that wait for each other take
        milliseconds where other work has the cores.
        """
        import faiss

        faiss.omp_set_num_threads(1)  # of this thread
        query = np.ascontiguousarray(question, np.float32)
        products = np.empty(len(places), np.float32)
        self._flat.compute_distance_subset(
            1, faiss.swig_ptr(query), len(places), faiss.swig_ptr(products), faiss.swig_ptr(places)
        )
        return products

    def _read(self, starts: Rows, lengths: Rows) -> npt.NDArray[np.float16]:
        """That many vectors from each start, float16 [sum(lengths), dimension].

        Not by the map: pages read there count as this process's memory, soon all of the file, and
        letting go of them after each question took three times as long as this.
        """
        size = 2 * self.dimension
        offsets = (self._vectors.offset + size * starts).tolist()
        parts = map(os.pread, repeat(self._file), (size * lengths).tolist(), offsets)
        values = np.frombuffer(b"".join(parts), np.float16)
        if len(values) != self.dimension * lengths.sum():
            raise damaged(self._path, "it is shorter than it was")
        return values.reshape(-1, self.dimension)

    def _candidates(
        self, lists: InvertedFile, question: Values, limit: int, rows: Rows, n_vectors: int
    ) -> Rows:
        """Rows, ascending, that hold nearly all of the `limit` nearest of `rows`."""
        allowed = None
        if len(rows) < self.n_passages:
            of_passages = np.zeros(self.n_passages, np.bool_)
            of_passages[rows] = True
            allowed = of_passages[self._owners]
        # Of few that are allowed, the nearest stand in lists further away.
        share = _PROBED * len(self._owners) / n_vectors
        depth = _DEPTH * limit
        while True:
            depth = min(depth, n_vectors)
            vectors = lists.nearest(question, depth, share, allowed)
            owners = np.unique(self._owners[vectors])
            if len(owners) >= limit or (share >= 1 and depth == n_vectors):
                return owners.astype(np.int64)
            share, depth = 4 * share, 4 * depth
