"""Where the words of a quotation stand in the documents, and how they differ from those there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

import regex

from briefqa.drafts.alignment import Step, aligned, place_of
from briefqa.drafts.records import Finding, Piece, Source
from briefqa.drafts.sources import Sources, Window
from briefqa.drafts.tokens import Token, tokens, usual_spelling
from briefqa.errors import UsageError
from briefqa.text.words import phrase_spellings

MOST_WORDS = 5_000  # of one quotation
_LIKELY, _CLOSE = 0.95, 0.2  # of the words by weight; of the words that may differ
_CANDIDATES = 4  # windows that are compared with a quotation
_TIES = 200  # more that have all of its words, in which it is only looked for sign for sign
_ALL = 0.999  # of the words by weight
_FEW = 8  # words of a quotation that is looked for among all passages, common as they may be
_PHRASES = 3  # passages that hold those few words and are compared
_WORDS_OF_PASSAGE = 60  # a quotation may reach over this many words for each passage more
_AROUND, _CUT = 400, 2_500  # characters beside a passage; at most those left out for an ellipsis
_BRACKETED = 12  # words that brackets stand for, at most
_LEAST, _LEAST_SHARE = 3, 0.6  # words that have to be the source's for it to be the same quotation

_BRACKETS = regex.compile(r"\[[^\[\]]*+\]")
_ELLIPSIS = regex.compile(r"…|\.(?:\s?\.){2,3}+")
# [T]he, soldier[s]: brackets within a word.
_IN_WORD = regex.compile(r"\[(\p{L}{1,4}+)\](?=\p{L})|(?<=\p{L})\[(\p{L}{1,4}+)\]")
# The last word of a text.
_NEGATION = regex.compile(r"(?i)(?<![\p{L}\p{N}])(not|never|no|neither|nor|without)\s{1,3}\Z")
_JOINER = "\u2060"  # stands for such a bracket, so that the word is one and nothing moves


@dataclass(frozen=True, slots=True)
class Match:
    """How a quotation stands at its nearest place; `source` None where it is not found."""

    finding: Finding
    source: Source | None = None
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """Words of a quotation between its ellipses and brackets; `reach`, in words, before it."""

    tokens: tuple[Token, ...]
    reach: int

    @property
    def words(self) -> list[str]:
        return [usual_spelling(token.word) for token in self.tokens]


@dataclass(frozen=True, slots=True)
class _Placed:
    """One comparison with a window: pieces, where they stand there, and the words they share."""

    start: int
    end: int
    pieces: tuple[Piece, ...]
    differing: int
    same: int

    @property
    def allowed(self) -> bool:
        return not self.differing


def find(quotation: str, sources: Sources, before: str = "") -> Match:
    """Where a quotation, without its marks, stands best. A blank one is not found.

    One that begins behind a "not" of the source is altered, unless the text of the draft `before`
    it ends in such a word too. Raises UsageError for one of more than 5,000 words.
    """
    parts = _parts(quotation)
    n_words = sum(len(part.tokens) for part in parts)
    if n_words > MOST_WORDS:
        raise UsageError(
            f"A quotation of {n_words:,} words is too long to be compared; {MOST_WORDS:,} are not."
        )
    best: tuple[tuple[int, int], Window, _Placed] | None = None
    windows = _windows(quotation, parts, n_words, sources) if n_words else ()
    for number, (window, share) in enumerate(windows):
        if best and share < _LIKELY and best[0][0] <= _CLOSE * n_words:
            break  # it has fewer of the words, so that it cannot be the whole quotation
        placed = _word_for_word(quotation, parts, window)
        if number < _CANDIDATES + _PHRASES:
            placed = placed or _placed(quotation, parts, window, sources)
        if placed is None or placed.same < min(max(_LEAST, _LEAST_SHARE * n_words), n_words):
            continue
        placed = _with_negation(placed, window, before)
        exact = _same_signs(quotation, window.text[placed.start : placed.end])
        rank = placed.differing, 0 if exact else 1
        if best is None or rank < best[0]:
            best = rank, window, placed
        if rank == (0, 0):
            break
    if best is None:
        return Match(Finding.NOT_FOUND)
    (differing, inexact), window, placed = best
    finding = Finding.ALTERED if differing else Finding.NEAR if inexact else Finding.EXACT
    start, end = window.start + placed.start, window.start + placed.end
    pieces = placed.pieces if inexact else ()
    return Match(finding, sources.source(window.document, start, end), pieces)


def _windows(
    quotation: str, parts: Sequence[_Part], n_words: int, sources: Sources
) -> Iterator[tuple[Window, float]]:
    """The texts that may hold the quotation, the likeliest first; each with how likely, 0..1."""
    beyond = 1 + n_words // _WORDS_OF_PASSAGE
    margin = _AROUND + len(quotation) + _CUT * (len(parts) - 1)
    kept = " ".join(quotation[part.tokens[0].start : part.tokens[-1].end] for part in parts)
    ranked = sources.ranked(sources.terms(kept), _CANDIDATES + _TIES, beyond)
    for row, share in ranked[:_CANDIDATES]:
        yield sources.window(row, beyond, margin), share
    if n_words <= _FEW and len(parts) == 1:
        # Of common words there are more passages than are compared.
        for row in sources.rows_with(phrase_spellings(kept))[:_PHRASES]:
            yield sources.window(row, 0, margin), 1.0
    for row, share in ranked[_CANDIDATES:]:
        if share < _ALL:
            break
        yield sources.window(row, beyond, margin), share


def _word_for_word(quotation: str, parts: Sequence[_Part], window: Window) -> _Placed | None:
    """Where the quotation stands sign for sign; None if nowhere."""
    if len(parts) > 1:
        return None
    words = parts[0].tokens
    inner = quotation[words[0].start : words[-1].end]
    start = window.text.find(inner)
    end = start + len(inner)
    beside = window.text[max(0, start - 1) : start] + window.text[end : end + 1]
    if start < 0 or any(sign.isalnum() for sign in beside):
        return None
    return _Placed(start, end, (), 0, len(words))


def _with_negation(placed: _Placed, window: Window, before: str) -> _Placed:
    """The same, with a negation of the source that stands right before it and was left out."""
    dropped = _NEGATION.search(window.text, max(0, placed.start - 12), placed.start)
    if dropped is None or _NEGATION.search(before[-12:]):
        return placed
    pieces = (Piece("", dropped[1], same=False, allowed=False), *placed.pieces)
    return replace(placed, start=dropped.start(1), pieces=pieces, differing=placed.differing + 1)


def _same_signs(quotation: str, text: str) -> bool:
    """Whether both are the same, white space and the marks around the quotation apart."""
    words = tokens(quotation)
    inner = quotation[words[0].start : words[-1].end]
    return inner.split() == text.split()


def _parts(quotation: str) -> list[_Part]:
    """The quotation's words, cut where it says that something is left out or put in."""
    joined = _IN_WORD.sub(lambda one: f"{_JOINER}{one[1] or one[2]}{_JOINER}", quotation)
    marks = [(one.span(), _BRACKETED) for one in _BRACKETS.finditer(joined)]
    marks += [(one.span(), _CUT) for one in _ELLIPSIS.finditer(joined)]
    marks.sort()
    parts: list[_Part] = []
    part: list[Token] = []
    reach, place = 0, 0
    for token in tokens(joined):
        between = 0
        while place < len(marks) and marks[place][0][0] < token.start:
            between = max(between, marks[place][1])
            if marks[place][0][1] > token.start:
                break  # the word is in brackets
            place += 1
        if between:
            if part:
                parts.append(_Part(tuple(part), reach))
                part = []
            reach = max(between, 0 if part or parts else between)
        if place < len(marks) and marks[place][0][0] < token.start < marks[place][0][1]:
            continue
        bracketed = _JOINER in joined[token.start : token.end]
        part.append(token._replace(bracketed=bracketed))
    if part:
        parts.append(_Part(tuple(part), reach))
    return parts


