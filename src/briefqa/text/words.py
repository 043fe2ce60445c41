"""Words and index terms of a text.

One analyzer for passages and questions, so that every spelling people type meets the one in the
text: `Su-25` is found as `Su25` and `su 25`, `26,395` as `26395`, `26.395` and `26 395`, `Deir
ez-Zor` as `Deir Ezzor`, `COVID-19` as `covid 19`, `Łódź` as `Lodz`, `govern-` and `ment` on two
lines as `government`, `OpenStreetMap` as `street map`. Scripts written without spaces are read as
characters and their pairs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import regex

from briefqa.text.names import places_of_names, without_openings

Stem = Callable[[str], str]
MAX_TERM = 64  # characters; longer ones (hashes, encoded data) are known by their beginning

_LETTERS = r"[\p{L}\p{M}]"
_SIGNS = r"[\p{L}\p{M}\p{N}]"
# What a word may hold that nobody sees or types: soft hyphens, joiners, marks of direction.
_UNSEEN = "\u00ad\u061c\u200b-\u200f\u2060-\u2064\ufeff"
_RUN = rf"{_SIGNS}++(?:[{_UNSEEN}]++{_SIGNS}++)*+"
# A hyphen at the end of a line, which may be of the word or only of the line.
_LINE_END = r"[\-\u2010\u2011\u00ad¬][ \t]*+(?:\r\n|[\r\n])[ \t>]*+(?=\p{L})"
# A number with its separators; a one-letter name such as C++ or C#; letters and digits joined by
# single hyphens, apostrophes, dots, slashes or ampersands.
_WORD = regex.compile(
    rf"\p{{N}}{{1,3}}(?:[ \u00a0\u202f\u2009]\p{{N}}{{3}}){{1,8}}+(?:[.,]\p{{N}}++)?+"
    rf"(?!{_SIGNS}|[.,/\-]\p{{N}})"
    rf"|\p{{N}}++(?:[.,]\p{{N}}++)++"
    rf"|(?<!{_SIGNS})\p{{L}}(?:\+\+|\#)(?!{_SIGNS})"
    rf"|{_RUN}(?:(?:{_LINE_END}|['’ʼ.&/\-\u2010\u2011]){_RUN})*+"
)
_BROKEN = regex.compile(_LINE_END)
_GROUPING = regex.compile(r"(?<=\p{N})[\u00a0\u202f\u2009](?=\p{N})")
_BY_COMMAS = regex.compile(r"[1-9]\p{N}{0,2}(?:,\p{N}{3})++(?:\.\p{N}++)?")
_BY_DOTS = regex.compile(r"[1-9]\p{N}{0,2}(?:\.\p{N}{3})++(?:,\p{N}++)?")
_NUMBER = regex.compile(r"\p{N}++(?:[.,]\p{N}++)?")
_DOTTED = regex.compile(r"(?<!\p{N})\p{N}++(?:\.\p{N}++)++")
_ORDINAL = regex.compile(r"(\p{N}++)(?:st|nd|rd|th)")
_DATE = regex.compile(r"\.[12]\p{N}{3}$")
_VERSION = regex.compile(r"v(?=\p{N}++\.)")
_INITIALS = regex.compile(rf"{_LETTERS}(?:\.{_LETTERS})++")
_POSSESSIVE = regex.compile(r"['’ʼ]s$")
_PARTS = regex.compile(rf"{_LETTERS}+|\p{{N}}+")
_WRITTEN_PARTS = regex.compile(rf"{_LETTERS}++(?:[{_UNSEEN}]++{_LETTERS}++)*+|\p{{N}}++")
_MOST_RUN_TOGETHER = 6  # parts of a word that are also read in every way of joining neighbours
# `OpenStreetMap`: words that are run together, each with a capital.
_LETTERS_ONLY = regex.compile(rf"{_LETTERS}+")
_HUMP = regex.compile(r"\p{Lu}+(?![\p{Ll}\p{M}])|\p{Lu}?[\p{Ll}\p{M}]+")
_SHORTEST_HUMP = 3  # letters; McDonald is one word
_MOST_JOINED = 8  # words of a phrase that are also looked for run together
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
# Letters that are no other letter with a mark and are typed as others where a keyboard lacks them;
# of two forms of an Arabic letter the one that Persian has.
_TYPED_AS = str.maketrans(
    {**dict(zip("łøđðħŧıĸیک", "loddhtikيك", strict=True)), "æ": "ae", "œ": "oe", "þ": "th"}
)
_HIDDEN = regex.compile(f"[{_UNSEEN}\u0640]+")


def word_set(words: str) -> frozenset[str]:
    """The words of a list that is written with spaces between them."""
    return frozenset(words.split())


def terms(text: str, stem: Stem) -> Iterator[str]:
    """The index terms of `text`, in order, repeats included.

    A joined spelling gives its parts and, after them, the parts run together; a number the ways in
    which it may be meant.
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

    An acronym in capitals (US, WHO, IT) is no function word, unless the whole question is shouted,
    nor is a name (May 1944, Will Smith, The Who). The last term of a word is that of the whole.
    """
    shouted = text.isupper()
    words = _WORD.findall(text)
    inside = _WORD.findall(without_openings(text))
    content, names = [], places_of_names(words, inside, stop_words)
    for place, raw in enumerate(words):
        acronym = len(raw) > 1 and raw.isupper() and not shouted
        spellings = {_fold(raw).replace("’", "'"), raw.lower()}
        if acronym or stop_words.isdisjoint(spellings) or place in names:
            content += [(one, _terms(one, stem)) for one in _unspaced_words(raw)]
    return content


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

    Of a script written without spaces, each character is a word. A word that a hyphen breaks at the
    end of a line is one.
    """
    return tuple(word for raw in _words(text) for word in _plain(raw))


