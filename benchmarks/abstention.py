"""What do the numbers of the abstention rule cost, and where do they come from?

Fits the rule of `briefqa.answering.abstention` to `data/questions.jsonl`: a logistic model of the
two raw signals, answerable against off-topic questions. Near misses take no part in the fit, for
these signals cannot tell them from answerable ones (the table shows by how little). The confidence
that answers is set so that 94 % of the answerable questions in the training part are answered.
Ten-fold cross-validation, repeated five times, says what that gives on questions the fit has not
seen.

    python benchmarks/abstention.py
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from briefqa import build, open_index
from briefqa.evaluation.probe import outcome

DATA = Path(__file__).resolve().parent.parent / "data"
ANSWERED = 0.94  # share of the answerable training questions that are to be answered
FOLDS, REPEATS = 10, 5


def main() -> None:
    """Print the cross-validated rates, then the numbers to put into `Thresholds`."""
    lines = (DATA / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        build(DATA, index=folder)
        searcher = open_index(folder, reader=None)
        found = [outcome(searcher, question["question"]).signals for question in questions]
    signals = np.array([(s.cosine, s.matched_share) if s else (-1.0, 0.0) for s in found])
    kinds = np.array(
        [q["kind"] if q["section"] is None else "answerable" for q in questions], dtype=object
    )
    seen = [
        _rates(signals, kinds, np.random.default_rng(seed).permutation(len(kinds)))
        for seed in range(REPEATS)
    ]
    print("cross-validated       answered    AUROC against answerable")
    for kind in ("answerable", "off-topic", "near-miss"):
        rates = [answered[kind] for answered, _ in seen]
        areas = [area.get(kind, float("nan")) for _, area in seen]
        print(f"{kind:20} {np.mean(rates):9.3f} {np.mean(areas):12.3f}")
    intercept, weights, answer_from = _fit(signals, kinds)
    print(f"\nintercept     = {intercept:.2f}\ncosine        = {weights[0]:.2f}")
    print(f"matched_share = {weights[1]:.2f}\nanswer_from   = {answer_from:.2f}")


def _rates(
    signals: np.ndarray, kinds: np.ndarray, order: np.ndarray
) -> tuple[dict[str, float], dict[str, float]]:
    confidence, answered = np.zeros(len(kinds)), np.zeros(len(kinds), dtype=bool)
    for fold in range(FOLDS):
        test = order[fold::FOLDS]
        train = np.setdiff1d(order, test)
        intercept, weights, answer_from = _fit(signals[train], kinds[train])
        confidence[test] = _confidence(signals[test], intercept, weights)
        answered[test] = confidence[test] >= answer_from
    rates = {str(kind): float(answered[kinds == kind].mean()) for kind in set(kinds)}
    areas = {}
    for kind in ("off-topic", "near-miss"):
        both = np.isin(kinds, ["answerable", kind])
        areas[kind] = float(roc_auc_score(kinds[both] == "answerable", confidence[both]))
    return rates, areas


def _fit(signals: np.ndarray, kinds: np.ndarray) -> tuple[float, np.ndarray, float]:
    fitted_on = kinds != "near-miss"
    model = LogisticRegression(class_weight="balanced", C=10.0)
    model.fit(signals[fitted_on], kinds[fitted_on] == "answerable")
    intercept, weights = float(model.intercept_[0]), model.coef_[0]
    confidence = _confidence(signals[kinds == "answerable"], intercept, weights)
    return intercept, weights, float(np.quantile(confidence, 1 - ANSWERED))


def _confidence(signals: np.ndarray, intercept: float, weights: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-(intercept + signals @ weights))))


if __name__ == "__main__":
    main()
