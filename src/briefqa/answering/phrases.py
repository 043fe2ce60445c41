"""The words and phrases of an English question: which are names, and which carry its meaning.

Pure, by lists of function words and by capitals; what `follow_up.py` decides from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import regex

from briefqa.text.words import word_set

READ = 2_000  # characters of a question
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’.,/&\-\u2010\u2011][\p{L}\p{M}\p{N}]+)*")
_LEAD = regex.compile(
    r"(?i)\s*(?:(?:and|but|so|or|then|also|okay|ok|well|now|what about|how about|what of|"
    r"(?:the )?same(?: question| thing)? for)\b[\s,:]*)+"
)


PLACING = word_set(
    "in at on near around from to into outside inside within across along of through"
)
PREPOSITIONS = PLACING | word_set(
    "by for with against during since before after until under over between among about per out "
    "off besides without towards"
)
DETERMINERS = word_set("the a an this that these those his her its their our your my")
ASKING = word_set("who whom whose what which when where why how")
VERBS = word_set(
    "is are was were be been being am do does did done has have had can could will would shall "
    "should may might must isn't aren't wasn't weren't doesn't didn't don't hasn't haven't won't"
)
REQUESTS = word_set("show give list name tell find quote read print open")
PERSONAL = word_set("it he she they him them itself himself themselves hers theirs")
POSSESSIVE = word_set("his her its their")
POINTING = word_set("this that these those one ones")
_EMPTY = (PREPOSITIONS | DETERMINERS | ASKING | VERBS | PERSONAL | POINTING) | word_set(
    "and but or while because if whether as than so there then such both either neither another "
    "other others nor not no yes all any some each every more most much many few less else again "
    "also too either only just even still yet ever now next i you we us me long far often come "
    "came happen happens happened exactly please tell give show say says said mean think know get "
    "got go went make made take took done alone well same late early total altogether up down back "
    "rest people person nothing something anything everything nobody somebody anybody everybody "
    "anyone someone everyone day month year date time place reason"
)
PARTICIPLE = regex.compile(
    r"\w++(?<=\wed)|made|left|born|held|given|taken|sent|hurt|built|kept|found|sold|paid|seen|shown|known|"
    r"won|lost|cut|set|put|read|begun|done|told|written|chosen|driven|flown|drawn|bought|brought|"
    r"caught|taught|met|fed|led|laid|lit|shut|broken|stolen|thrown|run"
)
_DATES = word_set(
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as typed and in lower case, its offsets, and whether it is a name."""

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
class Phrase:
    """Neighbouring words that are all names or none, and the words before them.

    `led` is a fragment that begins as a follow-up does: with "and", with "what about".
    """

    words: tuple[Word, ...]
    preposition: str = ""
    determiner: str = ""
    led: bool = False

    @property
    def bare(self) -> bool:
        """Whether nothing before it says that it goes on, as in "And Lindo?", "the second"."""
        return not (self.led or self.preposition or self.determiner)

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


def words_of(text: str) -> list[Word]:
    """The words of a text, in order."""
    shouted = text.isupper()
    words = []
    for match in _WORD.finditer(text[:READ]):
        typed = match.group()
        plain = regex.sub(r"['’]s$", "", typed.casefold())
        acronym = len(typed) > 1 and typed.isupper()
        capital = any(sign.isupper() for sign in typed) and (acronym or plain not in _EMPTY)
        name = capital and not shouted and plain not in _DATES
        words.append(Word(typed, plain, match.start(), match.end(), name))
    return words


def phrases_of(base: str) -> list[Phrase]:
    """The question's own words in their phrases, in order."""
    phrases: list[Phrase] = []
    preposition = determiner = ""
    joined = False
    for word in words_of(base):
        if not word.own:
            if word.plain in DETERMINERS:
                determiner = word.plain
            else:
                determiner = ""
                preposition = word.plain if word.plain in PREPOSITIONS else ""
            joined = False
            continue
        last = phrases[-1] if phrases else None
        if joined and last and last.name == word.name and base[last.end : word.start].isspace():
            phrases[-1] = replace(last, words=(*last.words, word))
        else:
            phrases.append(Phrase((word,), preposition, determiner))
        preposition, determiner, joined = "", "", True
    return phrases


def fragment_of(question: str) -> Phrase | None:
    """The thing the question consists of, as in "And in Damascus?"; None when it says more."""
    lead = _LEAD.match(question)
    words = [word for word in words_of(question) if word.start >= (lead.end() if lead else 0)]
    if any(not word.name and word.plain in ASKING | VERBS for word in words):
        return None
    if words and words[0].plain in REQUESTS:
        return None
    own = [place for place, word in enumerate(words) if word.own]
    if not own or len(words) > 6:
        return None
    before = [word.plain for word in words[: own[0]]]
    leading = [word for word in before if word in PREPOSITIONS]
    determiner = before[-1] if before and before[-1] in DETERMINERS else ""
    named = all(word.name for word in words)
    if not (lead or leading or determiner or named or len(own) == 1):
        return None
    thing = tuple(words[own[0] : own[-1] + 1])
    return Phrase(thing, leading[-1] if leading else "", determiner, led=bool(lead))


def stands_alone(phrase: Phrase, base: str) -> bool:
    """Whether a phrase is a name that says no more about the words after it (Syrian army)."""
    if not phrase.name:
        return False
    after = next((word for word in words_of(base) if word.start >= phrase.end), None)
    joined = after is not None and after.own and base[phrase.end : after.start].isspace()
    return bool(phrase.preposition) or not joined
