"""What a reader meets: the verdict on each question, and whether what is quoted is right.

Judges whole answers, as `ask` gives them, by what a question set knows to be right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from briefqa.evaluation import measures
from briefqa.evaluation.question_sets import Item, Question, QuestionSet
from briefqa.records import Answer, AnswerSpan, Passage, Quotation, Verdict

SHOWN = 3  # hits among which a right passage counts as shown
HELD = 0.5  # of an item's characters that a quoted sentence has to hold
# All items of these kinds are wanted; one answers any other.
SEVERAL = frozenset({"list", "comparison", "multi-part", "overview"})
# No verdict is passed on these: they are right or not.
WITHOUT_VERDICT = frozenset({"overview", "clause", "keywords", "small-talk"})
OVERALL = "all answerable"


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer, judged.

    `kind` is the question's, or "near-miss" or "off-topic" where nothing answers it. `right` says
    that the first quotation is from a passage that answers and its sentence holds the answer,
    `passage_right` only the first; `bold` that words are claimed to be the answer, and `bold_right`
    that they are. `shown` says that one of the first three passages answers, and that the verdict
    is not that nothing does. `recall` is the share of the question's items that are quoted,
    `precision` that of the quotations which hold one, both None where no items are known or nothing
    is quoted.
    """

    kind: str
    verdict: Verdict | None
    right: bool = False
    passage_right: bool = False
    bold: bool = False
    bold_right: bool = False
    shown: bool = False
    recall: float | None = None
    precision: float | None = None

    @property
    def asserted(self) -> bool:
        """Whether an answer is asserted."""
        return self.verdict is Verdict.ANSWERED


class Judge:
    """Judges the answers to the questions of one set, by `passages`, every one by row."""

    def __init__(self, asked: QuestionSet, passages: Sequence[Passage]) -> None:
        self._unit_of: Mapping[tuple[str, int], str] = {
            (passage.document, passage.start): unit
            for passage, unit in zip(passages, asked.units, strict=True)
        }

    def judge(self, question: Question, answer: Answer) -> Judged:
        """Whether the answer is right, and how much of it."""
        if not question.answerable:
            kind = "near-miss" if question.near_miss else "off-topic"
            return Judged(kind, answer.verdict, bold=any(one.exact for one in answer.quotations))
        kind = question.kind or str(answer.kind)
        first = answer.quotations[0] if answer.quotations else None
        if kind == "keywords" and first is None and answer.hits:
            first = Quotation(answer.hits[0].passage, _all_of(answer.hits[0].passage))
        recall, precision = _coverage(question.items, answer.quotations)
        return Judged(
            kind=kind,
            verdict=answer.verdict,
            right=first is not None and self._right(kind, question, first, recall),
            passage_right=first is not None and self._answers(first.passage, question),
            bold=first is not None and first.exact,
            bold_right=first is not None and first.exact and self._words_right(first, question),
            shown=answer.verdict is not Verdict.NOT_FOUND
            and any(self._answers(hit.passage, question) for hit in answer.hits[:SHOWN]),
            recall=recall,
            precision=precision,
        )

    def _right(self, kind: str, question: Question, first: Quotation, recall: float | None) -> bool:
        if kind == "overview" and recall is not None:
            return recall == 1
        if kind == "keywords":
            return self._answers(first.passage, question)
        return self._answers(first.passage, question) and sentence_right(first, question)

    def _answers(self, passage: Passage, question: Question) -> bool:
        if question.items:
            whole = Quotation(passage, _all_of(passage))
            return any(_holds(whole, item) for item in question.items)
        return self._unit_of.get((passage.document, passage.start)) in question.relevant

    def _words_right(self, quotation: Quotation, question: Question) -> bool:
        if not (self._answers(quotation.passage, question) and sentence_right(quotation, question)):
            return False
        answers = list(question.answers)
        if question.items:
            held = (item for item in question.items if _holds(quotation, item))
            answers = [words for item in held for words in item.words]
        said = quotation.span.text
        return any(
            measures.holds_answer(said, [words]) or measures.holds_answer(words, [said])
            for words in answers
        )


def _all_of(passage: Passage) -> AnswerSpan:
    return AnswerSpan(passage.start, passage.end, passage.text, passage.start, passage.end)


def sentence_right(quotation: Quotation, question: Question) -> bool:
    """Whether the sentence that is quoted holds the answer; true where its words are not known."""
    if question.items:
        return any(_holds(quotation, item) for item in question.items)
    return not question.answers or measures.holds_answer(quotation.sentence, question.answers)


def _holds(quotation: Quotation, item: Item) -> bool:
    if quotation.passage.document != item.document:
        return False
    start = max(quotation.span.sentence_start, item.start)
    end = min(quotation.span.sentence_end, item.end)
    return end - start >= HELD * (item.end - item.start)


