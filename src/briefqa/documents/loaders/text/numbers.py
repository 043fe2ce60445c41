"""Headings that say what they are by a number: `2.1 Fees`, `§ 4`, `Article II`, `CHAPTER ONE`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from briefqa.documents.loaders.text import lines as shape

NUMBERED = re.compile(
    r"(?:(\d{1,3}(?:\.\d{1,3}){1,6})\.?|\d{1,3}[.)]|[IVXLC]{1,6}[.)])\s{1,9}(?=[^\W\d_]|[¿¡])"
    r"|\d{1,2}\s{1,9}(?=[A-Z])"
)
_WORDS = {
    1: "part teil partie parte deel book buch livre libro title titel titre título schedule annex "
    "annexe anlage anhang annexes appendix exhibit attachment act volume band часть книга том",
    2: "chapter chap kapitel kap chapitre capítulo capitolo hoofdstuk scene canto глава розділ",
    3: "subchapter subpart abschnitt division topic phase item session lesson module unit thema",
    4: "section sec article artikel artículo articolo art clause rule regulation paragraph sección "
    "статья",
}
_RANK = {word: rank for rank, words in _WORDS.items() for word in words.split()}
_RANK["§"] = 4
FINE = 4  # the rank of what holds the text itself
RANKS = 5  # two of the last kind may stand in each other
_SPELT = (
    "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    "sixteen|seventeen|eighteen|nineteen|twenty|(?:the )?(?:first|second|third|fourth|fifth|sixth|"
    "seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|"
    "seventeenth|eighteenth|nineteenth|twentieth|last)|premier|première|primero|primera|primo|"
    "первая|вторая|третья)"
)
_UNIT = re.compile(
    rf"(?P<kind>[^\W\d_]{{3,12}}|§)\.?(?:(?<=§)\s?|\s{{1,3}})"
    rf"(?P<number>\d{{1,3}}(?:\.\d{{1,3}}){{0,3}}[a-z]?|[IVXLC]{{1,6}}|[A-Z]|(?i:{_SPELT}))\b"
    r"(?:[.:]?$|[.:]\s+|\s{0,2}[–—-]\s+|\s+(?=[^\W\d_a-z]))"
)
_UNNUMBERED = re.compile(r"(?i:annex|annexe|appendix|schedule|anlage|anhang)")
# Words that a clause says something with; a heading is no sentence.
_VERB = re.compile(
    r"\b(?:shall|must|may|might|will|would|should|is|are|was|were|be|has|have|had|can|cannot|does|do|"
    r"did|darf|muss|müssen|ist|sind|wird|werden|kann|hat|haben|est|sont|doit|peut|es|son|debe)\b"
)
_ASKING = re.compile(
    r"(?:who|what|how|why|when|where|which|wer|was|wie|warum|wann|wo|qui|que)\b", re.I
)
_RUN_IN = re.compile(
    r"(?:[^\W\d_]{3,12}|§)\.?\s{0,3}(?:\d{1,3}[a-z]?|[IVXLC]{1,6})\.?\s{1,4}"
    r"(?P<words>[^\W\d_a-z][^.:;,\n?!]{1,60})(?:\.(?: ?[–—-])?|:)(?=\s)"
)
_NUMBERED_RUN_IN = re.compile(
    r"(?:\d{1,3}\.|\d{1,3}(?:\.\d{1,3}){1,4}\.?)\s{1,4}(?P<words>[A-Z][^.:;,\n?!]{2,60})\."
    r"(?P<dash> ?[–—-]{1,2})?(?=\s|$)"
)
_SHORT_WORD = 4  # characters: with, from, upon
_MOST_RUN_IN = 7  # words
_MOST_VERBLESS = 5  # words that are taken for a heading whatever they are
_DEEPEST = 5
_MOST_CHARS = 120


def unit_rank(words: str) -> int:
    """The rank, 1 to 4, of a heading that is called a part, chapter or section; 0 for another."""
    found = _UNIT.match(words)
    rank = _RANK.get(found["kind"].lower(), 0) if found else 0
    if not found or not rank:
        return 1 if words.isupper() and _UNNUMBERED.fullmatch(words) else 0
    name = words[found.end() :]
    if len(words) > _MOST_CHARS or name.endswith((";", ",")):
        return 0
    if name.endswith((".", ":")) and says(name) and not _ASKING.match(name):
        return 0
    # What holds the text itself may begin with a name and go on with a sentence.
    if rank == FINE and "." in name and len(name.split()) > _MOST_VERBLESS:
        return 0
    return rank


def is_unit(words: str) -> bool:
    """Whether words begin with what a part of a text is called, and its number."""
    return unit_kind(words) in _RANK


def unit_kind(words: str) -> str:
    """What such a heading is called, in small letters."""
    found = _UNIT.match(words)
    return found["kind"].lower() if found else ""


def bare_unit(lines: Sequence[str]) -> int:
    """How many lines are a unit's number and, below it, its name; 0 where the first is none."""
    if not is_bare(lines[0]):
        return 0
    name = lines[1]
    named = shape.looks_like_heading(name) and not says(name) and len(name) < shape.LONG_LINE
    return 2 if named and not NUMBERED.match(name) and (len(lines) == 2 or name.isupper()) else 1


