"""A threshold with a promise: at most such a share of what is asserted is wrong, so surely.

Fixed-sequence testing (Learn then Test, Angelopoulos et al. 2021, arXiv 2110.01052): thresholds are
tried from the strictest down, each by the exact binomial upper bound of Clopper and Pearson (1934),
and the last is taken before the first that fails. So no correction for trying many is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

CERTAINTY = 0.95
ALLOWED = 2  # wrong answers among the first questions tested: one mistake shall not end it all
STEP = 10  # questions more at each threshold after the first


@dataclass(frozen=True, slots=True)
class Promise:
    """What can be promised of the answers asserted from a confidence on.

    `answer_from` is None where nothing can. The strictest threshold is the one of the `needed`
    surest questions, of which at most `allowed` may be wrong; `surest_wrong` of them are, or of all
    questions where there are fewer.
    """

    answer_from: float | None
    needed: int
    allowed: int
    surest_wrong: int


def promised(
    confidence: Sequence[float], right: Sequence[bool], wanted: float, certainty: float = CERTAINTY
) -> Promise:
    """The lowest confidence from which at most the `wanted` share, 0..1, is wrong, so surely.

    Questions of equal confidence are asserted together.
    """
    ordered = sorted(zip(confidence, right, strict=True), key=lambda one: -one[0])
    first = needed(wanted, ALLOWED, certainty)
    best, passes, wrong, due = None, True, 0, first
    for given, (value, is_right) in enumerate(ordered, 1):
        wrong += not is_right
        followed = given < len(ordered) and ordered[given][0] == value
        if given < due or followed or not passes:
            continue
        passes = upper_bound(wrong, given, certainty) <= wanted
        best, due = (value, given + STEP) if passes else (best, due)
    surest_wrong = sum(not is_right for _, is_right in ordered[:first])
    return Promise(best, first, ALLOWED, surest_wrong)


def upper_bound(wrong: int, given: int, certainty: float = CERTAINTY) -> float:
    """The share wrong that is not exceeded, so surely, where `wrong` of `given` were; 0..1."""
    from scipy.stats import beta

    return 1.0 if wrong >= given else float(beta.ppf(certainty, wrong + 1, given - wrong))


@cache
def needed(wanted: float, wrong: int, certainty: float = CERTAINTY) -> int:
    """How many answers are needed to promise the `wanted` share with so many `wrong` among them."""
    low, high = wrong, 2 * (wrong + 1)
    while upper_bound(wrong, high, certainty) > wanted:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if upper_bound(wrong, middle, certainty) > wanted:
            low = middle
        else:
            high = middle
    return high
