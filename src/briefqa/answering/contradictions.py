"""Sentences that speak of something else than is asked, in much the same words.

The opposite (the lowest, where the highest is asked for), the same of another name (the mayor of
another town), and who says a sentence where whom it speaks of is asked for. Each function is pure,
about English text, and says what is wrong in a few words, nothing where nothing is.
"""

from __future__ import annotations

import regex

from briefqa.answering.content_words import content, stems, words
from briefqa.answering.question import AnswerType, Kind, Question
from briefqa.text.language import stemmer
from briefqa.text.words import plain_words

_NEAR = 6  # words after a word of an opposite among which those that it belongs to are looked for
# Of each line one side is the opposite of the others. Those of the first kind count where the same
# content word follows in question and sentence.
_SIDES = """
    highest maximum top most greatest | lowest minimum least bottom
    largest biggest | smallest
    longest | shortest
    oldest earliest | youngest newest latest
    heaviest | lightest
    fastest quickest | slowest
    best | worst
    more over | less fewer under
    most majority | minority
    before until till | after since following from
    above | below
    upper | lower
    north northern | south southern
    east eastern | west western
    large big | small
    high | low
    first | second | third | fourth | fifth | sixth | last final
    day | night
    summer | winter | spring | autumn
    men male | women female
    correct | incorrect
    full | half
    previous former | next future
"""
_VERBS = """
    increase increased increases rise rose risen rises grew grown
        | decrease decreased decreases fell fallen falls dropped declined
    win won gain gained | lose lost
    open opens opened opening | close closed closes closing
    start started starts begin began begun | stop stopped stops end ended ends ceased
    arrive arrived arrives | depart departed departs
    accepted approved | rejected refused forbidden prohibited banned
    hired | dismissed fired
    commended praised | criticised criticized condemned
    defend defended | besieged attacked
    import imported imports | export exported exports
"""


def _sides(text: str) -> list[list[list[str]]]:
    lines = text.replace("\n        |", " |").strip().splitlines()
    return [[side.split() for side in line.split("|")] for line in lines]


def _others(groups: list[list[list[str]]], *, opposite: bool) -> dict[str, set[str]]:
    """Of each word those on the other sides of its lines, or those on its own."""
    found: dict[str, set[str]] = {}
    for sides in groups:
        for side in sides:
            there = {word for one in sides if (one is side) != opposite for word in one}
            for word in side:
                found.setdefault(word, set()).update(there)
    return found


_GROUPS = _sides(_SIDES) + _sides(_VERBS)
_OPPOSITES = _others(_GROUPS, opposite=True)
_ALIKE = _others(_GROUPS, opposite=False)
_OF_VERBS = frozenset(_others(_sides(_VERBS), opposite=True))
_OF_TIMES = frozenset("before until till after since following from".split())
# Of opening hours one word tells both ends: open from 9 to 5.
_OF_HOURS = _ALIKE["open"] | _ALIKE["close"] | _ALIKE["start"] | _ALIKE["stop"]
_HOURS = regex.compile(r"(?i)\d ?(?:[ap]\.?m\.?)? ?(?:to|until|till|and|[-–—]) ?\d")
_IN_YEAR = regex.compile(r"(?i)\bin ((?:1[5-9]|20)\d\d)\b(?![/–-])")
_YEAR = regex.compile(r"\b(?:1[5-9]|20)\d\d\b")
_PREVIOUS = regex.compile(r"(?i)\b(?:previous|former|outgoing|then)\b")
_PAST = regex.compile(
    r"(?i)\b(?:previous\w*|former\w*|before|predecessors?|last|was|were|had|did|until|used|ex|past|"
    r"first|earlier|then|old|been|once|in \d{4})\b|\b\p{L}+ed\b"
)
# But no acronym, whose long form may stand there, and no word that only opens a sentence.
_NAME = (
    r"\b(?!\p{Lu}++\b)(?!(?:It|He|She|They|We|You|This|That|These|Those|There|The|Who|What|Which)\b)"
    r"\p{Lu}[\p{L}\p{N}'’&\-]*+"
)
_NOUN_OF = regex.compile(
    rf"\b(\p{{L}}{{3,30}}) (of|in|at|from|for|on) (?:the )?({_NAME}(?: {_NAME}){{0,3}})"
)
_IS = r"is|was|are|were|has|had|did|does"
_NAME_IS = regex.compile(rf"({_NAME}) ({_IS})\b")
_HOW_IS_NAME = regex.compile(rf"(?i:\bhow \p{{L}}++|\bwhen|\bwhere) ({_IS}) ({_NAME})(?=\?|$)")
_LETTERED = regex.compile(r"\b(\p{L}{3,30}) ([A-HJ-Z])\b(?!['’.])")
_SPEAKER = regex.compile(r"\W{0,4}(?:\p{Lu}[\p{L}.'’\-]* ?){1,4}:\W{0,4}")
_SAYING = regex.compile(
    r"(?i)\b(?:says?|said|asks?|asked|speaks?|spoke|tells?|told|talk\w*|interview\w*|according|"
    r"claim\w*|mention\w*|present|repl\w+|answer\w*|put|think|thought|chair\w*)\b"
)
# These kinds are answered by the opposite too, or by several things.
_EXEMPT = frozenset({Kind.YES_NO, Kind.COMPARISON, Kind.MULTI_PART, Kind.LIST, Kind.CLAUSE})


