"""Noun phrases: where they end, what asks for them, and what is counted in them."""

from __future__ import annotations

from briefqa.answering.question import nouns
from briefqa.answering.question.nouns import is_person, is_place, is_plural, kind_of
from briefqa.answering.question.records import AnswerType, Asked
from briefqa.answering.question.wording import ASKING, AUXILIARIES, PREPOSITIONS, PRONOUNS
from briefqa.records import QuestionKind as Kind

NUMERALS = frozenset("two three four five six seven eight nine ten several few".split())
_OUTSIDE = frozenset(
    "and or , whether not if today now here yesterday tomorrow again yet still already so".split()
)
_NP_END = AUXILIARIES | PREPOSITIONS | PRONOUNS | ASKING | _OUTSIDE


def phrase(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The noun phrase that words start with, without determiners, and what follows it."""
    start = 0
    while start < len(words) and words[start] in nouns.DETERMINERS | NUMERALS:
        start += 1
    end = start
    while end < len(words) and words[end] not in _NP_END and end - start < 6:
        # "the causes of", but "which drug | causes nausea"
        if words[end] in nouns.VERBS and end > start and words[end + 1 : end + 2] != ("of",):
            break
        if end > start and words[end].endswith("ed") and is_plural(words[end - 1]):
            break  # "the conditions | attached to it"
        end += 1
    return words[start:end], words[end:]


def kind_named(named: tuple[str, ...]) -> tuple[Kind, str] | None:
    """The kind that asks for a phrase by its head, and the dimension it measures."""
    for noun in (" ".join(named[-2:]), named[-1] if named else ""):
        kind = kind_of(noun)
        if kind:
            return kind, nouns.QUANTITIES.get(noun, "")
    if named[-1:] == ("limit",) and len(named) > 1 and named[-2] in nouns.QUANTITIES:
        return Kind.HOW_MUCH, nouns.QUANTITIES[named[-2]]
    return None


_TOTAL = frozenset("average maximum minimum final highest lowest largest greatest daily".split())


def noun_asked(words: tuple[str, ...], whole: bool = False) -> Asked | None:
    """What is asked for by naming it: "the date of ...", "her age", "the cause"; else None.

    `whole` tells that words are what is asked for in a question ("What is ..."), so that the noun
    decides even alone.
    """
    named, rest = phrase(words)
    if not named:
        return None
    definite = words[0] in nouns.DETERMINERS or whole
    of = rest[:1] != () and rest[0] in PREPOSITIONS | {"why"}
    if not (of or definite or not rest):
        return None
    head = named[-1]
    if head in ("name", "identity"):
        return _name(named[:-1], rest)
    if head == "names" or (is_plural(head) and head in nouns.SETS and of):
        return Asked.of(Kind.LIST)
    if head == "number" and set(named[:-1]) - _TOTAL:
        return Asked.of(Kind.WHAT)
    if head in ("number", "numbers") and rest[:1] == ("of",) and len(rest) > 1:
        return Asked.of(Kind.HOW_MANY, counted=counted_noun(rest[1:]))
    if head in ("count", "tally", "total") and rest[:1] == ("of",):
        return Asked.of(Kind.HOW_MANY, counted=counted_noun(rest[1:]))
    if head in nouns.NUMBERS - {"number"} or named[-2:] == ("death", "toll"):
        counted = "death toll" if named[-2:] == ("death", "toll") else head
        return Asked.of(Kind.HOW_MANY, counted=counted)
    if named[-2:-1] and named[-2] in ("phone", "telephone", "e-mail", "email", "web", "url"):
        return Asked.of(Kind.WHAT)
    if head in ("meaning", "definition"):
        return Asked.of(Kind.WHAT, AnswerType.DEFINITION)
    known = kind_named(named)
    if known and not (known[0] is Kind.WHEN and len(rest) == 0 and not definite):
        return Asked.of(known[0], counted=known[1])
    if head in nouns.LOCATIONS or (whole and is_place(head)):
        return Asked.of(Kind.WHERE)
    if head in nouns.ATTRIBUTES and (of or definite):
        return Asked.of(Kind.WHAT)
    return None


def _name(before: tuple[str, ...], rest: tuple[str, ...]) -> Asked:
    """Whose name is asked for: a person's or body's is who, a place's is where, others what."""
    of, _ = phrase(rest[1:]) if rest[:1] in (("of",), ("for",)) else ((), ())
    bearer = of[-1] if of else (before[-1].removesuffix("'s") if before else "")
    if rest[:1] == ("of",) and is_plural(bearer) and not before and bearer in nouns.PLURALS:
        return Asked.of(Kind.LIST)
    if is_place(bearer):
        return Asked.of(Kind.WHERE)
    if is_person(bearer) or bearer in ("", "his", "her", "their", "your", "full"):
        return Asked.of(Kind.WHO)
    return Asked.of(Kind.WHAT)


_ADJECTIVE = (*nouns.ADJECTIVE_ENDINGS, "ed", "ing", "'s")


def counted_noun(words: tuple[str, ...]) -> str:
    """The noun that is counted, with its compound, without adjectives and what follows."""
    if words[:1] == ("of",):
        words = words[1:]
    named, rest = phrase(words)
    while named and named[0][0].isdigit():
        named = named[1:]
    several = [i for i, word in enumerate(named) if is_plural(word)]
    several += [i for i, word in enumerate(named) if word in nouns.IRREGULAR]
    plural = several[0] if several else -1
    if plural >= 0:
        named = named[: plural + 1]
    elif named and not (rest and rest[0] in AUXILIARIES) and len(named) > 1:
        named = named[:1] if rest else named
    while len(named) > 1 and (
        named[0] in nouns.COUNTED_ADJECTIVES
        or (named[0] not in nouns.LIKE_ADJECTIVES and named[0].endswith(_ADJECTIVE))
    ):
        named = named[1:]
    return " ".join(named)


def class_of(named: tuple[str, ...]) -> AnswerType:
    """What a "which" expects by its noun."""
    head = named[-1] if named else ""
    if is_place(head):
        return AnswerType.PLACE
    return AnswerType.PERSON_OR_BODY if is_person(head) else AnswerType.THING
