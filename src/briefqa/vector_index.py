"""Which passages mean the same?

A passage has one vector of its whole text and one of each of its sentences; its cosine with a
question weighs the whole and the best sentence. The vectors are kept on disk as half precision
numbers, in one plain numpy array.

FAISS finds the nearest. Up to `EXACT_MOST` vectors are held in memory in a flat index and all
looked at. For more, `organise` makes an inverted file beside them: each vector stands in the list
of its nearest centroid, as the signs of its difference from it (RaBitQ, Gao and Long 2024: one bit
a dimension). Those lists are searched for candidates, and the cosines of these are computed from
the vectors on disk. The only room that imports faiss.
"""

from __future__ import annotations

import math
import mmap
import os
import weakref
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa import array_file
from briefqa.errors import IndexDamaged

if TYPE_CHECKING:
    import numpy.typing as npt

    IntArray = npt.NDArray[np.integer]
    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]
    Vectors = np.memmap[tuple[int, int], np.dtype[np.float16]]

VECTORS = "vectors.npy"
STARTS = "vectors.starts.npy"
SENTENCE_WEIGHT = 0.6  # of the best one; the rest is the whole's. See benchmarks/RETRIEVAL.md.
_LENGTH_SLACK = 0.01  # how far from -1..1 rounding, of a model and of float16, may carry a cosine

# What a large index has beside its vectors.
CENTROIDS = "vectors.centroids.npy"  # float32 [n_lists, dimension], unit length
LISTS = "vectors.lists.npy"  # int64 [n_lists + 1]: where each list starts in the next two
MEMBERS = "vectors.members.npy"  # int32 [n_vectors]: which vector
CODES = "vectors.codes.npy"  # uint8 [n_vectors, dimension / 8 + 8]: its signs and two factors

# Measured with 100,000 passages of about five vectors each; see benchmarks/SPEED.md.
EXACT_MOST = 30_000  # vectors that are all looked at, in some 5 ms, rather than put into lists
_LISTS_PER_ROOT = 3  # lists, times the square root of the number of vectors
_PROBED = 1 / 16  # of the lists are searched
_DEPTH = 8  # nearest vectors asked of them for each passage wanted
_SAMPLE = 32  # vectors a list for finding the centroids
_BLOCK = 8_192  # vectors, or passages, taken into memory at once
_SEED = 1


