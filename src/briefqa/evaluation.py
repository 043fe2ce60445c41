"""How good is it?

Asks every question of a set in each mode and measures the rankings with ir-measures, the paired
differences and intervals with scipy, and how well the confidence tells what is answered from what
is not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa.errors import UsageError
from briefqa.question_sets import Question, QuestionSet
from briefqa.records import Hit, Mode
from briefqa.searcher import Searcher

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[np.float64]

DEPTH = 100  # units of a ranking that count
RESAMPLES = 2_000
# Our names, as ir-measures writes them.
MEASURES = {
    "ndcg@10": "nDCG@10",
    "hit@1": "Success@1",
    "recall@5": "R@5",
    "recall@100": "R@100",
    "mrr@10": "RR@10",
}


@dataclass(frozen=True, slots=True)
class ModeResult:
    """One mode over the answerable questions, in their order.

    `rankings` are unit ids, best first; `values` hold each measure per question, 0..1.
    """

    rankings: tuple[tuple[str, ...], ...]
    values: dict[str, Values]
    questions_per_second: float

    def mean(self, measure: str) -> float:
        """The mean over the questions."""
        return float(self.values[measure].mean())

    def interval(self, measure: str) -> tuple[float, float]:
        """The bootstrap 95 % interval of the mean (percentile, 2,000 resamples, seeded)."""
        values = self.values[measure]
        picks = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
        low, high = np.percentile(values[picks].mean(axis=1), [2.5, 97.5])
        return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Abstention:
    """How the confidence does over all questions, answerable or not.

    `confidence` is 0..1; `right` says whether the first passage answers; `answerable` whether any
    does.
    """

    confidence: Values
    right: npt.NDArray[np.bool_]
    answerable: npt.NDArray[np.bool_]

    def auroc(self) -> float | None:
        """How often an answerable question has more confidence than an unanswerable one, 0..1;
        None when there are not both. It is the Mann-Whitney statistic over the number of pairs.
        """
        from scipy.stats import mannwhitneyu

        yes, no = self.confidence[self.answerable], self.confidence[~self.answerable]
        if not len(yes) or not len(no):
            return None
        return float(mannwhitneyu(yes, no).statistic / (len(yes) * len(no)))

    def curve(self, points: int = 21) -> list[dict[str, float]]:
        """For thresholds from high to low: the share of answerable questions that are answered, and
        the share of the answers that are wrong (another passage first, or nothing to find).
        """
        thresholds = np.quantile(self.confidence, np.linspace(1, 0, points))
        rows = []
        for threshold in np.unique(thresholds)[::-1]:
            given = self.confidence >= threshold
            answered = float(given[self.answerable].mean()) if self.answerable.any() else 0.0
            wrong = float((~self.right[given]).mean()) if given.any() else 0.0
            rows.append({"confidence": float(threshold), "answered": answered, "wrong": wrong})
        return rows


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of one question set on one index.

    `misses` are the questions that hybrid search does worst on, each with the first hits, and
    `left_out` is how many were not asked, as nothing right is known of them.
    """

    dataset: str
    passages: int
    questions: tuple[Question, ...]
    modes: dict[Mode, ModeResult]
    abstention: Abstention
    misses: tuple[tuple[Question, tuple[Hit, ...]], ...]
    left_out: int = 0

    def p_value(self, one: Mode, other: Mode, measure: str = "ndcg@10") -> float:
        """Of the paired t-test that the two modes do equally well; 1.0 when they are the same."""
        from scipy.stats import ttest_rel

        a, b = self.modes[one].values[measure], self.modes[other].values[measure]
        return 1.0 if len(a) < 2 or (a == b).all() else float(ttest_rel(a, b).pvalue)

    def as_json(self) -> dict[str, Any]:
        """The figures, for programs."""
        results = self.modes.items()
        return {
            "dataset": self.dataset,
            "passages": self.passages,
            "queries": len(self.questions),
            "left_out": self.left_out,
            "modes": {str(m): {name: r.mean(name) for name in MEASURES} for m, r in results},
            "abstention": {"auroc": self.abstention.auroc(), "curve": self.abstention.curve()},
            "intervals": {
                str(m): {name: list(r.interval(name)) for name in MEASURES} for m, r in results
            },
            "p_values": {
                "hybrid-keyword": self.p_value(Mode.HYBRID, Mode.KEYWORD),
                "hybrid-semantic": self.p_value(Mode.HYBRID, Mode.SEMANTIC),
            },
            "queries_per_second": {str(m): r.questions_per_second for m, r in results},
        }

    def as_table(self) -> str:
        """The figures, for people."""
        others = f" ({self.left_out} more left out)" if self.left_out else ""
        lines = [
            f"{self.dataset}: {len(self.questions)} questions{others}, {self.passages} passages",
            "",
            f"{'':10}" + "".join(f"{name:>22}" for name in MEASURES) + f"{'questions/s':>14}",
        ]
        for mode, result in self.modes.items():
            cells = []
            for name in MEASURES:
                low, high = result.interval(name)
                cells.append(f"{f'{result.mean(name):.3f} ({low:.3f}-{high:.3f})':>22}")
            lines.append(f"{mode:10}" + "".join(cells) + f"{result.questions_per_second:14.0f}")
        differs = " and ".join(
            f"{other} p = {self.p_value(Mode.HYBRID, other):.2g}"
            for other in (Mode.KEYWORD, Mode.SEMANTIC)
        )
        lines += ["", f"nDCG@10, paired t-test of hybrid against {differs}"]
        auroc = self.abstention.auroc()
        said = "no unanswerable question" if auroc is None else f"AUROC {auroc:.3f}"
        lines += ["", f"abstention: {said}", "  answered  wrong answers  from confidence"]
        lines += [
            f"  {point['answered']:8.2f} {point['wrong']:14.2f} {point['confidence']:16.2f}"
            for point in self.abstention.curve(11)
        ]
        return "\n".join(lines)

    def write_runs(self, path: Path) -> None:
        """The hybrid ranking as a TREC run file at `path`, the others beside it."""
        answerable = [question for question in self.questions if question.answerable]
        for mode, result in self.modes.items():
            where = path if mode is Mode.HYBRID else path.with_name(f"{path.name}.{mode}")
            lines = (
                f"{question.id} Q0 {unit} {rank} {DEPTH + 1 - rank} briefqa-{mode}\n"
                for question, units in zip(answerable, result.rankings, strict=True)
                for rank, unit in enumerate(units, 1)
            )
            _write(where, "".join(lines))

    def plot(self, path: Path) -> None:
        """The share answered against the share of wrong answers, as a picture."""
        from matplotlib.figure import Figure

        points = self.abstention.curve(101)
        figure = Figure(figsize=(5, 4), layout="constrained")
        axes = figure.add_subplot()
        axes.plot([p["answered"] for p in points], [p["wrong"] for p in points])
        axes.set(
            title=self.dataset,
            xlabel="answerable questions answered",
            ylabel="answers that are wrong",
            xlim=(0, 1),
            ylim=(0, 1),
        )
        try:
            figure.savefig(path)
        except (OSError, ValueError) as error:
            raise UsageError(f"The picture {path} cannot be written: {error}.") from error


