"""A follow-up question in full: what it takes over from the one before, and how it then reads.

Pure, and by the words alone. What is taken over is always words of earlier questions, as they
stand there; nothing is made up to make a sentence of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import regex

from briefqa.answering.phrases import (
    PARTICIPLE,
    PLACING,
    PREPOSITIONS,
    READ,
    VERBS,
    Phrase,
    Word,
    fragment_of,
    phrases_of,
    stands_alone,
    words_of,
)
from briefqa.records import Carried, CarriedKind

LONGEST_CARRIED = 60  # characters
_ABOUT = " (about: "  # between a question and what it takes over
_ARTICLES = frozenset(("the", "a", "an"))
_BE = frozenset(("is", "are", "was", "were"))
_ORDINALS = frozenset("first second third fourth fifth last next other former latter".split())
_JOINING = _ARTICLES | PREPOSITIONS | {"up", "down", "back", "and", "or"}
_POSSESSIVE = regex.compile(r"['’]s$")
_MARKS = regex.compile(r'["“”„«»()]')  # would quote, or close what stands behind a question


def offered(question: str, before: str, carried: Sequence[Carried]) -> tuple[Carried, ...]:
    """What `question` may take over: at most one name and two matters.

    `before` is the earlier question as it was read, `carried` what that took over itself.
    """
    base = _base(before, carried)
    fragment = fragment_of(question)
    replaced = None if fragment is None else _counterpart(fragment, base)
    known = {word.plain for word in words_of(question)}
    phrases = phrases_of(base)
    if replaced is not None:
        taken = range(replaced.start, replaced.end)
        phrases = [
            replace(phrase, words=rest)
            for phrase in phrases
            if (rest := tuple(word for word in phrase.words if word.start not in taken))
        ]
    name = next((phrase for phrase in reversed(phrases) if stands_alone(phrase, base)), None)
    inherited = [thing for thing in carried if not _within(thing.text, base)]
    names = [thing for thing in inherited if _is_name(thing.text)]
    matters = [thing for thing in inherited if not _is_name(thing.text)]
    if name is not None:
        kind = CarriedKind.WITHIN if name.preposition in PLACING else CarriedKind.ABOUT
        place = f"{name.preposition} " if kind is CarriedKind.WITHIN else ""
        names = [Carried(kind, place + _excerpt(name.words, base))]
    elif fragment is not None and (fragment.name or fragment.preposition in PLACING):
        names = []  # another one is named
    matter = [
        word
        for phrase in phrases
        if phrase is not name
        for word in phrase.words
        if word.plain not in known
    ]
    if matter:
        matters = [*matters[:1], Carried(CarriedKind.ABOUT, _excerpt(matter, base))]
    things = [thing for thing in (*matters, *names[:1]) if thing.text]
    if replaced is not None and not things:
        frame = f"{base[: replaced.start]}… {base[replaced.end :]}"
        things = [Carried(CarriedKind.ABOUT, " ".join(frame.split())[:LONGEST_CARRIED])]
    return tuple(dict.fromkeys(things))


def read_as(
    question: str, carry: Sequence[Carried], before: str = "", carried: Sequence[Carried] = ()
) -> str:
    """The question with what it takes over, for a person and for the search.

    A thing alone takes the place of its like in the earlier question, if all that question says
    is carried over: "How many doctors worked in Damascus?". Otherwise what is carried over stands
    behind the question: "How many children? (about: the doctors, in Aleppo)".
    """
    asked = " ".join(question[:READ].split())
    if not carry:
        return asked
    fragment = fragment_of(asked)
    if fragment is not None and set(offered(asked, before, carried)) <= set(carry):
        base = _base(before, carried)
        replaced = _counterpart(fragment, base)
        typed = asked[fragment.start : fragment.end]
        if replaced is not None:
            asked = base[: replaced.start] + typed + base[replaced.end :]
        elif fragment.preposition and any(_is_name(thing.text) for thing in carried):
            place = " ".join(filter(None, (fragment.preposition, fragment.determiner, typed)))
            asked = f"{base.rstrip(' ?.!')} {place}?"
    told = _told([thing for thing in carry if not _within(thing.text, asked)], before, carried)
    return f"{asked}{_ABOUT}{told})" if told else asked


def _told(things: Sequence[Carried], before: str, carried: Sequence[Carried]) -> str:
    """What is taken over, in one line: words of the earlier question in its order, then others."""
    base = _base(before, carried)
    texts = [_MARKS.sub("", " ".join(each.text.split()))[:LONGEST_CARRIED] for each in things]
    there = {word.plain for text in texts if _within(text, base) for word in _own(text)}
    words = {word.plain: word for word in reversed(words_of(base)) if word.plain in there}
    excerpt = _excerpt(list(reversed(words.values())), base, READ)
    return ", ".join(filter(None, (*(t for t in texts if not _within(t, base)), excerpt)))


def _base(before: str, carried: Sequence[Carried]) -> str:
    """The earlier question without what was put behind it, and without its quotation marks."""
    base = before.rpartition(_ABOUT)[0] if carried and _ABOUT in before else before
    return _MARKS.sub("", base[:READ])


def _own(text: str) -> list[Word]:
    return [word for word in words_of("is " + text)[1:] if word.own]


def _within(text: str, base: str) -> bool:
    present = {word.plain for word in words_of(base)}
    return all(word.plain in present for word in _own(text))


def _is_name(text: str) -> bool:
    words = _own(text)
    return bool(words) and all(word.name for word in words)


def _excerpt(words: Sequence[Word], base: str, longest: int = LONGEST_CARRIED) -> str:
    """These words of a question, with the articles and prepositions that join them."""
    told = words_of(base)
    place = {word.start: number for number, word in enumerate(told)}
    text, last = "", -1
    for word in words:
        at = first = place[word.start]
        while first > last + 1 and told[first - 1].plain in _JOINING:
            first -= 1
        joined = text and first == last + 1 and base[told[last].end : told[first].start].isspace()
        while first < at and not joined and told[first].plain not in _ARTICLES | PREPOSITIONS:
            first += 1
        while first < at and not text and told[first].plain not in _ARTICLES:
            first += 1
        said = [*(one.text for one in told[first:at]), _POSSESSIVE.sub("", word.text)]
        longer = text + (" " if joined else ", " if text else "") + " ".join(said)
        if len(longer) > longest:
            break
        text, last = longer, at
    return text or (words[0].text[:longest] if words else "")


def _counterpart(fragment: Phrase, base: str) -> Phrase | None:
    """The part of an earlier question that a thing named alone takes the place of."""
    best, best_fit = None, 0
    for phrase in phrases_of(base):
        if phrase.number != fragment.number or (fragment.name and not phrase.name):
            continue
        if fragment.preposition and phrase.possessive:
            continue
        alike = not phrase.name and phrase.words[-1].plain == fragment.words[-1].plain
        fit = 0
        if alike and len(phrase.words) > 1:
            fit = 4
        elif fragment.preposition and phrase.preposition == fragment.preposition:
            fit = 3
        elif fragment.name and fragment.preposition:
            fit = 2 if {phrase.preposition, fragment.preposition} <= PLACING else 1
        elif fragment.name:
            fit = 1 if phrase.preposition else 2
        elif not fragment.preposition and not phrase.preposition and not phrase.name:
            fit = 2 if fragment.determiner and fragment.determiner == phrase.determiner else 0
        if fit and fit >= best_fit:
            best, best_fit = (phrase if alike else _like(phrase, fragment, base)), fit
    return best


def _like(phrase: Phrase, fragment: Phrase, base: str) -> Phrase | None:
    """The words of a phrase that are a thing as the fragment is: "crews" of "crews strike".

    None where that cannot be told: of "the new lease", which "the rent" is like.
    """
    words = phrase.words
    if phrase.name or len(words) == 1:
        return phrase
    several = fragment.words[-1].plain.endswith("s")
    if several:
        ends = (n for n, word in enumerate(words, 1) if word.plain.endswith("s"))
        end = next(ends, 0)
        return replace(phrase, words=words[:end]) if end else None
    ordinals = {words[0].plain, fragment.words[-1].plain} <= _ORDINALS
    before = [word.plain for word in words_of(base[: phrase.start]) if word.plain not in _ARTICLES]
    then = next((word.plain for word in words_of(base[phrase.end :])), "")
    asks = bool(before) and before[-1] in VERBS and then != "of"
    done = before[-1:] != [] and before[-1] not in _BE
    done = done or bool(PARTICIPLE.fullmatch(words[-1].plain))
    if ordinals or (asks and done and len(words) == 2):
        return replace(phrase, words=words[:1])
    return None
