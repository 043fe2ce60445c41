"""The words of an English question or sentence that say something, as checks compare them."""

from __future__ import annotations

import regex

from briefqa.text.language import stemmer, stop_words
from briefqa.text.words import terms

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’.,&/\-][\p{L}\p{M}\p{N}]+)*")


def words(text: str) -> list[str]:
    """All words in small letters, in order."""
    return [word.lower() for word in _WORD.findall(text)]


def content(text: str) -> list[str]:
    """The stems of the content words of an English text, in order."""
    stops, stem = stop_words("en"), stemmer("en")
    return [
        term
        for word in _WORD.findall(text)
        if word.lower() not in stops
        for term in terms(word, stem)
    ]


def stems(text: str) -> set[str]:
    """The same, each once."""
    return set(content(text))
