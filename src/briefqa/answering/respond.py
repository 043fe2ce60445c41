"""From an inquiry to its answer: what each kind of question gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from briefqa.answering import clauses, compose, overview, question_terms, ranking
from briefqa.answering.checks import Check, Checked
from briefqa.answering.inquiry import Inquiry
from briefqa.answering.question import AnswerType, Kind
from briefqa.records import Answer, Hit, Mode

ABOUT = (
    "BriefQA finds the passage of your documents that answers a question, and quotes it with its "
    "citation. Ask about what is in them, or search by a few words."
)
FOUND_BY_WORDS = "Passages found by these words; no answer is claimed."
NOT_ENGLISH = "BriefQA understands questions in English; these passages are found by the words."
# Of these kinds no single words are claimed to be the answer.
_WITHOUT_WORDS = frozenset({Kind.WHY, Kind.HOW, Kind.YES_NO, Kind.COMPARISON, Kind.MULTI_PART})


def respond(inquiry: Inquiry) -> Answer:
    """The answer to an inquiry, by the kind of its question."""
    if not inquiry.query.text:
        return compose.not_found(inquiry, "The question is empty; ask something.")
    reference = clauses.reference_of(inquiry.question, inquiry.context.contents)
    if reference:
        question = replace(inquiry.question, kind=Kind.CLAUSE, reference=reference)
        return clauses.respond(replace(inquiry, question=question), reference)
    if overview.names_a_document(inquiry):
        inquiry = replace(inquiry, question=replace(inquiry.question, kind=Kind.OVERVIEW))
    match inquiry.question.kind:
        case Kind.SMALL_TALK:
            return compose.remark(inquiry, ABOUT)
        case Kind.OVERVIEW:
            holdings = inquiry.question.expects is AnswerType.MANY
            return overview.respond(inquiry, holdings=holdings) or _quote(inquiry)
        case Kind.KEYWORDS:
            return _search(inquiry, FOUND_BY_WORDS)
        case Kind.OTHER_LANGUAGE if inquiry.context.language == "en":
            return _search(inquiry, NOT_ENGLISH)
        case _:
            return _quote(inquiry)


def _search(inquiry: Inquiry, note: str) -> Answer:
    """A search by words and meaning, in that order: passages that hold a word of it come first."""
    ranked = ranking.rank(inquiry.context, inquiry.query, Mode.HYBRID, inquiry.scope.rows)
    hits = ranking.hits(inquiry.context, ranked, inquiry.query.k)
    with_words = [hit for hit in hits if hit.evidence.matched]
    chosen = [*with_words, *(hit for hit in hits if not hit.evidence.matched)]
    if inquiry.question.kind is Kind.KEYWORDS:
        chosen = with_words
    numbered = [replace(hit, rank=rank) for rank, hit in enumerate(chosen, 1)]
    return compose.search_result(inquiry, numbered, note)


def _quote(inquiry: Inquiry) -> Answer:
    """The sentence that answers, if it surely does; else the nearest passages, or none."""
    context, query = inquiry.context, inquiry.query
    ranked = ranking.rank(context, query, Mode.HYBRID, inquiry.scope.rows)
    hits = ranking.hits(context, ranked, query.k)
    if not question_terms.searched_terms(query.text, context.keyword):
        reason = "The question has no word to look for; say what it is about."
        return compose.not_found(inquiry, reason, hits)
    if not hits:
        return compose.not_found(
            inquiry, f"No passage in {inquiry.scope.in_words} fits the question."
        )
    signals, checked = ranking.signals(context, inquiry.question, query.text, ranked)
    confidence = inquiry.rule.confidence(signals)
    if confidence >= inquiry.rule.answer_from:
        return compose.answered(inquiry, hits, confidence, _claims_words(inquiry, hits, checked))
    unknown = ranking.unknown_names(query.text, ranked)
    if inquiry.rule.topic(signals) < inquiry.rule.topic_from:
        reason = f"Nothing in {inquiry.scope.in_words} comes close enough to the question."
        return compose.not_found(inquiry, reason, hits, confidence, unknown)
    missing = [each.missing for each in checked if each.missing]
    missing += [f"nothing about “{name}”" for name in dict.fromkeys(unknown)]
    return compose.unsure(inquiry, hits, confidence, missing)


def _claims_words(inquiry: Inquiry, hits: Sequence[Hit], checked: Sequence[Checked]) -> bool:
    """Whether the marked words are claimed to be the answer, not only their sentence."""
    span = hits[0].answer
    if span is None or inquiry.question.kind in _WITHOUT_WORDS:
        return False
    if inquiry.question.expects in (AnswerType.REASON, AnswerType.MANNER, AnswerType.DEFINITION):
        return False
    whole = (span.start, span.end) == (span.sentence_start, span.sentence_end)
    return not whole and not any(
        each.strength for each in checked if each.check is not Check.POLARITY
    )
