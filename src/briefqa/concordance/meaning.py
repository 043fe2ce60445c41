"""Passages that may mean it too, without the words, and a bound for how many are still missed.

The passages that no mention stands in are ranked by the cosine of their nearest sentence with the
query. The first of them are read; of the `rest` a sample is drawn and read as well. Whoever reads
says how many of the sample mean it, and the hypergeometric distribution says how many of the rest
may: the bound is the largest number with which so few in the sample are still as likely as 1 less
the certainty. It holds in that share of all samples, whatever the ranking is worth, if the sample
was drawn at random and read right; a passage counts once. The sample depends on the query and the
generation of the index only, so that none is drawn until it pleases.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from briefqa.errors import UsageError
from briefqa.records import Passage, TextKind

if TYPE_CHECKING:
    from briefqa.concordance.found import Mentions
    from briefqa.index.opened import OpenedIndex
    from briefqa.models.embedder import Embedder

CERTAINTY = 0.95
MOST_SAMPLED = 2_000


@dataclass(frozen=True, slots=True)
class Near:
    """A passage without a mention, and its cosine with the query, -1..1."""

    passage: Passage
    cosine: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """The passages nearest in meaning, best first, and a `sample` of the `rest`, in their order."""

    ranked: tuple[Near, ...]
    sample: tuple[Passage, ...]
    rest: int

    def most_missed(self, found: int) -> int:
        """How many of the rest mean it at most, if `found` of the sample do; see the module."""
        return most_missed(self.rest, len(self.sample), found)

    def statement(self, found: int | None) -> str:
        """The bound in a sentence: what holds with so many found, or would if there were none."""
        n = len(self.sample)
        if not n:
            return f"No sample of the other {self.rest} passages was drawn, so nothing bounds them."
        condition = (
            f"If none of the {n} drawn means it"
            if found is None
            else (
                f"As {found} of the {n} drawn mean it"
                if found != 1
                else f"As 1 of the {n} drawn means it"
            )
        )
        most = self.most_missed(found or 0)
        return (
            f"{condition}, at most {most} of the {self.rest} passages that are not shown do, "
            f"with {100 * CERTAINTY:.0f} % certainty."
        )


def near_in_meaning(
    opened: OpenedIndex,
    embedder: Embedder,
    mentions: Mentions,
    *,
    k: int = 10,
    sample: int = 0,
    documents: Collection[str] | None = None,
) -> Meaning:
    """The `k` nearest passages without a mention, and a sample of so many of the others.

    Raises UsageError for a k or a sample that cannot be drawn.
    """
    if k < 0 or not 0 <= sample <= MOST_SAMPLED:
        raise UsageError(f"k is 0 or more, and a sample 0 to {MOST_SAMPLED} passages.")
    rows = _rows_without(opened, mentions, documents)
    if not len(rows):
        return Meaning((), (), 0)
    vector = embedder.embed([mentions.query], TextKind.QUESTION)[0]
    starts, stored = opened.vector_starts, opened.stored_vectors
    best = np.array(
        [
            (stored[starts[row] : starts[row + 1]].astype(np.float32) @ vector).max(initial=-1.0)
            for row in rows
        ]
    )
    order = np.lexsort((rows, -best))
    ranked = tuple(Near(opened.passages[int(rows[at])], float(best[at])) for at in order[:k])
    rest = np.sort(rows[order[k:]]).tolist()
    seed = hashlib.sha256(f"{opened.name}\n{mentions.query}".encode()).digest()
    drawn = random.Random(seed).sample(rest, min(sample, len(rest)))
    return Meaning(ranked, tuple(opened.passages[row] for row in sorted(drawn)), len(rest))


def most_missed(rest: int, sampled: int, found: int) -> int:
    """The bound for `rest` passages of which `sampled` were drawn and `found` of these mean it.

    A one-sided hypergeometric confidence bound (exact, of Clopper and Pearson's kind), the found
    ones included. Raises UsageError for numbers that cannot be.
    """
    if not 0 <= found <= sampled <= rest:
        raise UsageError(f"{found} found of {sampled} drawn from {rest} passages cannot be.")
    low, high = found, rest - (sampled - found)
    while low < high:  # the largest number that is not ruled out
        middle = (low + high + 1) // 2
        if _at_most(found, middle, rest, sampled) > 1 - CERTAINTY:
            low = middle
        else:
            high = middle - 1
    return low


def _at_most(found: int, relevant: int, rest: int, sampled: int) -> float:
    """The probability that a sample has `found` or fewer of the relevant."""
    ways = sum(
        comb(relevant, each) * comb(rest - relevant, sampled - each) for each in range(found + 1)
    )
    return ways / comb(rest, sampled)


def _rows_without(
    opened: OpenedIndex, mentions: Mentions, documents: Collection[str] | None
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The passages in which no mention begins or ends."""
    places: dict[str, list[tuple[int, int]]] = {}
    for each in mentions.mentions:
        places.setdefault(each.document, []).append((each.start, each.end))
    rows, first = [], 0
    for source in opened.manifest.indexed():
        if documents is None or source.name in documents:
            taken = places.get(source.name, ())
            for row in range(first, first + source.passages):
                passage = opened.passages[row] if taken else None
                if passage is None or not any(
                    start < passage.end and passage.start < end for start, end in taken
                ):
                    rows.append(row)
        first += source.passages
    return np.array(rows, np.int64)