def _coverage(
    items: Sequence[Item], quotations: Sequence[Quotation]
) -> tuple[float | None, float | None]:
    if not items:
        return None, None
    covered = [any(_holds(one, item) for one in quotations) for item in items]
    holding = [any(_holds(one, item) for item in items) for one in quotations]
    precision = sum(holding) / len(holding) if holding else None
    return sum(covered) / len(covered), precision


@dataclass(frozen=True, slots=True)
class KindFigures:
    """The answers to the questions of one kind, counted; shares are 0..1, None of nothing.

    `right` is the share of the asserted answers whose passage and sentence are right, of a kind
    without a verdict that of all; `bold_right` that of the words in bold.
    """

    kind: str
    questions: int
    asserted: int
    right: float | None
    right_passage: float | None
    bold: int
    bold_right: float | None
    unsure: int
    not_found: int
    no_verdict: int
    shown: float
    recall: float | None
    precision: float | None


def by_kind(judged: Sequence[Judged]) -> tuple[KindFigures, ...]:
    """The figures of each kind in the order they are asked, of all answerable questions that a
    verdict is passed on, then of near misses and off-topic questions.
    """
    last = ("near-miss", "off-topic")
    kinds = [kind for kind in dict.fromkeys(one.kind for one in judged) if kind not in last]
    figures = [_figures(kind, [one for one in judged if one.kind == kind]) for kind in kinds]
    answerable = [one for one in judged if one.kind not in last and one.kind not in WITHOUT_VERDICT]
    figures.append(_figures(OVERALL, answerable))
    figures += [_figures(kind, [one for one in judged if one.kind == kind]) for kind in last]
    return tuple(one for one in figures if one.questions)


def _figures(kind: str, judged: Sequence[Judged]) -> KindFigures:
    asserted = [one for one in judged if one.asserted]
    told = list(judged) if kind in WITHOUT_VERDICT else asserted
    bold = [one for one in told if one.bold]
    return KindFigures(
        kind=kind,
        questions=len(judged),
        asserted=len(asserted),
        right=_share(one.right for one in told),
        right_passage=_share(one.passage_right for one in told),
        bold=len(bold),
        bold_right=_share(one.bold_right for one in bold),
        unsure=_count(judged, lambda one: one.verdict is Verdict.UNSURE),
        not_found=_count(judged, lambda one: one.verdict is Verdict.NOT_FOUND),
        no_verdict=_count(judged, lambda one: one.verdict is None),
        shown=_share(one.shown for one in judged) or 0.0,
        recall=_mean(one.recall for one in judged) if kind in SEVERAL else None,
        precision=_mean(one.precision for one in judged) if kind in SEVERAL else None,
    )


def _count(judged: Sequence[Judged], which: Callable[[Judged], bool]) -> int:
    return sum(map(which, judged))


def _share(flags: Iterable[bool]) -> float | None:
    every = list(flags)
    return sum(every) / len(every) if every else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def asserted_right(judged: Sequence[Judged]) -> float | None:
    """The share of all asserted answers that is right; those to near misses count as wrong."""
    return _share(one.right for one in judged if one.asserted)


def as_json(judged: Sequence[Judged]) -> dict[str, Any]:
    """The figures of each kind by its name, for programs."""
    return {
        "asserted_right": asserted_right(judged),
        "kinds": {one.kind: asdict(one) for one in by_kind(judged)},
    }


def as_table(judged: Sequence[Judged]) -> list[str]:
    """The figures for people, a line a kind."""
    names = ("questions", "asserted", "right", "bold", "right", "unsure", "not found", "no verdict")
    lines = [
        "what a reader meets:",
        f"  {'kind':15}" + "".join(f"{name:>11}" for name in (*names, "shown")),
    ]
    lines += [
        f"  {one.kind:15}{one.questions:11}{one.asserted:11}{_cell(one.right):>11}"
        f"{one.bold:11}{_cell(one.bold_right):>11}{one.unsure:11}{one.not_found:11}"
        f"{one.no_verdict:11}{one.shown:11.2f}"
        for one in by_kind(judged)
    ]
    lines += [
        f"  {one.kind}: {_cell(one.recall)} of the places that answer are quoted, "
        f"{_cell(one.precision)} of the quotations are such a place"
        for one in by_kind(judged)
        if one.recall is not None
    ]
    right = asserted_right(judged)
    if right is not None:
        lines.append(f"  of all that is asserted {right:.2f} is right")
    return lines


def _cell(share: float | None) -> str:
    return "-" if share is None else f"{share:.2f}"
