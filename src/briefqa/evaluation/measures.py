"""Measures of marked answers and of confidence.

Pure: the measures of reading comprehension (Rajpurkar et al. 2016, arXiv 1606.05250) and of
selective prediction (Geifman and El-Yaniv 2017, arXiv 1705.08500).
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
BINS = 10


def answer_words(text: str) -> list[str]:
    """The words an answer is compared by: lower case, without punctuation and articles."""
    return _ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split()


def f1(said: str, answers: Iterable[str]) -> float:
    """The harmonic mean of precision and recall of the words, for the best of `answers`, 0..1."""
    return max((_f1(answer_words(said), answer_words(answer)) for answer in answers), default=0.0)


def exact_match(said: str, answers: Iterable[str]) -> float:
    """1.0 if the words are just those of one of `answers`, else 0.0."""
    return float(any(answer_words(said) == answer_words(answer) for answer in answers))


def holds_answer(text: str, answers: Iterable[str]) -> bool:
    """Whether the words of one of `answers` stand in the text, one after the other."""
    words_of_text = f" {' '.join(answer_words(text))} "
    return any(
        words and f" {' '.join(words)} " in words_of_text for words in map(answer_words, answers)
    )


def auroc(yes: Sequence[float] | Values, no: Sequence[float] | Values) -> float | None:
    """How often one of `yes` has a higher value than one of `no`, 0..1; None if either is empty.

    The Mann-Whitney statistic over the number of pairs.
    """
    from scipy.stats import mannwhitneyu

    if not len(yes) or not len(no):
        return None
    return float(mannwhitneyu(yes, no).statistic / (len(yes) * len(no)))


def calibration_error(confidence: Values, right: Flags) -> float:
    """The expected calibration error over ten bins of equal width, 0..1.

    How far the mean confidence in a bin is from the share that is right, weighted by how many it
    holds (Guo et al. 2017, arXiv 1706.04599).
    """
    return sum(
        row["share"] * abs(row["confidence"] - row["right"])
        for row in reliability(confidence, right)
    )


def reliability(confidence: Values, right: Flags) -> list[dict[str, float]]:
    """For each of ten bins that holds any: the `share` of all, mean `confidence`, share `right`."""
    bin_of = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        {
            "share": float(in_bin.mean()),
            "confidence": float(confidence[in_bin].mean()),
            "right": float(right[in_bin].mean()),
        }
        for number in range(BINS)
        if (in_bin := bin_of == number).any()
    ]


def risk_coverage(confidence: Values, right: Flags) -> tuple[Values, Values]:
    """The surest questions answered first: the share that is answered, and that of these wrong.

    Both float64, one value for each confidence there is, from high to low.
    """
    order = np.argsort(-confidence, kind="stable")
    given = np.arange(1, len(order) + 1)
    last = np.append(np.diff(confidence[order]) != 0, True)  # equals are answered together
    coverage, risk = given / len(order), np.cumsum(~right[order]) / given
    return coverage[last], risk[last]


def risk_area(confidence: Values, right: Flags) -> float:
    """The area under the risk-coverage curve, 0..1; lower is better, 0 of nothing."""
    if not len(confidence):
        return 0.0
    coverage, risk = risk_coverage(confidence, right)
    return float((np.diff(coverage, prepend=0.0) * risk).sum())


def _f1(said: list[str], answer: list[str]) -> float:
    shared = (Counter(said) & Counter(answer)).total()
    return 2 * shared / (len(said) + len(answer)) if shared else float(said == answer)
