"""The parts of documents that a reference names: by number, by heading, or by place.

"clause 2.5", "paragraph 2 of article 5", "clauses 2 and 3", "the third section", "Ships and crew".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

import regex
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from briefqa.answering.contents import (
    ATTACHED,
    SMALL_WORDS,
    UNITS,
    Contents,
    Key,
    Part,
    key_of,
    unit_of,
)
from briefqa.answering.inquiry import Inquiry
from briefqa.records import Span
from briefqa.text.language import stemmer
from briefqa.text.words import plain_words

MOST_PARTS = 5
NEAREST = 3  # headings that are named where there is no such part
Stem = Callable[[str], str]
Paragraphs = Callable[[int], Sequence[Span]]  # of the document of a number
_NUMBERED = regex.compile(
    r"(?i)\s*+(?:(?P<unit>\p{L}[\p{L}\-]*\.?|§§?)\s*+)?(?:number|no\.?|nr\.?)?\s*+"
    r"(?<!\p{L})(?P<number>\d++(?:\.\d++)*+[a-z]?(?:\s?\(\w{1,4}\))*+|[ivxl]+(?:\.\d++)*+|[a-z]|\(\w{1,4}\))"
    r"(?:[,:]?\s+(?P<rest>.*))?"
)
ORDINALS = {
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
_BESIDE = frozenset(("and", "or", "to"))
_WITHIN = frozenset(("of", "in"))
_OF_DOCUMENT = re.compile(r"(.+) (?:of|in|from) (.+)")


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
        or _by_heading(content_words(reference), parts, stem)
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


def _by_number(reference: str, parts: Sequence[Part]) -> list[Part]:
    """The parts with that number, the best kind of match alone."""
    match = _NUMBERED.fullmatch(reference)
    if match is None:
        words = reference.lower().split()
        if len(words) == 2 and words[1] in ORDINALS:
            return _with_key((str(ORDINALS[words[1]]),), unit_of(words[0]), parts)
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
        elif named in UNITS or word.startswith("§") or word.lower() in ORDINALS:
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
        if before in ORDINALS and not joint:
            joined[-1] = (joined[-1][0], f"{piece} {ORDINALS[before]}")
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
    """The first, third or last section that an ordinal asks for, of each document.

    Of those that are called so, "the last annex", if any are.
    """
    words = reference.lower().split()
    if len(words) != 2 or unit_of(words[1]) not in UNITS:
        return []
    unit = unit_of(words[1])
    own = any(part.is_section and part.unit == unit for part in parts)
    if not own and unit not in ("section", "chapter", "article", "item"):
        return []
    sections: dict[int, list[Part]] = {}
    for part in parts:
        if part.is_section and (part.unit == unit if own else len(part.path) == 1):
            sections.setdefault(part.document, []).append(part)
    if words[0] in ("last", "final", "closing"):
        return [of_one[-1] for of_one in sections.values()]
    number = ORDINALS.get(words[0], 0)
    return [of_one[number - 1] for of_one in sections.values() if 0 < number <= len(of_one)]


def _by_heading(words: Sequence[str], parts: Sequence[Part], stem: Stem) -> list[Part]:
    """The sections that these words head: exactly, else those whose heading has all of them."""
    sections = [part for part in parts if part.words]
    if not words:
        return []
    exact = with_heading(words, sections)
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


def with_heading(words: Sequence[str], parts: Sequence[Part]) -> list[Part]:
    """The parts whose heading is just these words."""
    return [part for part in parts if part.words and part.words == tuple(words)]


def _share(words: Sequence[str], of_heading: Sequence[str], stem: Stem) -> float:
    """How much of a heading these words are, 0 where it lacks one of them."""
    stems = [stem(word) for word in of_heading]
    if not all(any(_same(stem(word), other) for other in stems) for word in words):
        return 0.0
    return len(words) / len(of_heading)


def _same(word: str, other: str) -> bool:
    return word == other or (len(word) > 4 and OSA.distance(word, other, score_cutoff=1) <= 1)


def content_words(text: str) -> list[str]:
    """The plain words of a text without small ones; all where none is left."""
    words = plain_words(text)
    return [word for word in words if word not in SMALL_WORDS] or list(words)


def _stem(inquiry: Inquiry) -> Stem:
    return stemmer(inquiry.context.language)
