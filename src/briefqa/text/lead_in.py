"""What a sentence stands under: the header of its table, the line that leads in its list, the
question it replies to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from briefqa.records import Span
from briefqa.text import line_breaks

_DEEPEST = 3  # lines above a sentence that are read with it


@dataclass(frozen=True, slots=True)
class _Open:
    """A line that others may stand under; `mark` is the kind of its number, "" for no item."""

    indent: int
    mark: str
    span: Span
    leads: bool


def lead_ins(text: str, spans: Sequence[Span]) -> list[tuple[Span, ...]]:
    """For each sentence of a text those that it stands under, outermost first; none for most.

    Those are the header of a row, the item that an item is indented under, what ends with a colon
    above a list, and the question before a speaker's turn.
    """
    found: list[tuple[Span, ...]] = []
    header: Span | None = None
    above: list[_Open] = []
    asked: Span | None = None
    end = 0
    for span in spans:
        words, gap = text[span.start : span.end].lstrip("> \t"), text[end : span.start]
        begins = not found or "\n" in gap or "\r" in gap
        question, asked = asked, span if is_question(words) else None
        if question and begins and line_breaks.begins_turn(words):
            found.append((question,))
            header, above, end = None, [], span.end
            continue
        mark = line_breaks.item_mark(words) if begins else ""
        if begins and line_breaks.is_header_row(words):
            header, above = span, []
        elif header and "|" in words and len(gap.splitlines()) < 2:
            found.append((header,))
            end = span.end
            continue
        elif mark:
            start = span.end - len(words)
            indent = start - 1 - max(text.rfind("\n", 0, start), -1)
            above = _still_open(above, indent, mark)
            found.append(tuple(one.span for one in above)[-_DEEPEST:])
            above.append(_Open(indent, mark, span, words.endswith(":")))
            header, end = None, span.end
            continue
        elif begins or words.endswith(":"):
            header, above = None, [_Open(-1, "", span, True)] if words.endswith(":") else []
        found.append(())
        end = span.end
    return found


def answers_nothing(text: str, spans: Sequence[Span], *, asking: bool) -> list[bool]:
    """Which sentences answer nothing by themselves: a table's header over its rows, a question
    over its reply.

    What somebody asked is an answer where a question is about `asking`.
    """
    over = {one for above in lead_ins(text, spans) for one in above}
    words = (text[one.start : one.end] for one in spans)
    return [
        one in over and (line_breaks.is_header_row(of_it) or (not asking and is_question(of_it)))
        for one, of_it in zip(spans, words, strict=True)
    ]


def is_question(words: str) -> bool:
    """Whether a sentence asks."""
    return words.rstrip('*_"”»)] ').endswith(("?", "？", "؟"))


def _still_open(above: list[_Open], indent: int, mark: str) -> list[_Open]:
    """The lines that an item stands under, of those above it."""
    for place, one in enumerate(above):
        if one.indent > indent or (one.indent == indent and one.mark == mark):
            above = above[:place]
            break
    while above and above[-1].indent == indent and not above[-1].leads:
        above = above[:-1]
    return above
