"""Fitting a confidence and its threshold to labelled questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from briefqa.answering.abstention import (
    AGAINST,
    Logistic,
    Signals,
    features,
    logit,
    rescaled,
)
from briefqa.records import QuestionKind

if TYPE_CHECKING:
    import numpy.typing as npt

PARTS = 10  # of the questions, each left out once
# A name that stands nowhere is rare in every question set, so they hardly tell what it weighs.
UNKNOWN_NAMES = -2.0  # and so no nearer to 0 than this; benchmarks/READER.md says why
# Kinds of question that the rule is not fitted to: each is answered in its own way.
NOT_BY_RULE = frozenset(
    {
        QuestionKind.KEYWORDS,
        QuestionKind.SMALL_TALK,
        QuestionKind.OTHER_LANGUAGE,
        QuestionKind.OVERVIEW,
        QuestionKind.CLAUSE,
        QuestionKind.LIST,
    }
)
WRONG = 0.1  # share of the answers given that may be wrong, unless another is wanted


def logistic(
    columns: npt.NDArray[np.float64],
    truth: Sequence[bool] | npt.NDArray[np.bool_],
    near: Sequence[float],
    *,
    regularized: Sequence[bool] | None = None,
    bounds: Sequence[tuple[float | None, float | None]] | None = None,
    weight: npt.NDArray[np.float64] | float = 1.0,
) -> npt.NDArray[np.float64]:
    """The factor of each column, of `columns` [n_questions, n_columns], that fits `truth` best.

    Those of the least log loss, each question of its `weight`, and a small cost for leaving the
    values they are `near`: half the square of the difference, of those that are `regularized`,
    which all are by default. Each stays within its `bounds`.
    """
    from scipy.optimize import minimize

    start, right = np.array(near, float), np.array(truth, float)
    cost = np.ones(len(start)) if regularized is None else np.array(regularized, float)

    def loss(numbers: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        """The loss and its gradient."""
        logits, moved = columns @ numbers, cost * (numbers - start)
        lost = weight * (np.logaddexp(0, logits) - right * logits)
        error = weight * (1 / (1 + np.exp(-logits)) - right)
        return float(lost.sum() + (moved**2).sum() / 2), columns.T @ error + moved

    return np.asarray(minimize(loss, start, jac=True, bounds=bounds).x)


def fitted_model(
    signals: Sequence[Signals],
    truth: Sequence[bool],
    sets: Sequence[str],
    names: Sequence[str],
) -> Logistic:
    """The logistic model of the features `names` that fits `truth` best, each of its sign.

    Every set of questions, of which `sets` names that of each, has as much to say as any other.
    Evidence weighs 0 or more, evidence against 0 or less, and unknown names no more than -2.
    """
    values = np.array([[features(each)[name] for name in names] for each in signals])
    mean, deviation = values.mean(axis=0), values.std(axis=0) + 1e-9
    _, set_of, counts = np.unique(np.array(sets), return_inverse=True, return_counts=True)
    columns = np.hstack([(values - mean) / deviation, np.ones((len(values), 1))])
    bounds: list[tuple[float | None, float | None]] = [
        (None, UNKNOWN_NAMES * float(one) if name == "unknown_names" else 0.0)
        if name in AGAINST
        else (0.0, None)
        for name, one in zip(names, deviation, strict=True)
    ]
    found = logistic(
        columns,
        truth,
        [0.0] * (len(names) + 1),
        regularized=[True] * len(names) + [False],
        bounds=[*bounds, (None, None)],
        weight=(len(values) / len(counts) / counts)[set_of],
    )
    weights = found[:-1] / deviation
    return Logistic(
        round(float(found[-1] - (weights * mean).sum()), 4),
        {
            name: round(float(weight), 4)
            for name, weight in zip(names, weights, strict=True)
            if abs(weight) >= 0.00005
        },
    )


def scale(confidence: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """The slope, 0 or more, and intercept that make a confidence what it says (Platt 1999).

    Those of its logit that say best whether each question was answered `right`, near 1 and 0, so
    that few questions change little.
    """
    logits = np.array([logit(value) for value in confidence])
    columns = np.stack([logits, np.ones(len(logits))], axis=1)
    slope, intercept = logistic(columns, right, (1, 0), bounds=[(0, None), (None, None)])
    return float(slope), float(intercept)


def scaled(confidence: Sequence[float], slope: float, intercept: float) -> list[float]:
    """Each confidence on another scale, 0..1."""
    return [rescaled(value, slope, intercept) for value in confidence]


def cross_validated(confidence: Sequence[float], right: Sequence[bool]) -> list[float]:
    """Each confidence on a scale that the others gave, in up to ten parts."""
    rescaled_values = np.zeros(len(confidence))
    values, truth = np.asarray(confidence), np.asarray(right)
    order = np.random.default_rng(0).permutation(len(values))
    for part in np.array_split(order, min(PARTS, len(order))):
        others = np.setdiff1d(order, part)
        slope, intercept = scale(values[others].tolist(), truth[others].tolist())
        rescaled_values[part] = scaled(values[part].tolist(), slope, intercept)
    return [float(value) for value in rescaled_values]


def threshold(confidence: Sequence[float], right: Sequence[bool], wanted: float) -> float:
    """The lowest confidence from which at most the `wanted` share of answers is wrong, 0..1.

    `right` says whether each question's first passage answers it. 1.0, which is more than any
    confidence, when none will do: then nothing is answered.
    """
    ordered = sorted(zip(confidence, right, strict=True), reverse=True)
    best, wrong = 1.0, 0
    for given, (value, is_right) in enumerate(ordered, 1):
        wrong += not is_right
        followed = given < len(ordered) and ordered[given][0] == value
        if not followed and wrong <= wanted * given:
            best = value
    return best
