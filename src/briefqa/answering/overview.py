"""Overviews: what each document says of itself, its headings, and how it begins.

Nothing is summed up: the title, date, source and headings are the document's own, and its first
paragraph is quoted.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from briefqa.answering import clauses, compose
from briefqa.answering.contents import SMALL_WORDS, Part
from briefqa.answering.inquiry import Inquiry
from briefqa.records import Answer, Quotation, Span
from briefqa.text.language import stemmer
from briefqa.text.sentences import sentences
from briefqa.text.words import plain_words

STYLE = "I quote; I do not summarise."
MOST_DOCUMENTS = 12
MOST_HEADINGS = 12
_LEAD_SENTENCES = 3
# Words that ask for an overview, and say nothing of which document's.
_ASKING = SMALL_WORDS | frozenset(
    "what which who this that these those there here about summary overview gist outline synopsis "
    "recap abstract highlights essentials takeaway takeaways tldr tl dr table contents content big "
    "picture bottom line short version executive key main central major core principal important "
    "most essential chief point points message messages idea ideas topic topics theme themes "
    "subject subjects finding findings fact facts conclusion conclusions argument arguments thing "
    "things statement statements summarise summarize sum up condense nutshell brief briefly few "
    "words word sentence sentences please give show list tell me us i you your my we need want get "
    "say says said cover covers deal deals discuss describe explain page document documents file "
    "files text texts report reports paper papers section chapter part meeting all whole entire "
    "do does did have has can could would should any some one two three five into made "
    "loaded indexed available read know known search kind sort type so just quick rough general "
    "exactly briefing article deals concern mail mails letter letters bulletin thread e email "
    "emails short account".split()
)

_ABOUT = regex.compile(
    r"(?i)^(?:so )?what(?:['’]s| is| are| was| were) (?:the|this|that|these|those) .{1,60} about\b"
    r"|^(?:please )?(?:give me |show me )?(?:the |an? )?(?:key points|main points|outline|gist|"
    r"summary|overview|essentials) (?:of|from) "
)


def respond(inquiry: Inquiry, *, holdings: bool = False) -> Answer | None:
    """The documents in scope, or the one or the section that the question names.

    None where it names something that no title or heading has. `holdings` is for a question which
    documents there are: each is listed with its date and size.
    """
    contents = inquiry.context.contents
    numbers = _documents(inquiry)
    if holdings:
        return _composed(inquiry, numbers, holdings=True)
    words = _naming(inquiry)
    if inquiry.query.where.section is not None or not words:
        return _composed(inquiry, numbers)
    stem = stemmer(inquiry.context.language)
    stems = {stem(word) for word in words}
    titled = {
        number: len(stems & {stem(word) for word in contents.title_words(number)})
        for number in numbers
    }
    parts = [part for part in contents.parts() if part.document in titled]
    headed = clauses.headed(words, parts, stem)
    most = max(titled.values(), default=0)
    if headed and most < len(stems):
        return _of_parts(inquiry, headed[: clauses.MOST_PARTS])
    if most:
        return _composed(inquiry, [number for number, n in titled.items() if n == most])
    return None


def names_a_document(inquiry: Inquiry) -> bool:
    """Whether a question of another kind still asks what a document is about: "What is the
    harbour bulletin about?", if all of its words that name something stand in one title.
    """
    if not _ABOUT.search(inquiry.question.text):
        return False
    contents = inquiry.context.contents
    stem = stemmer(inquiry.context.language)
    words = {stem(word) for word in _naming(inquiry)}
    return any(
        words <= {stem(word) for word in contents.title_words(number)}
        for number in _documents(inquiry)
    )


def _documents(inquiry: Inquiry) -> list[int]:
    """The numbers of the documents that are looked in."""
    names = set(inquiry.scope.documents)
    return [number for number, source in enumerate(inquiry.sources) if source.name in names]


def _naming(inquiry: Inquiry) -> list[str]:
    """The words of the question that may name a document or a section."""
    words = [word for text in inquiry.question.words for word in plain_words(text)]
    return [word for word in dict.fromkeys(words) if word not in _ASKING]


def _composed(inquiry: Inquiry, numbers: Sequence[int], *, holdings: bool = False) -> Answer:
    blocks, quotations = [], []
    for number in numbers[:MOST_DOCUMENTS]:
        lead = _lead(inquiry, number)
        if lead is None:
            continue
        quotations.append(lead)
        head = _holding(inquiry, number) if holdings else _head(inquiry, number)
        blocks.append(f"{head}\n“{lead.sentence}”\n[{len(quotations)}] {lead.citation}")
    if len(numbers) > MOST_DOCUMENTS:
        blocks.append(f"and {len(numbers) - MOST_DOCUMENTS} more")
    return compose.quoting(
        inquiry,
        quotations,
        compose.hits_of(quotations),
        None,
        opening=STYLE,
        text="\n\n".join(blocks),
        reason=f"How {_count(len(quotations))} in {inquiry.scope.in_words} begins.",
    )


def _count(number: int) -> str:
    return "1 document" if number == 1 else f"each of {number} documents"


def _of_parts(inquiry: Inquiry, parts: Sequence[Part]) -> Answer:
    """How these sections begin."""
    quotations = [
        _opening(inquiry, quoted[0], part.end)
        for part in parts
        if (quoted := clauses.quote(inquiry, part))
    ]
    return compose.quoting(
        inquiry,
        quotations,
        compose.hits_of(quotations),
        None,
        opening=STYLE,
        reason=f"How the section begins that the question names in {inquiry.scope.in_words}.",
    )


def _lead(inquiry: Inquiry, number: int) -> Quotation | None:
    """How a document begins, or the section that is looked in; None where it has no passage."""
    rows: Sequence[int] = inquiry.context.contents.rows_of_document(number)
    if inquiry.query.where.section is not None and inquiry.scope.rows is not None:
        inside = set(map(int, inquiry.scope.rows))
        rows = [row for row in rows if row in inside]
    if not rows:
        return None
    passage = inquiry.passages[rows[0]]
    whole = compose.stretch(passage, passage.start, passage.end)
    return _opening(inquiry, whole, passage.end)


def _opening(inquiry: Inquiry, quotation: Quotation, end: int) -> Quotation:
    """The first sentences of the first paragraph of what is quoted."""
    passage = quotation.passage
    start = quotation.span.sentence_start
    document = inquiry.documents[_number(inquiry, passage.document)]
    paragraphs = [one for section in document.sections for one in section.paragraphs]
    first = next((one for one in paragraphs if one.start <= start < one.end), Span(start, end))
    last = min(first.end, end, passage.end)
    text = passage.text[start - passage.start : last - passage.start]
    lead = sentences(text, inquiry.context.language)[:_LEAD_SENTENCES]
    return compose.stretch(passage, start, start + lead[-1].end if lead else last)


def _number(inquiry: Inquiry, name: str) -> int:
    return next(n for n, source in enumerate(inquiry.sources) if source.name == name)


def _head(inquiry: Inquiry, number: int) -> str:
    """The title, date, source and headings of a document, as it has them."""
    document = inquiry.documents[number]
    metadata = document.metadata
    lines = [metadata.title]
    lines += [
        f"{name}: {value}"
        for name, value in (("Date", metadata.date), ("Source", metadata.source))
        if value
    ]
    headings = [section.path[0] for section in document.sections if section.path]
    outline = list(dict.fromkeys(headings))
    if outline:
        more = len(outline) - MOST_HEADINGS
        listed = "; ".join(outline[:MOST_HEADINGS]) + (f"; and {more} more" if more > 0 else "")
        lines.append(f"Headings: {listed}")
    return "\n".join(lines)


def _holding(inquiry: Inquiry, number: int) -> str:
    """The title of a document, its date, and how many passages it has."""
    metadata, count = inquiry.documents[number].metadata, inquiry.sources[number].passages
    size = "1 passage" if count == 1 else f"{count} passages"
    about = ", ".join(filter(None, (metadata.date, size)))
    return f"{metadata.title} ({about})"
