"""What an evaluation needs to see of a search, beyond what it answers: rows, evidence, rankings."""

from __future__ import annotations

from dataclasses import dataclass

from briefqa.answering import ranking
from briefqa.answering.abstention import Signals
from briefqa.answering.query import readable
from briefqa.answering.question import analyse
from briefqa.answering.searcher import Searcher
from briefqa.records import AnswerSpan, Mode, Passage, Query, QuestionKind, Where


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question.

    `rows` are those of the passages found, best first; `signals` are of the first, None when there
    is none; `confidence` is 0..1, and `uncalibrated` what it would be without `briefqa calibrate`;
    `passage` is the first, and `answer` where it answers. `kind` is that of the question.
    """

    rows: tuple[int, ...]
    signals: Signals | None
    confidence: float
    uncalibrated: float
    answer: AnswerSpan | None
    passage: Passage | None = None
    kind: QuestionKind = QuestionKind.WHAT


def outcome(
    searcher: Searcher, question: str, *, depth: int = 1, document: str | None = None
) -> Outcome:
    """The rows found for a question, `depth` at most, the evidence for the first, its answer.

    Looked for in one `document` where one is named.
    """
    query = Query(readable(question), _where(document), k=depth)
    asked = analyse(query.text)
    with searcher.opened() as snapshot:
        context = snapshot.context
        among = snapshot.scopes.of(query.where).rows
        ranked = ranking.rank(context, query, Mode.HYBRID, among)
        if not len(ranked.rows):
            return Outcome((), None, 0.0, 0.0, None, kind=asked.kind)
        signals, _ = ranking.signals(context, asked, query.text, ranked)
        first = ranking.hits(context, ranked, 1)[0]
        return Outcome(
            rows=tuple(int(row) for row in ranked.rows[:depth]),
            signals=signals,
            confidence=snapshot.rule.confidence(signals),
            uncalibrated=snapshot.uncalibrated.confidence(signals),
            answer=first.answer,
            passage=first.passage,
            kind=asked.kind,
        )


def ranked_rows(
    searcher: Searcher, question: str, *, mode: Mode, depth: int, document: str | None = None
) -> list[int]:
    """The rows of up to `depth` passages, best first, of one `document` where one is named."""
    query = Query(readable(question), _where(document), k=depth)
    with searcher.opened() as snapshot:
        among = snapshot.scopes.of(query.where).rows
        ranked = ranking.rank(snapshot.context, query, mode, among)
    return [int(row) for row in ranked.rows[:depth]]


def _where(document: str | None) -> Where:
    return Where(None if document is None else (document,))


def answer_in(searcher: Searcher, question: str, row: int) -> AnswerSpan | None:
    """Where the passage of this row answers, wherever it ranks."""
    with searcher.opened() as snapshot:
        return ranking.answer_in(snapshot.context, readable(question), row)


def passages(searcher: Searcher) -> list[Passage]:
    """Every passage, by row; all of them in memory."""
    with searcher.opened() as snapshot:
        return list(snapshot.passages)
