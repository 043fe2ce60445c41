"""Lists: every sentence or item of the first passages that answers, in document order.

A list is found whole where a heading, or a sentence that introduces items, holds what is asked for;
elsewhere sentences are chosen one by one, by the question's words in them, their meaning and what
the reader sees in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import regex

from briefqa.answering import compose, question_terms, ranking
from briefqa.answering.abstention import probability
from briefqa.answering.inquiry import Inquiry
from briefqa.answering.missing import missing
from briefqa.documents.passages import sentences
from briefqa.models.reading import Reading
from briefqa.records import Answer, AnswerSpan, Hit, Mode, Passage, Quotation, Span, Verdict
from briefqa.text.language import stemmer, stop_words
from briefqa.text.words import question_terms as content_terms

if TYPE_CHECKING:
    from briefqa.answering.ranking import Ranking

OPENING = "Places that answer; there may be more."
PASSAGES = 20
MOST_PLACES = 20
# Fitted to the list questions kept for tuning, as are the weights in `value`; logits.
FROM = -1.25  # a place's value from which it is quoted
BEHIND = 3.0  # how far behind the best one it may be
SURE = -1.0  # the best one's value from which an answer is asserted
_LABEL = regex.compile(r"\W*(?:\*\*(\p{L}+)[^*\n]{0,40}\*\*|(\p{L}+):)")
_ITEM = regex.compile(r"(?m)^[ \t]*(?:[-*+•]|\d{1,3}[.)]|\(\w{1,3}\))[ \t]+")
# Words of a question that say only that several things are wanted.
_ASKING = frozenset(
    "list all every each name names mention mentioned mentions come comes coming there were "
    "document documents page meeting brief report text named given".split()
)


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence or item of a passage, a range of its text, and how likely it answers, a logit."""

    row: int
    span: Span
    value: float


def respond(inquiry: Inquiry) -> Answer:
    """Every place that answers, asserted where the best of them is sure enough."""
    context = inquiry.context
    query = replace(inquiry.query, k=max(PASSAGES, inquiry.query.k))
    ranked = ranking.rank(context, query, Mode.HYBRID, inquiry.scope.rows)
    hits = ranking.hits(context, ranked, query.k)
    first = hits[: inquiry.query.k]
    if not hits or not question_terms.searched_terms(query.text, context.keyword):
        reason = f"No passage in {inquiry.scope.in_words} fits the question."
        return compose.not_found(inquiry, reason)
    signals, _ = ranking.signals(context, inquiry.question, query.text, ranked)
    confidence = inquiry.rule.confidence(signals)
    if inquiry.rule.topic(signals) < inquiry.rule.topic_from:
        reason = f"Nothing in {inquiry.scope.in_words} comes close enough to the question."
        unknown = ranking.unknown_names(query.text, ranked)
        return compose.not_found(inquiry, reason, first, confidence, unknown)
    places = chosen(inquiry, ranked)
    best = max((place.value for place in places), default=-9.0)
    if not places or (best < SURE and confidence < inquiry.rule.answer_from):
        return compose.unsure(inquiry, first, confidence, missing(inquiry, first, ranked))
    quotations = [_quotation(inquiry.passages[place.row], place.span) for place in places]
    return compose.quoting(
        inquiry,
        quotations,
        _quoted_first(hits, quotations, inquiry.query.k),
        Verdict.ANSWERED,
        opening=OPENING,
        reason=f"{len(places)} of the places looked at in {inquiry.scope.in_words} answer.",
        confidence=max(confidence, probability(best)),
    )


def chosen(inquiry: Inquiry, ranked: Ranking) -> list[Place]:
    """The places that answer, at most twenty, in document order."""
    places = list(_places(inquiry, ranked))
    best = max((place.value for place in places), default=-9.0)
    least = max(FROM, best - BEHIND)
    answering = [place for place in places if place.value >= least]
    answering.sort(key=lambda place: -place.value)
    return sorted(answering[:MOST_PLACES], key=lambda place: (place.row, place.span.start))


