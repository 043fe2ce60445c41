"""Which weights does the reader get, and how sure is an answer?

Asks questions that the reader was not trained on: those on the articles kept from training, all of
other sets, and the bundled briefs' own. Prints what each weight of `briefqa.answering.fusion` does
to the ranking and to the sentences that are marked; then fits the logistic rule of
`briefqa.answering.abstention` and writes its numbers, and how reliable they are under
cross-validation, into the reader's `confidence.json`.

    python -m training.fit training-run ../shared/eval/*
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from unittest.mock import patch

import ir_measures
import numpy as np
import numpy.typing as npt

from briefqa import build
from briefqa.answering import fusion, ranking
from briefqa.answering.abstention import AGAINST, FEATURES, features
from briefqa.answering.searcher import Searcher
from briefqa.evaluation import measures, probe
from briefqa.evaluation.evaluate import is_right, judged, passages_holding
from briefqa.evaluation.fitting import logistic
from briefqa.evaluation.question_sets import (
    Question,
    QuestionSet,
    read_questions,
    read_with_passages,
)
from briefqa.indexing.builder import index_documents
from briefqa.models.embedder import load_embedder
from briefqa.models.onnx_reader import CONFIDENCE, SHIPPED, OnnxReader
from briefqa.records import Mode
from training.examples import read_examples
from training.remembering import RememberingEmbedder, RememberingReader
from training.train import EXAMPLES

DATA = Path(__file__).resolve().parent.parent / "data"
OWN = "own questions"
READER_WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5)
SENTENCE_WEIGHTS = (0.0, 0.2, 0.5, 1.0, 1.5)
WORSE = 0.003  # nDCG@10 that a set may lose by the reader
AS_GOOD = 0.001  # nDCG@10 in the mean that tells no two weights apart
FOLDS, REPEATS = 5, 3
QUESTIONS = 250  # asked of each set and kind
# Fifty of the questions here have a name that stands nowhere: too few to tell its weight by.
UNKNOWN_NAMES = -1.5  # so that weight is no nearer to 0 than this; benchmarks/READER.md says why
ANSWERED = 0.905  # share of the bundled brief's answerable questions that are to be answered
NDCG = ir_measures.nDCG @ 10

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Bound = tuple[float | None, float | None]
_FREE: Bound = (None, None)


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a set that are asked here, over its whole index."""

    name: str
    searcher: Searcher
    plain: Searcher  # without a reader
    questions: QuestionSet


