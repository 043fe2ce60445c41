"""What one question asks for: a rule for each word that a question can start with."""

from __future__ import annotations

import re
from collections.abc import Callable

from rapidfuzz.distance import OSA

from briefqa.answering.question import nouns
from briefqa.answering.question.nominal import is_search, nominal, request, statement
from briefqa.answering.question.nouns import is_person, is_place, is_plural, kind_of
from briefqa.answering.question.phrases import (
    NUMERALS,
    class_of,
    counted_noun,
    kind_named,
    noun_asked,
    phrase,
)
from briefqa.answering.question.records import AnswerType, Asked
from briefqa.answering.question.wording import ASKING, AUXILIARIES, PREPOSITIONS, PRONOUNS, Wording
from briefqa.records import QuestionKind as Kind

_BE = frozenset("is are was were".split())


def ask(wording: Wording, tag: bool = False) -> Asked:
    """What one unwrapped question or request asks for; `tag` where ", isn't it" ended it."""
    plain, words = wording.plain, wording.words
    if tag:
        return Asked.of(Kind.YES_NO)
    if is_search(plain):
        return Asked.of(Kind.KEYWORDS)
    start = _head(wording)
    prefix = words[:start]
    rest = wording.between(start)
    first = rest.words[0]
    if first in _RULES:
        return _RULES[first](rest, bool(set(prefix) & PREPOSITIONS), plain)
    if first in AUXILIARIES or first in ("whether", "if"):
        return Asked.of(Kind.YES_NO)
    return request(rest) or nominal(rest) or statement(wording)


def _head(wording: Wording) -> int:
    """Where the word stands that asks: at the start, after a preposition, or after a comma."""
    words = wording.words
    if words[0] in ASKING or words[0] in AUXILIARIES:
        return 0
    if words[0] in PREPOSITIONS or words[0] in ("according", "up"):
        at = next((i for i, word in enumerate(words[:4]) if word in ASKING), 0)
        if at and "," not in words[:at]:
            return at
    for at in range(1, len(words) - 1):
        if words[at - 1] == "," and (words[at] in ASKING or words[at] in AUXILIARIES):
            return at
        following = words[at + 1] if at + 1 < len(words) else ""
        if words[at - 1] == "," and words[at] in PREPOSITIONS and following in ASKING:
            return at + 1
    return _asked_late(words) if wording.marked else 0


def _asked_late(words: tuple[str, ...]) -> int:
    """Where a question word ends a statement: "signed by whom?"; 0 where none does."""
    for at in range(len(words) - 1, max(0, len(words) - 4), -1):
        if words[at] in ASKING - {"which", "what"} and words[at - 1] not in ("know", "remember"):
            return at
        if words[at] in ("what", "which") and (
            words[at - 1] in PREPOSITIONS or at == len(words) - 1
        ):
            return at
    return 0


# Rules by the word that asks. Each gets the question from that word on, whether a preposition stood
# before it, and the whole question.


def _how(wording: Wording, prefixed: bool, plain: str) -> Asked:
    words = wording.words
    second = words[1] if len(words) > 1 else ""
    third = words[2] if len(words) > 2 else ""
    if second == "many":
        return _how_many(words[2:])
    if second == "much":
        counted = _much(words[2:], by=plain.startswith("by how much"))
        return Asked.of(Kind.HOW_MUCH, counted=counted)
    if second == "come":
        return Asked.of(Kind.WHY)
    if second in ("soon", "late", "early", "recently") or (second == "long" and third == "ago"):
        return Asked.of(Kind.WHEN)
    if second == "long":
        return Asked.of(Kind.HOW_MUCH, counted="length" if _is_length(words[2:]) else "duration")
    adjective = third if second in ("very", "so", "too") else _spelled(second, third)
    if second in ("high", "big", "large", "low") and set(words[3:]) & nouns.MONEY:
        return Asked.of(Kind.HOW_MUCH, counted="money")
    if adjective in nouns.ADJECTIVES:
        return Asked.of(Kind.HOW_MUCH, counted=nouns.ADJECTIVES[adjective])
    if adjective.endswith(nouns.ADJECTIVE_ENDINGS) and third in AUXILIARIES | PRONOUNS | {
        "the",
        "a",
    }:
        return Asked.of(Kind.HOW_MUCH, counted="degree")
    return Asked.of(Kind.HOW)


def _spelled(word: str, following: str) -> str:
    """An adjective after "how" in its usual spelling, where a verb follows it."""
    if word in nouns.ADJECTIVES or following not in AUXILIARIES or len(word) < 4:
        return word
    near = (one for one in nouns.ADJECTIVES if OSA.distance(word, one, score_cutoff=1) <= 1)
    return next(near, word)


