"""Parts of a document that are asked for by number or heading."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from briefqa.answering.question.wording import Wording
from briefqa.text.words import word_set

# Only request words may stand around the part.

_UNITS = word_set(
    "clause article section sec paragraph para item point rule chapter regulation bylaw by-law "
    "page part annex appendix schedule § §§ art p pp step motion requirement table figure title "
    "heading passage subsection sub-section subclause sub-clause provision amendment exhibit "
    "attachment verse footnote note recital principle resolution order paragraph clauses articles "
    "sections paragraphs items rules chapters pages annexes points bit row line sentence minute"
)
_REQUEST = word_set(
    "please can could you i want need would like to let me now and so but the us what does do did "
    "is are was in of say says said state states stated provide provides read show quote give "
    "open see go display print cite find look up text wording content contents full exact exactly "
    "whole entire there about under written stand stands mean means contain contains regulate "
    "regulates cover covers out aloud at on from tell it a word words pull jump take , then "
    "verbatim again get hear complete agenda bring literal literally actual precise copy recite "
    "recorded noted reported have next scroll here loud passage way for where report document "
    "contract lease letter agreement minutes bylaws policy statutes constitution treaty law code "
    "manual"
)
_SAID = word_set("say says said stated written recorded noted reported there stands")
_CONNECTS = word_set(
    "on about called named titled headed entitled concerning regarding under covering"
)
_NUMBER = re.compile(
    r"(?>\d+[a-z]?|[a-z]\d+|[ivxlc]+|[a-z])(?:[.\-](?>\d+|[ivx]+|[a-z]))*"
    r"(?:\((?>\d+|[ivx]+|[a-z])\))*"
)
_DOTTED = re.compile(r"\d+(?:\.\d+)+[a-z]?(?:\(\w{1,3}\))*|§.*|\d+(?:\(\w{1,3}\))+")
_ORDINALS = word_set(
    "first second third fourth fifth sixth seventh eighth ninth tenth last final opening closing "
    "previous next penultimate preceding following 1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th"
)
_CARDINALS = word_set(
    "one two three four five six seven eight nine ten eleven twelve thirteen twenty"
)
_SAYS = word_set(
    "say says please contain contains state states about cover covers regulate regulates provide "
    "provides mean means require requires ,"
)
_NOT_HEADING = word_set(
    "who when where why how which is are was were did had has have can may must shall should will "
    "would that"
)


def reference(sentence: Wording) -> str:
    """The part that a sentence asks for, as typed: its unit and number, or its heading alone.

    Empty where it names none, or asks something of the part.
    """
    words, typed = list(sentence.words), [word.strip(",") for word in sentence.typed]
    start = 0
    while start < len(words) and words[start] in _REQUEST and not _is_unit(words, start):
        start += 1
    rest = words[start:]
    if not rest:
        return ""
    if _DOTTED.fullmatch(rest[0]) and not _left_over(rest[1:]):
        return typed[start]
    if rest[0] in _ORDINALS and len(rest) > 1 and _is_unit(rest, 1):
        around = _around(rest, 2, typed[start:])
        return around or ("" if _left_over(rest[2:]) else " ".join(typed[start : start + 2]))
    if start and words[start - 1] == "under" and len(rest) <= 6 and _SAID & set(words[:start]):
        return " ".join(typed[start:])
    if _is_unit(rest, 0):
        return _of_unit(rest, typed[start:])
    return _heading_first(words, typed, start)


def _is_unit(words: list[str], at: int) -> bool:
    """Whether a unit stands there, misspelt or joined to its number (`§7`) too."""
    word = words[at]
    if word in _UNITS or word.startswith("§"):
        return True
    numbered = at + 1 < len(words) and _NUMBER.fullmatch(words[at + 1])
    return bool(numbered) and _misspelt(word)


def _misspelt(word: str) -> bool:
    long = ("clause", "article", "section", "paragraph", "chapter", "schedule", "appendix")
    return len(word) > 4 and any(OSA.distance(word, unit) <= len(unit) // 4 for unit in long)


def _of_unit(words: list[str], typed: list[str]) -> str:
    """The reference that starts with a unit: "clause 2.5 (a)", "section Aleppo"."""
    at = 1
    while at < len(words) and words[at] in ("number", "no", "nr", "the", "of", "agenda"):
        at += 1
    end = at
    while end < len(words) and (_numbers(words[end]) or (end > at and words[end] in _JOINS)):
        end += 1
    while end > at and words[end - 1] in _JOINS:
        end -= 1
    if end > at and (around := _around(words, end, typed)):
        return around
    if end > at:
        titled = words[end : end + 1] == [","] and typed[end + 1 : end + 2] != [""]
        titled = titled and typed[end + 1][:1].isupper()
        return (
            ""
            if _left_over(words[end:]) and not titled
            else " ".join(word for word in typed[:end] if word)
        )
    if words[0].endswith("s") and words[0] != "minutes":
        return ""  # "the rules about dogs" are several
    heading = 1 + (len(words) > 1 and words[1] in _CONNECTS)
    name = words[heading:]
    while name and name[-1] in _SAYS:
        name.pop()
    if not name or len(name) > 10 or set(name) & _NOT_HEADING or words[0] in ("note", "order"):
        return ""
    if heading == 1 and (name[0] in ("of", "from", "for", "in", "to") or typed[1].islower()):
        return ""
    return " ".join(typed[heading : heading + len(name)])


def _around(words: list[str], end: int, typed: list[str]) -> str:
    """The reference with the part that it says its own is of: "paragraph 2 of article 5"."""
    if words[end : end + 1] not in (["of"], ["in"]):
        return ""
    at = end + 1
    while at < len(words) and words[at] in ("the", "of"):
        at += 1
    if at >= len(words) or not _is_unit(words, at):
        return ""
    outer = _of_unit(words[at:], typed[at:])
    named = outer and any(_numbers(word) for word in outer.lower().split()[1:])
    return f"{' '.join(filter(None, typed[:end]))} {words[end]} {outer}" if named else ""


_JOINS = frozenset(("and", "to", ",", "or", "section", "article", "paragraph", "clause", "-"))


def _numbers(word: str) -> bool:
    return word in _CARDINALS or bool(_NUMBER.fullmatch(word))


def _left_over(words: list[str]) -> bool:
    """Whether what follows a part says more than which document it is of, or "please"."""
    if not words:
        return False
    if words[0] in ("of", "in", "from") and len(words) <= 7:
        return bool(set(words) & _NOT_HEADING)
    about = words[:2] in (["say", "about"], ["say", "on"])
    return not about and any(word not in _REQUEST for word in words)


def _heading_first(words: list[str], typed: list[str], start: int) -> str:
    """The heading of "the liability clause", "go to the Doctors section"."""
    end = len(words)
    while end > start and words[end - 1] in _SAYS:
        end -= 1
    name = words[start : end - 1]
    if not 0 < len(name) < 7 or words[end - 1] not in ("section", "chapter", "clause", "paragraph"):
        return ""
    if set(name) & (_NOT_HEADING | {"no", "any", "it"}):
        return ""
    return " ".join(typed[start : end - 1])