def main() -> None:
    """Ask, tune, fit, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("work", type=Path, help="the folder of a training run")
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--reader", type=Path, default=SHIPPED)
    parser.add_argument(
        "--questions", type=int, default=QUESTIONS, help="so many of each set and kind"
    )
    told = parser.parse_args()
    held = read_examples(told.work / EXAMPLES).held_out
    weigh_and_fit(told.sets, told.work, held, told.reader, told.questions)


def weigh_and_fit(
    sets: Iterable[Path], work: Path, held_out: Sequence[str], folder: Path, limit: int = QUESTIONS
) -> None:
    """Tune, fit and write the rule of the reader in `folder`.

    Where some articles of a set are `held_out` from training only these are asked, and at most
    `limit` questions of each kind.
    """
    reader = RememberingReader(OnnxReader("fitted", folder))
    embedder = RememberingEmbedder(load_embedder())
    every = [_own(work, reader, embedder)]
    for path in sets:
        every.append(_of_set(path, work, reader, embedder, held_out, limit))
        print(f"{path.name}: {len(every[-1].questions.questions)} questions", flush=True)
    with patch.object(ranking, "READ", ranking.ORDERED):  # no others change places
        weight = _weigh_ranking(every)
    with patch.object(fusion, "READER_WEIGHT", weight):
        evidence = gather(every)
        np.savez(work / "evidence.npz", **asdict(evidence))
        fit(evidence, folder, weight)
        _weigh_sentences(every)


def _own(work: Path, reader: RememberingReader, embedder: RememberingEmbedder) -> Asked:
    index = work / "index-own"
    build(DATA, index=index, model=embedder)
    searcher = Searcher(index, model=embedder, reader=reader)
    asked = read_questions(DATA / "questions.jsonl", probe.passages(searcher))
    embedder.remember([question.text for question in asked.questions])
    return Asked(OWN, searcher, Searcher(index, model=embedder, reader=None), asked)


def _of_set(
    path: Path,
    work: Path,
    reader: RememberingReader,
    embedder: RememberingEmbedder,
    held: Iterable[str],
    limit: int,
) -> Asked:
    folder = read_with_passages(path)
    assert folder is not None
    index = work / f"index-{folder.name}"
    index_documents(folder.documents, index, embedder)
    searcher = Searcher(index, model=embedder, reader=reader)
    passages = probe.passages(searcher)
    asked = folder.question_set(passages)
    kept_from = {one for one in held if one.startswith(f"{folder.name}/")}
    document_of = {
        unit: f"{folder.name}/{passage.document}"
        for unit, passage in zip(asked.units, passages, strict=True)
    }
    questions = list(asked.questions)
    if kept_from:
        questions = [
            question
            for question in questions
            if document_of.get(next(iter(question.relevant), question.asked_about or ""))
            in kept_from
        ]
    random.Random(0).shuffle(questions)
    kinds: dict[tuple[bool, bool], list[Question]] = {}
    for question in questions:
        kinds.setdefault((question.answerable, question.near_miss), []).append(question)
    some = tuple(question for kind in kinds.values() for question in kind[:limit])
    embedder.remember([question.text for question in some])
    chosen = QuestionSet(folder.name, some, asked.units)
    plain = Searcher(index, model=embedder, reader=None)
    return Asked(folder.name, searcher, plain, chosen)


def _weigh_ranking(every: Sequence[Asked]) -> float:
    """Of the weights that no set loses by, the least that is as good as the best in the mean; a
    table of all.
    """
    print("\nnDCG@10 / hit@1 by READER_WEIGHT, 0 is the retriever alone")
    print("| set | questions | " + " | ".join(f"{weight:g}" for weight in READER_WEIGHTS) + " |")
    print("|---" * (len(READER_WEIGHTS) + 2) + "|")
    rows = []
    for asked in every:
        answerable = [one for one in asked.questions.questions if one.answerable]
        cells = []
        for weight in READER_WEIGHTS:
            with patch.object(fusion, "READER_WEIGHT", weight):
                cells.append(_ranked(asked, answerable))
        rows.append(cells)
        told = " | ".join(f"{ndcg:.3f} / {hit:.3f}" for ndcg, hit in cells)
        print(f"| {asked.name} | {len(answerable)} | {told} |", flush=True)
    means = " | ".join(f"{ndcg:.4f} / {hit:.4f}" for ndcg, hit in np.mean(rows, axis=0))
    print(f"| mean | | {means} |")
    ndcg = np.array(rows)[:, :, 0]
    harmless = (ndcg - ndcg[:, :1]).min(axis=0) >= -WORSE
    mean = np.where(harmless, ndcg.mean(axis=0), -1)
    chosen = READER_WEIGHTS[int(np.argmax(mean >= mean.max() - AS_GOOD))]
    print(f"READER_WEIGHT = {chosen}", flush=True)
    return chosen


def _ranked(asked: Asked, questions: Sequence[Question]) -> tuple[float, float]:
    run, first = {}, []
    for question in questions:
        rows = probe.ranked_rows(asked.searcher, question.text, mode=Mode.HYBRID, depth=200)
        units = dict.fromkeys(asked.questions.units[row] for row in rows)
        kept = [unit for unit in units if unit not in question.dropped]
        run[question.id] = {unit: -float(rank) for rank, unit in enumerate(kept[:100])}
        first.append(bool(kept) and kept[0] in question.relevant)
    qrels = {question.id: dict(question.relevant) for question in questions}
    return float(ir_measures.calc_aggregate([NDCG], qrels, run)[NDCG]), float(np.mean(first))


def _weigh_sentences(every: Sequence[Asked]) -> None:
    print(
        "\nsentence-hit / F1 / exact match given the passage, by SENTENCE_WEIGHT; last, none read"
    )
    print(
        "| set | questions | " + " | ".join(f"{weight:g}" for weight in SENTENCE_WEIGHTS) + " | |"
    )
    print("|---" * (len(SENTENCE_WEIGHTS) + 3) + "|")
    for asked in every:
        given = passages_holding(probe.passages(asked.searcher), asked.questions)
        if not given:
            continue
        cells = []
        for weight in SENTENCE_WEIGHTS:
            with patch.object(fusion, "SENTENCE_WEIGHT", weight):
                cells.append(_marked(asked.searcher, given))
        cells.append(_marked(asked.plain, given))
        told = " | ".join(f"{hit:.3f} / {f1:.3f} / {em:.3f}" for hit, f1, em in cells)
        print(f"| {asked.name} | {len(given)} | {told} |", flush=True)


def _marked(searcher: Searcher, given: Sequence[tuple[Question, int]]) -> tuple[float, ...]:
    passages = probe.passages(searcher)
    found = [
        judged(probe.answer_in(searcher, question.text, row), passages[row], question)
        for question, row in given
    ]
    f1, exact, hit = map(float, np.mean(found, axis=0))
    return hit, f1, exact


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of each question: its features, whether its first passage answers it, its kind
    ("answerable", "near-miss" or "off-topic") and its set.
    """

    signals: Values
    truth: Flags
    kind: Values
    name: Values


