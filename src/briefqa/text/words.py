"""Words and index terms of a text.

One analyzer for passages and questions, so that every spelling people type meets the one in the
text: `Su-25` is found as `Su25` and `su 25`, `26,395` as `26395`, `Deir ez-Zor` as `Deir Ezzor`,
`COVID-19` as `covid 19`. Scripts written without spaces are read as characters and their pairs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import regex

Stem = Callable[[str], str]
MAX_TERM = 64  # characters; longer ones (hashes, encoded data) are known by their beginning

_LETTERS = r"[\p{L}\p{M}]"
_SIGNS = r"[\p{L}\p{M}\p{N}]"
# A number with its separators; a one-letter name such as C++ or C#; letters and digits joined by
# single hyphens, apostrophes, dots, slashes or ampersands.
_WORD = regex.compile(
    rf"\p{{N}}{{1,3}}(?:[\u00a0\u202f\u2009]\p{{N}}{{3}})+(?!\p{{N}})"
    rf"|\p{{N}}+(?:[.,]\p{{N}}+)+"
    rf"|(?<!{_SIGNS})\p{{L}}(?:\+\+|\#)(?!{_SIGNS})"
    rf"|{_SIGNS}+(?:['’ʼ.&/\-\u2010\u2011]{_SIGNS}+)*"
)
_GROUPED = regex.compile(r"\p{N}{1,3}(?:,\p{N}{3})++(?:\.\p{N}++)?|\p{N}{1,3}(?:\s\p{N}{3})++")
_PLAIN_NUMBER = regex.compile(r"\p{N}+(?:\.\p{N}+)?")
_INITIALS = regex.compile(rf"{_LETTERS}(?:\.{_LETTERS})+")
_POSSESSIVE = regex.compile(r"['’ʼ]s$")
_PARTS = regex.compile(rf"{_LETTERS}+|\p{{N}}+")
_UNSPACED = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}"
    r"\p{Script=Khmer}\p{Script=Myanmar}]+"
)
_RUN_OF_SCRIPT = regex.compile(rf"{_UNSPACED.pattern}|(?:(?!{_UNSPACED.pattern})\S)+")
# Words of Chinese and Japanese that ask or join, and Japanese endings.
_ASKING = regex.compile(
    r"什么|甚麼|什麼|怎么|怎麼|怎样|怎樣|多少|为什么|為什麼|哪里|哪裡|哪个|哪個|有多|[的了是吗嗎呢谁誰哪几幾]"
    r"|[\p{Script=Hiragana}]{1,9}+|何|誰|いつ"
)


def word_set(words: str) -> frozenset[str]:
    """The words of a list that is written with spaces between them."""
    return frozenset(words.split())


def terms(text: str, stem: Stem) -> Iterator[str]:
    """The index terms of `text`, in order, repeats included.

    A joined spelling gives its parts and, beside them, the parts run together.
    """
    for raw in _words(text):
        yield from _terms(raw, stem)


def question_terms(text: str, stem: Stem, stop_words: frozenset[str]) -> tuple[str, ...]:
    """The distinct terms of a question without its function words, in order."""
    words = question_words(text, stem, stop_words)
    return tuple(dict.fromkeys(term for _, of_word in words for term in of_word))


def question_words(
    text: str, stem: Stem, stop_words: frozenset[str]
) -> list[tuple[str, tuple[str, ...]]]:
    """The words of a question that are no function words, in order: each as typed, and its terms.

    An acronym in capitals (US, WHO, IT) is no function word, unless the whole question is shouted.
    """
    shouted = text.isupper()
    words = []
    for raw in _words(text):
        acronym = len(raw) > 1 and raw.isupper() and not shouted
        if acronym or _fold(raw).replace("’", "'") not in stop_words:
            words += [(one, _terms(one, stem)) for one in _unspaced_words(raw)]
    return words


def _unspaced_words(raw: str) -> list[str]:
    """A written word itself; of a script without spaces, its pairs of characters, which are mostly
    words, without those that only ask or join: `码头有多长` is 码头 and 长.
    """
    if not _UNSPACED.search(raw):
        return [raw]
    content = _ASKING.sub(" ", raw) if len(raw) > 2 else raw
    return [
        run[first : first + 2] if _UNSPACED.match(run) else run
        for run in _RUN_OF_SCRIPT.findall(content if content.strip() else raw)
        for first in range(len(run) - 1 if _UNSPACED.match(run) and run[1:] else 1)
    ]


def plain_words(text: str) -> tuple[str, ...]:
    """The words of `text` as they are, case, accents and joining signs apart; what phrases match.

    Of a script written without spaces, each character is a word.
    """
    return tuple(
        word
        for raw in _words(text)
        for part in _split(raw)
        for word in (part if _UNSPACED.search(part) else (part,))
    )


def places_of(words: Iterable[str], text: str, stem: Stem) -> list[tuple[int, int]]:
    """Where words of `text` stand that are one of these, word endings and spelling apart.

    Ranges of characters, half open, in order. A word of a script written without spaces is not
    found.
    """
    wanted = {_terms(raw, stem)[-1] for word in words for raw in _words(word)}
    if not wanted:
        return []
    return [
        match.span()
        for match in _WORD.finditer(text)
        if not wanted.isdisjoint(_terms(match[0], stem))
    ]


def is_name(word: str, question: str) -> bool:
    """Whether a word of a question is a name, or has a number in it.

    A name is a word with a capital where none need be: not the first of the question, nor in one
    where every word has one.
    """
    if any(sign.isdigit() for sign in word):
        return True
    words = _words(question)
    return word[:1].isupper() and word != words[0] and any(one[:1].islower() for one in words)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


@lru_cache(maxsize=65536)
def _terms(raw: str, stem: Stem) -> tuple[str, ...]:
    parts = _split(raw)
    terms = [term for part in parts for term in _expand(part, stem)]
    if len(parts) > 1:
        joined = "".join(parts)
        terms.append((stem(joined) if joined.isalpha() else joined)[:MAX_TERM])
    return tuple(terms)


@lru_cache(maxsize=65536)
def _split(raw: str) -> tuple[str, ...]:
    """A written word as its folded parts: `Su-24M` is su, 24, m; `26,395` is 26395."""
    word = _fold(raw)
    if _GROUPED.fullmatch(word):
        return (regex.sub(r"[,\s]", "", word),)
    if _PLAIN_NUMBER.fullmatch(word) or word.endswith(("+", "#")):
        return (word,)
    if _INITIALS.fullmatch(word):
        return (word.replace(".", ""),)
    return tuple(_PARTS.findall(_POSSESSIVE.sub("", word))) or (word,)


def _expand(part: str, stem: Stem) -> Iterator[str]:
    if _UNSPACED.search(part):
        yield from part
        yield from (part[i : i + 2] for i in range(len(part) - 1))
    else:
        yield (stem(part) if part.isalpha() else part)[:MAX_TERM]


def _fold(word: str) -> str:
    """Compatibility forms, case, other scripts' digits, and marks that people leave out.

    Those are accents in Latin, Greek and Cyrillic and vowel signs in Hebrew and Arabic; elsewhere
    a mark may be half of a letter.
    """
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold())
    signs: list[str] = []
    for sign in folded:
        if unicodedata.combining(sign) and signs and signs[-1] < "\u0700":
            continue
        signs.append(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign)
    return unicodedata.normalize("NFC", "".join(signs))
