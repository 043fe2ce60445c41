"""The quoted phrases of a question, and the passages that hold them word for word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import regex

from briefqa.answering.contents import Contents, in_a_row
from briefqa.answering.scope import Passages
from briefqa.index.keyword_index import KeywordIndex
from briefqa.text.words import plain_words

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

# A straight quote after a word is an inch mark, or closes nothing.
_QUOTED = regex.compile(r'(?<!\w)"(?=\S)([^"]+)(?<=\S)"(?!\w)|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»')


def quoted_texts(question: str) -> list[str]:
    """Each quoted phrase of a question, as typed."""
    return ["".join(match.groups(default="")) for match in _QUOTED.finditer(question)]


def is_quoted(question: str) -> bool:
    """Whether a question is nothing but quoted phrases: a search for them."""
    return bool(quoted_phrases(question)) and not plain_words(_QUOTED.sub(" ", question))


def quoted_phrases(question: str) -> list[tuple[str, ...]]:
    """The plain words of each quoted phrase that has any."""
    return [words for text in quoted_texts(question) if (words := plain_words(text))]


def rows_with_quoted(
    question: str, index: KeywordIndex, passages: Passages, contents: Contents
) -> Rows | None:
    """The passages that hold every quoted phrase, in their text or headings, int64 ascending;
    None when nothing is quoted.

    A phrase that no text or heading holds may stand in a document's title instead. Passages are
    read only where the index is not certain, and for headings that hold a phrase.
    """
    phrases = quoted_phrases(question)
    if not phrases:
        return None
    rows: Rows | None = None
    for phrase in dict.fromkeys(phrases):
        of_phrase, certain = index.rows_with_phrases([phrase])
        if not certain:
            holding = [row for row in of_phrase if holds(passages[int(row)].text, [phrase])]
            of_phrase = np.array(holding, np.int64)
        of_phrase = np.union1d(of_phrase, contents.rows_headed(phrase))
        if not len(of_phrase):
            of_phrase = contents.rows_titled(phrase)
        rows = of_phrase if rows is None else np.intersect1d(rows, of_phrase)
    return rows


def holds(text: str, phrases: Sequence[tuple[str, ...]]) -> bool:
    """Whether every phrase stands in the text, word for word."""
    words = plain_words(text)
    return all(in_a_row(phrase, words) for phrase in phrases)
