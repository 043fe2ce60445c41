"""What of a question a passage has as a whole that comes first: days, versions, amounts, names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import regex

from briefqa.answering.scope import Passages
from briefqa.documents.passages import searched
from briefqa.index.keyword_index import KeywordIndex
from briefqa.records import Query
from briefqa.text.dates import days
from briefqa.text.language import stemmer, stop_words
from briefqa.text.names import names_of_function_words, without_openings
from briefqa.text.words import dotted_numbers, plain_words, terms, written_words

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_IN_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
_AMOUNT = regex.compile(
    rf"(?i)(?<![\p{{L}}\p{{N}}.,])(?P<number>\d{{1,15}}(?:[.,]\d{{1,15}})?+|{'|'.join(_IN_WORDS)})"
    rf"[ \u00a0-](?P<scale>{'|'.join(_SCALES)})(?!\p{{L}})"
)


def lacking(query: Query, index: KeywordIndex, passages: Passages, rows: Rows) -> Rows:
    """How much each of these passages lacks of what a passage that comes first has, int64 [n].

    That is `query.must_hold` as a whole, each day and each number with its scale (3.4 million) that
    the question names, in whichever notation, each number with several dots (a version or an
    address), and a name that is function words alone. Other digits would mean much the same.
    """
    holding_all = np.zeros(len(rows), np.bool_)
    for language in index.languages:
        stem = stemmer(language)
        wanted = {term for word in plain_words(query.must_hold) for term in terms(word, stem)}
        holding_all |= index.holding(tuple(wanted), rows).all(axis=0)
    lacks = np.asarray(~holding_all, np.int64)
    for ways in _units(query.text, index.language):
        held = [index.holding(way, rows).all(axis=0) for way in ways]
        lacks += ~np.any(held, axis=0)
    for name in _names(query.text, index.language):
        lacks += np.array([name.search(searched(passages[int(row)])) is None for row in rows], int)
    return lacks


def _units(question: str, language: str) -> Iterator[Sequence[tuple[str, ...]]]:
    """For each day, amount and dotted number of a question the ways in which a passage has it: the
    terms of each.
    """
    asked = days(question)
    for day in asked:
        yield [(term,) for term in day.accepted]
    dates = dotted_numbers(" ".join(question[day.start : day.end] for day in asked))
    for number in dotted_numbers(question):
        if number not in dates:
            yield [(number,)]
    stem = stemmer(language)
    for amount in _AMOUNT.finditer(question):
        typed, scale = amount["number"].lower(), amount["scale"].lower()
        spelled = typed in _IN_WORDS
        number = str(1 + _IN_WORDS.index(typed)) if spelled else [*terms(typed, stem)][-1]
        ways: list[tuple[str, ...]] = [(number, stem(scale))]
        if number.isdigit() and 1 <= int(number) <= len(_IN_WORDS):
            ways.append((stem(_IN_WORDS[int(number) - 1]), stem(scale)))
        whole, _, part = number.partition(".")
        ways.append(((whole + part.ljust(_SCALES[scale], "0")).lstrip("0"),))
        yield ways


def _names(question: str, language: str) -> Iterator[regex.Pattern[str]]:
    """Patterns of the names in a question that are function words alone, with their capitals."""
    words = [word for _, word in written_words(without_openings(question))]
    for first, last in names_of_function_words(words, stop_words(language)):
        spelled = r"\s+".join(map(regex.escape, words[first:last]))
        yield regex.compile(rf"(?<![\p{{L}}\p{{N}}]){spelled}(?![\p{{L}}\p{{N}}])")
