"""What does a question leave unsaid, and which words before it say it?

Pure, and by the words alone. A question leans on what came before when it has no word of its own
("Why?"), a pronoun with nothing in the question to stand for ("Who said that?"), is only a thing
("And in Damascus?"), or has next to no words ("How many children?"). The signs are English; in
other languages all words count as a question's own, so that it stands by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import regex

from briefqa.records import Carried, CarriedKind

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
READ = 2_000  # characters of a question
JOINT = " — "  # between a question and what it takes over

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’.,/&\-\u2010\u2011][\p{L}\p{M}\p{N}]+)*")
_LEAD = regex.compile(
    r"(?i)\s*(?:(?:and|but|so|or|then|also|okay|ok|well|now|what about|how about|what of|"
    r"same for|the same for)\b[\s,:]*)+"
)
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
    r"|\bit (?:takes?|took|costs?) .*\bto\b|\bit called\b"
)
_UNCASED = regex.compile(r"\p{Lo}")
_QUOTES = regex.compile(r'["“”„«»]')


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PLACING = _set("in at on near around from to into outside inside within across along of through")
_PREPOSITIONS = _PLACING | _set(
    "by for with against during since before after until under over between among about per out "
    "off besides without towards"
)
_DETERMINERS = _set("the a an this that these those his her its their our your my")
_ASKING = _set("who whom whose what which when where why how")
_VERBS = _set(
    "is are was were be been being am do does did done has have had can could will would shall "
    "should may might must isn't aren't wasn't weren't doesn't didn't don't hasn't haven't won't"
)
_PERSONAL = _set("it he she they him them itself himself themselves hers theirs")
_POSSESSIVE = _set("his her its their")
_POINTING = _set("this that these those one ones")
_EMPTY = (_PREPOSITIONS | _DETERMINERS | _ASKING | _VERBS | _PERSONAL | _POINTING) | _set(
    "and but or while because if whether as than so there then such both either neither another "
    "other others nor not no yes all any some each every more most much many few less else again "
    "also too either only just even still yet ever now next i you we us me long far often come "
    "came happen happens happened exactly please tell give show say says said mean think know get "
    "got go went make made take took done alone well same late early total altogether up down back "
    "rest people person nothing something anything everything nobody somebody anybody everybody "
    "anyone someone everyone day month year date time place reason"
)
_DATES = _set(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday"
)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as typed and in lower case, where it stands, and whether it is a name."""

    text: str
    plain: str
    start: int
    end: int
    name: bool

    @property
    def own(self) -> bool:
        """Whether it says what a question is about."""
        return self.name or self.plain not in _EMPTY

    @property
    def date(self) -> bool:
        """Whether it is the name of a month or a day."""
        return self.plain in _DATES and self.text[0].isupper()


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Neighbouring words that are all names or none, and what stands before them."""

    words: tuple[_Word, ...]
    preposition: str = ""
    determiner: str = ""

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end

    @property
    def name(self) -> bool:
        return self.words[0].name

    @property
    def possessive(self) -> bool:
        return self.words[-1].text.casefold() != self.words[-1].plain

    @property
    def number(self) -> bool:
        return any(word.plain[0].isdigit() or word.date for word in self.words)


def leans_by(question: str) -> float:
    """By how much the question leans on what came before: 0 when it stands by itself.

    That is how much worse than another passage, for the question as asked, one may be that its
    words and those before it lead to; infinite when it has no word of its own.
    """
    question = _BACK.sub("", question[:READ], 1) or question
    words = _words(question)
    if not words or len(words) > LONGEST_FOLLOW_UP:
        return 0.0
    if _QUOTES.search(question) or _UNCASED.search(question):
        return 0.0
    weight = sum(2 if word.name else 1 for word in words if word.own)
    if not weight or (weight == 1 and _asks_for_a_thing(words)):
        return NO_WORD
    if any(_dangles(question, words, place) for place in range(len(words))):
        return PRONOUN
    fragment = _fragment(question)
    if fragment is not None:
        return NO_WORD if fragment.preposition in _PLACING else FRAGMENT
    if _names_its_thing(words):
        return 0.0
    if weight <= 2:
        return ONE_WORD if weight == 1 else TWO_WORDS
    return A_KNOWN_THING if weight <= 4 and _KNOWN_THING.search(question) else 0.0


def _asks_for_a_thing(words: Sequence[_Word]) -> bool:
    """Whether a question only names the thing it asks for, as in "In which city?"."""
    plain = [word.plain for word in words]
    return (
        bool({"which", "what", "whose", "many", "much"}.intersection(plain))
        and not _VERBS.intersection(plain)
        and words[-1].own
    )


def _names_its_thing(words: Sequence[_Word]) -> bool:
    """Whether a question begins with a thing of a kind, as in "What do vaccines contain?"."""
    plain = [word.plain for word in words[:2]]
    verbs = {"is", "are", "was", "were", "do", "does", "did"}
    return len(words) > 2 and plain[0] in _ASKING and plain[1] in verbs and words[2].own


def named(question: str) -> str:
    """The name that a question consists of, as in "And in Damascus?"; empty when there is none."""
    fragment = _fragment(question)
    return " ".join(word.text for word in fragment.words) if fragment and fragment.name else ""


def returns_to(question: str) -> str:
    """The first name or word after "back to", in lower case; empty when it does not say so."""
    back = _BACK.match(question)
    named = _words(back.group(1)) if back else []
    return next((word.plain for word in named if word.own), "")


def mentions(text: str, plain: str) -> bool:
    """Whether the word stands in `text`, in whatever case."""
    return any(word.plain == plain for word in _words(text))


def offered(question: str, before: str, carried: Sequence[Carried]) -> tuple[Carried, ...]:
    """What `question` may take over: at most one name and two matters.

    `before` is the earlier question as it was read, `carried` what that took over itself.
    """
    base = _base(before, carried)
    fragment = _fragment(question)
    replaced = None if fragment is None else _counterpart(fragment, base)
    known = {word.plain for word in _words(question)}
    phrases = _phrases(base)
    if replaced is not None:
        taken = range(replaced.start, replaced.end)
        phrases = [
            replace(phrase, words=kept)
            for phrase in phrases
            if (kept := tuple(word for word in phrase.words if word.start not in taken))
        ]
    name = next((phrase for phrase in reversed(phrases) if _stands_alone(phrase, base)), None)
    inherited = [chip for chip in carried if not _within(chip.text, base)]
    names = [chip for chip in inherited if _is_name(chip.text)]
    matters = [chip for chip in inherited if not _is_name(chip.text)]
    if name is not None:
        kind = CarriedKind.WITHIN if name.preposition in _PLACING else CarriedKind.ABOUT
        names = [Carried(kind, _chip(name.words))]
    elif fragment is not None and (fragment.name or fragment.preposition in _PLACING):
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
    fragment = _fragment(asked)
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
    held = {word.plain for word in _words(base)}
    return all(word.plain in held for word in _words(text))


def _is_name(text: str) -> bool:
    words = _words("is " + text)[1:]
    return bool(words) and all(word.name for word in words)


def _chip(words: Sequence[_Word]) -> str:
    text = " ".join(dict.fromkeys(regex.sub(r"['’]s$", "", word.text) for word in words))
    return text if len(text) <= LONGEST_CHIP else text[:LONGEST_CHIP].rpartition(" ")[0]


def _dangles(question: str, words: Sequence[_Word], place: int) -> bool:
    """Whether this word is a pronoun with nothing before it in the question to stand for.

    A pronoun does not stand for another part of its own clause, except as a possessive.
    """
    word, before, after = words[place].plain, words[:place], words[place + 1 :]
    follows = after[0].plain if after else ""
    precedes = before[-1].plain if before else ""
    things = [one for one in before if one.own]
    elsewhere = things and _CLAUSE.search(question, things[0].start, words[place].start)
    if word == "many" and not things:  # how many were there
        own = [one for one in after if one.own and not one.name]
        return len(own) < 3 and (
            not after
            or follows in _VERBS | _PREPOSITIONS | {"came", "gave", "got", "made", "took", "went"}
            or follows.endswith("ed")
        )
    if word == "there" and _VERBS & {precedes, follows} and (after or things):
        return False  # is there a hospital, how many beds were there
    if word == "it" and _NO_THING.search(question):
        return False
    if word in _PERSONAL or word == "there":
        return not elsewhere
    if word == "that" and things and after:
        return False  # who says that it rained
    if word in ("those", "one") and follows in _PREPOSITIONS | {"who", "which"}:
        return False  # those who stay, one of them
    if word == "one" and after and precedes not in _DETERMINERS | {"which", "first", "last"}:
        return False  # what can one do
    named = any(one.name for one in things)
    if word in _POSSESSIVE:
        return not named and len(things) < 2
    return word in _POINTING and not named and not elsewhere and len(things) < 3


def _fragment(question: str) -> _Phrase | None:
    """The thing the question consists of, as in "And in Damascus?"; None when it says more."""
    lead = _LEAD.match(question)
    words = [word for word in _words(question) if word.start >= (lead.end() if lead else 0)]
    if any(not word.name and word.plain in _ASKING | _VERBS for word in words):
        return None
    own = [place for place, word in enumerate(words) if word.own]
    if not own or len(words) > 6:
        return None
    before = [word.plain for word in words[: own[0]]]
    leading = [word for word in before if word in _PREPOSITIONS]
    determiner = before[-1] if before and before[-1] in _DETERMINERS else ""
    named = all(word.name for word in words)
    if not (lead or leading or determiner or named or len(own) == 1):
        return None
    thing = tuple(words[own[0] : own[-1] + 1])
    return _Phrase(thing, leading[-1] if leading else "", determiner)


def _counterpart(fragment: _Phrase, base: str) -> _Phrase | None:
    """The part of an earlier question that a thing named alone takes the place of."""
    best, best_fit = None, 0
    for phrase in _phrases(base):
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
            fit = 2 if {phrase.preposition, fragment.preposition} <= _PLACING else 1
        elif fragment.name:
            fit = 1 if phrase.preposition else 2
        elif not fragment.preposition and not phrase.preposition and not phrase.name:
            fit = 2 if fragment.determiner and fragment.determiner == phrase.determiner else 0
        if fit and fit >= best_fit:
            best, best_fit = (phrase if alike else _like(phrase, fragment)), fit
    return best


def _like(phrase: _Phrase, fragment: _Phrase) -> _Phrase:
    """The beginning of a phrase that is a thing as the fragment is: "crews" of "crews strike"."""
    if phrase.name:
        return phrase
    several = fragment.words[-1].plain.endswith("s")
    ends = (n for n, word in enumerate(phrase.words, 1) if word.plain.endswith("s") == several)
    return replace(phrase, words=phrase.words[: next(ends, 1)])


def _phrases(base: str) -> list[_Phrase]:
    """The question's own words in their phrases, in order."""
    phrases: list[_Phrase] = []
    preposition = determiner = ""
    joined = False
    for word in _words(base):
        if not word.own:
            if word.plain in _DETERMINERS:
                determiner = word.plain
            else:
                determiner = ""
                preposition = word.plain if word.plain in _PREPOSITIONS else ""
            joined = False
            continue
        last = phrases[-1] if phrases else None
        if joined and last and last.name == word.name and base[last.end : word.start].isspace():
            phrases[-1] = replace(last, words=(*last.words, word))
        else:
            phrases.append(_Phrase((word,), preposition, determiner))
        preposition, determiner, joined = "", "", True
    return phrases


def _stands_alone(phrase: _Phrase, base: str) -> bool:
    """Whether a phrase is a name that says no more about the words after it (Syrian army)."""
    if not phrase.name:
        return False
    after = next((word for word in _words(base) if word.start >= phrase.end), None)
    joined = after is not None and after.own and base[phrase.end : after.start].isspace()
    return bool(phrase.preposition) or not joined


def _words(text: str) -> list[_Word]:
    shouted = text.isupper()
    words = []
    for match in _WORD.finditer(text[:READ]):
        typed = match.group()
        plain = regex.sub(r"['’]s$", "", typed.casefold())
        acronym = len(typed) > 1 and typed.isupper()
        capital = any(sign.isupper() for sign in typed) and (acronym or plain not in _EMPTY)
        name = capital and not shouted and plain not in _DATES
        words.append(_Word(typed, plain, match.start(), match.end(), name))
    return words
