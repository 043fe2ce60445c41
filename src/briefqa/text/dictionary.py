"""A dictionary of English: what is a word, and which words are one slip away from what is none.

The only module that imports pyspellchecker, whose word list comes with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

# The list has American spellings only.
_BRITISH = (("our", "or"), ("tre", "ter"), ("is", "iz"), ("ys", "yz"), ("ll", "l"), ("ogue", "og"))
# "demined", "refilled": words that may be in no list.
_BEGINNINGS = tuple("de un re in im dis mis non over out sub pre".split())


@lru_cache(maxsize=1)
def _english() -> Any:
    from spellchecker import SpellChecker

    return SpellChecker(language="en", distance=1)


def is_word(word: str) -> bool:
    """Whether a word in lower case is English, by itself or after a beginning such as "un"."""
    known = _english()
    spellings = {word, *(word.replace(british, other) for british, other in _BRITISH)}
    spellings |= {word.removeprefix(beginning) for beginning in _BEGINNINGS}
    return any(spelling in known for spelling in spellings)


@lru_cache(maxsize=4096)
def one_slip_away(word: str) -> Mapping[str, int]:
    """The words that one letter more, less, other or swapped makes of this one.

    Each with how often it occurs in the text that the word list was made of.
    """
    known = _english()
    return {other: known[other] for other in known.candidates(word) or () if other != word}


@lru_cache(maxsize=4096)
def two_slips_away(word: str) -> Mapping[str, int]:
    """The words, at most 50, that two such changes make of this one, with how often they occur."""
    words = _english().word_frequency.dictionary
    near = extract(word, words.keys(), scorer=OSA.distance, score_cutoff=2, limit=50)
    return {other: words[other] for other, slips, _ in near if slips == 2}
