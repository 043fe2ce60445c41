"""Which passages mean the same?

A passage has one vector of its whole text and one of each of its windows; its cosine with a
question weighs the whole and the best window. FAISS finds the nearest vectors by exact inner
product. The vectors are kept on disk as one plain numpy array; the only room that imports faiss.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from briefqa.errors import IndexDamaged

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]
    Vectors = npt.NDArray[np.float32]

VECTORS = "vectors.npy"
STARTS = "vectors.starts.npy"
WINDOW_WEIGHT = (
    0.6  # of the best window; the rest is the whole passage's. See benchmarks/RETRIEVAL.md.
)


def write(folder: Path, vectors: Vectors, counts: Sequence[int]) -> None:
    """Keep unit vectors, float32 [n_vectors, dim]; `counts[i]` are passage i's, the whole first."""
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    np.save(folder / VECTORS, np.ascontiguousarray(vectors, np.float32), allow_pickle=False)
    np.save(folder / STARTS, starts, allow_pickle=False)


def read(folder: Path) -> tuple[Vectors, Rows]:
    """The vectors as written, mapped from disk, and where those of each passage start.

    Float32 [n_vectors, dim] and int64 [n_passages + 1]. Raises IndexDamaged.
    """
    try:
        vectors: Vectors = np.load(folder / VECTORS, mmap_mode="r", allow_pickle=False)
        starts: Rows = np.load(folder / STARTS, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise IndexDamaged(
            f"The vectors in {folder} cannot be read ({error}); rebuild them with: briefqa build"
        ) from error
    fitting = (
        (vectors.ndim, starts.ndim) == (2, 1)
        and (vectors.dtype, starts.dtype) == (np.dtype(np.float32), np.dtype(np.int64))
        and len(starts) > 1
        and (starts[0], starts[-1]) == (0, len(vectors))
        and bool((np.diff(starts) > 0).all())
    )
    if not fitting:
        raise IndexDamaged(f"The vectors in {folder} have a wrong shape; run: briefqa build")
    return vectors, starts


class VectorIndex:
    """Read-only vectors of one generation; safe to share between threads."""

    def __init__(self, vectors: Vectors, starts: Rows) -> None:
        """`vectors`: float32 [n_vectors, dim], unit length; `starts` as `read` gives them."""
        import faiss

        self._vectors = vectors
        self._starts = starts
        self._owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(np.ascontiguousarray(vectors))

    def nearest(
        self, question: Vectors, limit: int, among: Rows | None = None
    ) -> tuple[Rows, Values]:
        """The `limit` passages nearest to `question` (float32 [dim]), nearest first, ties by row.

        Returns rows, int64 [m], and their cosines, float32 [m], -1..1, higher is nearer;
        m <= limit. `among` restricts the search to those rows. The result is exact: no cosine of a
        passage is above that of its nearest vector, so once that of the last vector looked at is
        below the last passage wanted, no other passage can come in.
        """
        import faiss

        options, n_vectors = None, len(self._vectors)
        if among is not None:
            allowed = np.flatnonzero(np.isin(self._owners, among))
            options, n_vectors = (
                faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed)),
                len(allowed),
            )
        if limit <= 0 or not n_vectors:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        depth = 4 * limit
        while True:
            depth = min(depth, n_vectors)
            found, places = self._index.search(question[np.newaxis, :], depth, params=options)
            rows = np.unique(self._owners[places[0]])
            cosines = self.cosines(question, rows)
            best = np.lexsort((rows, -cosines))[:limit]
            whole = depth == n_vectors
            if whole or (len(best) == limit and cosines[best[-1]] > found[0, -1]):
                return rows[best], cosines[best]
            depth *= 4

    def cosines(self, question: Vectors, rows: Rows) -> Values:
        """Cosine of each of `rows`, in ascending order, with `question`; float32 [len(rows)]."""
        if not len(rows):
            return np.empty(0, np.float32)
        lengths = self._starts[rows + 1] - self._starts[rows]
        first = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        places = np.arange(lengths.sum()) + np.repeat(self._starts[rows] - first, lengths)
        each = self._vectors[places] @ question
        whole = each[first]
        # A passage without windows is its own; otherwise the whole text is not one of them.
        each[first[lengths > 1]] = -np.inf
        best = np.maximum.reduceat(each, first)
        weighed = (1 - WINDOW_WEIGHT) * whole + WINDOW_WEIGHT * best
        return np.asarray(weighed, dtype=np.float32)
