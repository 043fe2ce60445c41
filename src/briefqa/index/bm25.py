"""The BM25 weighting of terms: its constants and formulas.

score(passage) = sum over the question's terms of idf * gain, where the gain is that of Whoosh's
BM25F: tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / mean length)). Gains are computed while an
index is built and stored with it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    PostingRows = npt.NDArray[np.int32]
    Values = npt.NDArray[np.float32]

# How soon repeats of a term stop counting, and how much a long passage is penalised: the values
# that Anserini uses for passages; `benchmarks/RETRIEVAL.md` has others. They are in the gains an
# index stores: raise RECIPE in `manifest.py` when they change.
K1 = 0.9
B = 0.4


def idf(frequency: int, n_passages: int) -> float:
    """Inverse document frequency of a term in `frequency` of `n_passages`: ln(N / (df + 1)) + 1."""
    return math.log(n_passages / (frequency + 1)) + 1


def rarity(frequency: int, n_passages: int) -> float:
    """The weight of a term in a matched share: ln(1 + N / (df + 0.5)), always above 0."""
    return math.log(1 + n_passages / (frequency + 0.5))


def gains(rows: PostingRows, times: Values, lengths: Values) -> Values:
    """What each posting adds to its passage's score for an idf of 1, float32 [n_postings].

    `times` says how often the term occurs in the passage `rows` names, float32 [n_postings];
    `lengths` are those of the passages in terms, float32 [n_passages].
    """
    mean = max(float(times.sum(dtype=np.float64)) / max(len(lengths), 1), 1e-9)
    damping: Values = np.float32(K1) * (1 - B + B * lengths / mean)
    gains: Values = times * (K1 + 1)
    gains /= times + damping[rows]
    return gains
