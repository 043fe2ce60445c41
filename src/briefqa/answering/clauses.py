"""The parts of documents that a question names by number or heading, quoted as they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

import regex
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from briefqa.answering import compose
from briefqa.answering.contents import (
    ATTACHED,
    MAIL,
    SMALL_WORDS,
    UNITS,
    Contents,
    Key,
    Part,
    key_of,
    unit_of,
)
from briefqa.answering.inquiry import Inquiry
from briefqa.answering.question import Kind, Question
from briefqa.answering.quotation import quoted_texts
from briefqa.records import Answer, Quotation, Span, Verdict
from briefqa.text.language import stemmer
from briefqa.text.words import plain_words

MOST_PARTS = 5
MOST_PASSAGES = 4  # of one part
NEAREST = 3  # headings that are named where there is no such part

Stem = Callable[[str], str]
Paragraphs = Callable[[int], Sequence[Span]]  # of the document of a number

_NUMBERED = regex.compile(
    r"(?i)\s*(?:(?P<unit>\p{L}[\p{L}\-]*\.?|§§?)\s*)?(?:number|no\.?|nr\.?)?\s*"
    r"(?P<number>\d+(?:\.\d+)*[a-z]?(?:\s?\(\w{1,4}\))*|[ivxl]+(?:\.\d+)*|[a-z]|\(\w{1,4}\))"
    r"(?:[,:]?\s+(?P<rest>.*))?"
)
_ASKED = regex.compile(
    r"(?i)(?:(?:please|show|me|read|quote|give|open|what|does|is|was|stands?|written|recorded|said|"
    r"stated|laid|down|noted|in|under|by|the) )*"
    r"(?P<unit>section|item|article|clause|chapter|paragraph|point|rule)"
    r"(?: (?P<number>\d[\d.]*[a-z]?(?:\s?\(\w{1,4}\))*))?(?P<rest>\b.*)"
)
# "What was decided under Prices?"
_UNDER = regex.compile(
    r"(?i)(?:(?:what|which|show|read|give|quote|me|anything|all|do|does|did|is|are|was|were|has|have|"
    r"been|we|they|it|the|stands?|stood|written|said|says?|noted|recorded|minuted|decided|agreed|"
    r"discussed|resolved|happened|listed|mentioned|reported|stated|laid|down|comes|came|found) )+"
    r"(?:under (?:the (?:heading|title) )?|(?<=(?:stands?|stood|written) )in (?:the )?)(?P<rest>\S.*)"
)
_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "first 1st one opening", "second 2nd two", "third 3rd three", "fourth 4th four",
            "fifth 5th five", "sixth 6th six", "seventh 7th seven", "eighth 8th eight",
            "ninth 9th nine", "tenth 10th ten", "eleven", "twelve",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
_BARE = regex.compile(r"\d+(?:\.\d+)+[a-z]?(?:\(\w{1,4}\))*")  # 6.5: a part, or any number
_MEASURED = regex.compile(r"[%‰$€£¥°]")
_WITH_NUMBER = regex.compile(
    r"(?i)\b(?:" + "|".join(UNITS) + r")\.? (?:number |no\.? ?)?(?:\d[\w.]*(?:\s?\(\w{1,4}\))*|"
    r"[ivxl]+\b|[a-z]\b|" + "|".join(_ORDINALS) + r")|§ ?\d[\w.]*"
)
_MAILS = frozenset("mail e email mails message reply letter".split())
_BESIDE = frozenset(("and", "or", "to"))
_WITHIN = frozenset(("of", "in"))
_OF_DOCUMENT = regex.compile(r"(.+) (?:of|in|from) (.+?)")
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
    if question.reference or question.kind not in (Kind.KEYWORDS, Kind.WHAT, Kind.YES_NO):
        return question.reference
    for text in quoted_texts(question.text):
        rest = plain_words(question.text.replace(text, " "))
        words = _content(text)
        if words and set(rest) <= _REQUEST and _headed(words, contents.parts()):
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
    words = _content(rest)
    if words and _headed(words, contents.parts()):
        return f"{asked['unit']} {number}, {rest}" if asked and number else rest
    alone = [word for word in plain_words(question.text) if word not in _REQUEST]
    if len(alone) == 1 and unit_of(alone[0]) in ATTACHED:
        return alone[0]
    return _mail(question, contents)


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


def named(
    reference: str,
    parts: Sequence[Part],
    contents: Contents,
    inquiry: Inquiry,
    beside: str = "",
) -> list[Part]:
    """The parts, at most five, that go by a number or heading.

    Of several documents' those whose title holds the most of the question's own words, and of
    those that stood `beside` the reference.
    """
    stem, words = _stem(inquiry), [*inquiry.question.words, beside]
    found = (
        _of_several(reference, parts, partial(_paragraphs, inquiry))
        or _by_number(reference, parts)
        or _by_heading(_content(reference), parts, stem)
        or _by_place(reference, parts)
        or attached([reference], parts)
    )
    of_document = _OF_DOCUMENT.fullmatch(reference)
    if not found and of_document:
        reference, document = of_document.groups()
        return named(reference, parts, contents, inquiry, document)
    own = {stem(word) for text in words for word in plain_words(text) if word not in SMALL_WORDS}
    own -= {stem(word) for word in plain_words(reference)}
    titles = {
        part.document: len(own & {stem(word) for word in contents.title_words(part.document)})
        for part in found
    }
    best = max(titles.values(), default=0)
    return [part for part in found if titles[part.document] == best][:MOST_PARTS]


def nearest(reference: str, parts: Iterable[Part]) -> list[str]:
    """The headings that are most like a reference, at most three."""
    headings = dict.fromkeys(part.heading for part in parts if part.is_section and part.heading)
    wanted = reference.lower()
    like = {heading: fuzz.WRatio(wanted, heading.lower()) for heading in headings}
    return sorted(headings, key=lambda heading: -like[heading])[:NEAREST]


def numbered(inquiry: Inquiry) -> list[Part]:
    """The parts that a question names by unit and number, whatever it asks of them."""
    found = _WITH_NUMBER.search(inquiry.question.text)
    if found is None:
        return []
    parts = _in_scope(inquiry)
    return named(found[0].rstrip("."), parts, inquiry.context.contents, inquiry)


def headed(words: Sequence[str], parts: Sequence[Part], stem: Stem) -> list[Part]:
    """The sections whose heading has these words, the best of them; see `named`."""
    return _by_heading([word for word in words if word not in SMALL_WORDS], parts, stem)


def _paragraphs(inquiry: Inquiry, document: int) -> list[Span]:
    sections = inquiry.documents[document].sections
    return [paragraph for section in sections for paragraph in section.paragraphs]


def attached(words: Iterable[str], parts: Sequence[Part]) -> list[Part]:
    """The annexes, schedules and the like that one of these words asks for without a number."""
    units = ATTACHED.intersection(map(unit_of, words))
    return [part for part in parts if part.is_section and part.unit in units]


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


def _by_number(reference: str, parts: Sequence[Part]) -> list[Part]:
    """The parts with that number, the best kind of match alone."""
    match = _NUMBERED.fullmatch(reference)
    if match is None:
        words = reference.lower().split()
        if len(words) == 2 and words[1] in _ORDINALS:
            return _with_key((str(_ORDINALS[words[1]]),), unit_of(words[0]), parts)
        return []
    unit, number = unit_of(match["unit"] or ""), match["number"]
    if unit and unit not in UNITS:
        return []
    if not match["unit"] and number.isalpha() and len(number) > 1 and number.islower():
        return []
    return _with_key(key_of(number), unit, parts)


def _of_several(reference: str, parts: Sequence[Part], paragraphs: Paragraphs) -> list[Part]:
    """The parts of a reference that names several: "clauses 2 and 3" are two, "paragraph 2 of
    article 5" and "article 5 paragraph 2" one within another.
    """
    pieces = _pieces(reference)
    if len(pieces) < 2:
        return []
    if any(joint in _BESIDE for joint, _ in pieces):
        found = [part for _, piece in pieces for part in _by_number(piece, parts)]
        return list(dict.fromkeys(found))
    if any(joint in _WITHIN for joint, _ in pieces):
        pieces.reverse()
    around: list[Part] = []
    for number, (_, piece) in enumerate(pieces):
        inside = [one for one in parts if any(_within(one, part) for part in around)]
        found = _by_number(piece, inside if number else parts)
        if number and not found:
            found = [one for part in around for one in _nth_paragraph(piece, part, paragraphs)]
        around = found
    return around


def _pieces(reference: str) -> list[tuple[str, str]]:
    """The parts that a reference names in its order, each with the word that joins it."""
    pieces: list[tuple[str, str]] = []
    joint, unit = "", ""
    for word in reference.split():
        named = unit_of(word)
        if word in _BESIDE or word in _WITHIN:
            joint = word
        elif named in UNITS or word.startswith("§") or word.lower() in _ORDINALS:
            pieces.append((joint, word))
            joint, unit = "", word
        elif joint in _BESIDE:
            pieces.append((joint, f"{unit} {word}"))
            joint = ""
        elif not pieces or joint:
            return []
        else:
            pieces[-1] = (pieces[-1][0], f"{pieces[-1][1]} {word}")
    return _ordinals_joined(pieces)


def _ordinals_joined(pieces: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same with "second" and "paragraph" as one piece: "paragraph 2"."""
    joined: list[tuple[str, str]] = []
    for joint, piece in pieces:
        before = joined[-1][1].lower() if joined else ""
        if before in _ORDINALS and not joint:
            joined[-1] = (joined[-1][0], f"{piece} {_ORDINALS[before]}")
        else:
            joined.append((joint, piece))
    return joined


