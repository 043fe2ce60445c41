"""The rule without a reader: fits its two models to the bundled questions and prints them.

Whether the documents speak of it is fitted to `data/questions.jsonl`, whether the marked sentence
answers to these and to the tune half of `tests/corpora/kinds`, asked of the document each is about.
Five-fold cross-validation, repeated four times, says what is asserted from which confidence on.

    python benchmarks/abstention.py
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from briefqa import build, open_index
from briefqa.answering.abstention import ANSWER_FEATURES, TOPIC_FEATURES, Logistic, Signals
from briefqa.evaluation.evaluate import is_answered
from briefqa.evaluation.fitting import NOT_BY_RULE, fitted_model
from briefqa.evaluation.probe import outcome, passages
from briefqa.evaluation.question_sets import Question, read_questions

ROOT = Path(__file__).resolve().parent.parent
DATA, KINDS = ROOT / "data", ROOT / "tests" / "corpora" / "kinds"
FOLDS, REPEATS = 5, 4
LINES = (0.3, 0.4, 0.5, 0.55, 0.6, 0.7)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a set, the signals for it, and whether its marked sentence answers."""

    name: str
    kind: str
    signals: Signals
    right: bool


def main() -> None:
    """Print the cross-validated shares, then the numbers of `WITHOUT_READER`."""
    own = _ask("own questions", [DATA], DATA / "questions.jsonl", None)
    kinds = _ask("kinds", [DATA, KINDS / "documents"], KINDS / "questions.jsonl", "tune")
    every = [*own, *kinds]
    confidence = np.mean([_cross_validated(every, seed) for seed in range(REPEATS)], axis=0)
    right = np.array([one.right for one in every])
    print("| set | from | answerable | near misses | off-topic | right of the asserted |")
    print("|---" * 6 + "|")
    for name in dict.fromkeys(one.name for one in every):
        for lowest in LINES:
            asserted = (confidence >= lowest) & [one.name == name for one in every]
            cells = []
            for kind in ("answerable", "near-miss", "off-topic"):
                group = np.array([(one.name, one.kind) == (name, kind) for one in every])
                cells.append(f"{asserted[group].mean():.2f}" if group.any() else "")
            cells.append(f"{right[asserted].mean():.2f}" if asserted.any() else "")
            print(f"| {name} | {lowest} | " + " | ".join(cells) + " |")
    topic = fitted_model(
        [one.signals for one in own],
        [one.kind != "off-topic" for one in own],
        [one.name for one in own],
        [name for name in TOPIC_FEATURES if name != "answerability"],
    )
    for lowest in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        on = [topic.probability(one.signals) >= lowest for one in own if one.kind != "off-topic"]
        off = [topic.probability(one.signals) >= lowest for one in own if one.kind == "off-topic"]
        print(f"topic from {lowest}: on topic {np.mean(on):.3f}, off topic {np.mean(off):.3f}")
    print(f"topic_model={topic}\nanswer_model={_fit(every)}")


def _ask(name: str, documents: Sequence[Path], questions: Path, split: str | None) -> list[Asked]:
    """The questions of a file; of a split only those about one document."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        build(documents, index=folder)
        with open_index(folder, reader=None) as searcher:
            asked = read_questions(questions, passages(searcher), split=split)
            for question in asked.questions:
                if split is not None and question.document is None:
                    continue
                result = outcome(searcher, question.text, document=question.document)
                if result.signals is not None and result.kind not in NOT_BY_RULE:
                    right = is_answered(asked, question, result)
                    found.append(Asked(name, _kind(question), result.signals, right))
    return found


def _kind(question: Question) -> str:
    if question.answerable:
        return "answerable"
    return "near-miss" if question.near_miss else "off-topic"


def _fit(asked: Sequence[Asked]) -> Logistic:
    without = [
        name
        for name in ANSWER_FEATURES
        if name not in ("answerability", "lead", "sentence_share", "evident", "echo")
    ]
    return fitted_model(
        [one.signals for one in asked],
        [one.right for one in asked],
        [one.name for one in asked],
        without,
    )


def _cross_validated(asked: Sequence[Asked], seed: int) -> np.ndarray:
    order = np.random.default_rng(seed).permutation(len(asked))
    confidence = np.zeros(len(asked))
    for fold in range(FOLDS):
        test = set(order[fold::FOLDS].tolist())
        model = _fit([one for number, one in enumerate(asked) if number not in test])
        for number in test:
            confidence[number] = model.probability(asked[number].signals)
    return confidence


if __name__ == "__main__":
    main()
