"""Composes the Answer to a question from the hits and the confidence in them.

An Answer quotes passages word for word, each with its citation, or says that the documents do not
hold one. Nothing here does any I/O.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from briefqa.answering import annotation
from briefqa.records import (
    Answer,
    AnswerSpan,
    Evidence,
    Hit,
    PageBox,
    Passage,
    Place,
    PlaceUnit,
    QuestionKind,
    Quotation,
    Span,
    Verdict,
)

if TYPE_CHECKING:
    from briefqa.answering.inquiry import Inquiry

NOT_FOUND = "Not in these documents."
UNSURE = "These documents speak of this, but may not answer it."


def mark(passage: Passage, sentence: Span, words: Span) -> AnswerSpan:
    """Where the passage answers, in its source: both are ranges of the passage's own text."""
    return AnswerSpan(
        start=words.start + passage.start,
        end=words.end + passage.start,
        text=passage.text[words.start : words.end],
        sentence_start=sentence.start + passage.start,
        sentence_end=sentence.end + passage.start,
    )


def _answer(
    inquiry: Inquiry,
    *,
    verdict: Verdict | None,
    text: str,
    reason: str,
    hits: Sequence[Hit] = (),
    confidence: float = 0.0,
    missing: Sequence[str] = (),
    quotations: Sequence[Quotation] = (),
    searched: Sequence[str] | None = None,
) -> Answer:
    """An Answer to an inquiry; `searched` are the documents of its scope unless said otherwise."""
    return Answer(
        question=inquiry.asked,
        verdict=verdict,
        confidence=confidence,
        text=text,
        reason=reason,
        hits=tuple(hits),
        searched=inquiry.scope.documents if searched is None else tuple(searched),
        read_as=inquiry.query.text,
        kind=inquiry.question.kind,
        missing=tuple(missing),
        quotations=tuple(quotations),
    )


def answered(inquiry: Inquiry, hits: Sequence[Hit], confidence: float, exact: bool) -> Answer:
    """An asserted Answer: the sentence that is marked in the first hit, and its passage.

    `exact` says whether its marked words are claimed to be the answer.
    """
    best = hits[0]
    quotation = quotation_of(best, exact=exact)
    return _answer(
        inquiry,
        verdict=Verdict.ANSWERED,
        confidence=confidence,
        text=quoted([quotation]),
        reason=f"The first passage is {_ranks(best)} in {inquiry.scope.in_words}.",
        hits=hits,
        quotations=(quotation,),
    )


def unsure(
    inquiry: Inquiry, hits: Sequence[Hit], confidence: float, missing: Sequence[str]
) -> Answer:
    """An Answer that shows the nearest passages and says what they lack, each once.

    `missing` is what the nearest passage lacks, in words: `no number of soldiers`, `nothing about
    “1774”`.
    """
    missing = tuple(dict.fromkeys(" ".join(each.split()) for each in missing))
    lacks = f" The nearest passage has {listed(missing)}." if missing else ""
    return _answer(
        inquiry,
        verdict=Verdict.UNSURE,
        confidence=confidence,
        text=UNSURE,
        reason=f"Nothing in {inquiry.scope.in_words} surely answers it.{lacks}",
        hits=hits,
        missing=missing,
    )


def listed(things: Sequence[str]) -> str:
    """`one`, `one and two`, `one, two and three`."""
    return " and ".join(filter(None, (", ".join(things[:-1]), things[-1])))


def not_found(
    inquiry: Inquiry,
    reason: str,
    hits: Sequence[Hit] = (),
    confidence: float = 0.0,
    unknown: Sequence[str] = (),
) -> Answer:
    """An Answer that says the documents hold none; `unknown` are names that occur nowhere."""
    if unknown:
        names = [f"“{name}”" for name in dict.fromkeys(unknown)]
        verb = "occurs" if len(names) == 1 else "occur"
        reason = f"{reason.rstrip('.')}; {listed(names)} {verb} nowhere."
    return _answer(
        inquiry,
        verdict=Verdict.NOT_FOUND,
        confidence=confidence,
        text=NOT_FOUND,
        reason=reason,
        hits=hits,
    )


def search_result(inquiry: Inquiry, hits: Sequence[Hit], note: str) -> Answer:
    """The passages that a search by words found, without a verdict."""
    return _answer(
        inquiry,
        verdict=None if hits else Verdict.NOT_FOUND,
        text=note if hits else NOT_FOUND,
        reason=note if hits else f"No passage in {inquiry.scope.in_words} holds these words.",
        hits=hits,
    )


def remark(inquiry: Inquiry, sentence: str) -> Answer:
    """One sentence about BriefQA itself; nothing was searched."""
    return _answer(
        inquiry,
        verdict=None,
        text=sentence,
        reason="",
        searched=(),
    )


