"""What one question asks for: a rule for each word that a question can start with."""

from __future__ import annotations

import regex

from briefqa.answering.question import nouns
from briefqa.answering.question.nouns import is_person, is_place, is_plural, kind_of
from briefqa.answering.question.records import USUAL, AnswerType, Asked, Kind
from briefqa.answering.question.wording import (
    ASKING,
    AUXILIARIES,
    DOCUMENT,
    PREPOSITIONS,
    PRONOUNS,
    Wording,
)

NUMERALS = frozenset("two three four five six seven eight nine ten several few".split())
_BE = frozenset("is are was were".split())
_NP_END = (
    AUXILIARIES | PREPOSITIONS | PRONOUNS | ASKING | frozenset("and or , whether not if".split())
)
_ANYTHING = r"(?:anything|something|everything|any \w+|some \w+|information|more|details|a word|much)"
_ON = r"(?:about|on|regarding|concerning|for|related to|to do with|of)"
_TOPIC = tuple(
    regex.compile(pattern)
    for pattern in (
        rf"(?:is|are|was|were) there (?:{_ANYTHING}|(?:\w+ )?(?:{DOCUMENT}|passages?|mentions?)) "
        rf"(?:in \w+ \w+ |here |said |written |in here )?(?:about|on|regarding|concerning|mentioning|"
        r"of|related to|to do with) .*",
        rf"(?:do|does|did|have|has) (?:you|it|they|we|(?:the|this|these|any|your) (?:\w+ )?(?:{DOCUMENT})) "
        rf"(?:have|say|contain|know|mention|got|include|hold|cover|talk|deal|discuss|speak|find)"
        rf"(?: (?:{_ANYTHING}|(?:\w+ )?(?:{DOCUMENT}|passages?)))? (?:about|on|regarding|with|of|concerning) .*",
        rf"does (?:it|(?:the|this|any) (?:{DOCUMENT})) (?:mention|cover|discuss|talk about|deal with|"
        r"address|contain|include) .*",
        r"(?:is|are) [^,]{1,60} (?:mentioned|discussed|covered)(?: (?:anywhere|here|at all|in .*))?",
        rf"(?:anything|something|everything|info|infos|information|details|more|news|material|"
        rf"all|stuff|passages?|any (?:mention|information|info|news|details|word|passages?|{DOCUMENT})|"
        rf"some information|more information|more details|mentions|references|facts) {_ON} .*",
        r"(?:tell|show|give) me (?:more |something |everything |all |anything |a bit |a little |what you "
        r"(?:know|have) |some information |information |details )*(?:about|on|regarding) .*",
        r"(?:what|how) about .*|(?:search|look|google|browse|find|looking|searching|look up|find me|"
        r"search for)\b(?! (?:out|the (?:date|name|price|number|cause)))(?: (?:for|up|me))? .*",
        r"(?:about|regarding|concerning|re|describe) .*|what (?:does|do|did) "
        rf"(?:it|they|(?:the|this|these) (?:{DOCUMENT})) (?:say|tell us|report|write|mention) "
        r"(?:about|on|regarding) .*|what is (?:said|written|known|there) (?:about|on) .*|"
        r"what do (?:you|we) know (?:about|of) .*|show me where .* (?:is|are) mentioned",
    )
)


def ask(wording: Wording, tag: bool = False) -> Asked:
    """What one unwrapped question or request asks for; `tag` where ", isn't it" ended it."""
    plain, words = wording.plain, wording.words
    if tag:
        return _of(Kind.YES_NO)
    if any(pattern.fullmatch(plain) for pattern in _TOPIC):
        return _of(Kind.KEYWORDS)
    start = _head(wording)
    prefix = words[:start]
    rest = wording.between(start)
    first = rest.words[0]
    if first in _RULES:
        return _RULES[first](rest, bool(set(prefix) & PREPOSITIONS), plain)
    if first in ("whether", "if"):
        return _of(Kind.YES_NO)
    if first in AUXILIARIES:
        return _of(Kind.YES_NO)
    return _request(rest) or _nominal(rest) or _statement(wording)


def _of(kind: Kind, expects: AnswerType | None = None, counted: str = "") -> Asked:
    return Asked(kind, expects or USUAL[kind], counted)


