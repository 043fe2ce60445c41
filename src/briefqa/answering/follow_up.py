"""What a follow-up question leaves unsaid, and which words of the question before it say it.

Pure, and by the words alone. A question leans on what came before when it has no word of its own
("Why?"), a pronoun with nothing in the question to stand for ("Who said that?"), is only a thing
("And in Damascus?"), or has next to no words ("How many children?"). The signs are English; in
other languages all words count as a question's own, so that it stands by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import regex

from briefqa.answering.phrases import (
    ASKING,
    DETERMINERS,
    PERSONAL,
    PLACING,
    POINTING,
    POSSESSIVE,
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
from briefqa.answering.question import analyse
from briefqa.records import Carried, CarriedKind, QuestionKind

# By how much a question leans on what came before, in the value that hits are ordered by; chosen
# with the dialogues kept for tuning. A name counts as two words.
NO_WORD = inf
PRONOUN = 2.2
FRAGMENT = 1.4
ONE_WORD = 1.0
TWO_WORDS = 0.8
A_KNOWN_THING = 0.5
LONGEST_FOLLOW_UP = 24  # words; a longer question says itself what it is about
LONGEST_CHIP = 60  # characters
JOINT = " — "  # between a question and what it takes over

_BACK = regex.compile(
    r"(?i)\s*(?:(?:and|but|so|now|going|getting)\s+)*(?:back|return\w*)\s+to\s+([^,:;]*)[,:;]?"
)
_CLAUSE = regex.compile(
    r"(?i)[,;:–—]|\b(?:and|but|or|when|while|before|after|because|since|that|if|whether|who|which|"
    r"as|than|so)\b"
)
# A thing that is known, and nothing that says which: "the result", not "the result of the vote".
_KNOWN_THING = regex.compile(
    r"(?<!\b(?i:in|of|to|on|at|by|for|with|from|into) )\b(?i:the) [\p{Ll}'’\-]+"
    r"(?=[?,]|$| (?:and|according|after|before|then)\b)"
)
_NO_THING = regex.compile(  # is it true that, it takes long to, is it called
    r"(?i)\b(?:is|was|be) it (?:\w+ ){1,2}(?:to|that|if|for)\b"
    r"|\bit (?:takes?|took|costs?) .*\bto\b|\bit called\b|\bit (?:that|rain|snow)"
    r"|\b(?:make|makes|made) it \w+\b"
)
_ASKS_ON = regex.compile(r"(?i)\s*(?:and )?(?:at|on|in|from|by|until|for|since) (?:what|which)\b")
_EVERY = regex.compile(
    r"(?i)\s*(?:please )?(?:list|name|give|show|all|every|which \w+ are mentioned)\b"
)
_SAID = frozenset("say says said mean means think thinks know knows".split())
_PEOPLE = frozenset("people person persons somebody anybody everybody those".split())
_UNCASED = regex.compile(r"\p{Lo}")
_QUOTES = regex.compile(r'["“”„«»]')


def leans_by(question: str) -> float:
    """By how much the question leans on what came before: 0 when it stands by itself.

    That is how much worse than another passage, for the question as asked, one may be that its
    words and those before it lead to; infinite when it has no word of its own.
    """
    question = question[:READ]
    back = _BACK.match(question)
    question = (question[back.end() :] if back else "") or question
    words = words_of(question)
    if not words or len(words) > LONGEST_FOLLOW_UP:
        return 0.0
    if _QUOTES.search(question) or _UNCASED.search(question):
        return 0.0
    weight = sum(2 if word.name else 1 for word in words if word.own)
    if not weight or (weight == 1 and _asks_for_a_thing(words)):
        return NO_WORD
    if any(_dangles(question, words, place) for place in range(len(words))):
        return PRONOUN
    fragment = fragment_of(question)
    if fragment is not None:
        return NO_WORD if fragment.preposition in PLACING else FRAGMENT
    if _names_its_thing(words):
        return 0.0
    if weight <= 2:
        return ONE_WORD if weight == 1 else TWO_WORDS
    return A_KNOWN_THING if weight <= 4 and _KNOWN_THING.search(question) else 0.0


def says_all(question: str) -> bool:
    """Whether a question takes nothing over whatever its words: small talk, an overview, a part
    by number, a list of all there are, a search for a name.
    """
    kind = analyse(question).kind
    if kind is QuestionKind.SMALL_TALK:
        return not _ASKS_ON.match(question)
    if kind is QuestionKind.LIST:
        return bool(_EVERY.match(question))
    if kind is QuestionKind.KEYWORDS:
        fragment = fragment_of(question)
        led = fragment is not None and fragment.start > len(question) - len(question.lstrip())
        named = any(word.name for word in words_of(question))
        return named and not led and not question.rstrip().endswith("?")
    return kind in (QuestionKind.OVERVIEW, QuestionKind.CLAUSE)


def _asks_for_a_thing(words: Sequence[Word]) -> bool:
    """Whether a question only names the thing it asks for, as in "In which city?"."""
    plain = [word.plain for word in words]
    return (
        bool({"which", "what", "whose", "many", "much"}.intersection(plain))
        and not VERBS.intersection(plain)
        and words[-1].own
    )


def _names_its_thing(words: Sequence[Word]) -> bool:
    """Whether a question begins with a thing of a kind, as in "What do vaccines contain?"."""
    plain = [word.plain for word in words[:2]]
    verbs = {"is", "are", "was", "were", "do", "does", "did"}
    return len(words) > 2 and plain[0] in ASKING and plain[1] in verbs and words[2].own


def named(question: str) -> str:
    """The name that a question consists of, as in "And in Damascus?"; empty when there is none."""
    fragment = fragment_of(question)
    return " ".join(word.text for word in fragment.words) if fragment and fragment.name else ""


def returns_to(question: str) -> str:
    """The first name or word after "back to", in lower case; empty when it does not say so."""
    back = _BACK.match(question)
    named = words_of(back.group(1)) if back else []
    return next((word.plain for word in named if word.own), "")


def mentions(text: str, plain: str) -> bool:
    """Whether the word stands in `text`, in whatever case."""
    return any(word.plain == plain for word in words_of(text))


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
    inherited = [chip for chip in carried if not _within(chip.text, base)]
    names = [chip for chip in inherited if _is_name(chip.text)]
    matters = [chip for chip in inherited if not _is_name(chip.text)]
    if name is not None:
        kind = CarriedKind.WITHIN if name.preposition in PLACING else CarriedKind.ABOUT
        names = [Carried(kind, _chip(name.words))]
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
        matters = [*matters[:1], Carried(CarriedKind.ABOUT, _chip(matter))]
    chips = [chip for chip in (*names[:1], *matters) if chip.text]
    return tuple(dict.fromkeys(chips))


def read_as(
    question: str, carry: Sequence[Carried], before: str = "", carried: Sequence[Carried] = ()
) -> str:
    """The question with what it takes over, for a person and for the search.

    A thing alone takes the place of its like in the earlier question, if all that question says
    is carried over; otherwise what is carried over stands behind the question.
    """
    asked = " ".join(question[:READ].split())
    if not carry:
        return asked
    fragment = fragment_of(asked)
    if fragment is not None and set(offered(asked, before, carried)) <= set(carry):
        base = _base(before, carried)
        replaced = _counterpart(fragment, base)
        thing = asked[fragment.start : fragment.end]
        if replaced is not None:
            asked = base[: replaced.start] + thing + base[replaced.end :]
        elif fragment.preposition and any(_is_name(chip.text) for chip in carried):
            place = " ".join(filter(None, (fragment.preposition, fragment.determiner, thing)))
            asked = f"{base.rstrip(' ?.!')} {place}?"
    texts = (_QUOTES.sub("", " ".join(chip.text.split()))[:LONGEST_CHIP] for chip in carry)
    behind = [text for text in texts if not _within(text, asked)]
    return asked + JOINT + ", ".join(behind) if behind else asked


def _base(before: str, carried: Sequence[Carried]) -> str:
    """The earlier question without what was put behind it, and without its quotation marks."""
    base = before.rpartition(JOINT)[0] if carried and JOINT in before else before
    return _QUOTES.sub("", base[:READ])


def _within(text: str, base: str) -> bool:
    present = {word.plain for word in words_of(base)}
    return all(word.plain in present for word in words_of(text))


def _is_name(text: str) -> bool:
    words = words_of("is " + text)[1:]
    return bool(words) and all(word.name for word in words)


def _chip(words: Sequence[Word]) -> str:
    text = " ".join(dict.fromkeys(regex.sub(r"['’]s$", "", word.text) for word in words))
    return text if len(text) <= LONGEST_CHIP else text[:LONGEST_CHIP].rpartition(" ")[0]


def _dangles(question: str, words: Sequence[Word], place: int) -> bool:
    """Whether this word is a pronoun with nothing before it in the question to stand for.

    A pronoun does not stand for another part of its own clause, except as a possessive.
    """
    word, before, after = words[place].plain, words[:place], words[place + 1 :]
    follows = after[0].plain if after else ""
    precedes = before[-1].plain if before else ""
    things = [one for one in before if one.own]
    elsewhere = things and _CLAUSE.search(question, things[0].start, words[place].start)
    if word == "many" and follows == "of" and any(one.own for one in after):
        return False  # how many of the dockers
    if word == "many" and not things:  # how many were there
        own = [one for one in after if one.own]
        return len(own) < 3 and (
            not after
            or follows in VERBS | PREPOSITIONS | {"came", "gave", "got", "made", "took", "went"}
            or follows.endswith("ed")
        )
    if word == "there" and VERBS & {precedes, follows} and (after or things):
        return False  # is there a hospital, how many beds were there
    if word == "it" and _NO_THING.search(question):
        return False
    if word in PERSONAL or word == "there":
        return not elsewhere
    if word == "that" and after and (things or precedes in _SAID):
        return False  # who says that it rained
    if word in ("those", "one") and follows in PREPOSITIONS | {"who", "which"}:
        return False  # those who stay, one of them
    if word == "one" and after and precedes not in DETERMINERS | {"which", "first", "last"}:
        return False  # what can one do
    named = any(one.name for one in things)
    if word in POSSESSIVE:
        people = any(one.plain in _PEOPLE for one in before)
        joined = things and precedes in ("with", "and", "of")  # a car with its driver
        return not named and not people and not joined and len(things) < 2
    return word in POINTING and not named and not elsewhere and len(things) < 3


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
            best, best_fit = (phrase if alike else _like(phrase, fragment)), fit
    return best


def _like(phrase: Phrase, fragment: Phrase) -> Phrase:
    """The beginning of a phrase that is a thing as the fragment is: "crews" of "crews strike"."""
    if phrase.name:
        return phrase
    several = fragment.words[-1].plain.endswith("s")
    ends = (n for n, word in enumerate(phrase.words, 1) if word.plain.endswith("s") == several)
    return replace(phrase, words=phrase.words[: next(ends, 1)])