def quoting(
    inquiry: Inquiry,
    quotations: Sequence[Quotation],
    hits: Sequence[Hit],
    verdict: Verdict | None,
    *,
    opening: str = "",
    text: str = "",
    reason: str = "",
    confidence: float = 0.0,
    missing: Sequence[str] = (),
) -> Answer:
    """An Answer that quotes several places; `text`, or else the quotations, follows `opening`."""
    body = text or places(quotations)
    return _answer(
        inquiry,
        verdict=verdict,
        confidence=confidence,
        text="\n\n".join(filter(None, (opening, body))),
        reason=reason,
        hits=hits,
        missing=missing,
        quotations=quotations,
    )


def opening(answer: Answer) -> str:
    """What is said before the places that a list or an overview quotes; empty of other answers."""
    several = answer.quotations and answer.kind in (QuestionKind.LIST, QuestionKind.OVERVIEW)
    return answer.text.partition("\n\n")[0] if several else ""


def places(quotations: Sequence[Quotation]) -> str:
    """Quotations as text: what each quotes, then its number and citation; the parts as heads."""
    blocks, part = [], ""
    for number, one in enumerate(quotations, 1):
        head = f"{one.part}\n" if one.part != part else ""
        part = one.part
        blocks.append(f"{head}“{one.sentence}”\n[{number}] {one.citation}")
    return "\n\n".join(blocks)


def stretch(passage: Passage, start: int, end: int, *, part: str = "") -> Quotation:
    """The part of a passage that stands in `document.text[start:end]`, quoted as a whole."""
    start, end = max(start, passage.start), min(end, passage.end)
    text = passage.text[start - passage.start : end - passage.start].rstrip()
    end = start + len(text)
    return Quotation(passage, AnswerSpan(start, end, text, start, end), part=part)


def hits_of(quotations: Sequence[Quotation]) -> tuple[Hit, ...]:
    """The passages of quotations that no search found, once each, as hits without evidence."""
    unfound = Evidence(None, None, None, None, 0.0)
    first = {one.passage: one for one in reversed(quotations)}
    order = dict.fromkeys(one.passage for one in quotations)
    return tuple(
        Hit(rank, passage, unfound, first[passage].span) for rank, passage in enumerate(order, 1)
    )


def quotation_of(hit: Hit, *, exact: bool = False, part: str = "") -> Quotation:
    """The place in a hit that answers: its marked sentence, or all of it where none is marked."""
    passage, span = hit.passage, hit.answer
    if span is None:
        span = AnswerSpan(passage.start, passage.end, passage.text, passage.start, passage.end)
    return Quotation(passage, span, exact=exact, part=part)


def quoted(quotations: Sequence[Quotation]) -> str:
    """Quotations as text: each sentence with its number, then the passages with their citations."""
    lines = [
        f"“{one.sentence}” [{number}]"
        for number, one in enumerate(quotations, 1)
        if one.sentence != one.passage.text
    ]
    passages = [
        f"{one.passage.text}\n[{number}] {one.citation}" for number, one in enumerate(quotations, 1)
    ]
    return "\n\n".join((*lines, *passages))


def _ranks(hit: Hit) -> str:
    ranks = [
        f"number {rank} by {what}"
        for rank, what in (
            (hit.evidence.keyword_rank, "its words"),
            (hit.evidence.semantic_rank, "its meaning"),
        )
        if rank is not None
    ]
    return " and ".join(ranks)


def as_json(answer: Answer) -> dict[str, Any]:
    """An answer as programs get it: its fields, `answered`, the hits as `hit_as_json`, and the
    quotations as `quotation_as_json`.
    """
    return {
        **asdict(answer),
        "answered": answer.answered,
        "hits": [hit_as_json(hit) for hit in answer.hits],
        "quotations": [quotation_as_json(one) for one in answer.quotations],
    }


def quotation_as_json(quotation: Quotation) -> dict[str, Any]:
    """A quotation as programs get it: the sentence, the words if they are claimed, and where."""
    passage, span = quotation.passage, quotation.span
    return {
        "document": passage.document,
        "citation": quotation.citation,
        "sentence": quotation.sentence,
        "sentence_start": span.sentence_start,
        "sentence_end": span.sentence_end,
        "words": span.text if quotation.exact else None,
        "start": span.start if quotation.exact else None,
        "end": span.end if quotation.exact else None,
        "part": quotation.part,
        "attribution": quotation.attribution,
        "place": asdict(passage.place),
        **_on_pages(passage.place, quotation.boxes),
        "target": annotation.target_of_quotation(quotation),
    }


def _on_pages(place: Place, boxes: Sequence[PageBox]) -> dict[str, Any]:
    """The pages and their labels, and the boxes of the lines; null for what has no pages."""
    if place.unit is not PlaceUnit.PAGE:
        return {"pages": None, "page_labels": None, "boxes": None}
    pages = sorted({box.page for box in boxes}) or [*range(place.first, place.last + 1)]
    named = {box.page: box.label for box in boxes if box.label}
    return {
        "pages": pages,
        "page_labels": [named.get(page, str(page)) for page in pages],
        "boxes": [asdict(box) for box in boxes],
    }


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
        **_on_pages(place, hit.boxes),
        "citation": hit.citation,
        "answer": None if hit.answer is None else asdict(hit.answer),
        "evidence": asdict(hit.evidence),
        "target": annotation.target_of_hit(hit),
    }