def _placed(
    quotation: str, parts: Sequence[_Part], window: Window, sources: Sources
) -> _Placed | None:
    """The quotation beside a window's text: its longest part first, the others beside that."""
    text = tokens(window.text)
    words = [usual_spelling(token.word) for token in text]
    numbers = _paragraphs(window.text, text)
    longest = max(range(len(parts)), key=lambda number: len(parts[number].tokens))
    steps: dict[int, list[Step]] = {longest: _steps(parts[longest].words, words, numbers)}
    if not steps[longest]:
        return None
    end = steps[longest][-1].text_end
    for number in range(longest + 1, len(parts)):
        part = parts[number]
        upto = min(len(words), end + part.reach + 2 * len(part.tokens))
        steps[number] = _moved(_steps(part.words, words[end:upto], numbers[end:upto]), end)
        end = steps[number][-1].text_end if steps[number] else end
    start = steps[longest][0].text_start
    for number in range(longest - 1, -1, -1):
        part = parts[number]
        first = max(0, start - parts[number + 1].reach - 2 * len(part.tokens))
        found = _steps(part.words, words[first:start], numbers[first:start], last=True)
        steps[number] = _moved(found, first)
        start = steps[number][0].text_start if steps[number] else start
    return _compared(quotation, parts, steps, window.text, text, sources)