def placed_words(text: str) -> Iterator[tuple[str, int, int]]:
    """The plain words of `text`, each with where it starts and ends there.

    The words of a joined spelling share its range where no sign of it belongs to one of them alone.
    """
    for raw, start, end in _ranges(text):
        words = _plain(raw)
        if len(words) == 1:
            yield words[0], start, end
            continue
        parts = [match.span() for match in _PARTS.finditer(text, start, end)]
        if len(parts) != len(words):
            parts = [(start, end)] * len(words)
        for word, (first, last) in zip(words, parts, strict=True):
            yield word, first, last


def phrase_spellings(phrase: str) -> list[tuple[str, ...]]:
    """The plain words of a phrase, as typed and with joined words run together, one or all.

    A text may have such a word broken at the end of a line, or with no sign between.
    """
    words = [_plain(raw) for raw in _words(phrase)]
    joined = [
        place
        for place, parts in enumerate(words)
        if len(parts) > 1 and not any(map(_UNSPACED.search, parts))
    ]
    choices = [set[int](), *({place} for place in joined[:_MOST_JOINED]), set(joined)]
    spellings = [
        tuple(
            word
            for place, parts in enumerate(words)
            for word in (("".join(parts),) if place in choice else parts)
        )
        for choice in choices
    ]
    return [spelling for spelling in dict.fromkeys(spellings) if spelling]


