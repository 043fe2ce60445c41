"""Two decisions on raw signals: do the documents speak of it, and does the marked sentence answer.

Pure. Reads raw signals, never fused values, which make the best of two hopeless passages look
perfect. Both decisions are logistic rules, with numbers for a reader and numbers without one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Signals:
    """The evidence for the first passage of a question, and for the sentence marked in it.

    `cosine` is the passage's, -1..1. `matched_share` is how much of the question, weighted by how
    rare its words are, stands in the passage, 0..1. `agreement` is how far up both indexes have it,
    the mean of 1 / rank, among all passages by words and among those looked in by meaning, 0..1.
    `unknown_share` is the share of the question's words that stand nowhere in the documents, and
    `unknown_names` that of its names and numbers; `missing_names` is the share of its names and
    numbers that do not stand in the passage; all 0..1, 0 where it has none.

    `answerability` is the reader's, in logits: whether the passage answers, the mean of reading all
    of it and only where it seems to; `lead` how much it is above the best of the other passages.
    Both are None and 0 without a reader. `sentence_share` is the reader's share of the answer in
    the marked sentence, 0..1, and `evident` whether that sentence is also the one with most of the
    question's words and meaning; `margin` is by how much, 0..1. `answer_type`, `counted`, `echo`
    and `numbers` say how badly those checks failed, 0..1 (`checks.py`).
    """

    cosine: float
    matched_share: float
    agreement: float = 0.0
    unknown_share: float = 0.0
    unknown_names: float = 0.0
    missing_names: float = 0.0
    answerability: float | None = None
    lead: float = 0.0
    sentence_share: float = 0.0
    evident: bool = True
    margin: float = 0.0
    answer_type: float = 0.0
    counted: float = 0.0
    echo: float = 0.0
    numbers: float = 0.0


class Rule(Protocol):
    """From signals to the two decisions."""

    @property
    def topic_from(self) -> float: ...

    @property
    def answer_from(self) -> float: ...

    def topic(self, signals: Signals) -> float:
        """How sure it is that the documents speak of what is asked, 0..1."""
        ...

    def confidence(self, signals: Signals) -> float:
        """How sure it is that the marked sentence answers, 0..1."""
        ...


# Evidence against: more of it never makes an answer surer.
AGAINST = frozenset(
    {"unknown_share", "unknown_names", "missing_names", "answer_type", "counted", "echo", "numbers"}
)
TOPIC_FEATURES = ("cosine", "matched_share", "unknown_share", "answerability")
ANSWER_FEATURES = (
    "answerability",
    "lead",
    "sentence_share",
    "cosine",
    "agreement",
    "missing_names",
    "unknown_names",
    "evident",
    "margin",
    "answer_type",
    "counted",
    "echo",
    "numbers",
)
# What a feature is limited to: beyond that it says no more.
_LIMITS = {"answerability": (-6.0, 4.0), "lead": (-3.0, 5.0), "margin": (0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic model of signals: an intercept and a weight for each feature it uses, by name."""

    intercept: float
    weights: Mapping[str, float]

    def probability(self, signals: Signals) -> float:
        """What it says of these signals, 0..1."""
        values = features(signals)
        return probability(
            self.intercept + sum(weight * values[name] for name, weight in self.weights.items())
        )


@dataclass(frozen=True, slots=True)
class FittedRule:
    """Two logistic models and the probability from which each says yes.

    `training/fit.py` fits them to a reader and writes them, with how reliable they are, into the
    reader's `confidence.json`.
    """

    topic_model: Logistic
    answer_model: Logistic
    topic_from: float
    answer_from: float

    def topic(self, signals: Signals) -> float:
        """How sure it is that the documents speak of what is asked, 0..1."""
        return self.topic_model.probability(signals)

    def confidence(self, signals: Signals) -> float:
        """How sure it is that the marked sentence answers, 0..1."""
        return self.answer_model.probability(signals)

    @classmethod
    def from_mapping(cls, stored: Mapping[str, Mapping[str, float]]) -> FittedRule:
        """As it is stored with the reader; raises KeyError, TypeError or ValueError."""
        return cls(
            _model(stored["topic"], TOPIC_FEATURES),
            _model(stored["answer"], ANSWER_FEATURES),
            _finite(stored["topic"]["from"]),
            _finite(stored["answer"]["from"]),
        )


def _model(stored: Mapping[str, float], names: tuple[str, ...]) -> Logistic:
    weights = {name: _finite(stored[name]) for name in names if name in stored}
    return Logistic(_finite(stored["intercept"]), weights)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("a number of the rule is not finite")
    return float(value)


# Without a reader, by benchmarks/abstention.py. The near misses of the brief's questions are told
# from answerable ones in part only, so that less is asserted; `docs/quality.md` has the figures.
WITHOUT_READER = FittedRule(
    topic_model=Logistic(
        -4.9338, {"cosine": 16.453, "matched_share": 3.2235, "unknown_share": -0.7931}
    ),
    answer_model=Logistic(
        -2.6275,
        {
            "cosine": 1.0179,
            "agreement": 1.6483,
            "missing_names": -0.4331,
            "unknown_names": -2.0,
            "margin": 2.1038,
            "answer_type": -1.8063,
            "counted": -3.1495,
            "numbers": -3.9947,
        },
    ),
    topic_from=0.5,
    answer_from=0.7,
)


@dataclass(frozen=True, slots=True)
class Rescaled:
    """Another rule, its confidence fitted to somebody's own questions (Platt 1999).

    `slope`, 0 or more, and `intercept` are of the logit of what `rule` says.
    """

    rule: Rule
    slope: float
    intercept: float
    answer_from: float

    @property
    def topic_from(self) -> float:
        """As in the rule."""
        return self.rule.topic_from

    def topic(self, signals: Signals) -> float:
        """As in the rule."""
        return self.rule.topic(signals)

    def confidence(self, signals: Signals) -> float:
        """How sure it is that the marked sentence answers, 0..1."""
        return rescaled(self.rule.confidence(signals), self.slope, self.intercept)


def features(signals: Signals) -> dict[str, float]:
    """Every signal as a number, limited to what it says; 0 for what is not known."""
    values = {name: float(value or 0.0) for name, value in asdict(signals).items()}
    for name, (least, most) in _LIMITS.items():
        values[name] = max(least, min(most, values[name]))
    return values


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
