"""Requests without a question: searches, imperatives, bare noun phrases, statements."""

from __future__ import annotations

import re

from briefqa.answering.question import nouns
from briefqa.answering.question.nouns import is_person, is_plural, kind_of
from briefqa.answering.question.phrases import NUMERALS, noun_asked, phrase
from briefqa.answering.question.records import AnswerType, Asked
from briefqa.answering.question.wording import (
    AUXILIARIES,
    DOCUMENT,
    PREPOSITIONS,
    PRONOUNS,
    Wording,
)
from briefqa.records import QuestionKind as Kind

_ANYTHING = (
    r"(?:anything|something|everything|any \w+|some \w+|information|more|details|a word|much)"
)
_ON = r"(?:about|on|regarding|concerning|for|related to|to do with|of)"
_TOPIC = tuple(
    re.compile(pattern)
    for pattern in (
        (
            rf"(?:is|are|was|were) there (?:{_ANYTHING}|(?:\w+ )?(?:{DOCUMENT}|passages?|"
            rf"mentions?)) "
            rf"(?:in \w+ \w+ |here |said |written |in here )?(?:about|on|regarding|concerning|"
            rf"mentioning|"
            r"of|related to|to do with) .*"
        ),
        (
            rf"(?:do|does|did|have|has) (?:you|it|they|we|this|that|(?:the|this|these|any|your) "
            rf"(?:\w+ )?(?:{DOCUMENT})) (?:have|say|contain|know|mention|got|include|hold|cover|"
            rf"talk|deal|discuss|speak|find)(?: (?:{_ANYTHING}|(?:\w+ )?(?:{DOCUMENT}|"
            rf"passages?)))? (?:about|on|regarding|with|of|concerning) .*"
        ),
        (
            rf"does (?:it|(?:the|this|any) (?:{DOCUMENT})) (?:mention|cover|discuss|talk about|"
            rf"deal with|"
            r"address|contain|include) .*"
        ),
        (
            r"(?:is|are) [^,]{1,60} (?:mentioned|discussed|covered)(?: (?:anywhere|here|at all|in "
            r".*))?"
        ),
        (
            rf"(?:anything|something|everything|info|infos|information|details|more|news|material|"
            rf"all|stuff|passages?|any (?:mention|information|info|news|details|word|passages?|"
            rf"{DOCUMENT})|"
            rf"some information|more information|more details|mentions|references|facts) {_ON} .*"
        ),
        (
            r"(?:tell|show|give) me (?:more |something |everything |all |anything |a bit |a "
            r"little |what you (?:know|have) |some information |information |details )*(?:about|"
            r"on|regarding) .*"
        ),
        (
            r"(?:what|how) about .*|(?:search|look|google|browse|find|looking|searching|look up|"
            r"find me|search for)\b(?! (?:out|the (?:date|name|price|number|cause)))(?: (?:for|up|"
            r"me))? .*"
        ),
        (
            r"(?:about|regarding|concerning|re|describe) .*|what (?:does|do|did) "
            rf"(?:it|they|(?:the|this|these) (?:{DOCUMENT})) (?:say|tell us|report|write|mention) "
            r"(?:about|on|regarding) .*|what is (?:said|written|known|there) (?:about|on) .*|what "
            r"do (?:you|we) know (?:about|of) .*|what (?:do|have) you (?:have|got)(?: got)? (?:on|"
            r"about) .*|show me where .* (?:is|are) mentioned"
        ),
    )
)


def is_search(plain: str) -> bool:
    """Whether words ask for whatever there is on a topic, and for no fact."""
    return any(pattern.fullmatch(plain) for pattern in _TOPIC)


_ASKING_FOR = frozenset(
    "give tell show get send state mention provide identify specify name list enumerate find "
    "define explain say quote remind".split()
)