def _head(wording: Wording) -> int:
    """Where the word stands that asks: at the start, after a preposition, or after a comma."""
    words = wording.words
    if words[0] in ASKING or words[0] in AUXILIARIES:
        return 0
    if words[0] in PREPOSITIONS or words[:1] == ("according",):
        at = next((i for i, word in enumerate(words[:4]) if word in ASKING), 0)
        if at and "," not in words[:at]:
            return at
    for at in range(1, len(words) - 1):
        if words[at - 1] == "," and (words[at] in ASKING or words[at] in AUXILIARIES):
            return at
        following = words[at + 1] if at + 1 < len(words) else ""
        if words[at - 1] == "," and words[at] in PREPOSITIONS and following in ASKING:
            return at + 1
    late = _asked_late(words) if wording.marked else 0
    return late


def _asked_late(words: tuple[str, ...]) -> int:
    """Where a question word ends a statement: "signed by whom?"; 0 where none does."""
    for at in range(len(words) - 1, max(0, len(words) - 4), -1):
        if words[at] in ASKING - {"which", "what"} and words[at - 1] not in ("know", "remember"):
            return at
        if words[at] in ("what", "which") and (words[at - 1] in PREPOSITIONS or at == len(words) - 1):
            return at
    return 0


# Noun phrases


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
        end += 1
    return words[start:end], words[end:]


def _kind_of(named: tuple[str, ...]) -> tuple[Kind, str] | None:
    """The kind that asks for a phrase by its head, and the dimension it measures."""
    for noun in (" ".join(named[-2:]), named[-1] if named else ""):
        kind = kind_of(noun)
        if kind:
            return kind, nouns.QUANTITIES.get(noun, "")
    if named[-1:] == ("limit",) and len(named) > 1 and named[-2] in nouns.QUANTITIES:
        return Kind.HOW_MUCH, nouns.QUANTITIES[named[-2]]
    return None


def _noun_asked(words: tuple[str, ...], whole: bool = False) -> Asked | None:
    """What is asked for by naming it: "the date of ...", "her age", "the cause"; else None.

    `whole` tells that words are what is asked for in a question ("What is ..."), so that the noun
    decides even alone.
    """
    named, rest = phrase(words)
    if not named:
        return None
    definite = words[0] in nouns.DETERMINERS or whole
    of = rest[:1] != () and rest[0] in PREPOSITIONS
    if not (of or definite or not rest):
        return None
    head = named[-1]
    if head in ("name", "identity"):
        return _name(named[:-1], rest)
    if head == "names" or (is_plural(head) and head in nouns.SETS and of):
        return _of(Kind.LIST)
    if head in ("number", "numbers") and rest[:1] == ("of",) and len(rest) > 1:
        return _of(Kind.HOW_MANY, counted=_counted(rest[1:]))
    if head in ("count", "tally", "total") and rest[:1] == ("of",):
        return _of(Kind.HOW_MANY, counted=_counted(rest[1:]))
    if head in nouns.NUMBERS - {"number"} or named[-2:] == ("death", "toll"):
        counted = "death toll" if named[-2:] == ("death", "toll") else head
        return _of(Kind.HOW_MANY, counted=counted)
    if named[-2:-1] and named[-2] in ("phone", "telephone", "e-mail", "email", "web", "url"):
        return _of(Kind.WHAT)
    if head in ("meaning", "definition"):
        return _of(Kind.WHAT, AnswerType.DEFINITION)
    known = _kind_of(named)
    if known and not (known[0] is Kind.WHEN and len(rest) == 0 and not definite):
        return _of(known[0], counted=known[1])
    if head in nouns.LOCATIONS or (whole and is_place(head)):
        return _of(Kind.WHERE)
    if head in nouns.ATTRIBUTES and (of or definite):
        return _of(Kind.WHAT)
    return None


def _name(before: tuple[str, ...], rest: tuple[str, ...]) -> Asked:
    """Whose name is asked for: a person's or body's is who, a place's is where, others what."""
    of, _ = phrase(rest[1:]) if rest[:1] in (("of",), ("for",)) else ((), ())
    bearer = of[-1] if of else (before[-1].removesuffix("'s") if before else "")
    if rest[:1] == ("of",) and is_plural(bearer) and not before and bearer in nouns.PLURALS:
        return _of(Kind.LIST)
    if is_place(bearer):
        return _of(Kind.WHERE)
    if is_person(bearer) or bearer in ("", "his", "her", "their", "your", "full"):
        return _of(Kind.WHO)
    return _of(Kind.WHAT)


