"""A conversation as a Markdown document for people.

Text of documents is escaped, so that it is only ever text there.
"""

from __future__ import annotations

from collections.abc import Sequence

from briefqa.receipts.receipt import Turn
from briefqa.records import EVERYWHERE, Passage, Quotation, Verdict
from briefqa.text.markdown import line, quote


def markdown(turns: Sequence[Turn]) -> str:
    """The conversation: under each question the passages quoted in its answer, with citations."""
    parts = ["# Conversation with BriefQA"]
    for number, turn in enumerate(turns, 1):
        answer = turn.answer
        parts.append(f"## {number}. {line(answer.question)}")
        if answer.carried:
            carried = " · ".join(f"{each.kind}: {line(each.text)}" for each in answer.carried)
            parts.append(f"Carried over: {carried}")
        if turn.where != EVERYWHERE:
            names = ", ".join(map(line, answer.searched))
            section = "" if turn.where.section is None else f", section {line(turn.where.section)}"
            parts.append(f"Looked in: {names}{section}")
        for place, quotation in enumerate(answer.quotations, 1):
            parts += [_block_quote(quotation), _cited(place, quotation.passage)]
        if not answer.answered:
            parts.append(f"{line(answer.text)} {line(answer.reason)}".rstrip())
            if answer.hits and answer.verdict is not None:
                may = "may" if answer.verdict is Verdict.UNSURE else "do"
                parts.append(f"The nearest passages, which {may} not answer:")
            if answer.hits:
                parts.append("  \n".join(_cited(hit.rank, hit.passage) for hit in answer.hits))
    return "\n\n".join(parts) + "\n"


def _block_quote(quotation: Quotation) -> str:
    passage, span = quotation.passage, quotation.span
    start, end = span.sentence_start - passage.start, span.sentence_end - passage.start
    return quote(passage.text, (start, end))


def _cited(number: int, passage: Passage) -> str:
    return f"\\[{number}\\] {line(passage.citation)} ({line(passage.location)})"