def request(wording: Wording) -> Asked | None:
    """What an imperative asks for; None where there is none."""
    words = wording.words
    verb = words[0]
    if verb not in _ASKING_FOR or len(words) < 2 or (words[1] == "of" and verb != "list"):
        return None
    rest = words[1:]
    while rest and rest[0] in ("me", "us", "please", "again", "a", "just"):
        rest = rest[1:]
    if not rest:
        return None
    if verb == "define":
        return Asked.of(Kind.WHAT, AnswerType.DEFINITION)
    named, after = phrase(rest)
    several = rest[0] in {"all", "every", "each", "everyone", "everybody", "list"} | NUMERALS
    if verb in ("list", "enumerate") or several:
        return Asked.of(Kind.LIST)
    plural = bool(named) and is_plural(named[-1]) and verb != "explain"
    if plural and ((verb != "show" and verb != "find") or rest[0] in nouns.DETERMINERS):
        return Asked.of(Kind.LIST)
    if asked := noun_asked(rest, whole=verb in ("name", "state", "give", "tell", "identify")):
        return asked
    if verb in ("name", "identify") and named and is_person(named[-1]):
        return Asked.of(Kind.WHO)
    if verb == "explain":
        definition = not after and rest[0] not in ("the", "this", "that", "his", "her")
        return Asked.of(Kind.WHAT, AnswerType.DEFINITION if definition else None)
    return Asked.of(Kind.KEYWORDS if verb in ("tell", "show", "find", "give", "get") else Kind.WHAT)


_VERBLESS_ANY = re.compile(r"any (?!idea|mention|info|news about)\w+(?: \w+){0,4}")


_LIST_OF = re.compile(r"(?:(?:a|the|full|complete|short) ){0,3}list of ")


def nominal(wording: Wording) -> Asked | None:
    """What a noun phrase asks for by its head: "date of the meeting", "all action items"."""
    words, plain = wording.words, wording.plain
    if wording.fragment and words[0] not in nouns.DETERMINERS and words[0] in PREPOSITIONS:
        return None
    if _VERBLESS_ANY.fullmatch(plain) and (wording.marked or len(words) < 4):
        return Asked.of(Kind.YES_NO)
    if _LIST_OF.match(plain):
        return Asked.of(Kind.LIST)
    if words[0] in ("all", "every", "each") and len(words) > 1 and not _has_verb(wording):
        return Asked.of(Kind.LIST)
    named, rest = phrase(words)
    if named[-1:] != () and named[-1] in nouns.SETS and rest[:1] != () and rest[0].endswith("ed"):
        return Asked.of(Kind.LIST)
    if named[-1:] != () and named[-1] in nouns.SETS and rest[:1] == ("and",):
        also, after = phrase(rest[1:])  # "names and ages of the witnesses"
        if also and is_plural(also[-1]) and after[:1] in (("of",), ("for",)):
            return Asked.of(Kind.LIST)
    if named and rest[:1] in (
        ("of",),
        ("for",),
        ("in",),
        ("to",),
        ("against",),
        ("why",),
        ("behind",),
    ):
        head = named[-1]
        one = nouns.singular(head)
        relational = head in nouns.SETS or one in nouns.ATTRIBUTES or kind_of(one) is not None
        ordered = rest[:2] == ("in", "order") and is_plural(head)
        if (is_plural(head) and relational) or ordered:
            return Asked.of(Kind.LIST)
        if asked := noun_asked(words):
            return asked
        if is_person(head) and rest[0] == "of" and head in nouns.PERSONS and not is_plural(head):
            return Asked.of(Kind.WHO)
    elif wording.marked and not rest and named[-1:] != () and named[-1] in nouns.SETS:
        return Asked.of(Kind.LIST)
    elif named[-1:] == ("hours",) and named[0] in ("opening", "office", "business", "visiting"):
        return Asked.of(Kind.WHEN)
    elif words[0] in ("the", "his", "her", "its", "their") or wording.marked:
        return noun_asked(words) if not rest else None
    return None


_RELATIVE = frozenset("that who which where".split())


def _has_verb(wording: Wording) -> bool:
    """Whether a verb follows outside a relative clause; where no question mark ends it, a word
    such as "paid" is taken for a participle.
    """
    words = wording.words
    starts = _RELATIVE if words[1] == "of" else _RELATIVE | nouns.DETERMINERS | PRONOUNS
    clause = next((i for i, word in enumerate(words[2:], 2) if word in starts), None)
    words = words[:clause]
    return any(word in AUXILIARIES for word in words[1:]) or (
        wording.marked and any(word.endswith("ed") or word in nouns.VERBS for word in words[2:])
    )


def statement(wording: Wording) -> Asked:
    """A statement with a question mark asks whether it is so; what is left is a search."""
    words = wording.words
    verb = any(word in AUXILIARIES for word in words[1:]) or (
        len(words) > 2 and any(w.endswith("ed") or w in nouns.VERBS for w in words[1:])
    )
    subject = words[0] in PRONOUNS | {"the", "a", "nobody", "everyone", "somebody", "no", "all"}
    if verb and (wording.marked or (subject and len(words) > 3)) and not wording.fragment:
        return Asked.of(Kind.YES_NO)
    return Asked.of(Kind.KEYWORDS)
