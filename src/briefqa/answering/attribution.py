"""Who says what a sentence says, where the source names them: "Rudskoi said", "according to TASS".

Pure, by English patterns. Only a name that stands in the text beside a word of saying is taken;
for a pronoun ("he said") the nearest such name in the sentences beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

_SAYS = (
    r"(?:said|says|told|stated|states|added|adds|announced|announces|explained|explains|argued|"
    r"argues|claimed|claims|warned|warns|noted|notes|recalled|recalls|replied|replies|answered|"
    r"reported|reports|insisted|insists|wrote|writes|declared|declares|testified|admitted|denied|"
    r"estimated|estimates|concluded|confirmed|confirms|listed)"
)
_NO_NAME = (
    r"(?!(?:The|A|An|He|She|They|It|We|I|You|This|That|These|Those|In|On|At|By|But|And|As|If|When|"
    r"While|After|Before|Since|So|Then|There|What|Who|Nobody|No|One|All|Some|Most|Many|Both|"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|"
    r"September|October|November|December)\b)"
)
_WORD = rf"{_NO_NAME}\p{{Lu}}[\p{{L}}\p{{N}}'’\-]*\b"
_NAME = rf"(?P<name>(?:(?:Mr|Mrs|Ms|Dr|St)\.? )?{_WORD}(?: (?:(?:of|de|van|al) )?{_WORD}){{0,5}})"
_THEN = r"(?:,[^,.;:]{1,60},)? (?:also |has |had |then |later )?"
_PATTERNS = tuple(
    regex.compile(pattern)
    for pattern in (
        rf"\b[Aa]ccording to (?:the )?{_NAME}",
        rf"(?<![\p{{L}}\-])(?:The )?{_NAME}{_THEN}{_SAYS}\b",
        rf"[,”\"’'] (?:said|says|added|wrote|replied) (?:the )?{_NAME}",
    )
)
_PRONOUN_SAYS = regex.compile(
    rf"(?i)\b(?:he|she|they)\b(?: also| has| had)? {_SAYS}\b"
    r"|\bin (?:his|her|their) (?:words|view|judge?ment|opinion)\b"
)


def attribution(sentences: Sequence[str], number: int) -> str:
    """Who says sentence `number`, as the text names them; empty where it does not tell."""
    name = _named(sentences[number])
    if name or not _PRONOUN_SAYS.search(sentences[number]):
        return name
    beside = (place for place in (number - 1, number + 1) if 0 <= place < len(sentences))
    return next((name for place in beside if (name := _named(sentences[place]))), "")


def speakers(sentence: str) -> list[str]:
    """Everybody whom a sentence names beside a word of saying."""
    plain = regex.sub(r"\s", " ", sentence)
    return [match["name"] for pattern in _PATTERNS for match in pattern.finditer(plain)]


def _named(sentence: str) -> str:
    plain = regex.sub(r"\s", " ", sentence)
    matches = (pattern.search(plain) for pattern in _PATTERNS)
    return next((match["name"] for match in matches if match), "")
