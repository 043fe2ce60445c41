"""Function words that are names where they stand: Theresa May, May 1944, Will Smith."""

from __future__ import annotations

from collections.abc import Sequence

import regex

_ALSO_NAMES = frozenset(("may", "will"))
_BEFORE_MONTH = frozenset(
    "in since until till by during of from before after early late mid".split()
)
_DAY_OR_YEAR = regex.compile(r"\p{N}{1,2}(?:st|nd|rd|th)?|[12]\p{N}{3}")


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
