"""Composes the Answer to a question from the hits and the confidence in them.

An Answer quotes passages word for word, each with its citation, or says that the documents do not
hold one. Nothing here does any I/O.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from briefqa.records import Answer, AnswerSpan, Hit, Passage, PlaceUnit, Span

NOT_FOUND = "Not in these documents."
QUOTED = 2  # passages quoted in an answer


def mark(passage: Passage, sentence: Span, words: Span) -> AnswerSpan:
    """Where the passage answers, in its source: both are ranges of the passage's own text."""
    return AnswerSpan(
        start=words.start + passage.start,
        end=words.end + passage.start,
        text=passage.text[words.start : words.end],
        sentence_start=sentence.start + passage.start,
        sentence_end=sentence.end + passage.start,
    )


def compose(
    question: str,
    hits: Sequence[Hit],
    confidence: float,
    answer_from: float,
    searched: tuple[str, ...],
    scope: str,
    unknown: Sequence[str] = (),
) -> Answer:
    """The Answer from these hits, best first; answered when `confidence` reaches `answer_from`.

    `searched` names the documents that were looked in, and `scope` says so in words; `unknown` are
    names of the question that stand nowhere in the index.
    """
    if not hits:
        return unanswered(question, f"No passage in {scope} fits the question.", searched)
    if confidence < answer_from:
        reason = f"Nothing in {scope} comes close enough to the question to be an answer."
        if unknown:
            names = [f"“{name}”" for name in dict.fromkeys(unknown)]
            verb = "occurs" if len(names) == 1 else "occur"
            reason = f"{reason[:-1]}; {' and '.join(names)} {verb} nowhere."
        return unanswered(question, reason, searched, confidence, hits)
    best = hits[0]
    ranks = [
        f"number {rank} by {what}"
        for rank, what in (
            (best.evidence.keyword_rank, "its words"),
            (best.evidence.semantic_rank, "its meaning"),
        )
        if rank is not None
    ]
    return Answer(
        question=question,
        verdict=Verdict.ANSWERED,
        confidence=confidence,
        text=quotations(hits[:QUOTED]),
        reason=f"The first passage is {' and '.join(ranks)} in {scope}.",
        hits=tuple(hits),
        searched=searched,
    )


def unanswered(
    question: str,
    reason: str,
    searched: tuple[str, ...],
    confidence: float = 0.0,
    hits: Sequence[Hit] = (),
) -> Answer:
    """An Answer that says the documents hold none; `hits` are the nearest passages."""
    return Answer(question, Verdict.NOT_FOUND, confidence, NOT_FOUND, reason, tuple(hits), searched)


def quotations(hits: Sequence[Hit]) -> str:
    """The sentence that answers, then each passage as it stands in its source, with its numbered
    citation under it.
    """
    quoted = [f"{hit.passage.text}\n[{hit.rank}] {hit.citation}" for hit in hits]
    best = hits[0]
    if best.sentence != best.passage.text:
        quoted.insert(0, f"“{best.sentence}” [{best.rank}]")
    return "\n\n".join(quoted)


def as_json(answer: Answer) -> dict[str, Any]:
    """An answer as programs get it: its fields, the hits as `hit_as_json`."""
    return {**asdict(answer), "hits": [hit_as_json(hit) for hit in answer.hits]}


def hit_as_json(hit: Hit) -> dict[str, Any]:
    """A hit as programs get it: the passage, where it stands, its citation and the evidence.

    `lines` repeats a `place` that is counted in lines and is null for any other; it is for programs
    written before there was `place`.
    """
    passage, place = hit.passage, hit.passage.place
    return {
        "rank": hit.rank,
        "text": passage.text,
        "document": passage.document,
        "title": passage.title,
        "section": list(passage.section),
        "start": passage.start,
        "end": passage.end,
        "paragraphs": list(passage.paragraphs),
        "place": asdict(place),
        "lines": [place.first, place.last] if place.unit is PlaceUnit.LINE else None,
        "citation": hit.citation,
        "answer": None if hit.answer is None else asdict(hit.answer),
        "evidence": asdict(hit.evidence),
    }
