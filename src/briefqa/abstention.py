"""Is the evidence good enough?

Pure. Reads raw signals, never fused or list-relative ones: those make the best of two hopeless
passages look perfect.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True, slots=True)
class Signals:
    """What the indexes say about a question.

    `cosine` is that of the first passage, -1..1. `matched_share` is how much of the question,
    weighted by how rare its words are, stands in the first passage, 0..1.
    """

    cosine: float
    matched_share: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The abstention rule: a logistic model of two signals and the confidence that answers.

    The defaults were fitted to `data/questions.jsonl` with the default model by
    `benchmarks/abstention.py`. Under cross-validation they answer .93 of the answerable questions,
    .04 of the off-topic ones, and .98 of the near misses: questions on the documents' own subjects
    that the documents do not answer are beyond these signals.
    """

    intercept: float = -5.18
    cosine: float = 11.94
    matched_share: float = 5.41
    answer_from: float = 0.45

    def confidence(self, signals: Signals) -> float:
        """How sure that the best passage answers, 0..1."""
        logit = (
            self.intercept
            + self.cosine * signals.cosine
            + self.matched_share * signals.matched_share
        )
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))

    def to_mapping(self) -> dict[str, float]:
        """As it is stored with the index."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, stored: Mapping[str, float]) -> Thresholds:
        """As it was stored with the index; raises KeyError or ValueError for anything else."""
        return cls(**{field.name: float(stored[field.name]) for field in fields(cls)})