def create(folder: Path, counts: Sequence[int] | IntArray, dimension: int) -> Vectors:
    """Make room for the vectors of a build, to be filled in any order and then flushed.

    `counts[i]`, 1 or more, are passage i's vectors: they stand together, the whole passage's
    first, then its sentences'. Returns the file as writable array, float16 [sum(counts), dimension]
    and 0 so far; what is put there is rounded to half precision, which moves the cosine of two
    unit vectors by less than 5e-4. Raises OSError, at once, when there is no room on the disk.
    """
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    array_file.write(folder / STARTS, starts)
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

    Nothing for `EXACT_MOST` vectors or fewer. The same vectors give the same files; at once in
    memory are a sample of them, 32 a list, and the codes. Raises OSError and IndexDamaged.
    """
    vectors, _ = read_vectors(folder)
    if len(vectors) <= EXACT_MOST:
        return
    import faiss

    n_lists = int(_LISTS_PER_ROOT * math.sqrt(len(vectors)))
    chosen = np.random.default_rng(_SEED).choice(
        len(vectors), min(len(vectors), _SAMPLE * n_lists), replace=False
    )
    sample = vectors[np.sort(chosen)].astype(np.float32)
    _forget(vectors)
    # It wants 39 vectors a centroid by itself and complains about fewer.
    clustering = faiss.Kmeans(
        vectors.shape[1], n_lists, niter=8, seed=_SEED, spherical=True, min_points_per_centroid=1
    )
    clustering.train(sample)
    inverted = _inverted_file(clustering.centroids)
    inverted.train(sample)
    for start in range(0, len(vectors), _BLOCK):
        inverted.add(vectors[start : start + _BLOCK].astype(np.float32))
        _forget(vectors)
    held = inverted.invlists
    sizes = [held.list_size(number) for number in range(n_lists)]
    filled = [number for number in range(n_lists) if sizes[number]]
    members = [faiss.rev_swig_ptr(held.get_ids(number), sizes[number]) for number in filled]
    codes = [
        faiss.rev_swig_ptr(held.get_codes(number), sizes[number] * inverted.code_size)
        for number in filled
    ]
    for name, array in (
        (CENTROIDS, clustering.centroids),
        (LISTS, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)),
        (MEMBERS, np.concatenate(members).astype(np.int32)),
        (CODES, np.concatenate(codes).reshape(len(vectors), inverted.code_size)),
    ):
        array_file.write(folder / name, array)


def read_vectors(folder: Path) -> tuple[Vectors, Rows]:
    """The vectors as written, mapped from disk, and where those of each passage start.

    Float16 [n_vectors, dimension] and int64 [n_passages + 1]. Raises IndexDamaged.
    """
    vectors = array_file.read(folder / VECTORS, np.float16, 2)
    starts = array_file.read(folder / STARTS, np.int64)
    fitting = (
        len(starts) > 1
        and (starts[0], starts[-1]) == (0, len(vectors))
        and bool((np.diff(starts) > 0).all())
    )
    if not fitting:
        raise _damaged(folder / STARTS, "it does not fit the vectors")
    return vectors, starts


class VectorIndex:
    """Read-only vectors of one generation; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Open what `create` and `organise` wrote; raises IndexDamaged."""
        self._path = folder / VECTORS
        self._vectors, self._starts = read_vectors(folder)
        self._lists = None
        self._flat: Any = None
        if (folder / CENTROIDS).exists():
            self._lists = _Lists(folder, self._vectors)
            self._file = os.open(self._path, os.O_RDONLY)
            weakref.finalize(self, os.close, self._file)
            self._owners = np.repeat(
                np.arange(self.n_passages, dtype=np.int32), np.diff(self._starts)
            )
        else:
            import faiss

            self._flat = faiss.IndexFlatIP(self.dimension)
            for start in range(0, len(self._vectors), _BLOCK):
                self._flat.add(_widened(self._vectors[start : start + _BLOCK]))
            _forget(self._vectors)

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
        passages are found is exact up to `EXACT_MOST` vectors, counting those of `among` only, and
        nearly so above.
        """
        rows = np.arange(self.n_passages) if among is None else np.unique(among).astype(np.int64)
        if limit <= 0 or not len(rows):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if self._lists and limit * _DEPTH < len(rows):
            n_vectors = len(self._owners)
            if among is not None:
                n_vectors = int((self._starts[rows + 1] - self._starts[rows]).sum())
            if n_vectors > EXACT_MOST:
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
        parts = (rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK))
        return np.concatenate([self._cosines(question, part) for part in parts])

    def _cosines(self, question: Values, rows: Rows) -> Values:
        lengths = self._starts[rows + 1] - self._starts[rows]
        first = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        places = np.arange(lengths.sum()) + np.repeat(self._starts[rows] - first, lengths)
        # Vector by vector, so that equal ones have equal cosines; and in one thread.
        if self._flat is not None:
            each = self._inner_products(question, places)
        elif hasattr(os, "pread"):
            each = np.vecdot(_widened(self._read(self._starts[rows], lengths)), question)
        else:
            each = np.vecdot(_widened(self._vectors[places]), question)
        # Also false for what is not a number.
        if not (np.abs(each) <= 1 + _LENGTH_SLACK).all():
            raise _damaged(self._path, "its vectors are not of unit length")
        whole = each[first]
        # A passage without sentences is its own; otherwise the whole is not one of them.
        each[first[lengths > 1]] = -np.inf
        weighed = (1 - SENTENCE_WEIGHT) * whole
        weighed += SENTENCE_WEIGHT * np.maximum.reduceat(each, first)
        return np.asarray(weighed, dtype=np.float32)

    def _inner_products(self, question: Values, places: Rows) -> Values:
        """Of these vectors with the question, by FAISS; its `search` would sort them all besides,
        which takes longer than the products.
        """
        import faiss

        asked = np.ascontiguousarray(question, np.float32)
        products = np.empty(len(places), np.float32)
        self._flat.compute_distance_subset(
            1, faiss.swig_ptr(asked), len(places), faiss.swig_ptr(products), faiss.swig_ptr(places)
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
        read = np.frombuffer(b"".join(parts), np.float16)
        if len(read) != self.dimension * lengths.sum():
            raise _damaged(self._path, "it is shorter than it was")
        return read.reshape(-1, self.dimension)

    def _candidates(
        self, lists: _Lists, question: Values, limit: int, rows: Rows, n_vectors: int
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
            found = lists.nearest(question, depth, share, allowed)
            owners = np.unique(self._owners[found])
            if len(owners) >= limit or (share >= 1 and depth == n_vectors):
                return owners.astype(np.int64)
            share, depth = 4 * share, 4 * depth


class _Lists:
    """The inverted file of a large index: nearest vectors, by estimated cosines.

    One bit a dimension found as good candidates as four or eight did, in a sixth of the memory.
    """

    def __init__(self, folder: Path, vectors: Vectors) -> None:
        """Open what `organise` wrote for `vectors`; raises IndexDamaged."""
        import faiss

        n_vectors, dimension = vectors.shape
        centroids = array_file.read(folder / CENTROIDS, np.float32, 2)
        starts = array_file.read(folder / LISTS, np.int64)
        members = array_file.read(folder / MEMBERS, np.int32)
        codes = array_file.read(folder / CODES, np.uint8, 2)
        if not len(centroids) or centroids.shape[1] != dimension or not _are_unit(centroids):
            raise _damaged(folder / CENTROIDS, "it holds no unit vectors of the right size")
        if (
            len(starts) != len(centroids) + 1
            or (starts[0], starts[-1]) != (0, n_vectors)
            or (np.diff(starts) < 0).any()
        ):
            raise _damaged(folder / LISTS, "it does not fit the vectors")
        if not np.array_equal(np.sort(members), np.arange(n_vectors)):
            raise _damaged(folder / MEMBERS, "it does not name each vector once")
        self._file = _inverted_file(centroids)
        if codes.shape != (n_vectors, self._file.code_size):
            raise _damaged(folder / CODES, "it does not fit the vectors")
        self._check(codes, members, starts, vectors, folder / CODES)
        numbers = members.astype(np.int64)
        for number, start in enumerate(starts[:-1].tolist()):
            size = int(starts[number + 1]) - start
            if size:
                self._file.invlists.add_entries(
                    number,
                    size,
                    faiss.swig_ptr(numbers[start : start + size]),
                    faiss.swig_ptr(codes[start : start + size]),
                )
        self._file.ntotal = n_vectors

    def nearest(
        self, question: Values, depth: int, share: float, allowed: npt.NDArray[np.bool_] | None
    ) -> Rows:
        """The numbers of about the `depth` nearest vectors in that share of the lists.

        `allowed`, bool [n_vectors], says which may be found. Runs in one thread.
        """
        import faiss

        probed = min(self._file.nlist, math.ceil(share * self._file.nlist))
        options = faiss.SearchParametersIVF(nprobe=probed)
        if allowed is not None:
            options.sel = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
        _, found = self._file.search(question[np.newaxis, :], depth, params=options)
        return np.asarray(found[0][found[0] >= 0], np.int64)  # -1 where there are no more

    def _check(
        self,
        codes: npt.NDArray[np.uint8],
        members: Rows,
        starts: Rows,
        vectors: Vectors,
        path: Path,
    ) -> None:
        """Raise IndexDamaged unless some vectors are coded as this version of FAISS does."""
        import faiss

        signs = math.ceil(vectors.shape[1] / 8)
        some = np.unique(np.linspace(0, len(codes) - 1, 64).astype(np.int64))
        numbers = np.searchsorted(starts, some, side="right") - 1
        coded = np.empty((len(some), codes.shape[1]), np.uint8)
        own = vectors[members[some]].astype(np.float32)
        _forget(vectors)
        self._file.encode_vectors(
            len(some), faiss.swig_ptr(own), faiss.swig_ptr(numbers), faiss.swig_ptr(coded)
        )
        factors = codes[:, signs:].copy().view(np.float32)
        if not np.isfinite(factors).all() or (coded[:, :signs] != codes[some, :signs]).any():
            raise _damaged(path, "it does not hold the codes of the vectors")


def _inverted_file(centroids: Values) -> Any:
    """An empty inverted file with a list for each of the centroids, float32 [n_lists, dim]."""
    import faiss

    n_lists, dimension = centroids.shape
    quantizer = faiss.IndexFlatIP(dimension)
    quantizer.add(centroids)
    inverted = faiss.IndexIVFRaBitQ(quantizer, dimension, n_lists, faiss.METRIC_INNER_PRODUCT)
    inverted.is_trained = True  # there is nothing to train but the centroids
    return inverted


def _are_unit(vectors: Values) -> bool:
    """Whether each row has length 1; false also for what is not a number."""
    squares = np.vecdot(vectors, vectors)
    return bool((np.abs(squares - 1) <= _LENGTH_SLACK).all())


def _widened(halves: npt.NDArray[np.float16]) -> Values:
    """As float32, exactly, where they are numbers, and above 65,000 where they are not.

    The bits are moved to their new places, and the exponent mended by the factor: five times as
    fast as `astype`, which was half of a search.
    """
    bits = np.asarray(halves).view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= -0x70000001  # the sign was copied into these three bits
    numbers = bits.view(np.float32)
    numbers *= np.float32(2.0**112)
    return numbers


def _forget(vectors: Vectors) -> None:
    """Let go of the pages read of a file: they stay in the system's cache, not in our memory."""
    pages: object = vectors.base
    if isinstance(pages, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)


def _damaged(path: Path, why: str) -> IndexDamaged:
    return IndexDamaged(f"The vectors in {path} cannot be used ({why}); run: briefqa build")
