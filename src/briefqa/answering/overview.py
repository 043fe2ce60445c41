"""Overviews: what each document says of itself, its headings, and how it begins.

Nothing is summed up: the title, date, source and headings are the document's own, and its first
paragraph is quoted.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from briefqa.answering import clauses, compose, references
from briefqa.answering.contents import ATTACHED, SMALL_WORDS, UNITS, Part, unit_of
from briefqa.answering.inquiry import Inquiry
from briefqa.answering.question.wording import DOCUMENT
from briefqa.records import Answer, Quotation
from briefqa.text.language import stemmer
from briefqa.text.sentences import sentences
from briefqa.text.words import plain_words

STYLE = "I quote; I do not summarise."
MOST_DOCUMENTS = 12
MOST_HEADINGS = 12
_LEAD_SENTENCES = 3
_LEAD_PASSAGES = 3  # in which a first sentence is looked for
_PROSE = regex.compile(r"[\p{Ll}\p{N})][.!?…][\"”’)»]*(?=\s|$)")
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
    "emails short account everything stuff regulate govern treat address concern contain set out "
    "discussed covered treated addressed session hearing "
    "lay down".split()
)

_WHOLE = frozenset(
    "bylaws statutes rules regulations charter treaty contract lease agreement minutes transcript "
    "policy faq guide manual notes hearing session statement speech interview study".split()
)
_DOCUMENT = regex.compile(rf"(?i)\b(?:{DOCUMENT})\b")
# Asks what something is about; whether it is a document or a part of one, the documents tell.
_ABOUT = regex.compile(
    r"(?i)(?:so |please |and |tell me )?what(?:(?:['’]s| is| are| was| were) .{1,80} (?:all )?about"
    r"|(?: does| do| did) .{1,80} (?:cover|regulate|govern|deal with|treat|concern|discuss|address|"
    r"contain|set out|lay down))(?: exactly| in general|,? in (?:short|brief))?\W*"
    r"|(?:please )?(?:give me |show me )?(?:the |an? )?(?:short |brief |quick )?(?:key points|main "
    r"points|outline|gist|summary|overview|essentials) (?:of|from) .{1,80}"
    r"|what(?:['’]s| is) in .{1,80}"
)
_ABOUT_WORD = regex.compile(r"(?i)\babout\b")
_PART = regex.compile(r"(?i)\b(?:" + "|".join(UNITS) + r"|heading|e-?mail|mail)\b")


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
    if parts := clauses.numbered(inquiry) or _attached(inquiry, words):
        return _of_parts(inquiry, parts[: references.MOST_PARTS])
    if inquiry.query.where.section is not None or not words:
        return _composed(inquiry, numbers)
    stem = stemmer(inquiry.context.language)
    stems = {stem(word) for word in words}
    titled = {
        number: len(stems & {stem(word) for word in contents.title_words(number)})
        for number in numbers
    }
    parts = [part for part in contents.parts() if part.document in titled]
    headed = references.headed(words, parts, stem)
    most = max(titled.values(), default=0)
    if headed and most < len(stems):
        return _of_parts(inquiry, headed[: references.MOST_PARTS])
    if most:
        return _composed(inquiry, [number for number, n in titled.items() if n == most])
    # "the library page": by another name, but there is only one document it can be.
    if len(numbers) == 1 and _DOCUMENT.search(inquiry.question.text):
        return _composed(inquiry, numbers)
    return None


def names_a_document(inquiry: Inquiry) -> bool:
    """Whether a question of another kind still asks what a document, or a part of one, is about:
    "What is the harbour bulletin about?", if all of its words that name something stand in one
    title, or in one heading where it says that it means a part.
    """
    if not _ABOUT.fullmatch(inquiry.question.text):
        return False
    contents, numbers = inquiry.context.contents, _documents(inquiry)
    stem = stemmer(inquiry.context.language)
    words = {stem(word) for word in _naming(inquiry)}
    if not words or clauses.numbered(inquiry) or _attached(inquiry, _naming(inquiry)):
        return True
    named = [contents.title_words(number) for number in numbers]
    text = inquiry.question.text
    if _PART.search(text) or (" of " in text and not _ABOUT_WORD.search(text)):
        named += [part.words for part in contents.parts() if part.document in numbers]
    return any(words <= set(map(stem, one)) for one in named if one)


def _attached(inquiry: Inquiry, words: Sequence[str]) -> list[Part]:
    """The annexes, schedules and the like that the question names so, and by no other word."""
    if not {unit_of(word) for word in words} <= ATTACHED:
        return []
    numbers = set(_documents(inquiry))
    parts = [part for part in inquiry.context.contents.parts() if part.document in numbers]
    return references.attached(words, parts)


def _documents(inquiry: Inquiry) -> list[int]:
    """The numbers of the documents that are looked in."""
    names = set(inquiry.scope.documents)
    return [number for number, source in enumerate(inquiry.sources) if source.name in names]


def _naming(inquiry: Inquiry) -> list[str]:
    """The words of the question that may name a document or a section.

    Words for a document are such only where a title or heading has them.
    """
    words = [word for text in inquiry.question.words for word in plain_words(text)]
    named = [word for word in dict.fromkeys(words) if word not in _ASKING]
    whole = {word for word in named if word in _WHOLE or _DOCUMENT.fullmatch(word)}
    if not whole:
        return named
    contents, numbers = inquiry.context.contents, _documents(inquiry)
    known = {word for number in numbers for word in contents.title_words(number)}
    known |= {word for part in contents.parts() if part.document in numbers for word in part.words}
    return [word for word in named if word in known or word not in whole]


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
        reason=f"How {_count(len(quotations))} begins.",
    )


def _count(number: int) -> str:
    return "1 document" if number == 1 else f"each of {number} documents"


def _of_parts(inquiry: Inquiry, parts: Sequence[Part]) -> Answer:
    """How these sections begin."""
    quotations = [
        _opening(inquiry, part.document, quoted)
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
    """How a document begins, or the section that is looked in; None where it has no passage.

    Its first paragraph with a sentence: titles, names and addresses above the text are none.
    """
    rows: Sequence[int] = inquiry.context.contents.rows_of_document(number)
    if inquiry.query.where.section is not None and inquiry.scope.rows is not None:
        inside = set(map(int, inquiry.scope.rows))
        rows = [row for row in rows if row in inside]
    first = [inquiry.passages[row] for row in rows[:_LEAD_PASSAGES]]
    stretches = [compose.stretch(passage, passage.start, passage.end) for passage in first]
    return _opening(inquiry, number, stretches)


def _opening(inquiry: Inquiry, number: int, stretches: Sequence[Quotation]) -> Quotation:
    """The first sentences of the first paragraph in these stretches of a document that has one.

    Of titles, names and salutations alone, the first.
    """
    paragraphs = [one for each in inquiry.documents[number].sections for one in each.paragraphs]
    pieces = [
        compose.stretch(stretch.passage, max(paragraph.start, start), min(paragraph.end, end))
        for stretch in stretches
        for start, end in [(stretch.span.start, stretch.span.end)]
        for paragraph in paragraphs
        if paragraph.start < end and paragraph.end > start
    ]
    first = next((one for one in pieces if _PROSE.search(one.sentence)), (*pieces, *stretches)[0])
    lead = sentences(first.sentence, inquiry.context.language)[:_LEAD_SENTENCES]
    start = first.span.start
    end = start + lead[-1].end if lead else first.span.end
    return compose.stretch(first.passage, start, end)


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