def evaluate(searcher: Searcher, asked: QuestionSet, *, misses: int = 0) -> Evaluation:
    """Ask every question in each mode; those that nothing answers count for abstention only.

    `misses` is how many of the worst are kept.
    """
    answerable = [question for question in asked.questions if question.answerable]
    modes = {mode: _in_mode(searcher, asked, answerable, mode) for mode in Mode}
    first = dict(zip((q.id for q in answerable), modes[Mode.HYBRID].rankings, strict=True))
    right = [
        question.answerable and bool(set(first[question.id][:1]) & set(question.relevant))
        for question in asked.questions
    ]
    abstention = Abstention(
        np.array([searcher.confidence(question.text) for question in asked.questions]),
        np.array(right, dtype=bool),
        np.array([question.answerable for question in asked.questions], dtype=bool),
    )
    order = np.argsort(modes[Mode.HYBRID].values["ndcg@10"], kind="stable")[:misses]
    worst = [answerable[place] for place in order]
    return Evaluation(
        dataset=asked.name,
        passages=len(asked.units),
        questions=asked.questions,
        modes=modes,
        abstention=abstention,
        misses=tuple((question, tuple(searcher.search(question.text, k=3))) for question in worst),
        left_out=asked.left_out,
    )


def _in_mode(
    searcher: Searcher, asked: QuestionSet, questions: Sequence[Question], mode: Mode
) -> ModeResult:
    started = time.perf_counter()
    rankings = []
    for question in questions:
        rows = searcher.ranked_rows(question.text, mode=mode, depth=2 * DEPTH)
        units = dict.fromkeys(asked.units[row] for row in rows)
        kept = [unit for unit in units if unit not in question.dropped]
        rankings.append(tuple(kept[:DEPTH]))
    seconds = time.perf_counter() - started
    values = {name: np.zeros(len(questions)) for name in MEASURES}
    place = {question.id: number for number, question in enumerate(questions)}
    for name, query, value in _measured(questions, rankings):
        values[name][place[query]] = value
    return ModeResult(tuple(rankings), values, len(questions) / max(seconds, 1e-9))


def _measured(
    questions: Sequence[Question], rankings: Sequence[Sequence[str]]
) -> Iterator[tuple[str, str, float]]:
    """Each measure's name, the question's id and the value."""
    from ir_measures import iter_calc, parse_measure

    qrels = {question.id: dict(question.relevant) for question in questions}
    run = {
        question.id: {unit: float(DEPTH - rank) for rank, unit in enumerate(units)}
        for question, units in zip(questions, rankings, strict=True)
    }
    names = {parse_measure(theirs): ours for ours, theirs in MEASURES.items()}
    for found in iter_calc(list(names), qrels, run):
        yield names[found.measure], found.query_id, float(found.value)


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, "utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}).") from error
