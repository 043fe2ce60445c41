"""Questions to try: those written for the bundled briefs, and others made of headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice, zip_longest

from briefqa.answering.question import Kind, analyse
from briefqa.records import DocumentInfo

BUNDLED = {
    "syria-january-2017.md": (
        "How many children were treated by the Russian doctors?",
        "Why did Damascus have no drinking water?",
    ),
    "kestrand-port-2021.md": (
        "When was the Quay Accord signed?",
        "Who led the dockers' delegates?",
    ),
    "velmora-flood-2019.md": (
        "Why did Saltmarket suffer least?",
        "How many houses were declared unfit to live in?",
    ),
}
"""By the name of the brief in data/ that answers them."""

MOST = 6
_OF_ONE = 4
_LOOKED_AT = 200
"""Documents whose headings are looked at."""

_HEADINGS = 60
"""Of one of them that are looked at."""

_LONGEST = 120
"""Characters; a longer heading makes no question."""

_UNDER = "What is said under"

_NUMBER = re.compile(
    r"(?i)(?:(?:article|section|chapter|part|item|rule|clause) )?"
    r"(?:\d[\d.]*|[ivx]{1,5}[.)]) ?[.):–—-]? ?"
)
_TOPIC = re.compile(r"[^\W\d_][^\W\d_’'-]*(?:[ ’'-][^\W\d_]+){0,5}")
_POINTING = re.compile(
    r"(?i)\b(?:it|its|they|them|their|this|that|these|those|he|she|his|her|there|here|then)\b"
)
_GENERAL = frozenset(
    "abstract acknowledgements acknowledgments agenda annex annexes any apologies appendices "
    "appendix attachments attendance background bibliography conclusion conclusions contact "
    "contents declarations definitions details disclaimer discussion faq final footnotes "
    "foreword further general glossary home index information interviewer introduction legend "
    "licence license links matters methods minutes miscellaneous next note notes other outline "
    "overview preamble preface present questions readme references related remarks sources "
    "summary table title untitled usage version".split()
)
"""First words of headings that hardly say what stands under them."""


def questions(documents: Sequence[DocumentInfo]) -> tuple[str, ...]:
    """Some questions, no more than `MOST`, of as many of the documents as there is room for.

    Of the bundled briefs those that were written for them. Of others those that a heading asks, or
    what is said under one; none where no heading says enough by itself.
    """
    looked_at = sorted(documents[:_LOOKED_AT], key=lambda info: info.name in BUNDLED)
    headings = Counter(path[-1] for info in looked_at for path in info.sections)
    every = [BUNDLED.get(info.name) or _of_headings(info, headings) for info in looked_at]
    in_turn = (one for row in zip_longest(*every) for one in row if one)
    return tuple(islice(dict.fromkeys(in_turn), MOST))


def _of_headings(info: DocumentInfo, headings: Counter[str]) -> list[str]:
    """Questions that headings of one document make, from all over it."""
    alone = [path[-1] for path in info.sections if headings[path[-1]] == 1]
    made = list(filter(None, map(_question, alone[:_HEADINGS])))
    made = [one for one in made if not one.startswith(_UNDER)] or made
    step = max(1, len(made) // _OF_ONE)
    return made[::step][:_OF_ONE]


def _question(heading: str) -> str | None:
    """The question that a heading is or makes, if that can be understood without the document."""
    if len(heading) > _LONGEST:
        return None
    text = " ".join(heading.split())
    number = _NUMBER.match(text)
    text = text[number.end() :] if number else text
    if text.endswith("?"):
        asked = text
        clear = text[0].isupper() and ":" not in text and 3 <= len(text.split()) <= 14
        understood = clear and not _POINTING.search(text)
    else:
        named = text.capitalize() if text.isupper() else text
        asked = f"{_UNDER} “{named}”?"
        general = text.casefold().partition(" ")[0] in _GENERAL
        understood = len(text) > 3 and not general and bool(_TOPIC.fullmatch(text))
    if not understood:
        return None
    unsuited = (Kind.MULTI_PART, Kind.OTHER_LANGUAGE, Kind.SMALL_TALK)
    return None if analyse(asked).kind in unsuited else asked
