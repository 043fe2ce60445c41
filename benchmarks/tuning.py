"""Which constants rank best, and how well do they do on questions they were not chosen by?

Scores a small grid of the constants of `briefqa.index.bm25` (K1, B),
`briefqa.index.vector_index` (SENTENCE_WEIGHT) and `briefqa.answering.fusion` (SEMANTIC_WEIGHT,
DOCUMENT_WEIGHT) on BEIR folders by nDCG@10, with the product's own indexes, formulas and fusion.
For each mode of search and each set it prints what the shipped constants give, what those give that
are best in the mean over the *other* sets (leave one set out: its own labels have no say), and what
the best for the set itself would give. The questions are a seeded sample of the judged ones. The
indexes stay for the next run.

    python benchmarks/tuning.py ../shared/eval/*-dev --indexes indexes
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import ir_measures
import numpy as np
import numpy.typing as npt

from briefqa.answering import fusion
from briefqa.answering.fusion import DOCUMENT_WEIGHT, SEMANTIC_WEIGHT
from briefqa.answering.question_terms import analyze
from briefqa.answering.ranking import CANDIDATES
from briefqa.answering.searcher import Searcher
from briefqa.documents.passages import headings
from briefqa.evaluation import probe
from briefqa.evaluation.question_sets import Question, read_beir
from briefqa.index import bm25, generations, postings, vector_index
from briefqa.index.bm25 import K1, B
from briefqa.index.keyword_index import PostingsKeywordIndex
from briefqa.index.vector_index import SENTENCE_WEIGHT, FaissVectorIndex
from briefqa.indexing.builder import index_documents
from briefqa.models.embedder import Embedder, load_embedder
from briefqa.records import Mode, TextKind

Rows = npt.NDArray[np.int64]
Values = npt.NDArray[np.float32]
Pair = tuple[float, float]

KEYWORD = ((0.6, 0.4), (0.9, 0.4), (1.2, 0.4), (1.2, 0.75))  # K1 and B
SENTENCE = (0.4, 0.5, 0.6, 0.7, 0.8)
SEMANTIC = (1.5, 2.0, 2.5, 3.0, 4.0)
DOCUMENT = (0.0, 0.3, 0.5, 0.8)
MEASURE = ir_measures.nDCG @ 10


@dataclass(frozen=True, slots=True)
class Setting:
    """One choice of the constants; None for those that a mode has no use for."""

    keyword: Pair | None
    sentence: float | None
    semantic: float | None
    document: float

    def of_mode(self, mode: Mode) -> Setting:
        """This choice as far as the mode uses it."""
        if mode is Mode.KEYWORD:
            return replace(self, sentence=None, semantic=None)
        return replace(self, keyword=None, semantic=None) if mode is Mode.SEMANTIC else self

    def __str__(self) -> str:
        names = ("k1", "b", "sentence", "cosine", "document")
        values = (*(self.keyword or (None, None)), self.sentence, self.semantic, self.document)
        named = zip(names, values, strict=True)
        return " ".join(f"{name} {value:g}" for name, value in named if value is not None)


SHIPPED = Setting((K1, B), SENTENCE_WEIGHT, SEMANTIC_WEIGHT, DOCUMENT_WEIGHT)
GRID = [*(Setting(*each) for each in product(KEYWORD, SENTENCE, SEMANTIC, DOCUMENT)), SHIPPED]


@dataclass(frozen=True, slots=True)
class Collected:
    """The questions of one set, with the raw values of every passage for each of them.

    All [n_questions, n_passages]: `word_share`, BM25 over the question's idf sum, for each K1 and
    B; `cosine` for each weight of the best sentence; `allowed`, which passages hold what is quoted.
    `units` and `document_of` say what each passage is of.
    """

    questions: list[Question]
    word_share: dict[Pair, Values]
    cosine: dict[float, Values]
    allowed: npt.NDArray[np.bool_]
    units: tuple[str, ...]
    document_of: Rows

    def scores(self, mode: Mode) -> dict[Setting, float]:
        """The mean nDCG@10 of each setting of the mode, 0..1."""
        relevant = {question.id: dict(question.relevant) for question in self.questions}
        judge = ir_measures.evaluator([MEASURE], relevant)
        scores = {}
        for setting in dict.fromkeys(setting.of_mode(mode) for setting in GRID):
            own, document = setting.semantic or 1.0, setting.document
            with patch.multiple(fusion, SEMANTIC_WEIGHT=own, DOCUMENT_WEIGHT=document):
                ranked = [self._ranked(place, setting) for place in range(len(self.questions))]
            run = dict(zip(relevant, ranked, strict=True))
            scores[setting] = float(judge.calc_aggregate(run)[MEASURE])
        return scores

    def _ranked(self, place: int, setting: Setting) -> dict[str, float]:
        """The first units for a question, as the searcher finds them, with falling values."""
        word_share = cosine = np.zeros(len(self.units), np.float32)
        allowed, found = self.allowed[place], []
        if setting.keyword is not None:
            word_share = self.word_share[setting.keyword][place]
            found.append(_best(word_share, allowed & (word_share > 0)))
        if setting.sentence is not None:
            cosine = self.cosine[setting.sentence][place]
            found.append(_best(cosine, allowed))
        rows = np.unique(np.concatenate(found))
        fused = fusion.fuse(word_share[rows], cosine[rows], self.document_of[rows])
        order = rows[np.lexsort((rows, -fused))]
        units = dict.fromkeys(self.units[row] for row in order.tolist())
        kept = [unit for unit in units if unit not in self.questions[place].dropped]
        return {unit: -float(rank) for rank, unit in enumerate(kept[:10])}


def main() -> None:
    """Collect, score the grid, print a table for each mode."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET", help="a BEIR folder")
    parser.add_argument("--indexes", type=Path, required=True, help="folder for their indexes")
    parser.add_argument("--questions", type=int, default=700, help="so many of each set (700)")
    told = parser.parse_args()
    if len(told.sets) < 2:
        parser.error("to leave one set out takes two or more")
    embedder, scores = load_embedder(), {}
    for folder in told.sets:
        found = _collect(folder, told.indexes / folder.name, told.questions, embedder)
        scores[folder.name] = {mode: found.scores(mode) for mode in Mode}
        print(f"{folder.name}: {len(found.questions)} questions", flush=True)
    for mode in Mode:
        _print_table(mode, {name: of_modes[mode] for name, of_modes in scores.items()})