def opposite(question: Question, piece: str) -> str:
    """Of a sentence, or the piece of it that answers, what is the opposite of what is asked."""
    if question.kind in _EXEMPT or question.negated:
        return ""
    asked, said = words(question.text), words(piece)
    there = set(said) | (_OF_HOURS if _HOURS.search(piece) else set())
    for at, word in enumerate(asked):
        if word not in _OPPOSITES or _ALIKE[word] & there:
            continue
        shared = 1 if word in _OF_TIMES else 2
        following = set(_after(asked, at)[:shared])
        for place, other in enumerate(said):
            if other not in _OPPOSITES[word] or other in asked:
                continue
            if word in _OF_VERBS or following & set(_after(said, place)[:shared]):
                return f"“{other}”, not “{word}”"
    return _another_year(question, piece) or _one_before(question, piece)


def rival(question: Question, sentence: str) -> str:
    """What the sentence says of another name or letter: the mayor of Orsett, band D."""
    if question.kind in _EXEMPT:
        return ""
    stem = stemmer("en")
    of_others = {(stem(of[1].lower()), of[2]): of[0] for of in _NOUN_OF.finditer(sentence)}
    for asked in _NOUN_OF.finditer(question.text):
        other = of_others.get((stem(asked[1].lower()), asked[2]))
        if other and not _names(asked[3], sentence):
            return f"“{other}”, not “{asked[0]}”"
    others = {verb: name for name, verb in _NAME_IS.findall(sentence)}
    for verb, name in _HOW_IS_NAME.findall(question.text):
        if verb in others and not _names(name, sentence):
            return f"“{others[verb]}”, not “{name}”"
    letters = {label[1].lower(): label[0] for label in _LETTERED.finditer(sentence)}
    for asked in _LETTERED.finditer(question.text):
        other = letters.get(asked[1].lower())
        if other and asked[0].lower() not in sentence.lower():
            return f"“{other}”, not “{asked[0]}”"
    return ""


def speaker(question: Question, sentence: str, marked: str) -> str:
    """Whether the marked words only name who says the sentence, in a transcript."""
    label = _SPEAKER.match(sentence)
    if label is None or question.expects is not AnswerType.PERSON_OR_BODY:
        return ""
    if marked.strip("*: ") not in label[0] or _SAYING.search(question.text):
        return ""
    return "only who says it"


def _another_year(question: Question, piece: str) -> str:
    """Where one year is asked about, and the piece has another and no more."""
    asked, said = _IN_YEAR.findall(question.text), set(_YEAR.findall(piece))
    in_year = _IN_YEAR.findall(piece)
    if len(asked) == len(said) == len(in_year) == 1 and asked[0] not in said:
        return f"“{in_year[0]}”, not “{asked[0]}”"
    return ""


def _one_before(question: Question, piece: str) -> str:
    """Where the piece has who was it before, and who is it now is asked."""
    if question.expects is not AnswerType.PERSON_OR_BODY or _PAST.search(question.text):
        return ""
    wanted = stems(question.text)
    for match in _PREVIOUS.finditer(piece):
        if wanted & set(content(piece[match.end() : match.end() + 60])[:2]):
            return f"only the {match[0].lower()} one"
    return ""


def _names(name: str, sentence: str) -> bool:
    return " ".join(plain_words(name)) in " ".join(plain_words(sentence))


def _after(text: list[str], at: int) -> list[str]:
    """The stems of the content words that follow a word."""
    return content(" ".join(text[at + 1 : at + 1 + _NEAR]))
