"""Measuring answers on a question set.

Asks every question of a set in each mode and measures the rankings with ir-measures, the paired
differences and intervals with scipy, whether the words that are marked answer, and how well the
confidence tells what is answered from what is not.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from briefqa.answering.abstention import rescaled
from briefqa.answering.searcher import Searcher
from briefqa.errors import UsageError
from briefqa.evaluation import measures
from briefqa.evaluation.fitting import cross_validated, scale, scaled, threshold
from briefqa.evaluation.probe import Outcome, answer_in, outcome, passages, ranked_rows
from briefqa.evaluation.promise import CERTAINTY, promised
from briefqa.evaluation.question_sets import Question, QuestionSet
from briefqa.evaluation.results import DEPTH, MEASURES, Abstention, Evaluation, Marked, ModeResult
from briefqa.evaluation.verdicts import Judge, sentence_right
from briefqa.index.calibration import Calibration
from briefqa.records import Answer, AnswerSpan, Mode, Passage, Quotation, Verdict


def evaluate(searcher: Searcher, asked: QuestionSet, *, misses: int = 0) -> Evaluation:
    """Ask every question in each mode; those that nothing answers count for abstention only.

    `misses` is how many of the worst are returned.
    """
    answerable = [question for question in asked.questions if question.answerable]
    started = time.perf_counter()
    outcomes = {
        q.id: outcome(searcher, q.text, depth=2 * DEPTH, document=q.document)
        for q in asked.questions
    }
    seconds = (time.perf_counter() - started) * len(answerable) / len(outcomes)
    modes = {
        Mode.HYBRID: _measured(
            asked, answerable, [outcomes[q.id].rows for q in answerable], seconds
        )
    }
    for mode in (Mode.KEYWORD, Mode.SEMANTIC):
        started = time.perf_counter()
        rows = [
            ranked_rows(searcher, q.text, mode=mode, depth=2 * DEPTH, document=q.document)
            for q in answerable
        ]
        modes[mode] = _measured(asked, answerable, rows, time.perf_counter() - started)
    order = np.argsort(modes[Mode.HYBRID].values["ndcg@10"], kind="stable")[:misses]
    worst = [answerable[place] for place in order]
    given, first_found = _marked(searcher, asked, outcomes)
    answers = [ask(searcher, question) for question in asked.questions]
    judge = Judge(asked, passages(searcher))
    pairs = zip(asked.questions, answers, strict=True)
    told = [(q, a) for q, a in zip(asked.questions, answers, strict=True) if a.verdict is not None]
    return Evaluation(
        dataset=asked.name,
        passages=len(asked.units),
        questions=asked.questions,
        modes=modes,
        abstention=Abstention(
            np.array([answer.confidence for _, answer in told]),
            np.array([is_answered(asked, q, outcomes[q.id]) for q, _ in told], dtype=bool),
            np.array([question.answerable for question, _ in told], dtype=bool),
            np.array([question.near_miss for question, _ in told], dtype=bool),
            searcher.answer_from(),
            float(np.mean([a.verdict is not Verdict.NOT_FOUND for _, a in told] or [False])),
        ),
        judged=tuple(judge.judge(question, answer) for question, answer in pairs),
        given=given,
        found=first_found,
        misses=tuple((question, tuple(searcher.search(question.text, k=3))) for question in worst),
        left_out=asked.left_out,
    )


def ask(searcher: Searcher, question: Question) -> Answer:
    """The answer a reader gets."""
    documents = None if question.document is None else [question.document]
    return searcher.ask(question.text, documents=documents)


def calibration_of(searcher: Searcher, asked: QuestionSet, wanted: float) -> Calibration:
    """The scale on which confidence is what it says, and the confidence from which answers are
    asserted so that at most the `wanted` share, 0..1, of them is wrong.

    If that cannot be promised from these questions, the confidence is the index's own, or the
    lowest that kept to the share on these questions if that is more. Questions that no verdict is
    passed on count for nothing. Raises UsageError when there is no question that nothing answers.
    """
    if all(question.answerable for question in asked.questions):
        raise UsageError(
            "Every question is answered by the documents; add some that nothing answers, with null "
            "for section and contains."
        )
    asserted_or_not = [
        question for question in asked.questions if ask(searcher, question).verdict is not None
    ]
    if not asserted_or_not:
        raise UsageError(
            "No verdict is passed on any of these questions; write them as whole questions."
        )
    outcomes = [outcome(searcher, q.text, document=q.document) for q in asserted_or_not]
    before = [each.uncalibrated for each in outcomes]
    right = [is_answered(asked, *each) for each in zip(asserted_or_not, outcomes, strict=True)]
    slope, intercept = scale(before, right)
    confidence = scaled(before, slope, intercept)
    promise = promised(confidence, right, wanted)
    with searcher.opened() as snapshot:
        own = rescaled(snapshot.uncalibrated.answer_from, slope, intercept)
    answer_from = promise.answer_from
    if answer_from is None:
        answer_from = max(own, threshold(confidence, right, wanted))
    given = [value >= answer_from for value in confidence]
    reader = searcher.reader
    truth = np.array(right, dtype=bool)
    told = list(zip(asserted_or_not, given, strict=True))
    return Calibration(
        slope=slope,
        intercept=intercept,
        error=measures.calibration_error(np.array(before), truth),
        error_now=measures.calibration_error(np.array(cross_validated(before, right)), truth),
        answer_from=answer_from,
        wanted=wanted,
        questions=len(told),
        answerable=sum(question.answerable for question, _ in told),
        answered=sum(question.answerable for question, said in told if said),
        given=sum(given),
        wrong=sum(not is_right for is_right, said in zip(right, given, strict=True) if said),
        model=searcher.manifest().fingerprint,
        reader="" if reader is None else reader.fingerprint,
        certainty=CERTAINTY,
        promised=promise.answer_from is not None,
        needed=promise.needed,
        allowed=promise.allowed,
        surest_wrong=promise.surest_wrong,
    )


def is_right(asked: QuestionSet, question: Question, outcome: Outcome) -> bool:
    """Whether the first passage, those dropped apart, answers."""
    units = (asked.units[row] for row in outcome.rows)
    first = next((unit for unit in units if unit not in question.dropped), None)
    return question.answerable and first in question.relevant


def is_answered(asked: QuestionSet, question: Question, outcome: Outcome) -> bool:
    """Whether the first passage answers, and where the answer's words are known its marked sentence
    holds them.
    """
    if not is_right(asked, question, outcome) or outcome.passage is None:
        return False
    if outcome.answer is None:
        return not question.answers
    return sentence_right(Quotation(outcome.passage, outcome.answer), question)


def _marked(
    searcher: Searcher, asked: QuestionSet, outcomes: Mapping[str, Outcome]
) -> tuple[Marked | None, Marked | None]:
    """What is marked in a passage that answers, and in the first passage found."""
    cut = passages(searcher)
    given, first_found = [], []
    for question, row in passages_holding(cut, asked):
        here = answer_in(searcher, question.text, row)
        given.append(judged(here, cut[row], question))
        result = outcomes[question.id]
        first = result.rows[0] if result.rows else None
        relevant = first is not None and asked.units[first] in question.relevant
        first_found.append(judged(result.answer if relevant else None, cut[first or 0], question))
    return _mean(given), _mean(first_found)


def passages_holding(passages: Sequence[Passage], asked: QuestionSet) -> list[tuple[Question, int]]:
    """The questions whose answers are known, each with the first relevant row that holds one."""
    rows_of: dict[str, list[int]] = {}
    for row, unit in enumerate(asked.units):
        rows_of.setdefault(unit, []).append(row)
    pairs = []
    for question in asked.questions:
        rows = [row for unit in question.relevant for row in rows_of.get(unit, ())]
        holding = (r for r in rows if measures.holds_answer(passages[r].text, question.answers))
        first = next(holding, None)
        if first is not None:
            pairs.append((question, first))
    return pairs


def judged(
    answer: AnswerSpan | None, passage: Passage, question: Question
) -> tuple[float, float, float]:
    """F1 and exact match of the marked words, and whether their sentence holds an answer, 0..1."""
    if answer is None:
        return 0.0, 0.0, 0.0
    start, end = answer.sentence_start - passage.start, answer.sentence_end - passage.start
    return (
        measures.f1(answer.text, question.answers),
        measures.exact_match(answer.text, question.answers),
        float(measures.holds_answer(passage.text[start:end], question.answers)),
    )


def _mean(judged: Sequence[tuple[float, float, float]]) -> Marked | None:
    return Marked(len(judged), *map(float, np.mean(judged, axis=0))) if judged else None


def _measured(
    asked: QuestionSet,
    questions: Sequence[Question],
    rows: Sequence[Sequence[int]],
    seconds: float,
) -> ModeResult:
    """The rankings of units, from those of rows, and their measures."""
    import ir_measures

    rankings = []
    for question, of_question in zip(questions, rows, strict=True):
        units = dict.fromkeys(asked.units[row] for row in of_question)
        counted = [unit for unit in units if unit not in question.dropped]
        rankings.append(tuple(counted[:DEPTH]))
    values = {name: np.zeros(len(questions)) for name in MEASURES}
    place = {question.id: number for number, question in enumerate(questions)}
    qrels = {question.id: dict(question.relevant) for question in questions}
    run = {
        question.id: {unit: float(DEPTH - rank) for rank, unit in enumerate(units)}
        for question, units in zip(questions, rankings, strict=True)
    }
    # Not parse_measure: it needs parts of `ast` that Python 3.14 no longer has.
    names = {getattr(ir_measures, name) @ rank: ours for ours, (name, rank) in MEASURES.items()}
    for one in ir_measures.iter_calc(list(names), qrels, run):
        values[names[one.measure]][place[one.query_id]] = float(one.value)
    return ModeResult(tuple(rankings), values, len(questions) / max(seconds, 1e-9))