def _how_many(words: tuple[str, ...]) -> Asked:
    counted = counted_noun(words)
    unit = counted.split(" ")[-1]
    if unit in nouns.UNITS:
        dimension = nouns.UNITS[unit]
        after = words[words.index(unit) + 1 :] if unit in words else ()
        if after and after[0] in nouns.ADJECTIVES and after[0] != "long":
            dimension = nouns.ADJECTIVES[after[0]]
        elif dimension == "length" and set(after) & {"from", "away", "apart", "between", "to"}:
            dimension = "distance"
        elif unit in ("pounds", "pound") and set(words) & {"weigh", "weighs", "heavy", "lose"}:
            dimension = "weight"
        return Asked.of(Kind.HOW_MUCH, counted=dimension)
    return Asked.of(Kind.HOW_MANY, counted=counted)


def _much(words: tuple[str, ...], *, by: bool = False) -> str:
    """The dimension of "how much ..."."""
    first = words[0] if words else ""
    if first in nouns.COMPARED:
        return nouns.COMPARED[first]
    if set(words) & {"weigh", "weighs", "weighed"}:
        return "weight"
    if set(words) & nouns.MONEY:
        return "money"
    if first in ("time", "notice", "sleep", "warning"):
        return "duration"
    if first in AUXILIARIES:
        if set(words) & nouns.DEGREES:
            return "degree"
        moved = {*"increase increased rise grow fall drop decrease rain snow".split()}
        return "amount" if by or set(words) & moved else "money"
    return "money" if not words else "amount"


def _is_length(words: tuple[str, ...]) -> bool:
    named, _ = phrase(words[1:]) if words[:1] and words[0] in _BE else ((), ())
    return bool(named) and named[-1] in nouns.LONG_THINGS


def _who(wording: Wording, prefixed: bool, plain: str) -> Asked:
    words = wording.words
    if words[1:2] == ("all",):
        return Asked.of(Kind.LIST)
    if words[0] != "who" or len(words) < 3 or words[1] not in _BE or prefixed:
        return Asked.of(Kind.WHO)
    rest = words[2:]
    before = plain.removesuffix(wording.plain).strip(" ,")
    if rest[0] in PRONOUNS:
        return Asked.of(Kind.WHO, AnswerType.DEFINITION if before else None)
    named, after = phrase(rest)
    typed = [word for word in wording.typed[2:] if word]
    capitals = all(word[:1].isupper() for word in typed if word.lower() not in nouns.DETERMINERS)
    common = is_person(named[-1]) or len(named) == 1 if named else False
    if common and is_plural(named[-1]) and words[1] in ("are", "were") and not capitals:
        return Asked.of(Kind.LIST)
    if after or not named:
        return Asked.of(Kind.WHO)
    if capitals or not _describes(named, rest):
        return Asked.of(Kind.WHO, AnswerType.DEFINITION)
    return Asked.of(Kind.WHO)


def _describes(named: tuple[str, ...], rest: tuple[str, ...]) -> bool:
    """Whether "who is" asks for whoever this is true of: a role, a state, something done."""
    head = named[-1]
    if rest[0] in nouns.DETERMINERS:
        return not is_plural(head) or is_person(head)
    state = named[0].endswith(("ed", "ing", *nouns.ADJECTIVE_ENDINGS)) or named[0] in _STATES
    return state or (is_person(head) and len(named) == 1) or head in nouns.PERSONS


_STATES = frozenset(
    "known written shown built sent held kept lost found sold stolen broken hidden "
    "hurt shot born dead alive absent present late next else first last going chosen beaten given "
    "taken seen known hit missing ill sick right wrong best worst eligible best-paid ready".split()
)


def _which(wording: Wording, prefixed: bool, plain: str) -> Asked:
    words = wording.words
    what = words[0] == "what"
    second = words[1] if len(words) > 1 else ""
    if what and (fixed := _what_phrase(wording)):
        return fixed
    if what and prefixed and (not second or second in AUXILIARIES):
        return Asked.of(Kind.HOW if plain.startswith(("by ", "with ")) else Kind.WHAT)
    if second in _BE:
        return _what_is(wording) if what else _which_is(words)
    if not second or second in AUXILIARIES | PRONOUNS | _NO_NOUN:
        return Asked.of(Kind.WHAT if what else Kind.WHICH)
    third = words[2] if len(words) > 2 else ""
    if what and (second in nouns.VERBS or second.endswith("ed")) and third not in AUXILIARIES:
        return Asked.of(Kind.WHAT)
    if second in ("one", "ones", "of"):
        return _which_of(words)
    if second in NUMERALS:
        return Asked.of(Kind.LIST)
    return _which_noun(words, prefixed)