def _within(part: Part, outer: Part) -> bool:
    return (
        part != outer
        and part.document == outer.document
        and outer.start <= part.start
        and part.end <= outer.end
    )


def _nth_paragraph(piece: str, part: Part, paragraphs: Paragraphs) -> list[Part]:
    """The paragraph of a part that "paragraph 2" counts, where none has that number itself."""
    unit, _, number = piece.partition(" ")
    inside = [one for one in paragraphs(part.document) if part.start <= one.start < part.end]
    if unit_of(unit) != "paragraph" or not number.isdecimal() or not 0 < int(number) <= len(inside):
        return []
    one = inside[int(number) - 1]
    return [replace(part, is_section=False, words=(), keys=(), start=one.start, end=one.end)]


def _with_key(key: Key, unit: str, parts: Sequence[Part]) -> list[Part]:
    ranked = [
        ((part.unit != unit) + bool(part.unit and part.unit != unit), place, not part.is_section)
        for part in parts
        for place in [part.keys.index(key) if key in part.keys else -1]
    ]
    fits = [rank for rank in ranked if rank[1] >= 0]
    best = min(fits, default=None)
    return [part for part, rank in zip(parts, ranked, strict=True) if rank == best]


def _by_place(reference: str, parts: Sequence[Part]) -> list[Part]:
    """The first, third or last section that an ordinal asks for, of each document."""
    words = reference.lower().split()
    if len(words) != 2 or unit_of(words[1]) not in ("section", "chapter", "article", "item"):
        return []
    sections: dict[int, list[Part]] = {}
    for part in parts:
        if part.is_section and len(part.path) == 1:
            sections.setdefault(part.document, []).append(part)
    if words[0] in ("last", "final", "closing"):
        return [of_one[-1] for of_one in sections.values()]
    number = _ORDINALS.get(words[0], 0)
    return [of_one[number - 1] for of_one in sections.values() if 0 < number <= len(of_one)]


