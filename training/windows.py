"""How much of a passage is read in training?

Mostly a part of it, some sentences around the one that matters: a step takes half as long, and
teaches the same (benchmarks/READER.md).
"""

from __future__ import annotations

import random
from functools import lru_cache

from briefqa.analysis import plain_words
from training.examples import Place, Text

ROOM = 400  # characters of the sentences that are kept together, if one of them alone has not more


def part_with(text: Text, place: Place, dice: random.Random) -> tuple[Text, int]:
    """The text with only the sentences around `place`, and by how many characters what is kept has
    moved to the front.
    """
    held = [
        number
        for number, (start, end) in enumerate(text.sentences)
        if start < place[1] and end > place[0]
    ]
    return _part(text, held[0], held[-1], dice) if held else (text, 0)


def part_like(text: Text, question: str, dice: random.Random) -> Text:
    """The text with only the sentences around one that has most of the question's words."""
    if len(text.sentences) < 2:
        return text
    asked = _words(question)
    shared = [len(asked & _words(text.text[start:end])) for start, end in text.sentences]
    most = max(shared)
    best = dice.choice([number for number, count in enumerate(shared) if count == most])
    return _part(text, best, best, dice)[0]


def _part(text: Text, first: int, last: int, dice: random.Random) -> tuple[Text, int]:
    """These sentences and as many on either side, by chance, as there is room for."""
    if len(text.sentences) < 2:
        return text, 0
    sides = [-1, 1]
    while sides:
        side = dice.choice(sides)
        before, after = first + min(side, 0), last + max(side, 0)
        fits = before >= 0 and after < len(text.sentences)
        if fits and text.sentences[after][1] - text.sentences[before][0] <= ROOM:
            first, last = before, after
        else:
            sides.remove(side)
    begin, end = text.sentences[first][0], text.sentences[last][1]
    moved = begin - text.starts
    kept = tuple((s - moved, e - moved) for s, e in text.sentences[first : last + 1])
    return Text(text.text[: text.starts] + text.text[begin:end], text.starts, kept), moved


@lru_cache(maxsize=65536)
def _words(text: str) -> frozenset[str]:
    return frozenset(plain_words(text))
