"""The inverted file of a large index: candidates for the nearest of very many vectors.

An inverted file of FAISS: each vector is in the list of its nearest centroid, as the signs of its
difference from it (RaBitQ, Gao and Long 2024: one bit a dimension). It is stored as plain arrays,
from which it is assembled when an index is opened.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa.index import arrays
from briefqa.index.arrays import forget
from briefqa.index.recovery import damaged

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]
    Vectors = np.memmap[tuple[int, int], np.dtype[np.float16]]

CENTROIDS = "vectors.centroids.npy"  # float32 [n_lists, dimension], unit length
LISTS = "vectors.lists.npy"  # int64 [n_lists + 1]: where each list starts in the next two
MEMBERS = "vectors.members.npy"  # int32 [n_vectors]: which vector
CODES = "vectors.codes.npy"  # uint8 [n_vectors, dimension / 8 + 8]: its signs and two factors
LENGTH_SLACK = 0.01  # how far from -1..1 rounding, of a model and of float16, may carry a cosine
_LISTS_PER_ROOT = 3  # lists, times the square root of the number of vectors
_SAMPLE = 32  # vectors a list for finding the centroids
_BLOCK = 8_192  # vectors taken into memory at once
_SEED = 1


def write(folder: Path, vectors: Vectors) -> None:
    """Write the inverted file of unit vectors; the same vectors give the same files.

    At once in memory are a sample of them, 32 a list, and the codes. Raises OSError.
    """
    import faiss

    n_lists = int(_LISTS_PER_ROOT * math.sqrt(len(vectors)))
    chosen = np.random.default_rng(_SEED).choice(
        len(vectors), min(len(vectors), _SAMPLE * n_lists), replace=False
    )
    sample = vectors[np.sort(chosen)].astype(np.float32)
    forget(vectors)
    # It wants 39 vectors a centroid by itself and complains about fewer.
    clustering = faiss.Kmeans(
        vectors.shape[1], n_lists, niter=8, seed=_SEED, spherical=True, min_points_per_centroid=1
    )
    clustering.train(sample)
    inverted = _inverted_file(clustering.centroids)
    inverted.train(sample)
    for start in range(0, len(vectors), _BLOCK):
        inverted.add(vectors[start : start + _BLOCK].astype(np.float32))
        forget(vectors)
    lists = inverted.invlists
    sizes = [lists.list_size(number) for number in range(n_lists)]
    filled = [number for number in range(n_lists) if sizes[number]]
    members = [faiss.rev_swig_ptr(lists.get_ids(number), sizes[number]) for number in filled]
    codes = [
        faiss.rev_swig_ptr(lists.get_codes(number), sizes[number] * inverted.code_size)
        for number in filled
    ]
    for name, array in (
        (CENTROIDS, clustering.centroids),
        (LISTS, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)),
        (MEMBERS, np.concatenate(members).astype(np.int32)),
        (CODES, np.concatenate(codes).reshape(len(vectors), inverted.code_size)),
    ):
        arrays.write(folder / name, array)


class InvertedFile:
    """Nearest vectors by estimated cosines.

    One bit a dimension finds as good candidates as four or eight, in a sixth of the memory.
    """

    def __init__(self, folder: Path, vectors: Vectors) -> None:
        """Open what `write` wrote for `vectors`; raises IndexDamaged."""
        import faiss

        n_vectors, dimension = vectors.shape
        centroids = arrays.read(folder / CENTROIDS, np.float32, 2)
        starts = arrays.read(folder / LISTS, np.int64)
        members = arrays.read(folder / MEMBERS, np.int32)
        codes = arrays.read(folder / CODES, np.uint8, 2)
        if not len(centroids) or centroids.shape[1] != dimension or not _are_unit(centroids):
            raise damaged(folder / CENTROIDS, "it holds no unit vectors of the right size")
        if (
            len(starts) != len(centroids) + 1
            or (starts[0], starts[-1]) != (0, n_vectors)
            or (np.diff(starts) < 0).any()
        ):
            raise damaged(folder / LISTS, "it does not fit the vectors")
        if not np.array_equal(np.sort(members), np.arange(n_vectors)):
            raise damaged(folder / MEMBERS, "it does not name each vector once")
        self._file = _inverted_file(centroids)
        if codes.shape != (n_vectors, self._file.code_size):
            raise damaged(folder / CODES, "it does not fit the vectors")
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
        _, numbers = self._file.search(question[np.newaxis, :], depth, params=options)
        return np.asarray(numbers[0][numbers[0] >= 0], np.int64)  # -1 where there are no more

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
        forget(vectors)
        self._file.encode_vectors(
            len(some), faiss.swig_ptr(own), faiss.swig_ptr(numbers), faiss.swig_ptr(coded)
        )
        factors = codes[:, signs:].copy().view(np.float32)
        if not np.isfinite(factors).all() or (coded[:, :signs] != codes[some, :signs]).any():
            raise damaged(path, "it does not hold the codes of the vectors")


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
    return bool((np.abs(squares - 1) <= LENGTH_SLACK).all())
