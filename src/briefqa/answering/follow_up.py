"""Whether a question leans on the one before it.

Pure, and by the words alone. A question leans on what came before when it has no word of its own
("Why?"), a pronoun with nothing in the question to stand for ("Who said that?"), is only a thing
("And in Damascus?"), or has next to no words ("How many children?"). The signs are English; in
other languages all words count as a question's own, so that it stands by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import regex

from briefqa.answering.phrases import (
    ASKING,
    DETERMINERS,
    PARTICIPLE,
    PERSONAL,
    PLACING,
    POINTING,
    POSSESSIVE,
    PREPOSITIONS,
    READ,
    VERBS,
    Word,
    fragment_of,
    words_of,
)
from briefqa.answering.question import analyse
from briefqa.records import QuestionKind

# By how much a question leans on what came before, in the value that hits are ordered by; chosen
# with the dialogues kept for tuning. A name counts as two words.
NO_WORD = inf
PRONOUN = 2.2
FRAGMENT = 1.4
ONE_WORD = 1.0
TWO_WORDS = 0.8
A_KNOWN_THING = 0.5
LONGEST_FOLLOW_UP = 24  # words; a longer question says itself what it is about

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
_NO_THING = regex.compile(  # is it true that, it takes long to, is it called, it is decided who
    r"(?i)\b(?:is|was|be) it (?:\w+ ){1,2}(?:to|that|if|for)\b"
    r"|\b(?:whose|which) \w+ (?:is|was) it to\b"
    r"|\bit (?:be|been) \w+ (?:that|whether|if|how|who|which|what|when|where|why)\b"
    r"|\bit (?:takes?|took) (?:(?!\bit (?:takes?|took) ).){0,200}\b(?:to|by)\b"
    r"|\bit costs? (?:(?!\bit costs? ).){0,200}\b(?:to|more|less)\b"
    r"|\bit called\b|\bit (?:that|rain|snow)|\b(?:make|makes|made) it \w+\b"
)
_PRESENT = regex.compile(  # after "this" or "these": what is at hand, and no earlier question's
    r"(?i)(?:year|month|week|season|summer|winter|page|document|text|brief|report|article|file|e?-?mail|letter|minutes|transcript|"
    r"note|bylaw|table|list|paper|leaflet|memo)s?"
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
    if fragment is not None and fragment.bare:
        return ONE_WORD
    if fragment is not None:
        return NO_WORD if fragment.preposition in PLACING else FRAGMENT
    if _names_its_thing(words) or _names_of_what(words):
        return 0.0
    if weight <= 2:
        return ONE_WORD if weight == 1 else TWO_WORDS
    return A_KNOWN_THING if weight <= 4 and _KNOWN_THING.search(question) else 0.0


def says_all(question: str) -> bool:
    """Whether a question takes nothing over whatever its words: small talk, an overview, a part
    by number, a list of all there are, a search for words.
    """
    kind = analyse(question).kind
    if kind is QuestionKind.SMALL_TALK:
        return not _ASKS_ON.match(question)
    if kind is QuestionKind.LIST:
        return bool(_EVERY.match(question))
    if kind is QuestionKind.KEYWORDS:
        fragment = fragment_of(question)
        led = fragment is not None and fragment.start > len(question) - len(question.lstrip())
        own = any(word.own for word in words_of(question))
        return own and not led and not question.rstrip().endswith("?")
    return kind in (QuestionKind.OVERVIEW, QuestionKind.CLAUSE)


def _asks_for_a_thing(words: Sequence[Word]) -> bool:
    """Whether a question only names the thing it asks for, as in "In which city?"."""
    plain = [word.plain for word in words]
    return (
        bool({"which", "what", "whose", "many", "much"}.intersection(plain))
        and not VERBS.intersection(plain)
        and words[-1].own
        and not words[-1].plain.endswith("ed")  # how many people drowned
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


def _names_of_what(words: Sequence[Word]) -> bool:
    """Whether a question says of what its thing is, as in "Who is the mayor of Lindo?"."""
    return any(
        word.plain == "of" and before.own and before.plain not in ("became", "become", "short")
        for before, word, after in zip(words, words[1:], words[2:], strict=False)
        if after.own or after.plain in DETERMINERS
    )


def own_words(text: str) -> frozenset[str]:
    """The words that say what a text is about, in lower case."""
    return frozenset(word.plain for word in words_of(text) if word.own)


def returns_to(question: str) -> str:
    """The first name or word after "back to", in lower case; empty when it does not say so."""
    back = _BACK.match(question)
    named = words_of(back.group(1)) if back else []
    return next((word.plain for word in named if word.own), "")


def mentions(text: str, plain: str) -> bool:
    """Whether the word stands in `text`, in whatever case."""
    return any(word.plain == plain for word in words_of(text))


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
    if things and word in PERSONAL and (precedes == "with" or precedes in _SAID):
        return False  # what do the guests bring with them; what does Pell say he saw
    if (precedes, follows) == ("for", "to") and len(things) > 1:
        return False  # how many members must be present for it to act
    if things and word in POSSESSIVE and precedes in ("have", "has", "had"):
        return False  # where does the club have its seat
    if word in PERSONAL or word == "there":
        return not elsewhere
    if word == "that" and after and (things or precedes in _SAID):
        return False  # who says that it rained
    if word in ("those", "one") and follows in PREPOSITIONS | {"who", "which"}:
        return False  # those who stay, one of them
    if word == "those" and precedes != "of" and len(after) > 2 and PARTICIPLE.fullmatch(follows):
        return False  # those made homeless
    if word in ("this", "these", "those") and (
        _PRESENT.fullmatch(follows) or [one.own for one in after[:2]] == [True, True]
    ):
        return False  # this report; these local peace efforts
    if word == "one" and precedes in VERBS and len(after) == 1 and after[0].own:
        return True  # what does one cost
    if word == "one" and after and precedes not in DETERMINERS | {"which", "first", "last"}:
        return False  # what can one do
    named = any(one.name for one in things)
    if word in POSSESSIVE:
        people = any(one.plain in _PEOPLE for one in before)
        joined = things and precedes in ("with", "and", "of")  # a car with its driver
        return not named and not people and not joined and len(things) < 2
    return word in POINTING and not named and not elsewhere and len(things) < 3
