"""Which rows of the collections that generations share are those of one generation.

Every vector that is sent gets a number that no other ever had; a passage has the number of its
first vector, and its other vectors have the next ones. So a passage that has not changed keeps its
numbers and is not sent again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]

_RUNS = 200  # of neighbouring numbers that one condition names
_LEAST_KEPT = (
    0.5  # of the passages; else all are sent anew, so that what is unused does not pile up
)
_END = 2**62


@dataclass(frozen=True, slots=True)
class Shared:
    """Where the passages and vectors are: in collections named after the generation that made
    them, for vectors of that dimension with that kind of index.
    """

    base: str
    dimension: int
    index: str


class Numbering:
    """The numbers of a generation's passages, int64 [n_passages], and of their vectors."""

    def __init__(self, shared: Shared, numbers: Rows, starts: Rows) -> None:
        """`starts`, int64 [n_passages + 1], say how many vectors each passage has."""
        self.shared = shared
        self.numbers = numbers
        self.starts = starts
        self._counts = np.diff(starts)
        self._order = np.argsort(numbers)
        self._sorted = numbers[self._order]

    @property
    def end(self) -> int:
        """More than any of its numbers."""
        return int((self.numbers + self._counts).max(initial=0))

    def rows_of(self, numbers: Rows) -> Rows:
        """The passages whose vectors have these numbers, without those that have none here."""
        if not len(self._sorted):
            return np.empty(0, np.int64)
        places = np.maximum(self._sorted.searchsorted(numbers, "right") - 1, 0)
        rows = self._order[places]
        ours = (numbers >= self.numbers[rows]) & (numbers < self.numbers[rows] + self._counts[rows])
        found: Rows = rows[ours]
        return found

    def ranges(self, rows: Rows | None = None) -> tuple[Rows, Rows]:
        """Where the numbers of these passages' vectors, or of all, start and end, ascending."""
        rows = self._order if rows is None else rows[np.argsort(self.numbers[rows])]
        return self.numbers[rows], self.numbers[rows] + self._counts[rows]


def numbered(
    shared: Shared, starts: Rows, digests: list[str], last: tuple[Numbering, list[str]] | None
) -> tuple[Numbering, Flags]:
    """The numbers of a new generation, and which of its passages are to be sent.

    `digests` are those of its passages; `last` is the generation before with its own, None if
    nothing of it can be used. `shared` is where everything goes if most is new.
    """
    counts = np.diff(starts)
    numbers = np.full(len(counts), -1, np.int64)
    first = 0
    if last is not None:
        known = dict(zip(last[1], last[0].numbers.tolist(), strict=True))
        sizes = dict(zip(last[1], np.diff(last[0].starts).tolist(), strict=True))
        for row, digest in enumerate(digests):
            if sizes.get(digest) == counts[row]:
                numbers[row] = known.pop(digest, -1)  # of two that are equal the second is sent
        if np.count_nonzero(numbers >= 0) >= _LEAST_KEPT * len(numbers):
            shared = last[0].shared
            first = max(last[0].end, time.time_ns() // 1000)  # also above what a stopped build sent
        else:
            numbers[:] = -1
    new = numbers < 0
    numbers[new] = first + np.cumsum(counts[new]) - counts[new]
    return Numbering(shared, numbers, starts), new


def conditions(field: str, starts: Rows, ends: Rows) -> Iterator[str]:
    """Conditions that hold for the numbers in these ranges only, together for all of them.

    The ranges ascend.
    """
    apart = np.flatnonzero(starts[1:] != ends[:-1]) + 1
    firsts = [int(starts[at]) for at in (0, *apart)] if len(starts) else []
    lasts = [int(ends[at]) for at in (*(apart - 1), len(ends) - 1)] if len(starts) else []
    runs = list(zip(firsts, lasts, strict=True))
    for at in range(0, len(runs), _RUNS):
        some = runs[at : at + _RUNS]
        single = [first for first, end in some if end == first + 1]
        longer = [f"({field} >= {a} and {field} < {b})" for a, b in some if b > a + 1]
        yield " or ".join([*([f"{field} in {single}"] if single else []), *longer])


def unused(kept: Iterable[Numbering]) -> tuple[Rows, Rows]:
    """The ranges of numbers that are of none of these generations, which have the same `shared`."""
    ranges = [each.ranges() for each in kept]
    starts = np.concatenate([start for start, _ in ranges])
    ends = np.concatenate([end for _, end in ranges])
    order = np.argsort(starts, kind="stable")
    # Where two generations have the same passage, its range stands there twice.
    before = np.concatenate([[0], np.maximum.accumulate(ends[order])]).astype(np.int64)
    after = np.concatenate([starts[order], [_END]]).astype(np.int64)
    gaps = after > before
    return before[gaps], after[gaps]
