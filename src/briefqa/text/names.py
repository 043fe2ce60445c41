"""Function words that are names where they stand: Theresa May, May 1944, Will Smith, The Who."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import regex

_ALSO_NAMES = frozenset(("may", "will"))
_BEFORE_MONTH = frozenset(
    "in since until till by during of from before after early late mid".split()
)
_DAY_OR_YEAR = regex.compile(r"\p{N}{1,2}(?:st|nd|rd|th)?|[12]\p{N}{3}")
# Those that names have between others, and those that begin a question.
_LINKING = frozenset("the a an of in on at by for from to and or but with as".split())
ASKING = frozenset("who whom whose what which when where why how".split())
_OPENING = ASKING | frozenset(
    "is are was were be do does did has have had can could will would shall should may might must "
    "there and but or so if not no then".split()
)
_OPENING_LETTER = regex.compile(r"(?<=[.?!:;…][\s\"'“”‘’]{1,4})\p{Lu}")
_MOST = 4  # words of a query that is a name of function words as a whole


def without_openings(text: str) -> str:
    """The text with a small letter where a further sentence opens: its capital is no name's."""
    return _OPENING_LETTER.sub(lambda letter: letter[0].lower(), text)


def names_of_function_words(
    words: Sequence[str], stop_words: Collection[str]
) -> Iterator[tuple[int, int]]:
    """The places, first and past the last, of names that are function words alone: The Who.

    In a question that is each run of them with a capital, its first word and articles alone apart;
    a query of a few with a capital is one as a whole, unless it begins as a question does. May is
    a month as well, see `stands_as_name`; I is nobody's name.
    """
    plain = [word.lower() for word in words]
    capital = [
        word[0].isupper()
        and one in stop_words
        and one != "may"
        and one[:2] not in ("i", "i'", "i’")
        for word, one in zip(words, plain, strict=True)
    ]
    if 0 < len(words) <= _MOST and all(capital):
        if plain[0] not in (_OPENING if words[1:] else ASKING):
            yield 0, len(words)
        return
    if not any(word[0].islower() for word in words):
        return
    first = 1
    while first < len(words):
        last = first
        while last < len(words) and capital[last]:
            last += 1
        beside = (*words[last : last + 1], words[first - 1] if first > 1 else "")
        if any(plain[place] not in _LINKING for place in range(first, last)) and not any(
            one[:1].isupper() for one in beside
        ):
            yield first, last
        first = last + 1


def places_of_names(
    words: Sequence[str], inside: Sequence[str], stop_words: Collection[str]
) -> frozenset[int]:
    """The places of the function words that are names where they stand, or part of one.

    `inside` are the words `without_openings`.
    """
    runs = names_of_function_words(inside, stop_words)
    alone = (place for place in range(len(words)) if stands_as_name(words, place))
    return frozenset((*alone, *(place for run in runs for place in range(*run))))


def stands_as_name(words: Sequence[str], place: int) -> bool:
    """Whether a function word is a name where it stands: of a person, or the month of May."""
    word, plain = words[place], words[place].lower()
    if plain not in _ALSO_NAMES:
        return False
    if word[0].isupper() and place and any(one[0].islower() for one in words):
        return True
    before, after = words[place - 1 : place], words[place + 1 : place + 2]
    if plain == "will":
        return False
    return (
        any(one.lower() in _BEFORE_MONTH for one in before)
        or any(_DAY_OR_YEAR.fullmatch(one) for one in (*before, *after))
        or (word[0].isupper() and len(words) == 1)
    )