def gather(every: Sequence[Asked]) -> Evidence:
    """Of the sets that hold questions nothing answers: elsewhere there is nothing to tell apart."""
    found, right, kinds, of_set = [], [], [], []
    for asked in every:
        if all(question.answerable for question in asked.questions.questions):
            continue
        for question in asked.questions.questions:
            outcome = probe.outcome(asked.searcher, question.text)
            if outcome.signals is None:
                continue
            found.append(list(features(outcome.signals).values()))
            right.append(is_right(asked.questions, question, outcome))
            kinds.append(_kind(question))
            of_set.append(asked.name)
    return Evidence(np.array(found), np.array(right), np.array(kinds), np.array(of_set))


def fit(evidence: Evidence, folder: Path, reader_weight: float) -> None:
    """Fit the rule, say how reliable it is, and write both."""
    signals, truth, kind, name = evidence.signals, evidence.truth, evidence.kind, evidence.name
    of_set = [str(one) for one in name]
    print("\nAUROC of each signal, answerable against near misses and off-topic questions")
    for place, feature in enumerate(FEATURES):
        told = [
            f"{one} {_area(signals[:, place], kind, name, one, other)}"
            for one in dict.fromkeys(of_set)
            for other in ("near-miss", "off-topic")
        ]
        print(f"  {feature}: " + ", ".join(told))
    confidence = np.mean(
        [_cross_validated(signals, truth, name, seed) for seed in range(REPEATS)], axis=0
    )
    left_out = np.zeros(len(truth))
    for one in dict.fromkeys(of_set):
        inside = name == one
        left_out[inside] = _confidence(
            weighed(signals[~inside], truth[~inside], name[~inside]), signals[inside]
        )
    model = weighed(signals, truth, name)
    own = _confidence(model, signals[(name == OWN) & (kind == "answerable")])
    answer_from = float(np.quantile(own, 1 - ANSWERED))
    reliability = {}
    print(
        "\n| set | near-miss AUROC | off-topic AUROC | ECE | ECE, set left out "
        "| answered | near misses | off-topic | risk area |"
    )
    print("|---" * 9 + "|")
    for one in (*dict.fromkeys(of_set), "all"):
        inside = np.ones(len(name), dtype=bool) if one == "all" else name == one
        row = {
            "near_miss_auroc": _area(
                confidence[inside], kind[inside], name[inside], one, "near-miss"
            ),
            "off_topic_auroc": _area(
                confidence[inside], kind[inside], name[inside], one, "off-topic"
            ),
            "ece": round(measures.calibration_error(confidence[inside], truth[inside]), 3),
            "ece_left_out": round(measures.calibration_error(left_out[inside], truth[inside]), 3),
            **{
                which: _rate(confidence[inside & (kind == which)], answer_from)
                for which in ("answerable", "near-miss", "off-topic")
            },
            "risk_area": round(measures.risk_area(confidence[inside], truth[inside]), 3),
        }
        reliability[one] = row
        print(f"| {one} | " + " | ".join(str(value) for value in row.values()) + " |")
    intercept, weights = model
    rule = {
        "intercept": round(float(intercept), 4),
        **{
            feature: round(float(weight), 4)
            for feature, weight in zip(FEATURES, weights, strict=True)
        },
        "answer_from": round(answer_from, 3),
    }
    stored = {
        "what": "the rule of briefqa.abstention with this reader; see benchmarks/READER.md",
        "reader_weight": reader_weight,
        "rule": rule,
        "cross_validated": reliability,
        "questions": {str(one): int((name == one).sum()) for one in dict.fromkeys(of_set)},
        "bins": measures.reliability(confidence, truth),
    }
    (folder / CONFIDENCE).write_text(json.dumps(stored, indent=1) + "\n", "utf-8")
    print(json.dumps(rule, indent=1))


