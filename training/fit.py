"""Which weights does the reader get, and how sure is an answer?

Asks questions that the reader was not trained on: those on the articles kept from training, all of
other sets, and the bundled briefs' own. Prints what each weight of `briefqa.answering.fusion` does
to the ranking and to the sentences that are marked; then fits the two logistic models of
`briefqa.answering.abstention`, whether the documents speak of it and whether the marked sentence
answers, and writes their numbers, and how reliable they are under cross-validation, into the
reader's `confidence.json`.

    python -m training.fit training-run ../shared/eval/*
    python -m training.fit training-run --rule-only --questions 150 SET ... --asked FOLDER QUESTIONS
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from unittest.mock import patch

import ir_measures
import numpy as np
import numpy.typing as npt

from briefqa import build
from briefqa.answering import fusion, ranking
from briefqa.answering.abstention import ANSWER_FEATURES, TOPIC_FEATURES, Logistic, Signals
from briefqa.answering.question.records import FACTOIDS
from briefqa.answering.searcher import Searcher
from briefqa.evaluation import measures, probe
from briefqa.evaluation.evaluate import is_answered, judged, passages_holding
from briefqa.evaluation.fitting import NOT_BY_RULE, fitted_model, threshold
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
KINDS = Path(__file__).resolve().parent.parent / "tests" / "corpora" / "kinds"
READER_WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5)
SENTENCE_WEIGHTS = (0.0, 0.2, 0.5, 1.0, 1.5)
WORSE = 0.003  # nDCG@10 that a set may lose by the reader
AS_GOOD = 0.001  # nDCG@10 in the mean that tells no two weights apart
FOLDS, REPEATS = 5, 4
QUESTIONS = 250  # asked of each set and kind
# Not one asserted answer in ten can be kept right without asserting nothing; docs/quality.md.
WRONG = 0.15  # share of the asserted answers that may be wrong, on the sets of whole documents
TOPIC_FROM = 0.7  # from that probability on it is on topic: .98 of what is, .03 of what is not
LINES = (0.3, 0.4, 0.5, 0.6, 0.7)  # thresholds of the table
NDCG = ir_measures.nDCG @ 10

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Names = npt.NDArray[np.str_]


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
    parser.add_argument("sets", nargs="*", type=Path, metavar="SET")
    parser.add_argument("--reader", type=Path, default=SHIPPED)
    parser.add_argument(
        "--questions", type=int, default=QUESTIONS, help="so many of each set and kind"
    )
    parser.add_argument(
        "--asked", nargs=2, type=Path, action="append", default=[],
        metavar=("DOCUMENTS", "QUESTIONS"), help="a questions file on a folder of documents",
    )  # fmt: skip
    parser.add_argument(
        "--rule-only", action="store_true", help="fit the rule with the weights there are"
    )
    told = parser.parse_args()
    held = read_examples(told.work / EXAMPLES).held_out
    weigh_and_fit(
        told.sets, told.work, held, told.reader, told.questions, told.asked, told.rule_only
    )


def weigh_and_fit(
    sets: Iterable[Path],
    work: Path,
    held_out: Sequence[str],
    folder: Path,
    limit: int = QUESTIONS,
    asked_of: Sequence[tuple[Path, Path]] = (),
    rule_only: bool = False,
) -> None:
    """Tune, fit and write the rule of the reader in `folder`.

    Where some articles of a set are `held_out` from training only these are asked, and at most
    `limit` questions of each kind. `asked_of` are folders of documents with their questions files,
    beside the bundled briefs. `rule_only` leaves the weights as they are.
    """
    reader = RememberingReader(OnnxReader("fitted", folder))
    embedder = RememberingEmbedder(load_embedder())
    every = [
        _of_documents(name, [documents], questions, work, reader, embedder)
        for name, documents, questions in (
            (OWN, DATA, DATA / "questions.jsonl"),
            *((path.stem, documents, path) for documents, path in asked_of),
        )
    ]
    whole = [asked.name for asked in every]
    tune = _of_documents(
        "kinds", [DATA, KINDS / "documents"], KINDS / "questions.jsonl", work, reader, embedder,
        split="tune",
    )  # fmt: skip
    # Those asked of every document would be asked of the documents kept for testing too.
    alone = tuple(question for question in tune.questions.questions if question.document)
    every.append(replace(tune, questions=replace(tune.questions, questions=alone)))
    for path in sets:
        every.append(_of_set(path, work, reader, embedder, held_out, limit))
        print(f"{path.name}: {len(every[-1].questions.questions)} questions", flush=True)
    weight = fusion.READER_WEIGHT
    if not rule_only:
        with patch.object(ranking, "READ", ranking.ORDERED):  # no others change places
            weight = _weigh_ranking(every)
    with patch.object(fusion, "READER_WEIGHT", weight):
        evidence = gather(every)
        evidence.save(work / "evidence.jsonl")
        fit(evidence, folder, weight, whole)
        if not rule_only:
            _weigh_sentences(every)


def _of_documents(
    name: str,
    documents: Sequence[Path],
    questions: Path,
    work: Path,
    reader: RememberingReader,
    embedder: RememberingEmbedder,
    split: str | None = None,
) -> Asked:
    index = work / f"index-{name.replace(' ', '-')}"
    build(documents, index=index, model=embedder)
    searcher = Searcher(index, model=embedder, reader=reader)
    asked = read_questions(questions, probe.passages(searcher), split=split)
    embedder.remember([question.text for question in asked.questions])
    return Asked(name, searcher, Searcher(index, model=embedder, reader=None), asked)


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
    """What is known of each question: its signals, whether its first passage and the sentence
    marked in it answer, its kind ("answerable", "near-miss" or "off-topic"), its set, and whether
    one name, number, time or place would answer it.
    """

    signals: tuple[Signals, ...]
    truth: Flags
    kind: Names
    name: Names
    factoid: Flags

    def only(self, chosen: Flags) -> Evidence:
        """The questions that are chosen."""
        some = tuple(one for one, wanted in zip(self.signals, chosen, strict=True) if wanted)
        return Evidence(
            some, self.truth[chosen], self.kind[chosen], self.name[chosen], self.factoid[chosen]
        )

    def save(self, path: Path) -> None:
        """As JSON lines."""
        rows = zip(self.signals, self.truth, self.kind, self.name, self.factoid, strict=True)
        lines = (
            {
                "signals": asdict(signals),
                "truth": bool(truth),
                "kind": str(kind),
                "set": str(name),
                "factoid": bool(factoid),
            }
            for signals, truth, kind, name, factoid in rows
        )
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")

    @classmethod
    def load(cls, path: Path) -> Evidence:
        """As it was saved."""
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        return cls(
            tuple(Signals(**row["signals"]) for row in rows),
            np.array([row["truth"] for row in rows], bool),
            np.array([row["kind"] for row in rows]),
            np.array([row["set"] for row in rows]),
            np.array([row["factoid"] for row in rows], bool),
        )


def gather(every: Sequence[Asked]) -> Evidence:
    """Of the sets that hold questions nothing answers: elsewhere there is nothing to tell apart.

    Questions of the kinds that the rule is not asked about are left out.
    """
    signals, right, kinds, of_set, factoid = [], [], [], [], []
    for asked in every:
        if all(question.answerable for question in asked.questions.questions):
            continue
        for question in asked.questions.questions:
            outcome = probe.outcome(asked.searcher, question.text, document=question.document)
            if outcome.signals is None or outcome.kind in NOT_BY_RULE:
                continue
            signals.append(outcome.signals)
            right.append(is_answered(asked.questions, question, outcome))
            kinds.append(_kind(question))
            of_set.append(asked.name)
            factoid.append(outcome.kind in FACTOIDS)
    return Evidence(
        tuple(signals),
        np.array(right, bool),
        np.array(kinds),
        np.array(of_set),
        np.array(factoid, bool),
    )


def fit(
    evidence: Evidence, folder: Path, reader_weight: float, whole: Sequence[str] = (OWN,)
) -> None:
    """Fit both models, say how reliable they are, and write all of it.

    The line for asserting is set by the sets of `whole` documents.
    """
    truth, kind, name = evidence.truth, evidence.kind, evidence.name
    on_topic = kind != "off-topic"
    sets = [str(one) for one in dict.fromkeys(name)]
    confidence = np.mean([_cross_validated(evidence, seed) for seed in range(REPEATS)], axis=0)
    left_out = np.zeros(len(truth))
    for one in sets:
        others = answer_model(evidence.only(name != one))
        left_out[name == one] = probabilities(others, evidence.only(name == one))
    answer_from = line(confidence, truth, np.isin(name, whole))
    answer = answer_model(evidence)
    topic = topic_model(evidence)
    topic_of = probabilities(topic, evidence)
    reliability: dict[str, dict[str, float | None]] = {}
    for one in (*sets, "all"):
        inside = np.ones(len(name), dtype=bool) if one == "all" else name == one
        reliability[one] = {
            "auroc": _rounded(
                measures.auroc(confidence[inside & truth], confidence[inside & ~truth])
            ),
            "near_miss_auroc": _area(confidence[inside], kind[inside], "near-miss"),
            "off_topic_auroc": _area(topic_of[inside], kind[inside], "off-topic"),
            "ece": _rounded(measures.calibration_error(confidence[inside], truth[inside])),
            "ece_left_out": _rounded(measures.calibration_error(left_out[inside], truth[inside])),
            "risk_area": _rounded(measures.risk_area(confidence[inside], truth[inside])),
        }
    print("\n| set | " + " | ".join(reliability["all"]) + " |")
    print("|---" * (len(reliability["all"]) + 1) + "|")
    for one, row in reliability.items():
        print(f"| {one} | " + " | ".join(str(value) for value in row.values()) + " |")
    print(risk_table(evidence, confidence, (answer_from, *LINES)))
    print(
        f"topic from {TOPIC_FROM}: on topic {(topic_of[on_topic] >= TOPIC_FROM).mean():.3f}, "
        f"off topic {(topic_of[~on_topic] >= TOPIC_FROM).mean():.3f}"
    )
    rule = {
        "topic": {"intercept": topic.intercept, **topic.weights, "from": TOPIC_FROM},
        "answer": {"intercept": answer.intercept, **answer.weights, "from": answer_from},
    }
    stored = {
        "what": "the rule of briefqa.abstention with this reader; see benchmarks/READER.md",
        "reader_weight": reader_weight,
        "rule": rule,
        "cross_validated": reliability,
        "questions": {one: int((name == one).sum()) for one in sets},
        "bins": measures.reliability(confidence, truth),
    }
    (folder / CONFIDENCE).write_text(json.dumps(stored, indent=1) + "\n", "utf-8")
    print(json.dumps(rule, indent=1))


def answer_model(evidence: Evidence) -> Logistic:
    """Whether the marked sentence answers."""
    names = [str(one) for one in evidence.name]
    return fitted_model(evidence.signals, list(evidence.truth), names, ANSWER_FEATURES)


def topic_model(evidence: Evidence) -> Logistic:
    """Whether the documents speak of it: answerable questions and near misses against the others.

    Fitted to the sets that have questions off the topic.
    """
    both = evidence.only(
        np.isin(evidence.name, np.unique(evidence.name[evidence.kind == "off-topic"]))
    )
    names = [str(one) for one in both.name]
    return fitted_model(both.signals, list(both.kind != "off-topic"), names, TOPIC_FEATURES)


def probabilities(model: Logistic, evidence: Evidence) -> Values:
    """What a model says of each question, 0..1."""
    return np.array([model.probability(one) for one in evidence.signals])


def line(confidence: Values, truth: Flags, inside: Flags) -> float:
    """The confidence from which the chosen questions are asserted with few enough wrong."""
    lowest = threshold(confidence[inside].tolist(), truth[inside].tolist(), WRONG)
    return round(float(np.ceil(lowest * 100) / 100), 2)


def risk_table(evidence: Evidence, confidence: Values, lines: Sequence[float]) -> str:
    """What is asserted from each line on, by set: of the answerable, of those a single name or
    number would answer, of near misses and of off-topic questions, and how much of it is right.
    """
    rows = [
        "",
        "| set | from | answerable | factoids | near misses | off-topic | right of the asserted |",
        "|---" * 7 + "|",
    ]
    kinds = {kind: evidence.kind == kind for kind in ("answerable", "near-miss", "off-topic")}
    for one in (*dict.fromkeys(map(str, evidence.name)), "all"):
        inside = np.ones(len(confidence), dtype=bool) if one == "all" else evidence.name == one
        for lowest in lines:
            asserted = confidence >= lowest
            groups = (
                inside & kinds["answerable"],
                inside & kinds["answerable"] & evidence.factoid,
                inside & kinds["near-miss"],
                inside & kinds["off-topic"],
            )
            cells = [_share(asserted[group]) for group in groups]
            cells.append(_share(evidence.truth[inside & asserted]))
            rows.append(f"| {one} | {lowest:.2f} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _share(flags: Flags) -> str:
    return f"{flags.mean():.2f}" if len(flags) else ""


def _kind(question: Question) -> str:
    if question.answerable:
        return "answerable"
    return "near-miss" if question.near_miss else "off-topic"


def _cross_validated(evidence: Evidence, seed: int) -> Values:
    """The confidence of each question by a model that has not seen it."""
    order = np.random.default_rng(seed).permutation(len(evidence.truth))
    confidence = np.zeros(len(order))
    for fold in range(FOLDS):
        test = np.zeros(len(order), bool)
        test[order[fold::FOLDS]] = True
        model = answer_model(evidence.only(~test))
        confidence[test] = probabilities(model, evidence.only(test))
    return confidence


def _area(values: Values, kind: Names, other: str) -> float | None:
    return _rounded(measures.auroc(values[kind == "answerable"], values[kind == other]))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


if __name__ == "__main__":
    main()
