"""The parts of documents that a question names by number or heading, quoted as they stand."""

from __future__ import annotations

import regex

from briefqa.answering import compose
from briefqa.answering.contents import (
    ATTACHED,
    MAIL,
    SMALL_WORDS,
    UNITS,
    Contents,
    Part,
    key_of,
    unit_of,
)
from briefqa.answering.inquiry import Inquiry
from briefqa.answering.question import Kind, Question
from briefqa.answering.quotation import is_quoted
from briefqa.answering.references import ORDINALS, content_words, named, nearest, with_heading
from briefqa.records import Answer, Quotation, Verdict
from briefqa.text.quotes import quoted_texts
from briefqa.text.words import plain_words

MOST_PASSAGES = 4  # of one part
_ASKED = regex.compile(
    r"(?i)(?:(?:please|show|me|read|quote|give|open|what|does|is|was|stands?|written|recorded|said|"
    r"stated|laid|down|noted|in|under|by|the) )*+"
    r"(?P<unit>section|item|article|clause|chapter|paragraph|point|rule)"
    r"(?: (?P<number>\d[\d.]*[a-z]?(?:\s?\(\w{1,4}\))*))?(?P<rest>\b.*)"
)
# "What was decided under Prices?", "What stands in the P.S.?"
_UNDER = regex.compile(
    r"(?i)(?:(?:what|which|show|read|give|quote|me|anything|all|do|does|did|is|are|was|were|has|have|"
    r"been|we|they|it|the|stands?|stood|written|said|says?|noted|recorded|minuted|decided|agreed|"
    r"discussed|resolved|happened|listed|mentioned|reported|stated|laid|down|comes|came|found) )++"
    r"(?:under (?:the (?:heading|title) )?|(?<=(?:stands?|stood|written) )in (?:the )?)"
    r"(?P<rest>\S.*)"
)
_SOURCE = (
    r"(?:it|this|they|(?:the|this|these|those) (?:\w+ )?(?:rules?|by-?laws|statutes|regulations|"
    r"report|document|minutes|contract|lease|agreement|policy|page|faq|brief|text|transcript|article))"
)
# "What do the bylaws say about guests?", "What do they say in 3.2?", "Which rule is about guests?"
_SAYS_ABOUT = regex.compile(
    rf"(?i)what (?:do|does|did) {_SOURCE} say (?:about|on) (?P<rest>.{{1,80}})"
)
_SAYS_IN = regex.compile(
    rf"(?i)what (?:do|does|did) {_SOURCE} (?:say|state|provide) (?:in|under|at) "
    r"(?P<number>\d+(?:\.\d+)+(?:\(\w{1,4}\))*)\W*"
)
_WHICH_PART = regex.compile(
    r"(?i)(?:which|what) (?:"
    + "|".join(UNITS)
    + r") (?:is (?:about|on)|deals with|covers|regulates|"
    r"governs|concerns|treats) (?P<rest>.{1,80})"
)
_MAY_NAME = frozenset({Kind.KEYWORDS, Kind.WHAT, Kind.WHICH, Kind.YES_NO})
_OF_DOCUMENT = regex.compile(r" (?:of|in|from) ")
_BARE = regex.compile(r"\d++(?:\.\d++)++[a-z]?(?:\(\w{1,4}\))*+")  # 6.5: a part, or any number
_MEASURED = regex.compile(r"[%‰$€£¥°]")
_WITH_NUMBER = regex.compile(
    r"(?i)\b(?:" + "|".join(UNITS) + r")\.? (?:number |no\.? ?)?(?:\d[\w.]*(?:\s?\(\w{1,4}\))*|"
    r"[ivxl]+\b|[a-z]\b|" + "|".join(ORDINALS) + r")|§ ?\d[\w.]*"
)
_MAILS = frozenset("mail e email mails message reply letter".split())
_REQUEST = (
    frozenset(
        "please can could you i want show me read quote give open see go display print find look "
        "up what does do did say says said under part headed called titled section chapter "
        "item page heading entitled named this that there written recorded stands write wrote sent "
        "dated message".split()
    )
    | SMALL_WORDS
)


def respond(inquiry: Inquiry, reference: str) -> Answer:
    """The parts that the reference names, each with its passages; none is a NOT_FOUND."""
    contents = inquiry.context.contents
    inside = _in_scope(inquiry)
    parts = named(reference, inside, contents, inquiry)
    quotations = [one for part in parts for one in quote(inquiry, part)]
    if not quotations:
        headings = nearest(reference, inside)
        listed = ", ".join(f"“{heading}”" for heading in headings)
        reason = f"There is no part “{reference}” in {inquiry.scope.in_words}."
        if headings:
            reason += f" The nearest headings are: {listed}."
        return compose.not_found(inquiry, reason)
    what = "1 part goes" if len(parts) == 1 else f"{len(parts)} parts go"
    return compose.quoting(
        inquiry,
        quotations,
        compose.hits_of(quotations),
        Verdict.ANSWERED,
        reason=f"{what} by “{reference}” in {inquiry.scope.in_words}.",
        confidence=1.0,
    )


