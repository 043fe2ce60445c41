"""A question as typed, taken apart: the sentence that asks, its kind, parts, and content words."""

from __future__ import annotations

import re

from briefqa.answering.question import clause, nouns, overview, rules, several, small_talk
from briefqa.answering.question.records import USUAL, AnswerType, Asked, Question
from briefqa.answering.question.wording import (
    ASKING,
    AUXILIARIES,
    PREPOSITIONS,
    PRONOUNS,
    Wording,
    sentences,
    unwrapped,
)
from briefqa.records import QuestionKind as Kind
from briefqa.text.english import is_english
from briefqa.text.words import question_words

LONGEST = 2_000  # characters that are read

Sentence = tuple[Wording, bool]  # unwrapped, and whether a tag ended it


def analyse(text: str) -> Question:
    """The question as English rules understand it; one in another language is only named so."""
    text = " ".join(text.split())[:LONGEST]
    spoken = sentences(text)
    if not spoken:
        return _question(text, Kind.KEYWORDS)
    talk = [small_talk.is_small_talk(sentence) for sentence in spoken]
    if all(talk):
        return _question(text, Kind.SMALL_TALK)
    if not is_english(text):
        return _question(text, Kind.OTHER_LANGUAGE)
    told = [one for one, is_talk in zip(spoken, talk, strict=True) if not is_talk]
    asked = _asked(told)
    whole = [sentence for sentence, _ in asked]
    parts = _parts(asked)
    words = tuple(dict.fromkeys(word for one in parts or whole for word in _content(one)))
    negated = any(_is_negated(one) for one in parts or whole)
    if parts:
        return Question(
            text,
            Kind.MULTI_PART,
            AnswerType.MANY,
            parts=tuple(_as_question(part) for part in parts),
            negated=negated,
            words=words,
        )
    sentence, tag = asked[0]
    found, reference, things = _single(sentence, tag, told)
    return Question(
        text, found.kind, found.expects, found.counted, reference, things, negated, words
    )


def _question(text: str, kind: Kind) -> Question:
    return Question(text, kind, USUAL[kind])


def _single(
    sentence: Wording, tag: bool, told: list[Wording]
) -> tuple[Asked, str, tuple[str, ...]]:
    """What one question asks for, the part of a document it names, the things it compares."""
    if overview.asks_for_holdings(sentence):
        return Asked(Kind.OVERVIEW, AnswerType.MANY), "", ()
    if not tag and several.is_comparison(sentence):
        return Asked(Kind.COMPARISON, AnswerType.MANY), "", several.compared(sentence)
    reference = clause.reference(sentence) or _reference_before(sentence, told)
    if reference and not _sums_up(sentence):
        return Asked(Kind.CLAUSE, AnswerType.TEXT), reference, ()
    if overview.is_overview(sentence):
        return Asked(Kind.OVERVIEW, AnswerType.TEXT), "", ()
    return rules.ask(sentence, tag), "", ()


_SUMS_UP = re.compile(r"(?:summari[sz]e|sum up|.* about$|in a nutshell)")
_ITS_WORDS = re.compile(r"what does (?:it|that|this) say|read it(?: to me)?|quote it|show it to me")
_NAMED_PART = re.compile(
    r"(?i)\b(?:clause|article|section|paragraph|schedule|annex|appendix|rule|chapter|item|page)s? "
    r"(?:\d[\w.()]*|[a-z]\b|[ivx]+\b)"
)


def _sums_up(sentence: Wording) -> bool:
    return bool(_SUMS_UP.match(sentence.plain))


def _reference_before(sentence: Wording, told: list[Wording]) -> str:
    """The part that the sentences before named, where "What does it say?" asks for it."""
    if not _ITS_WORDS.fullmatch(sentence.plain):
        return ""
    named = _NAMED_PART.search(" . ".join(one.text for one in told))
    return named[0] if named else ""


def _asked(told: list[Wording]) -> list[Sentence]:
    """The sentences that ask, unwrapped: those with a question mark, else those that start so.

    Where none does, it is the last.
    """
    opened = [(unwrapped(one), one) for one in told]
    marked = [pair for pair, one in opened if one.marked and pair[0].words]
    asking = marked or [pair for pair, _ in opened if several.asks(pair[0])]
    last = opened[-1][0]
    return asking or [last if last[0].words else (told[-1], False)]


def _parts(asked: list[Sentence]) -> tuple[Wording, ...]:
    """The questions of a question with several parts; empty where there is one."""
    parts: list[Wording] = []
    for sentence, _ in asked:
        found = several.parts_of(sentence)
        if len(found) == 2 and rules.ask(found[0]).kind is Kind.LIST and several.of_each(found[1]):
            found = ()
        parts.extend(several.completed(found) or (sentence,))
    return tuple(parts) if len(parts) > 1 else ()


def _as_question(part: Wording) -> str:
    text = part.text.strip(" ,")
    return text + ("?" if several.asks(part) or part.marked else "")


# Negation

_NEGATION = re.compile(
    r"\b(?:not|no|nobody|nothing|none|never|neither|nor|nowhere|without|except|excepting|excluding|"
    r"apart from|aside from|other than|refus(?:e|es|ed|ing|al)|fail(?:s|ed|ing)? to|unless)\b"
)
_NO_NEGATION = re.compile(
    rf"^(?:{'|'.join(AUXILIARIES)}) not |\bor not\b|\bnot only\b|\bno (?:later|more|fewer|less) "
    rf"than\b|"
    r"\bno \d|, (?:not|no)\b.*$|\bwhether or not\b|\bif not ,|\bsets? (?:\w+ ){1,6}apart from\b"
)


def _is_negated(sentence: Wording) -> bool:
    """Whether what is asked about is not so; an opening such as "Didn't it" expects a yes."""
    return bool(_NEGATION.search(_NO_NEGATION.sub(" ", sentence.plain)))


# Content words

_FUNCTION_WORDS = (
    ASKING | AUXILIARIES | PREPOSITIONS | PRONOUNS | nouns.DETERMINERS - {"current", "correct"}
) | frozenset(
    "and or but not no nor so than then if whether be been being many much more most very too also "
    "just please tell give show name list find say me us my mine who's what's its him hers himself "
    "herself itself themselves ones one else ever "
    "exactly really same such only own vs versus between "
    "compare compared comparison difference both either neither each other how's up down".split()
)


def _content(sentence: Wording) -> tuple[str, ...]:
    """The content words of a sentence as typed, in order."""
    stops = _FUNCTION_WORDS
    shown = [
        typed
        for word, typed in zip(sentence.words, sentence.typed, strict=True)
        if typed not in ("", ",") and (word not in stops or (typed.isupper() and len(typed) > 1))
    ]
    return tuple(raw for typed in shown for raw, _ in question_words(typed, str, frozenset()))
