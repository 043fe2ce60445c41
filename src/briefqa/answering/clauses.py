"""The parts of documents that a question names by number or heading, quoted as they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import regex
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from briefqa.answering import compose
from briefqa.answering.contents import SMALL_WORDS, UNITS, Contents, Key, Part, key_of, unit_of
from briefqa.answering.inquiry import Inquiry
from briefqa.answering.question import Kind, Question
from briefqa.answering.quotation import quoted_texts
from briefqa.records import Answer, Quotation, Verdict
from briefqa.text.language import stemmer
from briefqa.text.words import plain_words

MOST_PARTS = 5
MOST_PASSAGES = 4  # of one part
NEAREST = 3  # headings that are named where there is no such part

Stem = Callable[[str], str]

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
_OF_DOCUMENT = regex.compile(r"(.+) (?:of|in|from) (.+?)")
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
_REQUEST = (
    frozenset(
        "please can could you i want show me read quote give open see go display print find look "
        "up what does do did say says said under part headed called titled section chapter "
        "item page heading entitled named this that there written recorded stands".split()
    )
    | SMALL_WORDS
)


def respond(inquiry: Inquiry, reference: str) -> Answer:
    """The parts that the reference names, each with its passages; none is a NOT_FOUND."""
    contents = inquiry.context.contents
    inside = _in_scope(inquiry)
    parts = named(reference, inside, contents, inquiry.question.words, _stem(inquiry))
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

    A quoted heading is a part only where the rest of the question is a request for it.
    """
    if question.reference or question.kind not in (Kind.KEYWORDS, Kind.WHAT, Kind.YES_NO):
        return question.reference
    for text in quoted_texts(question.text):
        rest = plain_words(question.text.replace(text, " "))
        words = _content(text)
        if words and set(rest) <= _REQUEST and _headed(words, contents.parts()):
            return text
    return _unquoted_reference(question, contents)


def _unquoted_reference(question: Question, contents: Contents) -> str:
    """A part that a request names by unit and number ("under item 12"), or by unit and its whole
    heading ("section Ships and crew").
    """
    asked = _ASKED.fullmatch(question.text)
    if asked is None:
        return ""
    number, rest = asked["number"], asked["rest"].strip(" ,:.?!")
    if number and not rest:
        return f"{asked['unit']} {number}"
    words = _content(rest)
    if not words or not _headed(words, contents.parts()):
        return ""
    return f"{asked['unit']} {number}, {rest}" if number else rest


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
    words: Sequence[str],
    stem: Stem,
) -> list[Part]:
    """The parts, at most five, that go by a number or heading.

    Of several documents' those whose title holds the most of `words`, the question's own.
    """
    found = (
        _by_number(reference, parts)
        or _by_heading(_content(reference), parts, stem)
        or _by_place(reference, parts)
    )
    of_document = _OF_DOCUMENT.fullmatch(reference)
    if not found and of_document:
        reference, document = of_document.groups()
        return named(reference, parts, contents, [*words, document], stem)
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


def headed(words: Sequence[str], parts: Sequence[Part], stem: Stem) -> list[Part]:
    """The sections whose heading has these words, the best of them; see `named`."""
    return _by_heading([word for word in words if word not in SMALL_WORDS], parts, stem)


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
    sections = [part for part in parts if part.is_section and part.path]
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
    return [part for part in parts if part.is_section and part.path and part.words == tuple(words)]


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
