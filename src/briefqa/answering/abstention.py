"""Abstention: how sure it is that the best passage answers, and from when on it is answered.

Pure. Reads raw signals, never fused values, which make the best of two hopeless passages look
perfect. Two logistic rules: one for what the indexes say alone, one for what a reader
says too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Signals:
    """The evidence for the first passage of a question.

    `cosine` is the passage's, -1..1. `matched_share` is how much of the question, weighted by how
    rare its words are, stands in the passage, 0..1. `agreement` is how far up both indexes have it,
    the mean of 1 / rank, among all passages by words and among those looked in by meaning, 0..1.
    `unknown_share` is the share of the question's words that stand nowhere in the documents, and
    `unknown_names` that of its names and numbers; `missing_names` is the share of its names and
    numbers that do not stand in the passage; all 0..1, 0 where it has none. `answerability` is the
    reader's, in logits: whether the passage answers, the mean of reading all of it and only where
    it seems to; None without a reader.
    """

    cosine: float
    matched_share: float
    agreement: float = 0.0
    unknown_share: float = 0.0
    unknown_names: float = 0.0
    missing_names: float = 0.0
    answerability: float | None = None


class Rule(Protocol):
    """From signals to a confidence, and the confidence that answers."""

    @property
    def answer_from(self) -> float: ...

    def confidence(self, signals: Signals) -> float:
        """How sure that the best passage answers, 0..1."""
        ...


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The rule without a reader: a logistic model of two signals and the confidence that answers.

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
        return probability(
            self.intercept
            + self.cosine * signals.cosine
            + self.matched_share * signals.matched_share
        )

    def to_mapping(self) -> dict[str, float]:
        """As it is stored with the index."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, stored: Mapping[str, float]) -> Thresholds:
        """As it was stored with the index; raises KeyError or ValueError for anything else."""
        return cls(**{field.name: float(stored[field.name]) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class ReaderRule:
    """The rule with a reader: a logistic model of `features`, fitted to that reader.

    A weight for each of `FEATURES`, of the sign that it has as evidence: those of what is unknown
    or missing are 0 or less, the others 0 or more. `training/fit.py` fits it, and writes its
    numbers with how reliable they are into the reader's `confidence.json`.
    """

    intercept: float
    weights: tuple[float, ...]
    answer_from: float

    def confidence(self, signals: Signals) -> float:
        """How sure that the best passage answers, 0..1."""
        values = features(signals)
        return probability(
            self.intercept
            + sum(
                weight * values[name] for name, weight in zip(FEATURES, self.weights, strict=True)
            )
        )

    @classmethod
    def from_mapping(cls, stored: Mapping[str, float]) -> ReaderRule:
        """As it is stored with the reader; raises KeyError, TypeError or ValueError."""
        numbers = {name: float(stored[name]) for name in ("intercept", "answer_from", *FEATURES)}
        if not all(map(math.isfinite, numbers.values())):
            raise ValueError("a number of the rule is not finite")
        weights = tuple(numbers[name] for name in FEATURES)
        return cls(numbers["intercept"], weights, numbers["answer_from"])


@dataclass(frozen=True, slots=True)
class Rescaled:
    """Another rule, its confidence fitted to somebody's own questions (Platt 1999).

    `slope`, 0 or more, and `intercept` are of the logit of what `rule` says.
    """

    rule: Rule
    slope: float
    intercept: float
    answer_from: float

    def confidence(self, signals: Signals) -> float:
        """How sure that the best passage answers, 0..1."""
        return rescaled(self.rule.confidence(signals), self.slope, self.intercept)


AGAINST = frozenset({"unknown_share", "unknown_names", "missing_names"})
FEATURES = ("cosine", "agreement", *sorted(AGAINST), "answerability", "topic")


def features(signals: Signals) -> dict[str, float]:
    """What the reader's rule weighs, by the names in `FEATURES`: signals, and `topic`.

    That is the logarithm of what the rule without a reader says, or of one half if it says more: it
    falls for what is off the topic and is the same for all else. Logits beyond 10 say no more than
    10 does.
    """
    values = {**asdict(signals), "topic": math.log(min(0.5, Thresholds().confidence(signals)))}
    return {name: max(-10.0, min(10.0, float(values[name] or 0.0))) for name in FEATURES}


def probability(logit: float) -> float:
    """The logistic function, never 0 or 1 itself."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def logit(probability: float) -> float:
    """What `probability` makes one of; finite also for 0 and 1."""
    sound = max(1e-13, min(1 - 1e-13, probability))
    return math.log(sound / (1 - sound))


def rescaled(confidence: float, slope: float, intercept: float) -> float:
    """A confidence on the scale where its logit is `slope` times as large and `intercept` more."""
    return probability(intercept + slope * logit(confidence))