def _collect(folder: Path, index: Path, limit: int, embedder: Embedder) -> Collected:
    """Index the folder, and take the raw values from the product's own indexes."""
    beir = read_beir(folder)
    index_documents(beir.documents, index, embedder)
    searcher, generation = Searcher(index, model=embedder), generations.open_current(index)
    passages = probe.passages(searcher)
    rows = np.arange(len(passages))
    judged = [question for question in beir.questions if question.answerable]
    questions = random.Random(0).sample(judged, min(limit, len(judged)))
    # K1 and B are in the postings, so each pair has its own.
    texts = [(headings(one), one.text) for one in passages]
    language, word_share, cosine = generation.manifest.language, {}, {}
    for k1, b in {setting.keyword for setting in GRID if setting.keyword}:
        with TemporaryDirectory() as scratch, patch.multiple(bm25, K1=k1, B=b):
            postings.write(Path(scratch, "words"), texts, language)
            words = PostingsKeywordIndex(Path(scratch, "words"), len(rows), language)
            asked = [analyze(question.text, words) for question in questions]
            word_share[k1, b] = np.stack(
                [
                    words.match(terms.idf).scores(rows) / np.float32(terms.idf_sum or 1)
                    for terms in asked
                ]
            )
    vectors = FaissVectorIndex(generation.folder)
    embedded = embedder.embed([question.text for question in questions], TextKind.QUESTION)
    for weight in {setting.sentence for setting in GRID if setting.sentence is not None}:
        with patch.object(vector_index, "SENTENCE_WEIGHT", weight):
            cosine[weight] = np.stack([vectors.cosines(vector, rows) for vector in embedded])
    allowed = np.ones((len(questions), len(rows)), dtype=bool)
    for place, question in enumerate(questions):
        if set(question.text) & set('"“„«'):
            # Asked for every passage, the searcher gives those that hold the quoted phrases.
            held = probe.ranked_rows(searcher, question.text, mode=Mode.SEMANTIC, depth=len(rows))
            allowed[place] = np.isin(rows, held)
    _, document_of = np.unique([passage.document for passage in passages], return_inverse=True)
    units = beir.question_set(passages).units
    return Collected(questions, word_share, cosine, allowed, units, document_of)


def _best(values: Values, among: npt.NDArray[np.bool_]) -> Rows:
    """The rows that the searcher takes from one index: the best, ties by row."""
    rows = np.flatnonzero(among)
    return rows[np.argsort(-values[rows], kind="stable")[:CANDIDATES]]


def _print_table(mode: Mode, scores: dict[str, dict[Setting, float]]) -> None:
    print(f"\n| {mode} | shipped | chosen by the others | best for itself | the others' choice |")
    print("|---|---|---|---|---|")
    table = []
    for name, own in scores.items():
        chosen = _best_setting([of for other, of in scores.items() if other != name])
        table.append((own[SHIPPED.of_mode(mode)], own[chosen], max(own.values())))
        print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in table[-1]) + f" | {chosen} |")
    print("| mean | " + " | ".join(f"{value:.4f}" for value in np.mean(table, axis=0)) + " | |")
    best = _best_setting(list(scores.values()))
    means = {one: np.mean([of[one] for of in scores.values()]) for one in own}
    near = sum(mean >= means[best] - 0.002 for mean in means.values())
    print(f"\nBest: {best}, mean {means[best]:.4f}; within .002 of it: {near} of {len(means)}.")


def _best_setting(scores: list[dict[Setting, float]]) -> Setting:
    return max(scores[0], key=lambda setting: sum(of[setting] for of in scores))


if __name__ == "__main__":
    main()