_NO_NOUN = frozenset("else happened happens happening the went follows".split())

_WHY = re.compile(
    r"what (?:ever )?(?:has |have |had )?(?:caused|causes|causing|led|leads to|made|makes|"
    r"prompted|triggered|drove|motivated|brought about|explains|explained|provoked|sparked|"
    r"resulted in|convinced|persuaded|forced|stopped|keeps|stops|prevents|prevented|brought .* "
    r"about|contributed to)\b|what (?:is|was|are|were) (?:(?:the )?(?:\w+ ){0,2}behind|.* "
    r"(?:meant|intended|supposed) to (?:do|achieve|prevent|show))\b|what (?:\w+ )?for$|what (?:is|"
    r"are|was|were) (?:.{1,80}) for$|what (?:did|do|does) .{1,60} (?:do (?:that|this|it)|go there|"
    r"come) for$"
)
_NOT_WHY = re.compile(
    r"(?:known|famous|responsible|looking|searching|waiting|asking|stand|eligible|named) for$"
)
_MEANS = re.compile(
    r"what (?:do|does|did) .{1,80} (?:mean|stand for|signify|denote|represent)(?: (?:by|here|in|"
    r"if|when|that) .*|$)"
    r"|what (?:is|was|are) (?:meant by|the (?:\w+ )?(?:meaning|definition) of) .*|what (?:is|are) "
    r".* short for"
    r"|what (?:is|are) (?:an? |the )?.{1,60} (?:exactly|anyway)|what (?:is|was) .{1,40} supposed "
    r"to mean"
)
_COSTS = re.compile(
    r"what (?:do|does|did|will|would|has|have) .{1,80} (?P<verb>cost|weigh|earn|measure|charge|"
    r"pay)\b"
)
_TO_DO = re.compile(
    r"what (?:do|must|should|can|does|did|would|shall) .{1,40} (?:do|have to do|need to do|take) "
    r"(?:to|in order to|so that) .*|what to do (?:to|if|when|in) .*"
)


def _what_phrase(wording: Wording) -> Asked | None:
    """Questions with "what" that ask for a reason, a meaning, a price or a manner."""
    plain = wording.plain
    if _MEANS.fullmatch(plain):
        return Asked.of(Kind.WHAT, AnswerType.DEFINITION)
    if _WHY.match(plain) and not _NOT_WHY.search(plain):
        return Asked.of(Kind.WHY)
    if costs := _COSTS.match(plain):
        verb = {"weigh": "weight", "measure": "length"}.get(costs["verb"], "money")
        return Asked.of(Kind.HOW_MUCH, counted=verb)
    return Asked.of(Kind.HOW) if _TO_DO.fullmatch(plain) else None


def _what_is(wording: Wording) -> Asked:
    words = wording.words
    rest = words[2:]
    if not rest or rest[0] in PRONOUNS | {"not"}:
        pointed = len(rest) > 1 and rest[0] in ("this", "that", "these", "those")
        return (noun_asked(rest, whole=True) if pointed else None) or Asked.of(Kind.WHAT)
    named, after = phrase(rest)
    definite = rest[0] in nouns.DETERMINERS - {"a", "an"} or (named and named[0].endswith("'s"))
    head = named[-1] if named else ""
    if definite and words[1] in ("are", "were") and is_plural(head):
        return _named_or(Kind.LIST, wording)
    if rest[0] in NUMERALS or (is_plural(head) and head in nouns.SETS and after):
        return Asked.of(Kind.LIST)
    typed = [word for word in wording.typed[3:] if word]
    if definite and len(named) > 1 and not after and all(word[:1].isupper() for word in typed):
        return Asked.of(Kind.WHAT, AnswerType.DEFINITION)  # a term that a contract defines
    if definite or after[:1] in (("of",), ("for",)):
        asked = noun_asked(rest, whole=True)
        if asked:
            return asked
    if not named or (definite and not _capitals(wording)):
        return Asked.of(Kind.WHAT)
    past = words[1] in ("was", "were") and rest[0] not in ("a", "an")
    if after and (past or (len(named) == 1 and named[0].endswith(("ing", "ed")))):
        return Asked.of(Kind.WHAT)
    happening = named[0] in _STATES | nouns.VERBS or named[0] in ("happening", "missing", "done")
    return Asked.of(Kind.WHAT, None if happening else AnswerType.DEFINITION)


def _capitals(wording: Wording) -> bool:
    """Whether what follows "what is the" is a name."""
    typed = [word for word in wording.typed[2:] if word and word.lower() not in nouns.DETERMINERS]
    return bool(typed) and typed[0][0].isupper()


