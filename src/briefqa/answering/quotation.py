"""The quoted phrases of a question, and the passages that hold them word for word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import regex

from briefqa.answering.scope import Passages
from briefqa.index.keyword_index import KeywordIndex
from briefqa.text.words import plain_words

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

# A straight quote after a word is an inch mark, or closes nothing.
_QUOTED = regex.compile(r'(?<!\w)"(?=\S)([^"]+)(?<=\S)"(?!\w)|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»')


def quoted_phrases(question: str) -> list[tuple[str, ...]]:
    """The plain words of each quoted phrase that has any."""
    texts = ("".join(match.groups(default="")) for match in _QUOTED.finditer(question))
    return [words for text in texts if (words := plain_words(text))]


def rows_with_quoted(question: str, index: KeywordIndex, passages: Passages) -> Rows | None:
    """The passages that hold every quoted phrase, int64 ascending; None when nothing is quoted.

    Passages are read only where the index is not certain.
    """
    phrases = quoted_phrases(question)
    if not phrases:
        return None
    rows, certain = index.rows_with_phrases(phrases)
    if certain:
        return rows
    return np.array([row for row in rows if holds(passages[int(row)].text, phrases)], np.int64)


def holds(text: str, phrases: Sequence[tuple[str, ...]]) -> bool:
    """Whether every phrase stands in the text, word for word."""
    words = plain_words(text)
    return all(
        any(
            words[start : start + len(phrase)] == phrase
            for start in range(len(words) - len(phrase) + 1)
        )
        for phrase in phrases
    )
