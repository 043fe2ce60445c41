"""Questions of several parts and comparisons: each part answered by itself, side by side.

No conclusion is drawn from the parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from briefqa.answering import compose
from briefqa.answering.follow_up import leans_by
from briefqa.answering.inquiry import Inquiry
from briefqa.answering.question import Kind, analyse
from briefqa.records import Answer, Hit, Query, Verdict

Respond = Callable[[Inquiry], Answer]


def respond(inquiry: Inquiry, answer_part: Respond, answer_whole: Respond) -> Answer:
    """The answer to each part with what it quotes; ANSWERED if all are, UNSURE if some may be.

    A comparison that one sentence answers, though not all its parts, is answered by that sentence.
    """
    asked = inquiry.question.parts
    answers = [answer_part(_of_part(inquiry, part)) for part in asked]
    sure = [one.answered for one in answers]
    if not all(sure) and inquiry.question.kind is Kind.COMPARISON:
        whole = answer_whole(inquiry)
        if whole.answered:
            return whole
    compares = inquiry.question.kind is Kind.COMPARISON  # no words of one part answer that
    quotations = [
        replace(quotation, part=part, exact=quotation.exact and not compares)
        for part, one in zip(asked, answers, strict=True)
        if one.answered
        for quotation in one.quotations
    ]
    spans = {(one.passage, one.span.sentence_start, one.span.sentence_end) for one in quotations}
    if all(sure) and len(spans) == 1:
        quotations = [replace(quotations[0], part="", exact=False)]
    hits = _hits(answers, inquiry.query.k)
    confidence = min(one.confidence for one in answers)
    missing = [part for part, one in zip(asked, answers, strict=True) if not one.answered]
    if all(sure):
        return compose.quoting(
            inquiry,
            quotations,
            hits,
            Verdict.ANSWERED,
            reason=f"Each part is answered by itself in {inquiry.scope.in_words}.",
            confidence=confidence,
        )
    if all(one.verdict is Verdict.NOT_FOUND for one in answers):
        return compose.not_found(inquiry, answers[0].reason, hits, confidence)
    listed = " and ".join(f"“{part}”" for part in missing)
    return compose.quoting(
        inquiry,
        quotations,
        hits,
        Verdict.UNSURE,
        opening=compose.UNSURE,
        reason=f"Nothing in {inquiry.scope.in_words} surely answers {listed}.",
        confidence=confidence,
        missing=[f"no sure answer to “{part}”" for part in missing],
    )


def _of_part(inquiry: Inquiry, part: str) -> Inquiry:
    """The inquiry after one part, searched with the whole question where it leans on that."""
    question = analyse(part)
    if question.kind in (Kind.KEYWORDS, Kind.SMALL_TALK, Kind.OTHER_LANGUAGE, Kind.MULTI_PART):
        question = replace(question, kind=Kind.WHAT, parts=())
    text = part
    if leans_by(part) or len(question.words) < 2:
        text = f"{part} {inquiry.question.text}"
    query = Query(text, inquiry.query.where, inquiry.query.k, reader_question=part)
    return replace(inquiry, asked=part, query=query, question=question)


def _hits(answers: Sequence[Answer], k: int) -> list[Hit]:
    """The first passages of each part in turn, once each, at least as many as there are parts."""
    in_turn = [
        one.hits[place]
        for place in range(max((len(one.hits) for one in answers), default=0))
        for one in answers
        if place < len(one.hits)
    ]
    first = {hit.passage: hit for hit in reversed(in_turn)}
    order = list(dict.fromkeys(hit.passage for hit in in_turn))[: max(k, len(answers))]
    return [replace(first[passage], rank=rank) for rank, passage in enumerate(order, 1)]
