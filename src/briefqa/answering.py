"""What do the documents say to a question?

Pure: hits and the confidence in them become an Answer that quotes passages word for word, each
with its citation, or says that the documents do not hold one.
"""

from __future__ import annotations

from collections.abc import Sequence

from briefqa.records import Answer, Hit

NOT_FOUND = "Not in these documents."
QUOTED = 2  # passages quoted in an answer


def compose(
    question: str, hits: Sequence[Hit], confidence: float, answer_from: float, n_documents: int
) -> Answer:
    """The Answer from these hits, best first; answered when `confidence` reaches `answer_from`."""
    searched = "1 document" if n_documents == 1 else f"{n_documents} documents"
    if not hits:
        return unanswered(question, f"No passage in {searched} fits the question.")
    if confidence < answer_from:
        reason = f"Nothing in {searched} comes close enough to the question to be an answer."
        return unanswered(question, reason, confidence, hits)
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
        reason=f"The first passage is {' and '.join(found_by)} in {searched}.",
        hits=tuple(hits),
    )


def unanswered(
    question: str, reason: str, confidence: float = 0.0, hits: Sequence[Hit] = ()
) -> Answer:
    """An Answer that says the documents hold none; `hits` are the nearest passages."""
    return Answer(question, False, confidence, NOT_FOUND, reason, tuple(hits))


def quotations(hits: Sequence[Hit]) -> str:
    """Each passage as it stands in its source, with its numbered citation under it."""
    return "\n\n".join(f"{hit.passage.text}\n[{hit.rank}] {hit.citation}" for hit in hits)
