"""A conversation as a Markdown document for people.

Text of documents is escaped, so that it is only ever text there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from briefqa.receipts.receipt import Turn
from briefqa.records import EVERYWHERE, Answer, Passage, Quotation, Verdict
from briefqa.text.markdown import line, quote


def markdown(turns: Sequence[Turn]) -> str:
    """The conversation: under each question the passages of its answer, with citations.

    What an answer quotes is in bold; a passage that is only shown has no bold.
    """
    parts = ["# Conversation with BriefQA"]
    for number, turn in enumerate(turns, 1):
        answer = turn.answer
        parts.append(f"## {number}. {line(answer.question)}")
        if answer.carried:
            parts.append(f"Understood as: {line(answer.read_as)}")
        if turn.where != EVERYWHERE:
            names = ", ".join(map(line, answer.searched))
            section = "" if turn.where.section is None else f", section {line(turn.where.section)}"
            parts.append(f"Looked in: {names}{section}")
        for place, quotation in enumerate(answer.quotations, 1):
            parts += [_block_quote(quotation), _cited(place, quotation.passage)]
        if not answer.quotations:
            parts += _unanswered(answer)
    return "\n\n".join(parts) + "\n"


def _unanswered(answer: Answer) -> Iterator[str]:
    """What is said where nothing is quoted, and the passages that were shown with it."""
    if answer.verdict is None:
        yield line(answer.text)
    else:
        yield f"{line(answer.text)} {line(answer.reason)}".rstrip()
    if answer.verdict is Verdict.NOT_FOUND:
        if answer.hits:
            yield "The nearest passages, which do not answer:"
            yield "  \n".join(_cited(hit.rank, hit.passage) for hit in answer.hits)
        return
    for hit in answer.hits:
        yield quote(hit.passage.text)
        yield _cited(hit.rank, hit.passage)


def _block_quote(quotation: Quotation) -> str:
    passage, span = quotation.passage, quotation.span
    start, end = span.sentence_start - passage.start, span.sentence_end - passage.start
    return quote(passage.text, (start, end))


def _cited(number: int, passage: Passage) -> str:
    return f"\\[{number}\\] {line(passage.citation)} ({line(passage.location)})"
