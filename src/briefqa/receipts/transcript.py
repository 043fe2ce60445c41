"""A conversation as a Markdown document for people.

Text of documents is escaped, so that it is only ever text there.
"""

from __future__ import annotations

from collections.abc import Sequence

from briefqa.answering import compose
from briefqa.receipts.receipt import Turn
from briefqa.records import EVERYWHERE, Hit
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
        if answer.answered:
            for hit in answer.hits[: compose.QUOTED]:
                parts += [_block_quote(hit), _cited(hit)]
        else:
            parts.append(f"{line(answer.text)} {line(answer.reason)}")
            if answer.hits:
                parts.append("The nearest passages, which do not answer:")
                parts.append("  \n".join(map(_cited, answer.hits)))
    return "\n\n".join(parts) + "\n"


def _block_quote(hit: Hit) -> str:
    passage, answer = hit.passage, hit.answer
    if answer is None:
        return quote(passage.text)
    start, end = answer.sentence_start - passage.start, answer.sentence_end - passage.start
    return quote(passage.text, (start, end))


def _cited(hit: Hit) -> str:
    return f"\\[{hit.rank}\\] {line(hit.citation)} ({line(hit.passage.location)})"
