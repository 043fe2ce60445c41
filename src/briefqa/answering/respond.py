"""From an inquiry to its answer: what each kind of question gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import regex

from briefqa.answering import (
    causes,
    clauses,
    compose,
    definitions,
    listing,
    overview,
    parts,
    question_terms,
    ranking,
    tables,
)
from briefqa.answering.abstention import WITHOUT_READER
from briefqa.answering.attribution import attribution
from briefqa.answering.checks import Checked, rules_out
from briefqa.answering.inquiry import Inquiry
from briefqa.answering.missing import missing
from briefqa.answering.question import AnswerType, Kind
from briefqa.answering.quotation import is_quoted, rows_with_quoted
from briefqa.records import Answer, Hit, Mode, Quotation, Span
from briefqa.text.language import language_name
from briefqa.text.quotes import without_marks
from briefqa.text.sentences import sentences

ABOUT = (
    "BriefQA finds the passage of your documents that answers a question, and quotes it with its "
    "citation. Ask about what is in them, or search by a few words."
)
FOUND_BY_WORDS = "Passages found by these words; no answer is claimed."
NOT_ENGLISH = "BriefQA understands questions in English; these passages are found by the words."
IN_ANOTHER_FORM = "The quoted words stand nowhere just so, but with other endings."
NO_WORDS = (
    "BriefQA understands questions in English; no passage has these words, these come nearest."
)
# Not fitted: the 23 rows found so on documents of our own were all right (docs/quality.md).
_IN_TABLE = 0.9
_WORD_TOLD = regex.compile(r"“([^“”]*+)”")
_IS_WHAT = regex.compile(
    r"(?i)(?:who|what)(?: is|'s|’s| are) (?:the |an? )?[\p{L}\p{N}\- ]{2,40}\??"
)
_OF_ENTRY = regex.compile(r"(?i)\b(?:means?|meaning|definition|defined?|term|code|error)\b")
# Of these kinds no single words are claimed to be the answer.
_WITHOUT_WORDS = frozenset({Kind.WHY, Kind.HOW, Kind.YES_NO, Kind.COMPARISON, Kind.MULTI_PART})


def respond(inquiry: Inquiry) -> Answer:
    """The answer to an inquiry, by the kind of its question."""
    inquiry, note = _in_another_form(inquiry)
    answer = _by_kind(inquiry)
    if note:
        answer = replace(answer, reason=f"{note} {answer.reason}".rstrip())
    if answer.verdict is None or answer.kind is Kind.CLAUSE:
        return answer
    quotations = tuple(_attributed(inquiry, one) for one in answer.quotations)
    return replace(answer, quotations=quotations)


def _in_another_form(inquiry: Inquiry) -> tuple[Inquiry, str]:
    """The inquiry where a quoted phrase stands nowhere just so, but with other endings: among the
    passages that hold that, with the sentence that says so; else itself, and nothing.
    """
    context, text = inquiry.context, inquiry.query.text
    parts = context.keyword, context.passages, context.contents
    exact = rows_with_quoted(text, *parts)
    if exact is None or len(exact):
        return inquiry, ""
    rows = rows_with_quoted(text, *parts, in_any_form=True)
    if rows is not None and inquiry.scope.rows is not None:
        rows = np.intersect1d(rows, inquiry.scope.rows)
    if rows is None or not len(rows):
        return inquiry, ""
    return replace(
        inquiry,
        query=replace(inquiry.query, text=without_marks(text)),
        scope=replace(inquiry.scope, rows=rows),
    ), IN_ANOTHER_FORM


def _by_kind(inquiry: Inquiry) -> Answer:
    if not inquiry.query.text:
        return compose.not_found(inquiry, "The question is empty; ask something.")
    reference = clauses.reference_of(inquiry.question, inquiry.context.contents)
    if reference:
        question = replace(inquiry.question, kind=Kind.CLAUSE, reference=reference)
        return clauses.respond(replace(inquiry, question=question), reference)
    if is_quoted(inquiry.question.text):
        return _search(_as(inquiry, Kind.KEYWORDS), FOUND_BY_WORDS)
    if overview.names_a_document(inquiry):
        inquiry = _as(inquiry, Kind.OVERVIEW)
    match inquiry.question.kind:
        case Kind.SMALL_TALK:
            return compose.remark(inquiry, ABOUT)
        case Kind.OVERVIEW:
            holdings = inquiry.question.expects is AnswerType.MANY
            note = f"{overview.STYLE} {FOUND_BY_WORDS}"
            return overview.respond(inquiry, holdings=holdings) or _search(inquiry, note)
        case Kind.KEYWORDS | Kind.CLAUSE:
            return _search(_as(inquiry, Kind.KEYWORDS), FOUND_BY_WORDS)
        case Kind.OTHER_LANGUAGE if inquiry.context.language == "en":
            return _search(inquiry, NOT_ENGLISH)
        case Kind.COMPARISON | Kind.MULTI_PART if inquiry.question.parts:
            return parts.respond(inquiry, _by_kind, _quote)
        case Kind.LIST:
            return listing.respond(inquiry, _answered_in_table)
        case Kind.WHY if inquiry.context.language == "en":
            return _with_cause(inquiry, _quote(inquiry))
        case _:
            return _quote(inquiry)


def _as(inquiry: Inquiry, kind: Kind) -> Inquiry:
    """The inquiry as one of another kind."""
    return replace(inquiry, question=replace(inquiry.question, kind=kind, reference=""))


def _search(inquiry: Inquiry, note: str) -> Answer:
    """A search by words and meaning, in that order: passages that hold a word of it come first."""
    ranked = ranking.rank(inquiry.context, inquiry.query, Mode.HYBRID, inquiry.scope.rows)
    hits = ranking.hits(inquiry.context, ranked, inquiry.query.k)
    with_words = [hit for hit in hits if hit.evidence.matched]
    chosen = [*with_words, *(hit for hit in hits if not hit.evidence.matched)]
    if inquiry.question.kind in (Kind.KEYWORDS, Kind.OVERVIEW):
        chosen = with_words
    elif not with_words:
        note = NO_WORDS
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
    if in_table := _answered_in_table(inquiry, hits):
        return in_table
    if defined := _defined(inquiry, hits):
        return defined
    signals, checked = ranking.signals(context, inquiry.question, query.text, ranked)
    if foreign := _foreign(inquiry, hits[0]):
        if (in_own := _in_own_language(inquiry, ranked.rows.tolist(), hits)) is not None:
            return in_own
        confidence = min(WITHOUT_READER.confidence(signals), inquiry.rule.answer_from)
        lacking = [f"no English words: it is {foreign}", *missing(inquiry, hits, ranked, checked)]
        return compose.unsure(inquiry, hits, confidence, lacking)
    confidence = inquiry.rule.confidence(signals)
    unsaid = _unsaid_in_table(inquiry, hits[0])
    ruled_out = bool(unsaid) or rules_out(inquiry.question, checked)
    if confidence >= inquiry.rule.answer_from and not ruled_out:
        return compose.answered(inquiry, hits, confidence, _claims_words(inquiry, hits, checked))
    if inquiry.rule.topic(signals) < inquiry.rule.topic_from:
        reason = f"Nothing in {inquiry.scope.in_words} comes close enough to the question."
        unknown = ranking.unknown_names(query.text, ranked)
        return compose.not_found(inquiry, reason, hits, confidence, unknown)
    lacking = missing(inquiry, hits, ranked, checked)
    named = {*hits[0].evidence.matched, *_WORD_TOLD.findall(" ".join(lacking))}
    lacking += [f"nothing about “{word}”" for word in unsaid if word not in named]
    return compose.unsure(inquiry, hits, confidence, lacking)


def _foreign(inquiry: Inquiry, hit: Hit) -> str:
    """The language of a passage that is in another than the index and that no reader has read."""
    language, usual = hit.passage.language, inquiry.context.language
    unread = hit.evidence.answerability is None
    return language_name(language) if language not in ("", usual) and unread else ""


def _in_own_language(inquiry: Inquiry, rows: Sequence[int], hits: Sequence[Hit]) -> Answer | None:
    """The answer where one of these passages in the language of the index surely answers, though
    others come before it.
    """
    context, known = inquiry.context, ("", inquiry.context.language)
    own = [row for row in rows if context.passages[row].language in known]
    if not own:
        return None
    answer = _quote(replace(inquiry, scope=replace(inquiry.scope, rows=np.array(sorted(own)))))
    if not answer.answered:
        return None
    first = answer.hits[0]
    ordered = (first, *(hit for hit in hits if hit.passage != first.passage))[: inquiry.query.k]
    return replace(answer, hits=tuple(replace(hit, rank=n) for n, hit in enumerate(ordered, 1)))


def _answered_in_table(inquiry: Inquiry, hits: Sequence[Hit]) -> Answer | None:
    """The answer by a row of a table in the first of the hits that has one which answers."""
    found = _in_table(inquiry, hits)
    if found is None:
        return None
    first, exact = found
    others = [hit for hit in hits if hit.passage != first.passage]
    ranked = [replace(hit, rank=rank) for rank, hit in enumerate((first, *others), 1)]
    return compose.answered(inquiry, ranked[: inquiry.query.k], _IN_TABLE, exact)


def _defined(inquiry: Inquiry, hits: Sequence[Hit]) -> Answer | None:
    """The answer where one place defines what is asked for, in brackets or as an entry."""
    question = inquiry.question
    if question.kind not in (Kind.WHAT, Kind.WHO) or inquiry.rule.answer_from > _IN_TABLE:
        return None
    asks = question.expects is AnswerType.DEFINITION or _IS_WHAT.fullmatch(question.text)
    asked = _stems(inquiry, _OF_ENTRY.sub(" ", " ".join(question.words)))
    if not asks or not asked:
        return None
    found = []
    for hit in hits:
        passage = hit.passage
        if passage.language not in ("", inquiry.context.language):
            continue
        for span in sentences(passage.text, "en"):
            text = passage.text[span.start : span.end]
            names = definitions.terms(text)
            if question.kind is Kind.WHAT:  # an entry of somebody may be what they say
                names.append(definitions.entry(text))
            if any(_stems(inquiry, name) == asked for name in names):
                found.append(replace(hit, answer=compose.mark(passage, span, span)))
    if len(found) != 1:
        return None
    others = [hit for hit in hits if hit.passage != found[0].passage]
    ranked = [replace(hit, rank=rank) for rank, hit in enumerate((found[0], *others), 1)]
    return compose.answered(inquiry, ranked[: inquiry.query.k], _IN_TABLE, False)


def _in_table(inquiry: Inquiry, hits: Sequence[Hit]) -> tuple[Hit, bool] | None:
    """The first hit with a table row that answers, that row marked, and whether a cell does."""
    asks = inquiry.question.factoid or inquiry.question.kind is Kind.LIST
    if not asks or inquiry.rule.answer_from > _IN_TABLE:
        return None
    for hit in hits:
        passage = hit.passage
        if passage.language not in ("", inquiry.context.language):
            continue
        above = inquiry.context.above(passage)
        text, before = tables.with_header(passage)
        row = tables.answering_row(
            inquiry.question, text, above, lambda text: _stems(inquiry, text)
        )
        if row is not None:
            line, cell = _moved(row.line, -before), _moved(row.cell or row.line, -before)
            span = compose.mark(passage, line, cell)
            return replace(hit, answer=span), row.cell is not None
    return None


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def _unsaid_in_table(inquiry: Inquiry, hit: Hit) -> list[str]:
    """What of the question a table does not say, where the marked words stand in one.

    A table gives no reasons: of a question after one that is all of it.
    """
    passage, span = hit.passage, hit.answer
    if span is None or "|" not in passage.text:
        return []
    text, before = tables.with_header(passage)
    words = _moved(Span(span.start, span.end), before - passage.start)
    above = inquiry.context.above(passage)
    unsaid = tables.unsaid(inquiry.question, text, words, above, lambda text: _stems(inquiry, text))
    if unsaid is not None and inquiry.question.kind in (Kind.WHY, Kind.HOW):
        return list(inquiry.question.words)
    return unsaid or []


def _with_cause(inquiry: Inquiry, answer: Answer) -> Answer:
    """The answer with cause and effect quoted together where they stand in two sentences."""
    if not answer.quotations:
        return answer
    quotation = answer.quotations[0]
    passage = quotation.passage
    spans, number = _sentences(inquiry, quotation)
    if number is None:
        return answer
    texts = [passage.text[one.start : one.end] for one in spans]
    stems = [_stems(inquiry, text) for text in texts]
    asked = _stems(inquiry, " ".join(inquiry.question.words))
    first, last = causes.together(texts, number, stems, asked)
    start, end = spans[first].start + passage.start, spans[last].end + passage.start
    span = replace(quotation.span, sentence_start=start, sentence_end=end)
    whole = replace(quotation, span=span, exact=False)
    hits = (replace(answer.hits[0], answer=span), *answer.hits[1:])
    return replace(answer, quotations=(whole,), hits=hits, text=compose.quoted([whole]))


def _attributed(inquiry: Inquiry, quotation: Quotation) -> Quotation:
    """The quotation with who says it."""
    spans, number = _sentences(inquiry, quotation)
    passage = quotation.passage
    if number is None or (passage.language or inquiry.context.language) != "en":
        return quotation
    texts = [passage.text[one.start : one.end] for one in spans]
    return replace(quotation, attribution=attribution(texts, number))


def _sentences(inquiry: Inquiry, quotation: Quotation) -> tuple[list[Span], int | None]:
    """The sentences of a quotation's passage, and which of them holds the quoted words."""
    passage, span = quotation.passage, quotation.span
    spans = sentences(passage.text, passage.language or inquiry.context.language)
    start = span.start - passage.start
    inside = (n for n, one in enumerate(spans) if one.start <= start < one.end)
    return spans, next(inside, None)


def _stems(inquiry: Inquiry, text: str) -> frozenset[str]:
    """The stems of a text's content words."""
    return question_terms.content_stems(text, inquiry.context.language)


def _claims_words(inquiry: Inquiry, hits: Sequence[Hit], checked: Sequence[Checked]) -> bool:
    """Whether the marked words are claimed to be the answer, not only their sentence."""
    span = hits[0].answer
    if span is None or inquiry.question.kind in _WITHOUT_WORDS:
        return False
    if inquiry.question.expects in (AnswerType.REASON, AnswerType.MANNER, AnswerType.DEFINITION):
        return False
    whole = (span.start, span.end) == (span.sentence_start, span.sentence_end)
    if whole or "|" in span.text:  # of several cells of a row
        return False
    return not any(each.strength for each in checked)
