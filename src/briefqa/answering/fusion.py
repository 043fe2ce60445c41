"""Fusing the rankings by words and by meaning, and reranking by what a reader says.

Pure. Each raw score is brought to a scale that does not depend on the other candidates: BM25 is
divided by the inverse document frequencies of the question's terms, so that it says how much of
the question stands in the passage; a cosine is on such a scale already. Their weighted sum keeps by
how much a passage leads, which reciprocal rank fusion throws away, and lets a question whose words
are found lean on its words and another on its meaning (convex combination with theoretical
normalisation: Bruch et al. 2023, arXiv 2210.11934). `benchmarks/RETRIEVAL.md` has the figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]

SEMANTIC_WEIGHT = 2.5  # of a cosine beside the share of the question's words
DOCUMENT_WEIGHT = 0.5  # of the best passage of the same document; never changes which is first


SENTENCE_WEIGHT = 1.0  # of a sentence's own evidence beside the reader's share of it
READER_WEIGHT = 0.7  # of the reader's probability that the passage answers


def reread(fused: Values, answerability: Values) -> Values:
    """What passages that were read are ordered by, float32 [n], higher is better.

    `answerability` is the reader's probability that each answers, 0..1.
    """
    return np.asarray(fused + READER_WEIGHT * answerability, dtype=np.float32)


def in_sentences(evidence: Values, shares: Values) -> Values:
    """What the sentences of a passage are chosen by, float32 [n], higher is better.

    `evidence` is what each has by `combined`; `shares` what a reader sees of the answer in each,
    0..1.
    """
    return np.asarray(SENTENCE_WEIGHT * evidence + shares, dtype=np.float32)


def combined(word_share: Values, cosine: Values) -> Values:
    """The weighted sum of both, float32 [n]: what candidates, or sentences, have by themselves."""
    return np.asarray(word_share + SEMANTIC_WEIGHT * cosine, dtype=np.float32)


def fuse(word_share: Values, cosine: Values, document: Rows) -> Values:
    """Fused value of each candidate, float32 [n], higher is better.

    `word_share` is BM25 over the question's idf sum, 0 or more; `cosine` -1..1; `document` says
    which document each candidate is from, int64 [n].
    """
    own = combined(word_share, cosine)
    if not len(own):
        return np.empty(0, dtype=np.float32)
    _, place = np.unique(document, return_inverse=True)
    best = np.full(place.max() + 1, -np.inf)
    np.maximum.at(best, place, own)
    return np.asarray(own + DOCUMENT_WEIGHT * best[place], dtype=np.float32)