def _named_or(kind: Kind, wording: Wording) -> Asked:
    """A definition where a plural is a name ("What are the White Helmets?"), else `kind`."""
    return Asked.of(Kind.WHAT, AnswerType.DEFINITION) if _capitals(wording) else Asked.of(kind)


def _which_is(words: tuple[str, ...]) -> Asked:
    named, _ = phrase(words[2:])
    if words[1] in ("are", "were") and named and is_plural(named[-1]):
        return Asked.of(Kind.LIST)
    return Asked.of(Kind.WHICH, class_of(named))


def _which_of(words: tuple[str, ...]) -> Asked:
    at = words.index("of") + 1 if "of" in words[:3] else 2
    named, rest = phrase(words[at + (words[at : at + 1] in (("them",), ("those",), ("these",))) :])
    if "ones" in words[:2] or (rest and rest[0] in ("are", "were", "have", "do")):
        return Asked.of(Kind.LIST)
    return Asked.of(Kind.WHICH, class_of(tuple(nouns.singular(noun) for noun in named)))


def _several(named: tuple[str, ...], rest: tuple[str, ...]) -> bool:
    """Whether the verb after a noun says that it stands for several: "species were caught"."""
    verb, following = rest[:1], rest[1:2]
    other_subject = following != () and following[0] in PRONOUNS | nouns.DETERMINERS
    plural = verb in (("are",), ("were",), ("have",)) and not other_subject
    return plural and not is_person(named[-1]) and not kind_of(named[-1])


def _which_noun(words: tuple[str, ...], prefixed: bool) -> Asked:
    named, rest = phrase(words[1:])
    if not named:
        return Asked.of(Kind.WHAT if words[0] == "what" else Kind.WHICH)
    if named[0] in ("kind", "type", "sort", "kinds", "types", "sorts") and rest[:1] == ("of",):
        of, _ = phrase(rest[1:])
        many = named[0].endswith("s") or (of and is_plural(of[0]) and len(of) == 1)
        return Asked.of(Kind.LIST if many else Kind.WHICH)
    named = _subject(named, rest)
    head = named[-1]
    if head in ("grounds", "hours", "times"):
        return Asked.of(Kind.WHY if head == "grounds" else Kind.WHEN)
    if (is_plural(head) and head != "dimensions") or (_several(named, rest) and not prefixed):
        return Asked.of(Kind.LIST)
    known = kind_named(named)
    # Which route has the fewest is asked of its number, which route they took of the manner.
    if known and (head != "route" or prefixed or {*rest[1:2]} & PRONOUNS):
        return Asked.of(known[0], counted=known[1])
    if head in nouns.NUMBERS and words[0] == "what" and rest[:1] == ("of",):
        return Asked.of(Kind.HOW_MANY, counted=counted_noun(rest[1:]))
    expects = class_of(named)
    trailing = words[-1] in ("in", "at", "to", "from", "on", "near", "through", "under")
    if expects is AnswerType.PLACE and (prefixed or trailing or _lives(rest)):
        return Asked.of(Kind.WHERE)
    return Asked.of(Kind.WHICH, expects)


def _lives(rest: tuple[str, ...]) -> bool:
    """Whether a verb that takes a place ends the question: "what town do they live"."""
    return rest[-1:] != () and rest[-1] in ("located", "live", "situated", "held")


def _subject(named: tuple[str, ...], rest: tuple[str, ...]) -> tuple[str, ...]:
    """The noun phrase alone, where a verb that no list knows ran into it: "drug stopped"."""
    if len(named) == 1 or (rest and rest[0] in AUXILIARIES | nouns.VERBS):
        return named
    if not rest:  # then a verb has to be among them: "article governs notice"
        for end in range(1, len(named) - 1):
            known = is_person(named[end]) or is_place(named[end]) or named[end] in nouns.SETS
            if named[end].endswith("s") and not known and not is_plural(named[end - 1]):
                return named[:end]
    for end in range(1, len(named)):
        noun = named[end - 1]
        if is_plural(noun) or is_person(noun) or is_place(noun) or kind_of(noun):
            compound = is_plural(named[end]) and not named[end].endswith(("ts", "es"))
            return named[: end + 1] if compound and end + 1 == len(named) and rest else named[:end]
    return named[:-1]


_Rule = Callable[[Wording, bool, str], Asked]


def _always(kind: Kind) -> _Rule:
    return lambda _wording, _prefixed, _plain: Asked.of(kind)


_RULES: dict[str, _Rule] = {
    "how": _how,
    "who": _who,
    "whom": _who,
    "whose": _who,
    "which": _which,
    "what": _which,
    "when": _always(Kind.WHEN),
    "where": _always(Kind.WHERE),
    "whereabouts": _always(Kind.WHERE),
    "why": _always(Kind.WHY),
}