_ADJECTIVE = (*nouns.ADJECTIVE_ENDINGS, "ed", "ing", "'s")


def _counted(words: tuple[str, ...]) -> str:
    """The noun that is counted, with its compound, without adjectives and what follows."""
    if words[:1] == ("of",):
        words = words[1:]
    named, rest = phrase(words)
    while named and named[0][0].isdigit():
        named = named[1:]
    plural = next((i for i, word in enumerate(named) if is_plural(word)), -1)
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


# Rules by the word that asks. Each gets the question from that word on, whether a preposition stood
# before it, and the whole question.


def _how(wording: Wording, prefixed: bool, plain: str) -> Asked:
    words = wording.words
    second = words[1] if len(words) > 1 else ""
    third = words[2] if len(words) > 2 else ""
    if second == "many":
        return _how_many(words[2:])
    if second == "much":
        return _of(Kind.HOW_MUCH, counted=_much(words[2:]))
    if second == "come":
        return _of(Kind.WHY)
    if second in ("soon", "late", "early", "recently") or (second == "long" and third == "ago"):
        return _of(Kind.WHEN)
    if second == "long":
        return _of(Kind.HOW_MUCH, counted="length" if _is_length(words[2:]) else "duration")
    adjective = third if second in ("very", "so", "too") else _spelled(second, third)
    if second in ("high", "big", "large", "low") and set(words[3:]) & nouns.MONEY:
        return _of(Kind.HOW_MUCH, counted="money")
    if adjective in nouns.ADJECTIVES:
        return _of(Kind.HOW_MUCH, counted=nouns.ADJECTIVES[adjective])
    if adjective.endswith(nouns.ADJECTIVE_ENDINGS) and third in AUXILIARIES | PRONOUNS | {"the", "a"}:
        return _of(Kind.HOW_MUCH, counted="degree")
    return _of(Kind.HOW)


def _spelled(word: str, following: str) -> str:
    """An adjective after "how" in its usual spelling, where a verb follows it."""
    if word in nouns.ADJECTIVES or following not in AUXILIARIES or len(word) < 4:
        return word
    from rapidfuzz.distance import OSA

    near = (one for one in nouns.ADJECTIVES if OSA.distance(word, one, score_cutoff=1) <= 1)
    return next(near, word)


def _how_many(words: tuple[str, ...]) -> Asked:
    counted = _counted(words)
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
        return _of(Kind.HOW_MUCH, counted=dimension)
    return _of(Kind.HOW_MANY, counted=counted)


def _much(words: tuple[str, ...]) -> str:
    """The dimension of "how much ..."."""
    first = words[0] if words else ""
    if first in nouns.COMPARED:
        return nouns.COMPARED[first]
    if set(words) & {"weigh", "weighs", "weighed"}:
        return "weight"
    if set(words) & nouns.MONEY:
        return "money"
    if first == "time":
        return "duration"
    if first in AUXILIARIES:
        if set(words) & nouns.DEGREES:
            return "degree"
        moved = {"increase", "increased", "rise", "grow", "fall", "drop", "decrease", "rain", "snow"}
        return "amount" if set(words) & moved else "money"
    return "money" if not words else "amount"


def _is_length(words: tuple[str, ...]) -> bool:
    named, _ = phrase(words[1:]) if words[:1] and words[0] in _BE else ((), ())
    return bool(named) and named[-1] in nouns.LONG_THINGS


def _who(wording: Wording, prefixed: bool, plain: str) -> Asked:
    words = wording.words
    if words[0] != "who" or len(words) < 3 or words[1] not in _BE or prefixed:
        named = words[:-1] == ("who", "is") and plain != wording.plain
        return _of(Kind.WHO, AnswerType.DEFINITION if named else None)
    rest = words[2:]
    before = plain.removesuffix(wording.plain).strip(" ,")
    if rest[0] in PRONOUNS:
        return _of(Kind.WHO, AnswerType.DEFINITION if before else None)
    named, after = phrase(rest)
    if named and is_plural(named[-1]) and is_person(named[-1]) and words[1] in ("are", "were"):
        return _of(Kind.LIST)
    if after or not named:
        return _of(Kind.WHO)
    typed = [word for word in wording.typed[2:] if word]
    capitals = all(word[:1].isupper() for word in typed if word.lower() not in nouns.DETERMINERS)
    if capitals or not _describes(named, rest):
        return _of(Kind.WHO, AnswerType.DEFINITION)
    return _of(Kind.WHO)