def _places(inquiry: Inquiry, ranked: Ranking) -> Iterator[Place]:
    """Every sentence and item of the first passages with its value."""
    context = inquiry.context
    if ranked.terms is None:
        return
    language = context.language
    asked = [
        term
        for word in inquiry.question.words
        if word.lower() not in _ASKING
        for term in content_terms(word, stemmer(language), stop_words(language))
    ]
    wanted = frozenset(asked) or frozenset(ranked.terms.idf)
    for rank, row in enumerate(map(int, ranked.rows[:PASSAGES])):
        passage = context.passages[row]
        reading = ranked.readings.get(row)
        above = _terms(" ".join(passage.section), language)
        cosines = _cosines(inquiry, ranked, row)
        spans = sentences(passage.text, language)
        items = list(items_of(passage.text))
        sure = 0.0 if reading is None else probability(reading.answerability)
        for span in items or spans:
            text = passage.text[span.start : span.end]
            own = _share(ranked, wanted, _terms(text, language))
            heading = _share(ranked, wanted, above)
            near = _near(spans, cosines, span)
            label = _LABEL.match(text)
            opening = _terms(label[1] or label[2], language) if label else frozenset()
            labelled = bool(opening & wanted)
            read = _read(reading, span)
            yield Place(row, span, value(own, heading, near, read, rank, labelled, sure))


def value(
    own: float, heading: float, cosine: float, read: float, rank: int, labelled: bool, sure: float
) -> float:
    """How likely a place answers, as a logit.

    `own` and `heading` are the shares of what is asked for that stand in it and in the headings
    above it, `cosine` that of its meaning, `read` the reader's share of the answer in it, all 0..1.
    `rank` is its passage's, from 0, `sure` how sure a reader is that the passage answers, 0..1, and
    `labelled` says whether a word of the question opens it as a label (`**Action:**`).
    """
    return (
        -5.26
        + 1.7 * own
        + 1.81 * heading
        + 1.43 * cosine
        + 3.43 * read
        + 2.51 / (1 + rank)
        + 2.51 * labelled
        + 0.53 * sure
    )


def items_of(text: str) -> Iterator[Span]:
    """The items of the lists in a text: each from its bullet or number to the next, or a blank
    line.
    """
    starts = [match.start() for match in _ITEM.finditer(text)]
    for start, following in zip(starts, [*starts, len(text)][1:], strict=True):
        blank = regex.search(r"\n[ \t]*\n", text[start:following])
        piece = text[start : start + blank.start() if blank else following]
        begin = start + len(piece) - len(piece.lstrip())
        yield Span(begin, start + len(piece.rstrip()))


def _cosines(inquiry: Inquiry, ranked: Ranking, row: int) -> list[float]:
    """The cosine of each sentence of a passage with the question; none where that has no vector."""
    if ranked.vector is None:
        return []
    return [float(one) for one in inquiry.context.vectors.sentence_cosines(ranked.vector, row)]


def _near(spans: Sequence[Span], cosines: Sequence[float], span: Span) -> float:
    """The best cosine of the sentences that stand in a range."""
    if len(spans) != len(cosines):
        return 0.0
    inside = [
        cosine
        for one, cosine in zip(spans, cosines, strict=True)
        if one.start < span.end and one.end > span.start
    ]
    return max(0.0, *inside) if inside else 0.0


def _read(reading: Reading | None, span: Span) -> float:
    """The reader's: whether the passage answers, and by how much of it that is here, 0..1."""
    if reading is None:
        return 0.0
    return probability(reading.answerability) * float(reading.shares([span])[0])


def _share(ranked: Ranking, wanted: frozenset[str], terms: frozenset[str]) -> float:
    """How much of what is asked for is there, by how rare the terms are, 0..1."""
    idf = ranked.terms.idf if ranked.terms is not None else {}
    weights = {term: idf.get(term, 1.0) for term in wanted}
    return sum(weight for term, weight in weights.items() if term in terms) / (
        sum(weights.values()) or 1.0
    )


def _terms(text: str, language: str) -> frozenset[str]:
    return frozenset(content_terms(text, stemmer(language), stop_words(language)))


def _quotation(passage: Passage, span: Span) -> Quotation:
    start, end = span.start + passage.start, span.end + passage.start
    text = passage.text[span.start : span.end]
    return Quotation(passage, AnswerSpan(start, end, text, start, end))


def _quoted_first(hits: Sequence[Hit], quotations: Sequence[Quotation], k: int) -> list[Hit]:
    """The hits whose passages are quoted, in the order of the quotations, then others up to k."""
    of_passage = {hit.passage: hit for hit in hits}
    order = list(dict.fromkeys(one.passage for one in quotations))
    rest = [hit.passage for hit in hits if hit.passage not in set(order)]
    order += rest[: max(0, k - len(order))]
    return [replace(of_passage[passage], rank=rank) for rank, passage in enumerate(order, 1)]