def is_bare(words: str) -> bool:
    """Whether a heading is a unit's number alone: `ARTICLE I`, `Chapter 2.`."""
    found = _UNIT.match(words)
    return bool(found and found.end() == len(words) and _RANK.get(found["kind"].lower()))


def numbered_run_in(words: str) -> int:
    """How many characters of a numbered paragraph are its heading, each word with a capital or a
    dash behind: `2. Grant of Patent License. Subject to ...`; 0 where none is.
    """
    found = _NUMBERED_RUN_IN.match(words)
    if not found or not words[found.end() :].strip():
        return 0
    named = found["dash"] or _is_titled(found["words"])
    return found.end("words") + 1 if named else 0


def is_name(words: str) -> bool:
    """Whether a numbered line is a name with a full stop behind: `2. Grant of Patent License.`"""
    found = _NUMBERED_RUN_IN.fullmatch(words)
    return found is not None and _is_titled(found["words"]) and not says(found["words"])


def opens_clauses(words: str, below: str) -> bool:
    """Whether a line is the heading of the clauses below: `2. Hours` above `2.1 The week has`."""
    number, under = NUMBERED.match(words), NUMBERED.match(below)
    if not number or not under or not under[1]:
        return False
    outer = number[0].strip().rstrip(".)")
    name = words[number.end() :]
    return under[1].startswith(f"{outer}.") and shape.looks_like_heading(name) and not says(name)


def names_section(words: str, below: str) -> bool:
    """Whether a line of a code is a section's number and its name with a full stop behind, above
    its text: `8.12.030 Prohibited noise.`
    """
    number = NUMBERED.match(words)
    if not number or not number[1] or not words.endswith("."):
        return False
    name = words[number.end() : -1]
    short = len(name.split()) <= _MOST_RUN_IN and shape.looks_like_heading(name)
    return short and not says(name) and not below[0].islower() and not NUMBERED.match(below)


def _is_titled(words: str) -> bool:
    """Whether each of a few words has a capital, but for short ones."""
    first, *more = words.split()
    name = [first, *(word for word in more if len(word) > _SHORT_WORD)]
    return len(name) <= _MOST_RUN_IN and all(word[0].isupper() for word in name)


def run_in(words: str) -> int:
    """How many characters of a paragraph are its heading: `Section 1. Name.`; 0 where none is."""
    found = _RUN_IN.match(words)
    if not found or not _RANK.get(words.split(maxsplit=1)[0].rstrip(".").lower()):
        return 0
    name = found["words"]
    fine = len(name.split()) <= _MOST_RUN_IN and (not says(name) or _ASKING.match(name))
    return found.end() if fine and words[found.end() :].strip() else 0


def depth(words: str) -> int:
    """How deep a numbered heading stands by its number, 1 for `2.`; 0 for one without."""
    number = NUMBERED.match(words)
    return min(_DEEPEST, (number[1] or "").count(".") + 1) if number else 0


def says(words: str) -> bool:
    """Whether words say something of something, as a sentence does, and are no question."""
    return _VERB.search(words.lower()) is not None


def is_clause(words: str) -> bool:
    """Whether what follows a number is a sentence rather than a heading."""
    if words.endswith("?") or _ASKING.match(words):
        return False
    return len(words.split()) >= _MOST_VERBLESS and says(words)