def reference_of(question: Question, contents: Contents) -> str:
    """The part that a question asks for: what it names by number, or a heading that it quotes.

    A number alone is a part only where there is one of that number; a quoted heading only where the
    rest of the question is a request for it.
    """
    if question.reference and _BARE.fullmatch(question.reference):
        key = key_of(question.reference)
        known = any(key in part.keys for part in contents.parts())
        return question.reference if known and not _MEASURED.search(question.text) else ""
    if question.reference or not (question.kind in _MAY_NAME or is_quoted(question.text)):
        return question.reference
    for text in quoted_texts(question.text):
        rest = plain_words(question.text.replace(text, " "))
        words = content_words(text)
        if words and set(rest) <= _REQUEST and with_heading(words, contents.parts()):
            return text
    return _unquoted_reference(question, contents)


def _unquoted_reference(question: Question, contents: Contents) -> str:
    """A part that a request names by unit and number ("under item 12"), by unit and its whole
    heading ("section Ships and crew"), by its whole heading after "under", or, if it is an e-mail,
    by its writer or date.
    """
    asked = _ASKED.fullmatch(question.text)
    number, rest = (asked["number"], asked["rest"].strip(" ,:.?!")) if asked else ("", "")
    if asked and number and not rest:
        return f"{asked['unit']} {number}"
    if under := _UNDER.fullmatch(question.text):
        rest = under["rest"].strip(" ,:.?!")
    for pattern in (_SAYS_ABOUT, _WHICH_PART):
        if not rest and (about := pattern.fullmatch(question.text)):
            rest = about["rest"].strip(" ,:.?!")
    if said := _SAYS_IN.fullmatch(question.text):
        return said["number"]
    if _is_label(question.text, contents):
        return question.text.strip()
    headings = rest, _OF_DOCUMENT.split(rest, 1)[0]
    if rest and any(with_heading(content_words(one), contents.parts()) for one in headings):
        return f"{asked['unit']} {number}, {rest}" if asked and number else rest
    alone = [word for word in plain_words(question.text) if word not in _REQUEST]
    if len(alone) == 1 and unit_of(alone[0]) in ATTACHED:
        return alone[0]
    return _mail(question, contents)


def _is_label(text: str, contents: Contents) -> bool:
    """Whether a text is the whole heading of a numbered part: "Appendix 1: Voices"."""
    words = plain_words(text)
    headed = (part for part in contents.parts() if part.is_section and part.keys and part.words)
    return any(plain_words(part.heading) == words for part in headed)


def _mail(question: Question, contents: Contents) -> str:
    """The writer and date of the e-mail that a request names; empty where it asks more."""
    words = plain_words(question.text.replace("'s", "").replace("’s", ""))
    asked = [word for word in words if word not in _MAILS and word not in _REQUEST]
    mails = (part for part in contents.parts() if part.unit == MAIL)
    if asked and _MAILS.intersection(words) and any(set(asked) <= set(one.words) for one in mails):
        return " ".join(asked)
    return ""


def quote(inquiry: Inquiry, part: Part) -> list[Quotation]:
    """The passages of a part, at most four, each as far as it belongs to the part."""
    rows = inquiry.context.contents.rows_of(part)
    if inquiry.scope.rows is not None:
        rows = [row for row in rows if row in inquiry.scope.rows]
    passages = [inquiry.passages[row] for row in rows[:MOST_PASSAGES]]
    return [compose.stretch(passage, part.start, part.end) for passage in passages]


def numbered(inquiry: Inquiry) -> list[Part]:
    """The parts that a question names by unit and number, whatever it asks of them."""
    found = _WITH_NUMBER.search(inquiry.question.text)
    if found is None:
        return []
    parts = _in_scope(inquiry)
    return named(found[0].rstrip("."), parts, inquiry.context.contents, inquiry)


def _in_scope(inquiry: Inquiry) -> list[Part]:
    """The parts of the documents that are looked in, and of the section if there is one."""
    documents = set(inquiry.scope.documents)
    numbers = {n for n, source in enumerate(inquiry.sources) if source.name in documents}
    parts = [part for part in inquiry.context.contents.parts() if part.document in numbers]
    if inquiry.query.where.section is None or inquiry.scope.rows is None:
        return parts
    spans: dict[int, list[tuple[int, int]]] = {}
    for row in map(int, inquiry.scope.rows):
        passage = inquiry.passages[row]
        spans.setdefault(inquiry.context.contents.document_of(row), []).append(
            (passage.start, passage.end)
        )
    return [
        part
        for part in parts
        if any(part.start >= start and part.start < end for start, end in spans[part.document])
    ]
