"""The quoted phrases of a question, and the passages that hold them word for word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from briefqa.answering.contents import Contents, in_a_row
from briefqa.answering.scope import Passages
from briefqa.documents.passages import searched
from briefqa.index.keyword_index import KeywordIndex
from briefqa.text.language import stemmer
from briefqa.text.quotes import QUOTED, quoted_texts
from briefqa.text.words import phrase_spellings, plain_words, terms

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

_READ = 200  # passages that are read for a phrase in another form


def is_quoted(question: str) -> bool:
    """Whether a question is nothing but quoted phrases: a search for them."""
    return bool(quoted_phrases(question)) and not plain_words(QUOTED.sub(" ", question))


def quoted_phrases(question: str) -> list[tuple[str, ...]]:
    """The plain words of each quoted phrase that has any."""
    return [words for text in quoted_texts(question) if (words := plain_words(text))]


def rows_with_quoted(
    question: str,
    index: KeywordIndex,
    passages: Passages,
    contents: Contents,
    *,
    in_any_form: bool = False,
) -> Rows | None:
    """The passages that hold every quoted phrase, in their text or headings, int64 ascending;
    None when nothing is quoted.

    A phrase that no text or heading holds may stand in a document's title instead, or, where it may
    be `in_any_form`, in a text with other endings ("no-fly zone", "no-fly zones"). Passages are
    read only for that, where the index is not certain, and for headings that hold a phrase.
    """
    rows: Rows | None = None
    for text in dict.fromkeys(quoted_texts(question)):
        spellings = phrase_spellings(text)
        if not spellings:
            continue
        of_phrase = np.unique(
            np.concatenate([_holding(one, index, passages, contents) for one in spellings])
        )
        if not len(of_phrase):
            of_phrase = contents.rows_titled(spellings[0])
        if not len(of_phrase) and in_any_form:
            found = [_in_another_form(one, index, passages) for one in spellings]
            of_phrase = np.unique(np.concatenate(found))
        rows = of_phrase if rows is None else np.intersect1d(rows, of_phrase)
    return rows


def _holding(
    phrase: tuple[str, ...], index: KeywordIndex, passages: Passages, contents: Contents
) -> Rows:
    """The passages that hold a phrase in their text or headings."""
    rows, certain = index.rows_with_phrases([phrase])
    if not certain:
        holding = [row for row in rows if holds(searched(passages[int(row)]), [phrase])]
        rows = np.array(holding, np.int64)
    return np.union1d(rows, contents.rows_headed(phrase))


def _in_another_form(phrase: tuple[str, ...], index: KeywordIndex, passages: Passages) -> Rows:
    """The passages, of the likeliest by its words, whose text holds a phrase but for endings."""
    found = [_in_a_form_of(phrase, one, index, passages) for one in index.languages]
    return np.unique(np.concatenate(found))


def _in_a_form_of(
    phrase: tuple[str, ...], language: str, index: KeywordIndex, passages: Passages
) -> Rows:
    stem = stemmer(language)
    wanted = dict.fromkeys(term for word in phrase for term in terms(word, stem))
    rows, _ = index.match(dict.fromkeys(wanted, 1.0)).top(_READ)
    rows = np.sort(rows[index.holding(tuple(wanted), rows).all(axis=0)])
    stems = [stem(word) for word in phrase]
    return np.array(
        [
            row
            for row in rows
            if in_a_row(stems, [stem(word) for word in plain_words(searched(passages[int(row)]))])
        ],
        np.int64,
    )


def holds(text: str, phrases: Sequence[tuple[str, ...]]) -> bool:
    """Whether every phrase stands in the text, word for word."""
    words = plain_words(text)
    return all(in_a_row(phrase, words) for phrase in phrases)