def _describes(named: tuple[str, ...], rest: tuple[str, ...]) -> bool:
    """Whether "who is" asks for whoever this is true of: a role, a state, something done."""
    head = named[-1]
    if rest[0] in nouns.DETERMINERS:
        return not is_plural(head) or is_person(head)
    state = named[0].endswith(("ed", "ing", *nouns.ADJECTIVE_ENDINGS)) or named[0] in _STATES
    return state or (is_person(head) and len(named) == 1) or head in nouns.PERSONS


_STATES = frozenset(
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
        return _of(Kind.HOW if plain.startswith(("by ", "with ")) else Kind.WHAT)
    if second in _BE:
        return _what_is(wording) if what else _which_is(words)
    if not second or second in AUXILIARIES | PRONOUNS | _NO_NOUN:
        return _of(Kind.WHAT if what else Kind.WHICH)
    if second in ("one", "ones", "of"):
        return _which_of(words)
    if second in NUMERALS:
        return _of(Kind.LIST)
    return _which_noun(words, prefixed)


_NO_NOUN = frozenset("else happened happens happening the went follows".split())

_WHY = regex.compile(
    r"what (?:ever )?(?:has |have |had )?(?:caused|causes|causing|led to|leads to|made|makes|prompted|triggered|drove|"
    r"motivated|brought about|explains|explained|provoked|sparked|resulted in|convinced|persuaded|"
    r"forced|stopped|keeps|stops|prevents|prevented|brought .* about|contributed to)\b"
    r"|what (?:is|was|are|were) (?:(?:the )?(?:\w+ ){0,2}behind|.* (?:meant|intended|supposed) to (?:do|"
    r"achieve|prevent|show))\b|what (?:\w+ )?for$|what (?:is|are|was|were) (?:.{1,80}) for$|"
    r"what (?:did|do|does) .{1,60} (?:do (?:that|this|it)|go there|come) for$"
)
_NOT_WHY = regex.compile(r"(?:known|famous|responsible|looking|searching|waiting|asking|stand|eligible|named) for$")
_MEANS = regex.compile(
    r"what (?:do|does|did) .{1,80} (?:mean|stand for|signify|denote|represent)(?: (?:by|here|in|if|when|that) .*|$)"
    r"|what (?:is|was|are) (?:meant by|the (?:\w+ )?(?:meaning|definition) of) .*|what (?:is|are) .* short for"
    r"|what (?:is|are) (?:an? |the )?.{1,60} (?:exactly|anyway)|what (?:is|was) .{1,40} supposed to mean"
)
_COSTS = regex.compile(r"what (?:do|does|did|will|would|has|have) .{1,80} (?P<verb>cost|weigh|earn|measure|charge|pay)\b")
_TO_DO = regex.compile(
    r"what (?:do|must|should|can|does|did|would|shall) .{1,40} (?:do|have to do|need to do|take) "
    r"(?:to|in order to|so that) .*|what to do (?:to|if|when|in) .*"
)


def _what_phrase(wording: Wording) -> Asked | None:
    """Questions with "what" that ask for a reason, a meaning, a price or a manner."""
    plain = wording.plain
    if _MEANS.fullmatch(plain):
        return _of(Kind.WHAT, AnswerType.DEFINITION)
    if _WHY.match(plain) and not _NOT_WHY.search(plain):
        return _of(Kind.WHY)
    if costs := _COSTS.match(plain):
        verb = {"weigh": "weight", "measure": "length"}.get(costs["verb"], "money")
        return _of(Kind.HOW_MUCH, counted=verb)
    return _of(Kind.HOW) if _TO_DO.fullmatch(plain) else None


def _what_is(wording: Wording) -> Asked:
    words = wording.words
    rest = words[2:]
    if not rest or rest[0] in PRONOUNS | {"not"}:
        pointed = len(rest) > 1 and rest[0] in ("this", "that", "these", "those")
        return (_noun_asked(rest, whole=True) if pointed else None) or _of(Kind.WHAT)
    named, after = phrase(rest)
    definite = rest[0] in nouns.DETERMINERS - {"a", "an"} or (named and named[0].endswith("'s"))
    head = named[-1] if named else ""
    if definite and words[1] in ("are", "were") and is_plural(head):
        return _named_or(Kind.LIST, wording)
    if rest[0] in NUMERALS or (is_plural(head) and head in nouns.SETS and after):
        return _of(Kind.LIST)
    if definite or after[:1] in (("of",), ("for",)):
        asked = _noun_asked(rest, whole=True)
        if asked:
            return asked
    if not named or (definite and not _capitals(wording)):
        return _of(Kind.WHAT)
    if named[0].endswith(("ing", "ed")) and len(named) == 1 and after:
        return _of(Kind.WHAT)
    happening = named[0] in _STATES | nouns.VERBS or named[0] in ("happening", "missing", "done")
    return _of(Kind.WHAT, None if happening else AnswerType.DEFINITION)


def _capitals(wording: Wording) -> bool:
    """Whether what follows "what is the" is a name."""
    typed = [word for word in wording.typed[2:] if word and word.lower() not in nouns.DETERMINERS]
    return bool(typed) and typed[0][0].isupper()


def _named_or(kind: Kind, wording: Wording) -> Asked:
    """A definition where a plural is a name ("What are the White Helmets?"), else `kind`."""
    return _of(Kind.WHAT, AnswerType.DEFINITION) if _capitals(wording) else _of(kind)


def _which_is(words: tuple[str, ...]) -> Asked:
    named, _ = phrase(words[2:])
    if words[1] in ("are", "were") and named and is_plural(named[-1]):
        return _of(Kind.LIST)
    return _of(Kind.WHICH, _class(named))


def _which_of(words: tuple[str, ...]) -> Asked:
    at = words.index("of") + 1 if "of" in words[:3] else 2
    named, rest = phrase(words[at:])
    if "ones" in words[:2] or (rest and rest[0] in ("are", "were", "have", "do")):
        return _of(Kind.LIST)
    return _of(Kind.WHICH, _class(tuple(nouns.singular(noun) for noun in named)))


def _which_noun(words: tuple[str, ...], prefixed: bool) -> Asked:
    named, rest = phrase(words[1:])
    if not named:
        return _of(Kind.WHAT if words[0] == "what" else Kind.WHICH)
    if named[0] in ("kind", "type", "sort", "kinds", "types", "sorts") and rest[:1] == ("of",):
        of, _ = phrase(rest[1:])
        many = named[0].endswith("s") or (of and is_plural(of[0]) and len(of) == 1)
        return _of(Kind.LIST if many else Kind.WHICH)
    named = _subject(named, rest)
    head = named[-1]
    if head in ("grounds", "hours", "times"):
        return _of(Kind.WHY if head == "grounds" else Kind.WHEN)
    known = _kind_of(named)
    if known:
        return _of(known[0], counted=known[1])
    if is_plural(head):
        return _of(Kind.LIST)
    if head in nouns.NUMBERS and words[0] == "what" and rest[:1] == ("of",):
        return _of(Kind.HOW_MANY, counted=_counted(rest[1:]))
    expects = _class(named)
    trailing = words[-1] in ("in", "at", "to", "from", "on", "near", "through", "under")
    if expects is AnswerType.PLACE and (prefixed or trailing or _lives(rest)):
        return _of(Kind.WHERE)
    return _of(Kind.WHICH, expects)


def _lives(rest: tuple[str, ...]) -> bool:
    """Whether a verb that takes a place ends the question: "what town do they live"."""
    return rest[-1:] != () and rest[-1] in ("located", "live", "situated", "held")


def _subject(named: tuple[str, ...], rest: tuple[str, ...]) -> tuple[str, ...]:
    """The noun phrase alone, where a verb that no list knows ran into it: "drug stopped"."""
    if not rest or rest[0] in AUXILIARIES or len(named) == 1:
        if len(named) == 1 or rest:
            return named
    for end in range(1, len(named)):
        noun = named[end - 1]
        if is_plural(noun) or is_person(noun) or is_place(noun) or kind_of(noun):
            compound = is_plural(named[end]) and not named[end].endswith(("ts", "es"))
            return named[: end + 1] if compound and end + 1 == len(named) and rest else named[:end]
    return named[:-1] if len(named) > 1 else named


def _class(named: tuple[str, ...]) -> AnswerType:
    """What a "which" expects by its noun."""
    head = named[-1] if named else ""
    if is_place(head):
        return AnswerType.PLACE
    return AnswerType.PERSON_OR_BODY if is_person(head) else AnswerType.THING


# Requests, bare noun phrases and statements

_ASKING_FOR = frozenset(
    "give tell show get send state mention provide identify specify name list enumerate find "
    "define explain say quote remind".split()
)


def _request(wording: Wording) -> Asked | None:
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
        return _of(Kind.WHAT, AnswerType.DEFINITION)
    named, after = phrase(rest)
    several = rest[0] in {"all", "every", "each", "everyone", "everybody", "list"} | NUMERALS
    if verb in ("list", "enumerate") or several:
        return _of(Kind.LIST)
    plural = bool(named) and is_plural(named[-1]) and verb != "explain"
    if plural and (verb != "show" and verb != "find" or rest[0] in nouns.DETERMINERS):
        return _of(Kind.LIST)
    if asked := _noun_asked(rest, whole=verb in ("name", "state", "give", "tell", "identify")):
        return asked
    if verb in ("name", "identify") and named and is_person(named[-1]):
        return _of(Kind.WHO)
    if verb == "explain":
        definition = not after and rest[0] not in ("the", "this", "that", "his", "her")
        return _of(Kind.WHAT, AnswerType.DEFINITION if definition else None)
    return _of(Kind.KEYWORDS if verb in ("tell", "show", "find", "give", "get") else Kind.WHAT)


_VERBLESS_ANY = regex.compile(r"any (?!idea|mention|info|news about)\w+(?: \w+){0,4}")


def _nominal(wording: Wording) -> Asked | None:
    """What a noun phrase asks for by its head: "date of the meeting", "all action items"."""
    words, plain = wording.words, wording.plain
    if wording.fragment and not words[0] in nouns.DETERMINERS and words[0] in PREPOSITIONS:
        return None
    if _VERBLESS_ANY.fullmatch(plain) and (wording.marked or len(words) < 4):
        return _of(Kind.YES_NO)
    if words[0] in ("all", "every", "each") and len(words) > 1 and not _has_verb(wording):
        return _of(Kind.LIST)
    named, rest = phrase(words)
    if named and rest[:1] in (("of",), ("for",), ("in",), ("to",), ("against",)):
        head = named[-1]
        relational = head in nouns.SETS or head.removesuffix("s") in nouns.ATTRIBUTES
        ordered = rest[:2] == ("in", "order") and is_plural(head)
        if (is_plural(head) and relational) or ordered:
            return _of(Kind.LIST)
        if asked := _noun_asked(words):
            return asked
        if is_person(head) and rest[0] == "of" and head in nouns.PERSONS and not is_plural(head):
            return _of(Kind.WHO)
    elif wording.marked and not rest and named[-1:] != () and named[-1] in nouns.SETS:
        return _of(Kind.LIST)
    elif named[-1:] == ("hours",) and named[0] in ("opening", "office", "business", "visiting"):
        return _of(Kind.WHEN)
    elif words[0] in ("the", "his", "her", "its", "their") or wording.marked:
        return _noun_asked(words) if not rest else None
    return None


def _has_verb(wording: Wording) -> bool:
    words = wording.words
    return any(word in AUXILIARIES for word in words[1:]) or any(
        word.endswith("ed") or word in nouns.VERBS for word in words[2:]
    )


def _statement(wording: Wording) -> Asked:
    """A statement with a question mark asks whether it is so; what is left is a search."""
    words = wording.words
    verb = any(word in AUXILIARIES for word in words[1:]) or (
        len(words) > 2 and any(w.endswith("ed") or w in nouns.VERBS for w in words[1:])
    )
    subject = words[0] in PRONOUNS | {"the", "a", "nobody", "everyone", "somebody", "no", "all"}
    if verb and (wording.marked or (subject and len(words) > 3)) and not wording.fragment:
        return _of(Kind.YES_NO)
    return _of(Kind.KEYWORDS)


_RULES = {
    "how": _how,
    "who": _who,
    "whom": _who,
    "whose": _who,
    "which": _which,
    "what": _which,
    "when": lambda _wording, _prefixed, _plain: _of(Kind.WHEN),
    "where": lambda _wording, _prefixed, _plain: _of(Kind.WHERE),
    "whereabouts": lambda _wording, _prefixed, _plain: _of(Kind.WHERE),
    "why": lambda _wording, _prefixed, _plain: _of(Kind.WHY),
}