def _by_heading(words: Sequence[str], parts: Sequence[Part], stem: Stem) -> list[Part]:
    """The sections that these words head: exactly, else those whose heading has all of them."""
    sections = [part for part in parts if part.words]
    if not words:
        return []
    exact = _headed(words, sections)
    if exact:
        return exact
    shares = {part: _share(words, part.words, stem) for part in sections}
    best = max(shares.values(), default=0.0)
    if best:
        return [part for part, share in shares.items() if share == best]
    above = {
        part: _share(
            words, [*part.words, *(w for one in part.path for w in plain_words(one))], stem
        )
        for part in sections
    }
    best = max(above.values(), default=0.0)
    return [part for part, share in above.items() if share == best and best]


def _headed(words: Sequence[str], parts: Sequence[Part]) -> list[Part]:
    return [part for part in parts if part.words and part.words == tuple(words)]


def _share(words: Sequence[str], of_heading: Sequence[str], stem: Stem) -> float:
    """How much of a heading these words are, 0 where it lacks one of them."""
    stems = [stem(word) for word in of_heading]
    if not all(any(_same(stem(word), other) for other in stems) for word in words):
        return 0.0
    return len(words) / len(of_heading)


def _same(word: str, other: str) -> bool:
    return word == other or (len(word) > 4 and OSA.distance(word, other, score_cutoff=1) <= 1)


def _content(text: str) -> list[str]:
    words = plain_words(text)
    return [word for word in words if word not in SMALL_WORDS] or list(words)


def _stem(inquiry: Inquiry) -> Stem:
    return stemmer(inquiry.context.language)
