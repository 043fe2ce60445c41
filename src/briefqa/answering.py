"""What do the documents say to a question?

Pure: hits and the confidence in them become an Answer that quotes passages word for word, each
with its citation, or says that the documents do not hold one. Which sentence of a passage answers
is decided here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from briefqa.records import Answer, AnswerSpan, Hit, Passage, Span

NOT_FOUND = "Not in these documents."
QUOTED = 2  # passages quoted in an answer


def mark(passage: Passage, sentences: Sequence[Span], evidence: Sequence[float]) -> AnswerSpan:
    """The sentence of the passage that answers: of those with the most evidence, the first.

    `sentences` are ranges of the passage's own text, at least one, each with its `evidence`.
    """
    best = max(range(len(sentences)), key=lambda number: evidence[number])
    start, end = sentences[best].start, sentences[best].end
    place = (passage.start + start, passage.start + end)
    return AnswerSpan(*place, passage.text[start:end], *place)


def compose(
    question: str,
    hits: Sequence[Hit],
    confidence: float,
    answer_from: float,
    searched: tuple[str, ...],
    place: str,
) -> Answer:
    """The Answer from these hits, best first; answered when `confidence` reaches `answer_from`.

    `searched` names the documents that were looked in, and `place` says so in words.
    """
    if not hits:
        return unanswered(question, f"No passage in {place} fits the question.", searched)
    if confidence < answer_from:
        reason = f"Nothing in {place} comes close enough to the question to be an answer."
        return unanswered(question, reason, searched, confidence, hits)
    best = hits[0]
    found_by = [
        f"number {rank} by {what}"
        for rank, what in (
            (best.evidence.keyword_rank, "its words"),
            (best.evidence.semantic_rank, "its meaning"),
        )
        if rank is not None
    ]
    return Answer(
        question=question,
        answered=True,
        confidence=confidence,
        text=quotations(hits[:QUOTED]),
        reason=f"The first passage is {' and '.join(found_by)} in {place}.",
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
    return Answer(question, False, confidence, NOT_FOUND, reason, tuple(hits), searched)


def quotations(hits: Sequence[Hit]) -> str:
    """Each passage as it stands in its source, with its numbered citation under it."""
    return "\n\n".join(f"{hit.passage.text}\n[{hit.rank}] {hit.citation}" for hit in hits)


def as_json(answer: Answer) -> dict[str, Any]:
    """What a program is told of an answer: its fields, the hits as `hit_as_json`."""
    return {**asdict(answer), "hits": [hit_as_json(hit) for hit in answer.hits]}


def hit_as_json(hit: Hit) -> dict[str, Any]:
    """What a program is told of a hit: the passage, its place and citation, and the evidence."""
    passage = hit.passage
    return {
        "rank": hit.rank,
        "text": passage.text,
        "document": passage.document,
        "title": passage.title,
        "section": list(passage.section),
        "start": passage.start,
        "end": passage.end,
        "paragraphs": list(passage.paragraphs),
        "lines": list(passage.lines),
        "citation": hit.citation,
        "answer": None if hit.answer is None else asdict(hit.answer),
        "evidence": asdict(hit.evidence),
    }
