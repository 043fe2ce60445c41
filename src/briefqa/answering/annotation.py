"""Citations as other software finds them again: selectors of the W3C Web Annotation Data Model.

https://www.w3.org/TR/annotation-model/#selectors: a place in a text by its position and, for a text
that has been edited since, by its words with what stands before and after them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import quote

from briefqa.records import Answer, Hit, PageBox, Quotation

AROUND = 32  # characters on either side of a quotation


BoxesOf = Callable[[str, int, int], tuple[PageBox, ...]]
"""Gives the boxes of the lines of a range of a document's text; none where it has no pages."""


def hits_in_context(
    hits: Sequence[Hit], text_of: Callable[[str], str], boxes_of: BoxesOf
) -> list[Hit]:
    """Hits with the characters before and after their passages, and where their lines stand.

    `text_of` gives the text of the document of a name.
    """
    text_of = cache(text_of)
    found = []
    for hit in hits:
        passage = hit.passage
        prefix, suffix = _around(text_of(passage.document), passage.start, passage.end)
        boxes = boxes_of(passage.document, passage.start, passage.end)
        found.append(replace(hit, prefix=prefix, suffix=suffix, boxes=boxes))
    return found


def answer_in_context(answer: Answer, text_of: Callable[[str], str], boxes_of: BoxesOf) -> Answer:
    """An answer with what is around its passages and quotations, and where their lines stand."""
    text_of = cache(text_of)
    quotations = []
    for one in answer.quotations:
        text, span = text_of(one.passage.document), one.span
        prefix, suffix = _around(text, span.sentence_start, span.sentence_end)
        boxes = boxes_of(one.passage.document, span.sentence_start, span.sentence_end)
        quotations.append(replace(one, prefix=prefix, suffix=suffix, boxes=boxes))
    hits = hits_in_context(answer.hits, text_of, boxes_of)
    return replace(answer, hits=tuple(hits), quotations=tuple(quotations))


def target_of_hit(hit: Hit) -> dict[str, Any]:
    """The passage of a hit as the target of an annotation."""
    passage = hit.passage
    return _target(
        passage.document, passage.start, passage.end, passage.text, hit.prefix, hit.suffix
    )


def target_of_quotation(one: Quotation) -> dict[str, Any]:
    """The sentence of a quotation as the target of an annotation."""
    start, end = one.span.sentence_start, one.span.sentence_end
    return _target(one.passage.document, start, end, one.sentence, one.prefix, one.suffix)


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    return text[max(0, start - AROUND) : start], text[end : end + AROUND]


def _target(
    document: str, start: int, end: int, exact: str, prefix: str, suffix: str
) -> dict[str, Any]:
    """A SpecificResource: the document, by its name as a relative address, and two selectors."""
    return {
        "source": quote(document),
        "selector": [
            {"type": "TextPositionSelector", "start": start, "end": end},
            {"type": "TextQuoteSelector", "exact": exact, "prefix": prefix, "suffix": suffix},
        ],
    }
