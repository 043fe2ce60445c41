"""What an evaluation needs to see of a search, beyond what it answers: rows, evidence, rankings."""

from __future__ import annotations

from dataclasses import dataclass

from briefqa.answering import ranking
from briefqa.answering.abstention import Signals
from briefqa.answering.query import readable
from briefqa.answering.question import analyse
from briefqa.answering.searcher import Searcher
from briefqa.records import AnswerSpan, Mode, Passage, Query


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question.

    `rows` are those of the passages found, best first; `signals` are of the first, None when there
    is none; `confidence` is 0..1, and `uncalibrated` what it would be without `briefqa calibrate`;
    `answer` is where the first passage answers.
    """

    rows: tuple[int, ...]
    signals: Signals | None
    confidence: float
    uncalibrated: float
    answer: AnswerSpan | None


def outcome(searcher: Searcher, question: str, *, depth: int = 1) -> Outcome:
    """The rows found for a question, `depth` at most, the evidence for the first, its answer."""
    query = Query(readable(question), k=depth)
    with searcher.opened() as snapshot:
        context = snapshot.context
        ranked = ranking.rank(context, query, Mode.HYBRID)
        if not len(ranked.rows):
            return Outcome((), None, 0.0, 0.0, None)
        signals, _ = ranking.signals(context, analyse(query.text), query.text, ranked)
        return Outcome(
            rows=tuple(int(row) for row in ranked.rows[:depth]),
            signals=signals,
            confidence=snapshot.rule.confidence(signals),
            uncalibrated=snapshot.uncalibrated.confidence(signals),
            answer=ranking.hits(context, ranked, 1)[0].answer,
        )


def ranked_rows(searcher: Searcher, question: str, *, mode: Mode, depth: int) -> list[int]:
    """The rows of up to `depth` passages, best first."""
    with searcher.opened() as snapshot:
        ranked = ranking.rank(snapshot.context, Query(readable(question), k=depth), mode)
    return [int(row) for row in ranked.rows[:depth]]


def answer_in(searcher: Searcher, question: str, row: int) -> AnswerSpan | None:
    """Where the passage of this row answers, wherever it ranks."""
    with searcher.opened() as snapshot:
        return ranking.answer_in(snapshot.context, readable(question), row)


def passages(searcher: Searcher) -> list[Passage]:
    """Every passage, by row; all of them in memory."""
    with searcher.opened() as snapshot:
        return list(snapshot.passages)
