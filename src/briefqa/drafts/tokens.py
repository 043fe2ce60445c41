"""The words of a text as quotations are compared by, with where they stand.

Case, accents, kinds of quotation marks, spaces and line ends are folded; signs that mean a word,
such as `%`, are words.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import regex

from briefqa.text.words import placed_words

_SIGN = regex.compile(r"[%‰$€£¥₽°]|(?<![\w)\]])[-−\u2010\u2011](?=\p{N})")
_SIGN_WORDS = {"%": "percent", **dict.fromkeys("-−\u2010\u2011", "minus")}
_RANGE = regex.compile(r"(?<=\p{N})[-\u2010\u2011–—](?=\p{N})")
# What is spelled in two ways, the British first; only in words of some length: not four and for.
_SPELLINGS = (
    *(("our", "or"), ("tre", "ter"), ("is", "iz"), ("ys", "yz"), ("ll", "l"), ("ogue", "og")),
    *(("ae", "e"), ("oe", "e"), ("enc", "ens"), ("mme", "m"), ("eing", "ing")),
)
_SHORTEST = 6  # characters of a word in which they count
_OTHERWISE = {"grey": "gray", "metre": "meter", "litre": "liter", "fibre": "fiber"}


class Token(NamedTuple):
    """A word, folded, and where it stands; `bracketed` if square brackets are around it."""

    word: str
    start: int
    end: int
    bracketed: bool = False


def tokens(text: str) -> list[Token]:
    """The words of a text in order, `per cent` as one."""
    text = _RANGE.sub("–", text)
    words = [Token(*placed) for placed in placed_words(text)]
    words += [Token(_SIGN_WORDS.get(one[0], one[0]), *one.span()) for one in _SIGN.finditer(text)]
    words.sort(key=lambda token: token.start)
    found: list[Token] = []
    for token in words:
        if token.word == "cent" and found and found[-1].word == "per":
            found[-1] = Token("percent", found[-1].start, token.end)
        else:
            found.append(token)
    return found


@lru_cache(maxsize=65536)
def usual_spelling(word: str) -> str:
    """One spelling of a word that is spelled in two, British and American."""
    if len(word) < _SHORTEST or word.startswith("four"):
        return _OTHERWISE.get(word, word)
    for british, american in _SPELLINGS:
        word = word.replace(british, american)
    return word