def _kind(question: Question) -> str:
    if question.answerable:
        return "answerable"
    return "near-miss" if question.near_miss else "off-topic"


def _cross_validated(signals: Values, truth: Flags, name: Values, seed: int) -> Values:
    """The confidence of each question by a rule that has not seen it."""
    order = np.random.default_rng(seed).permutation(len(truth))
    confidence = np.zeros(len(truth))
    for fold in range(FOLDS):
        test = order[fold::FOLDS]
        train = np.setdiff1d(order, test)
        confidence[test] = _confidence(
            weighed(signals[train], truth[train], name[train]), signals[test]
        )
    return confidence


def weighed(signals: Values, truth: Flags, name: Values) -> tuple[float, Values]:
    """Intercept and weights of raw signals, each of its sign; every set has as much to say.

    While the weights are fitted each set has an intercept of its own: how many of its questions are
    answerable is no evidence, and what tells one set from another none either. Then one intercept,
    and one factor for the weights, are fitted to all.
    """
    sets = np.unique(name)
    of_set = (name[:, None] == sets).astype(float)
    counts = of_set.sum(axis=0)
    weight = of_set @ (len(name) / len(sets) / counts)
    mean, scale = signals.mean(axis=0), signals.std(axis=0) + 1e-9
    scaled = (signals - mean) / scale
    signs: list[Bound] = [
        (None, 0.0) if feature in AGAINST else (0.0, None) for feature in FEATURES
    ]
    unknown = FEATURES.index("unknown_names")
    signs[unknown] = (None, UNKNOWN_NAMES * scale[unknown])
    found = _logistic(np.hstack([of_set, scaled]), truth, weight, [_FREE] * len(sets) + signs)
    told = scaled @ found[len(sets) :]
    both = np.stack([np.ones(len(told)), told], axis=1)
    intercept, factor = _logistic(both, truth, weight, [_FREE, (0.0, None)])
    weights = factor * found[len(sets) :] / scale
    return float(intercept - (weights * mean).sum()), weights


def _logistic(columns: Values, truth: Flags, weight: Values, bounds: Sequence[Bound]) -> Values:
    """The factor of each column within its bounds, near 0 where it has a sign."""
    signed = [bound != _FREE for bound in bounds]
    near = [0.0] * len(bounds)
    return logistic(columns, truth, near, regularized=signed, bounds=bounds, weight=weight)


def _confidence(model: tuple[float, Values], signals: Values) -> Values:
    return np.asarray(1 / (1 + np.exp(-(model[0] + signals @ model[1]))))


def _area(values: Values, kind: Values, name: Values, one: str, other: str) -> float | None:
    inside = np.ones(len(name), dtype=bool) if one == "all" else name == one
    yes, no = values[inside & (kind == "answerable")], values[inside & (kind == other)]
    area = measures.auroc(yes, no)
    return None if area is None else round(area, 3)


def _rate(confidence: Values, answer_from: float) -> float | None:
    return round(float((confidence >= answer_from).mean()), 3) if len(confidence) else None


if __name__ == "__main__":
    main()