def _paragraphs(content: str, text: Sequence[Token]) -> list[int]:
    """The number of the paragraph of each word, from 0."""
    breaks = (content.count("\n", one.end, two.start) > 1 for one, two in pairwise(text))
    return list(accumulate(breaks, initial=0))


def _steps(
    quote: list[str], text: list[str], paragraphs: list[int], *, last: bool = False
) -> list[Step]:
    """The steps between them, at the first or `last` place where the quotation stands."""
    if last:
        place = place_of(quote[::-1], text[::-1])
        place = None if place is None else len(text) - place - len(quote)
    else:
        place = place_of(quote, text)
    if place is None:
        return aligned(quote, text, paragraphs)
    return [Step(True, place, place + len(quote), 0, len(quote))]


def _moved(steps: list[Step], by: int) -> list[Step]:
    return [
        replace(one, text_start=one.text_start + by, text_end=one.text_end + by) for one in steps
    ]


def _compared(
    quotation: str,
    parts: Sequence[_Part],
    steps: dict[int, list[Step]],
    content: str,
    text: Sequence[Token],
    sources: Sources,
) -> _Placed:
    """The pieces of all parts in order, with what the marks between them stand for."""
    pieces: list[Piece] = []
    differing = same = 0
    draft_end, text_end = 0, -1
    start = min(each[0].text_start for each in steps.values() if each)
    for number, part in enumerate(parts):
        of_part = steps[number] or [Step(False, text_end, text_end, 0, len(part.tokens))]
        if number:
            begins = part.tokens[0].start
            cut = _between(content, text, text_end, of_part[0].text_start)
            between = quotation[draft_end:begins].strip()
            pieces.append(Piece(between, cut, same=False))
        for step in of_part:
            quoted = part.tokens[step.quote_start : step.quote_end]
            sourced = text[step.text_start : step.text_end] if step.text_start >= 0 else ()
            draft = quotation[quoted[0].start : quoted[-1].end] if quoted else ""
            source = content[sourced[0].start : sourced[-1].end] if sourced else ""
            allowed = step.same or _allowed(quoted, sourced, sources)
            if allowed:
                same += len(quoted)
            else:
                differing += max(1, len(quoted))
            pieces.append(
                Piece(draft, source, same=draft.split() == source.split(), allowed=allowed)
            )
        draft_end = part.tokens[-1].end
        text_end = max(text_end, of_part[-1].text_end)
    last = text[text_end - 1]
    return _Placed(text[start].start, last.end, tuple(pieces), differing, same)


def _between(content: str, text: Sequence[Token], first: int, last: int) -> str:
    return content[text[first].start : text[last - 1].end] if 0 <= first < last else ""


def _allowed(quoted: Sequence[Token], sourced: Sequence[Token], sources: Sources) -> bool:
    """Whether words differ by how they are joined, by brackets within one, or by a slip."""
    if not quoted or not sourced:
        return False
    if "".join(one.word for one in quoted) == "".join(one.word for one in sourced):
        return True
    if len(quoted) != len(sourced):
        return False
    return all(
        quote.bracketed or _is_slip(quote.word, source.word, sources)
        for quote, source in zip(quoted, sourced, strict=True)
    )


def _is_slip(draft: str, source: str, sources: Sources) -> bool:
    """Whether a word of a draft that is none, and that no document has, is a misspelt one."""
    from rapidfuzz.distance import OSA

    from briefqa.text.dictionary import is_word

    if usual_spelling(draft) == usual_spelling(source):
        return True
    if min(len(draft), len(source)) < 4 or not (draft + source).isalpha():
        return False
    slips = 1 if len(draft) < 8 else 2
    return (
        OSA.distance(draft, source, score_cutoff=slips) <= slips
        and not any(map(sources.has, sources.terms(draft)))
        and not is_word(draft)
    )
