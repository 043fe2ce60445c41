"""Cause and effect in neighbouring sentences: what a "why" question is shown together.

Pure, by English words that join a cause to its effect.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import regex

# The cause stands in the sentence before.
_BACK = regex.compile(
    r"(?i)\bas a (?:result|consequence)\b(?! of)|\b(?:therefore|consequently|hence|thus|"
    r"accordingly)\b|\bfor (?:this|that) reason\b|\b(?:this|that|which) is why\b|"
    r"^(?:so|because of (?:this|that|it)|(?:this|that|it) (?:led to|meant|caused|forced|made|"
    r"resulted))\b"
)
# The effect stands in the sentence before.
_EXPLAINS = regex.compile(
    r"(?i)^(?:(?:this|that|it) (?:is|was) (?:because|due to|owing to|so that|in order to)|"
    r"the (?:reasons?|cause|purpose|aim)\b|because\b|the explanation\b)"
)
# Cause and effect stand in one sentence.
_JOINS = regex.compile(
    r"(?i)\b(?:because|due to|owing to|thanks to|on account of|so that|in order to|led to|"
    r"leads to|result(?:s|ed)? (?:in|from|of)|caused by|since|lest)\b"
)
_AFTER = regex.compile(r"(?i)\b(?:after|so that|to (?:avoid|prevent|keep|protect|make))\b")
_GOES_ON = regex.compile(r"(?i)^(?:this|that|these|those|it|they|he|she|the purpose|the aim)\b")


def together(
    sentences: Sequence[str],
    number: int,
    stems_of: Sequence[Collection[str]],
    asked: Collection[str],
) -> tuple[int, int]:
    """The first and last sentence to show for sentence `number`: itself, or with a neighbour.

    `stems_of` are the content words of each sentence, `asked` those of the question: a sentence
    that only joins a cause and an effect of its own is shown if it goes on about what is asked.
    """
    sentence = sentences[number].strip()
    before, after = number - 1, number + 1
    if (_BACK.search(sentence) or _EXPLAINS.search(sentence)) and before >= 0:
        return before, number
    if _JOINS.search(sentence):
        return number, number
    if after < len(sentences):
        next_one = sentences[after].strip()
        if _BACK.search(next_one) or _EXPLAINS.search(next_one):
            return number, after
    for place in (after, before):
        if 0 <= place < len(sentences):
            other = sentences[place].strip()
            signs = _JOINS.search(other) or _AFTER.search(other)
            shares = set(asked) & set(stems_of[place])
            if signs and (shares or (place == after and _GOES_ON.search(other))):
                return min(number, place), max(number, place)
    return number, number
