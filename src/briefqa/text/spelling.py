"""Spelling correction: the known term that is most like one that occurs nowhere.

Each known term has a signature, one number, by which most of them are ruled out without comparing
letters; the rest are compared by optimal string alignment (rapidfuzz).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Signatures = npt.NDArray[np.uint64]

# A term is corrected if it is long enough, and to a term that is similar enough: 1 less the share
# of letters to change, swapped neighbours counting once.
MIN_LENGTH = 5
MIN_SIMILARITY = 0.8
_CLASSES = 28  # of letters that a signature tells apart; a to z are all different
_LETTERS = (1 << 2 * _CLASSES) - 1


def can_be_corrected(term: str) -> bool:
    """Whether a term is long enough, and letters only."""
    return len(term) >= MIN_LENGTH and term.isalpha()


def closest(term: str, terms: Sequence[str], signatures: Signatures) -> str | None:
    """The most similar of `terms`, of equals the first; None where none is similar enough.

    `signatures`, uint64 [n_terms], are those of `terms`.
    """
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extractOne

    candidates = [terms[number] for number in likely_spellings(term, signatures)]
    best = extractOne(
        term, candidates, scorer=OSA.normalized_similarity, score_cutoff=MIN_SIMILARITY
    )
    return None if best is None else str(best[0])


def signature(word: str) -> int:
    """A word for quick comparison: its length, which letters it has, and which more than once.

    Bits 56 to 63, 0 to 27 and 28 to 55, the letters by their code modulo 28. It is 0 for what is
    not letters only, or too short to be the correction of another word.
    """
    if not word.isalpha() or len(word) < MIN_LENGTH - 1:
        return 0
    once = twice = 0
    for letter in word:
        bit = 1 << ord(letter) % _CLASSES
        twice |= once & bit
        once |= bit
    return len(word) << 2 * _CLASSES | twice << _CLASSES | once


def likely_spellings(term: str, signatures: Signatures) -> list[int]:
    """The numbers, ascending, of the terms that may be similar enough to a misspelt one.

    A superset. A change adds a letter and takes one away, or does one of the two, or neither: at
    least as many changes are needed as either word has letters that the other has not, or is
    longer.
    """
    length, letters, lengths = len(term), signature(term) & _LETTERS, np.arange(256)
    changes = np.maximum(lengths, length) * (1 - MIN_SIMILARITY) + 1e-6
    changes = np.where(abs(lengths - length) <= changes, changes, -1).astype(np.int8)
    allowed = changes[signatures >> 2 * _CLASSES]
    some = np.flatnonzero(allowed >= 0)
    signatures, allowed = signatures[some], allowed[some]
    lacking = np.bitwise_count(~signatures & letters) <= allowed
    added = np.bitwise_count(signatures & (_LETTERS & ~letters)) <= allowed
    return [int(number) for number in some[lacking & added]]
