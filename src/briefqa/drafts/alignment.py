"""How the words of a quotation and of a text go together.

Pairs of words that stand side by side in both say where in the text to compare; rapidfuzz aligns
the words there, in time that no text can blow up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

_FARTHEST = 400  # words that may have been left out between two parts of a quotation
_EDGE = 12  # words beside, among which the first and the last word are looked for; of a heading
_THREE, _SURE = 3, 5  # words in a row that are no chance: beside it, and in another paragraph
_TOO_COMMON = 40  # places of a pair of words, above which it says little


Place = tuple[int, int]  # of a word of the quotation, and of the text


@dataclass(frozen=True, slots=True)
class Step:
    """Words of the text `[text_start:text_end]` beside those of the quotation; `same` if equal."""

    same: bool
    text_start: int
    text_end: int
    quote_start: int
    quote_end: int


def place_of(quote: Sequence[str], text: Sequence[str]) -> int | None:
    """Where the words of the quotation stand in the text one after the other; None if nowhere."""
    joined = "".join(f"\n{word}" for word in text) + "\n"
    found = joined.find("".join(f"\n{word}" for word in quote) + "\n")
    return None if found < 0 else joined.count("\n", 0, found)


def aligned(quote: Sequence[str], text: Sequence[str], paragraphs: Sequence[int]) -> list[Step]:
    """The steps from the text's words to the quotation's, over the range where most go together.

    `paragraphs` has the number of the paragraph of each word of the text: few words in another one
    than most, which may stand there by chance, are not the quotation's. Empty if no two words that
    stand side by side in the quotation do so in the text.
    """
    from rapidfuzz.distance import Levenshtein

    bounds = _range(quote, text, paragraphs)
    if bounds is None:
        return []
    start, end = bounds
    steps = [
        Step(
            same=one.tag == "equal",
            text_start=start + one.src_start,
            text_end=start + one.src_end,
            quote_start=one.dest_start,
            quote_end=one.dest_end,
        )
        for one in Levenshtein.opcodes(text[start:end], quote)
    ]
    # What the text has before and behind is not left out of the quotation.
    while steps and steps[0].quote_start == steps[0].quote_end:
        steps.pop(0)
    while steps and steps[-1].quote_start == steps[-1].quote_end:
        steps.pop()
    return steps


def _range(
    quote: Sequence[str], text: Sequence[str], paragraphs: Sequence[int]
) -> tuple[int, int] | None:
    """The range of the text to compare, by the pairs of words that both have."""
    pairs: dict[tuple[str, str], list[int]] = {}
    for place in range(len(text) - 1):
        pairs.setdefault((text[place], text[place + 1]), []).append(place)
    shared = [
        (place, places)
        for place in range(len(quote) - 1)
        if (places := pairs.get((quote[place], quote[place + 1])))
    ]
    telling = [one for one in shared if len(one[1]) <= _TOO_COMMON] or shared[:_TOO_COMMON]
    if not telling:
        return None
    diagonals = Counter(
        at - place for place, places in telling for at in places[: len(text) // 2 + _TOO_COMMON]
    )
    most = max(diagonals.values())
    diagonal = min(one for one, times in diagonals.items() if times == most)
    on = [place for place, places in telling if _has(places, place + diagonal)]
    first, last = (on[0], on[0] + diagonal), (on[-1], on[-1] + diagonal)
    # What stands before and behind on other diagonals, as near as can be: words were cut between.
    for place, places in reversed(telling):
        if place < first[0]:
            at = bisect_left(places, first[1]) - 1
            if at >= 0 and _goes_on(quote, text, (place, places[at]), first, paragraphs):
                first = place, places[at]
    for place, places in telling:
        if place > last[0]:
            at = bisect_left(places, last[1] + 1)
            if at < len(places) and _goes_on(quote, text, (place, places[at]), last, paragraphs):
                last = place, places[at]
    start, end = max(0, first[1] - first[0]), min(len(text), last[1] + len(quote) - last[0])
    before, behind = text[max(0, start - _EDGE) : start][::-1], text[end : end + _EDGE]
    if text[start] != quote[0] and quote[0] in before:
        start -= 1 + before.index(quote[0])
    if text[end - 1] != quote[-1] and quote[-1] in behind:
        end += 1 + behind.index(quote[-1])
    return start, end


def _goes_on(
    quote: Sequence[str], text: Sequence[str], there: Place, known: Place, paragraphs: Sequence[int]
) -> bool:
    """Whether the pair of words `there` is the quotation's too, with little left out between.

    It is part of three words that are the same, of five beyond a paragraph's end.
    """
    between = abs(there[1] - known[1]) - abs(there[0] - known[0])
    near = between <= _EDGE or paragraphs[there[1]] == paragraphs[known[1]]
    return between <= _FARTHEST and _run(quote, text, there) >= (_THREE if near else _SURE)


def _run(quote: Sequence[str], text: Sequence[str], there: Place) -> int:
    """How many words are the same one after the other there, up to some on either side."""
    place, at = there
    before = zip(reversed(quote[max(0, place - _SURE) : place]),
                 reversed(text[max(0, at - _SURE) : at]), strict=False)  # fmt: skip
    behind = zip(quote[place : place + _SURE], text[at : at + _SURE], strict=False)
    return sum(len(list(takewhile(lambda pair: pair[0] == pair[1], side)))
               for side in (before, behind))  # fmt: skip


def _has(places: Sequence[int], place: int) -> bool:
    at = bisect_left(places, place)
    return at < len(places) and places[at] == place
