"""The results of an evaluation: figures, as a table, as JSON, as runs and as a picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa.errors import UsageError
from briefqa.evaluation import measures, verdicts
from briefqa.evaluation.question_sets import Question
from briefqa.evaluation.verdicts import Judged
from briefqa.records import Hit, Mode

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[np.float64]

DEPTH = 100  # units of a ranking that count
RESAMPLES = 2_000
# Our names: the measure's name in ir-measures, and the rank it looks down to.
MEASURES = {
    "ndcg@10": ("nDCG", 10),
    "hit@1": ("Success", 1),
    "recall@5": ("R", 5),
    "recall@100": ("R", 100),
    "mrr@10": ("RR", 10),
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
class Marked:
    """How well the marked words answer, over the questions whose answers are known.

    `f1` and `exact_match` compare the words with the answers, `sentence_hit` says whether their
    sentence holds one; means, 0..1.
    """

    questions: int
    f1: float
    exact_match: float
    sentence_hit: float


@dataclass(frozen=True, slots=True)
class Abstention:
    """How the confidence does over all questions that a verdict is passed on, answerable or not.

    `confidence` is 0..1; `right` says whether the first passage and its marked sentence answer;
    `answerable` whether any does; `near_miss` that none does though the question is on the
    documents' own subjects. Questions are answered from the confidence `answer_from`; `shown` is
    the share, 0..1, of those that are answered or unsure.
    """

    confidence: Values
    right: npt.NDArray[np.bool_]
    answerable: npt.NDArray[np.bool_]
    near_miss: npt.NDArray[np.bool_]
    answer_from: float
    shown: float = 1.0

    def auroc(self) -> float | None:
        """How often an answerable question has more confidence than an unanswerable one, 0..1;
        None when there are not both.
        """
        return self._auroc(~self.answerable)

    def auroc_near_miss(self) -> float | None:
        """The same against the near misses alone."""
        return self._auroc(self.near_miss)

    def auroc_off_topic(self) -> float | None:
        """The same against the other questions that nothing answers."""
        return self._auroc(~self.answerable & ~self.near_miss)

    def _auroc(self, no: npt.NDArray[np.bool_]) -> float | None:
        return measures.auroc(self.confidence[self.answerable], self.confidence[no])

    def answered(self) -> dict[str, float]:
        """The share of each kind of question that is answered at the threshold."""
        kinds = {
            "answerable": self.answerable,
            "near-miss": self.near_miss,
            "off-topic": ~self.answerable & ~self.near_miss,
        }
        given = self.confidence >= self.answer_from
        return {name: float(given[kind].mean()) for name, kind in kinds.items() if kind.any()}

    def as_json(self) -> dict[str, Any]:
        """The figures, for programs."""
        return {
            "questions": len(self.confidence),
            "auroc": self.auroc(),
            "auroc_near_miss": self.auroc_near_miss(),
            "auroc_off_topic": self.auroc_off_topic(),
            "answered": self.answered(),
            "ece": measures.calibration_error(self.confidence, self.right),
            "risk_area": measures.risk_area(self.confidence, self.right),
            "answer_from": self.answer_from,
            "asserted": float(np.mean(self.confidence >= self.answer_from))
            if len(self.confidence)
            else 0.0,
            "shown": self.shown,
            "curve": self.curve(),
            "reliability": measures.reliability(self.confidence, self.right),
        }

    def curve(self, points: int = 21) -> list[dict[str, float]]:
        """For thresholds from high to low: the share of answerable questions that are answered, the
        share of the answers that are wrong (another passage or sentence, or nothing to find), and
        the share of all questions that are answered.
        """
        if not len(self.confidence):
            return []
        thresholds = np.quantile(self.confidence, np.linspace(1, 0, points))
        rows = []
        for lowest in np.unique(thresholds)[::-1]:
            given = self.confidence >= lowest
            answered = float(given[self.answerable].mean()) if self.answerable.any() else 0.0
            wrong = float((~self.right[given]).mean()) if given.any() else 0.0
            rows.append(
                {
                    "confidence": float(lowest),
                    "answered": answered,
                    "wrong": wrong,
                    "coverage": float(given.mean()),
                }
            )
        return rows


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of one question set on one index.

    `judged` are the answers as a reader gets them. `given` is what was marked in a passage that
    answers, `found` what was marked in the first passage found, both None where no answers are
    known. `misses` are the questions that hybrid
    search does worst on, each with the first hits, and `left_out` is how many were not asked, as
    nothing right is known of them.
    """

    dataset: str
    passages: int
    questions: tuple[Question, ...]
    modes: dict[Mode, ModeResult]
    abstention: Abstention
    judged: tuple[Judged, ...]
    given: Marked | None
    found: Marked | None
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
            "verdicts": verdicts.as_json(self.judged),
            "marked": {
                name: None if marked is None else asdict(marked)
                for name, marked in (("given", self.given), ("found", self.found))
            },
            "abstention": self.abstention.as_json(),
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
        lines += ["", *verdicts.as_table(self.judged), "", *self._marked_table()]
        lines += self._abstention_table()
        return "\n".join(lines)

    def _marked_table(self) -> list[str]:
        lines = []
        for where, marked in (
            ("in the first passage found", self.found),
            ("given a passage that answers", self.given),
        ):
            if marked is not None:
                lines.append(
                    f"marked {where}: sentence-hit {marked.sentence_hit:.3f}, F1 {marked.f1:.3f}, "
                    f"exact match {marked.exact_match:.3f} ({marked.questions} questions)"
                )
        return [*lines, ""] if lines else []

    def _abstention_table(self) -> list[str]:
        if not len(self.abstention.confidence):
            return ["abstention: no question that a verdict is passed on"]
        figures = self.abstention.as_json()
        parts = [
            f"{name} {figures[key]:.3f}"
            for name, key in (
                ("AUROC near miss", "auroc_near_miss"),
                ("off-topic", "auroc_off_topic"),
            )
            if figures[key] is not None
        ]
        said = ", ".join(parts) or "no unanswerable question"
        rates = ", ".join(f"{kind} {share:.2f}" for kind, share in figures["answered"].items())
        return [
            f"abstention: {said}",
            f"ECE {figures['ece']:.3f}, area under risk and coverage {figures['risk_area']:.3f}",
            f"asserted from confidence {self.abstention.answer_from:.2f}: {rates}",
            f"asserted or unsure: {self.abstention.shown:.2f} of all",
            "  asserted  wrong answers  from confidence",
            *(
                f"  {point['answered']:8.2f} {point['wrong']:14.2f} {point['confidence']:16.2f}"
                for point in self.abstention.curve(11)
            ),
        ]

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
        """The risk-coverage curve: of the surest answers given, how many are wrong; a picture."""
        from matplotlib.figure import Figure

        judged = self.abstention
        if not len(judged.confidence):
            raise UsageError("There is no curve to draw: no verdict is passed on any question.")
        coverage, risk = measures.risk_coverage(judged.confidence, judged.right)
        figure = Figure(figsize=(5, 4), layout="constrained")
        axes = figure.add_subplot()
        axes.plot(coverage, risk, drawstyle="steps-post")
        asserted = float((judged.confidence >= judged.answer_from).mean())
        axes.axvline(asserted, linestyle=":", color="grey")
        axes.axvline(judged.shown, linestyle="--", color="grey")
        axes.set(
            title=f"{self.dataset}: asserted left of the dots, unsure up to the dashes",
            xlabel="coverage: questions answered, the surest first",
            ylabel="risk: answers that are wrong",
            xlim=(0, 1),
            ylim=(0, 1),
        )
        axes.title.set_fontsize("small")
        try:
            figure.savefig(path)
        except (OSError, ValueError) as error:
            raise UsageError(f"The picture {path} cannot be written: {error}.") from error


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, "utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}).") from error