def dotted_numbers(text: str) -> tuple[str, ...]:
    """The terms of numbers with several dots, such as versions; not of dates or amounts."""
    return tuple(
        number
        for word in _words(text)
        for number in _DOTTED.findall(_fold(word))
        if number.count(".") > 1 and not _BY_DOTS.fullmatch(number) and not _DATE.search(number)
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


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a part of a written word, or some that follow each other.

    Of the word's parts it is `first` up to, not with, `last`, and in the word the characters
    `start` to `end`. `plain` is it in small letters without accents, `stem` without its ending.
    """

    first: int
    last: int
    start: int
    end: int
    plain: str
    stem: str


def written_words(text: str) -> Iterator[tuple[int, str]]:
    """Each written word with its offset, in order; where scripts meet a word ends."""
    return ((start, word) for word, start, _ in _ranges(text))


def readings(raw: str, stem: Stem) -> tuple[int, tuple[Reading, ...]]:
    """How many parts a written word has, 1 or more, and every way to read it.

    `Deir-ez-Zor` is three parts, and each run of them joined; `Su-25` and `Su25` two; `26.395` is
    one, as it stands and as 26395; of a script without spaces each character is a part.
    """
    word = _fold(_GROUPING.sub("", _BROKEN.sub("", raw)))
    numbers = _numbers(word)
    if numbers and (len(numbers) < 3 or numbers[:-1] != tuple(_PARTS.findall(word))):
        return 1, tuple(Reading(0, 1, 0, len(raw), each, each) for each in dict.fromkeys(numbers))
    if word.endswith(("+", "#")) or _INITIALS.fullmatch(word):
        plain = word.replace(".", "")
        return 1, (Reading(0, 1, 0, len(raw), plain, stem(plain) if plain.isalpha() else plain),)
    spans = _part_spans(raw)
    parts = [_fold(raw[start:end]) for start, end in spans]
    if not parts:
        return 1, (Reading(0, 1, 0, len(raw), word, word),)
    n = len(parts)
    joined = 1 if _UNSPACED.search(raw) else n if n <= _MOST_RUN_TOGETHER else 1
    runs = [(first, last) for first in range(n) for last in range(first + 1, first + joined + 1)]
    if joined == 1 < n and not _UNSPACED.search(raw):
        runs.append((0, n))
    found = []
    for first, last in runs:
        if last <= n and not any(
            one[-1].isdigit() and other[0].isdigit() for one, other in pairwise(parts[first:last])
        ):
            plain = "".join(parts[first:last])
            ending = stem(plain) if plain.isalpha() else plain
            found.append(Reading(first, last, spans[first][0], spans[last - 1][1], plain, ending))
    if numbers:
        found.append(Reading(0, n, 0, len(raw), numbers[-1], numbers[-1]))
    return n, tuple(found)


def _part_spans(raw: str) -> list[tuple[int, int]]:
    """Where the parts of a written word stand in it, a possessive ending left out."""
    ending = _POSSESSIVE.search(raw.lower()) if len(raw.lower()) == len(raw) else None
    spans: list[tuple[int, int]] = []
    for part in _WRITTEN_PARTS.finditer(raw, 0, ending.start() if ending else len(raw)):
        if _UNSPACED.search(part[0]):
            spans += ((at, at + 1) for at in range(*part.span()))
            continue
        start = part.start()
        for piece in _LETTERS_ONLY.sub(_humps, part[0]).split(" "):
            spans.append((start, start + len(piece)))
            start += len(piece)
    return spans


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
    """The written words; where scripts with and without spaces meet, a word ends."""
    words: list[str] = _WORD.findall(text)
    if not _UNSPACED.search(text):
        return words
    return [
        word for one in words for run in _RUN_OF_SCRIPT.findall(one) for word in _WORD.findall(run)
    ]


def _ranges(text: str) -> Iterator[tuple[str, int, int]]:
    """The written words as `_words` gives them, and where each stands."""
    found: Iterator[regex.Match[str]] = _WORD.finditer(text)
    if _UNSPACED.search(text):
        runs = (run for match in found for run in _RUN_OF_SCRIPT.finditer(text, *match.span()))
        found = (match for run in runs for match in _WORD.finditer(text, *run.span()))
    return ((match[0], *match.span()) for match in found)


@lru_cache(maxsize=65536)
def _terms(raw: str, stem: Stem) -> tuple[str, ...]:
    word = _fold(_GROUPING.sub("", raw))
    if numbers := _numbers(_VERSION.sub("", word, 1) if word[0] == "v" else word):
        return tuple(number[:MAX_TERM] for number in numbers)
    if word.endswith(("+", "#")):
        return (word,)
    if _INITIALS.fullmatch(word):
        return (stem(word.replace(".", "")),)
    # Between letters that are not joined: one word, or two.
    apart = unicodedata.normalize("NFKC", raw).replace("\u200c", " ")
    parts = _parts(_fold(_LETTERS_ONLY.sub(_humps, apart)))
    terms = [term for part in parts for term in _expand(part, stem)]
    terms += _DOTTED.findall(word)
    if len(parts) > 1:
        joined = "".join(parts)
        terms.append(stem(joined) if joined.isalpha() else joined)
    return tuple(term[:MAX_TERM] for term in terms)


def _numbers(word: str) -> tuple[str, ...]:
    """The terms of a number, the likeliest last; none if the word is none.

    Digits may be grouped in English, German or French, a decimal sign be a dot or a comma.
    """
    if ordinal := _ORDINAL.fullmatch(word):
        return word, ordinal[1]
    groups = word.split(" ")
    together = "".join(groups)
    if _BY_COMMAS.fullmatch(together):
        return (together.replace(",", ""),)
    if _BY_DOTS.fullmatch(together):
        plain = together.replace(".", "").replace(",", ".")
        return (plain,) if "," in together else (together, plain)
    if not _NUMBER.fullmatch(together):
        return (*_PARTS.findall(word), word) if _DOTTED.fullmatch(word) else ()
    if "," in together:
        groups = _PARTS.findall(together)  # 3,5 may be two numbers
    return (*(groups if groups[1:] else ()), together.replace(",", "."))


@lru_cache(maxsize=65536)
def _plain(raw: str) -> tuple[str, ...]:
    """The plain words of a written one: `Su-24M` is su, 24, m; `26,395` is 26395."""
    word = _fold(_GROUPING.sub("", _BROKEN.sub("", raw)))
    if " " not in word and (numbers := _numbers(word)) and not _ORDINAL.fullmatch(word):
        return _parts(word) if len(numbers) > 2 else numbers[-1:]
    if word.endswith(("+", "#")):
        return (word,)
    if _INITIALS.fullmatch(word):
        return (word.replace(".", ""),)
    parts = _parts(word)
    return tuple(one for part in parts for one in (part if _UNSPACED.search(part) else (part,)))


def _parts(word: str) -> tuple[str, ...]:
    return tuple(_PARTS.findall(_POSSESSIVE.sub("", word))) or (word,)


def _humps(match: regex.Match[str]) -> str:
    """Letters with spaces between the words that are run together in them."""
    humps = _HUMP.findall(match[0])
    if "".join(humps) != match[0] or min(map(len, humps)) < _SHORTEST_HUMP:
        return match[0]
    return " ".join(humps)


def _expand(part: str, stem: Stem) -> Iterator[str]:
    if _UNSPACED.search(part):
        yield from part
        yield from (part[i : i + 2] for i in range(len(part) - 1))
    else:
        yield stem(part) if part.isalpha() else part


def _fold(word: str) -> str:
    """Compatibility forms, case, other scripts' digits, and marks that people leave out.

    Those are accents in Latin, Greek and Cyrillic and vowel signs in Hebrew and Arabic; elsewhere
    a mark may be half of a letter. What is not seen is left out.
    """
    if word.isascii():
        return word.lower()
    seen = _HIDDEN.sub("", word)
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", seen).casefold())
    signs: list[str] = []
    for sign in folded:
        if unicodedata.combining(sign) and signs and signs[-1] < "\u0700":
            continue
        signs.append(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign)
    return unicodedata.normalize("NFC", "".join(signs)).translate(_TYPED_AS)
