"""A question in its usual spelling: a word that is none and occurs nowhere, as the nearest word.

Only ordinary words are mended. A name is searched as it is typed, and by its nearest term
(`text/spelling.py`), but never read as another.
"""

from __future__ import annotations

from dataclasses import replace

import regex

from briefqa.answering.question import Kind, analyse, usual_spelling
from briefqa.answering.ranking import SearchContext
from briefqa.records import Query
from briefqa.text import dictionary
from briefqa.text.language import stemmer
from briefqa.text.quotes import QUOTED
from briefqa.text.words import terms

# Quoted phrases are left as they are.
_TOKEN = regex.compile(
    rf"{QUOTED.pattern}"
    r"|[\p{L}\p{M}\p{N}]+(?:['’.,&/\-][\p{L}\p{M}\p{N}]+)*"
)
_SHORTEST = 4  # letters of a word that is mended
_LONG = 7  # letters of a word in which two slips are mended
_FOUND = 100  # times as likely is a word that the documents have
_COMMON = 20_000  # how often a word has to occur in the dictionary's text to be likely without
_VOWELS = frozenset("aeiou")
_MOST = 12  # words of a question that are looked at


# What is not mended: its words are few and known, or of another language.
_AS_TYPED = frozenset({Kind.SMALL_TALK, Kind.OVERVIEW, Kind.OTHER_LANGUAGE})


def in_usual_spelling(query: Query, context: SearchContext) -> Query:
    """The query with its misspelt words mended; itself where there are none.

    Of a search by words only what turns it into a question is mended.
    """
    if context.language != "en":
        return query
    kind = analyse(query.reader_question or query.text).kind
    if kind in _AS_TYPED:
        return query
    mended = replace(
        query,
        text=_spelt(query.text, context),
        reader_question=_spelt(query.reader_question, context),
    )
    if kind is Kind.KEYWORDS and analyse(mended.text).kind is Kind.KEYWORDS:
        return query
    return mended


def _spelt(text: str, context: SearchContext) -> str:
    mended: dict[str, str] = {}
    for place, match in enumerate(_TOKEN.finditer(text)):
        typed = match[0]
        plain = typed.islower() or (place == 0 and typed[1:].islower())
        if plain and typed.isascii() and typed.isalpha() and len(mended) < _MOST:
            word = _mended(typed.lower(), context)
            mended[typed] = word.capitalize() if typed[0].isupper() else word
    return _TOKEN.sub(lambda match: mended.get(match[0], match[0]), text)


def _mended(word: str, context: SearchContext) -> str:
    """The word that a misspelt one stands for; the word itself where it is one, or none is near."""
    if len(word) < _SHORTEST - 1 or _occurs(word, context):
        return word
    usual = usual_spelling(word)
    if usual != word or len(word) < _SHORTEST or dictionary.is_word(word):
        return word if word.endswith("nt") else usual  # didnt is didn't
    likely = {
        other: often * _plausible(word, other, _occurs(other, context))
        for other, often in dictionary.one_slip_away(word).items()
    }
    best = max(likely, key=lambda other: likely[other], default="")
    if best and likely[best] >= _COMMON:
        return best
    if len(word) >= _LONG:
        far = {**dictionary.two_slips_away(word), **dictionary.one_slip_away(word)}
        found = [other for other in far if other[0] == word[0] and _occurs(other, context)]
        best = max(found, key=lambda other: (other in likely, far[other]), default="")
        if best:
            return best
    spelt = _in_documents(word, context)
    return spelt if spelt.islower() else word  # else a name


def _plausible(word: str, other: str, occurs: bool) -> float:
    """How much likelier a word is than by its frequency.

    More where the documents have it, less where the first letter is another, or one letter stands
    for another, unless both are vowels: other slips are likelier.
    """
    found = _FOUND if occurs else 1.0
    if word[0] != other[0]:
        found /= 1_000
    if len(word) != len(other) or sorted(word) == sorted(other):
        return found
    changed = {
        sign for pair in zip(word, other, strict=True) for sign in pair if pair[0] != pair[1]
    }
    return found if occurs and changed <= _VOWELS else found / 100


def _occurs(word: str, context: SearchContext) -> bool:
    return any(map(context.keyword.document_frequency, terms(word, stemmer(context.language))))


def _in_documents(word: str, context: SearchContext) -> str:
    """How a passage spells the term that is most like a word's; empty where none is like it."""
    stem = stemmer(context.language)
    for term in terms(word, stem):
        nearest = context.keyword.corrected(term)
        if nearest == term:
            continue
        rows, _ = context.keyword.match({nearest: 1.0}).top(1)
        for row in rows:
            passage = context.passages[int(row)]
            text = " ".join((passage.text, passage.title, *passage.section))
            spellings = [one[0] for one in _TOKEN.finditer(text) if nearest in terms(one[0], stem)]
            return next(filter(str.islower, spellings), spellings[0] if spellings else "")
    return ""
