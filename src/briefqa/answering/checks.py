"""Whether a sentence answers what was asked: named checks of its words against the question's.

Each check is pure, about English text, and says what is missing in a few words. A check that does
not concern the question passes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import regex

from briefqa.answering import contradictions, definitions, entities
from briefqa.answering.content_words import content, stems
from briefqa.answering.question import AnswerType, Kind, Question
from briefqa.text.dates import days

_AFTER = 4  # content words after a number among which the thing it counts is named


class Check(StrEnum):
    """What is checked before an answer is asserted."""

    ANSWER_TYPE = "answer type"  # the words are of the type that the question asks for
    COUNTED = "counted"  # the number counts what was asked
    ECHO = "echo"  # the words say more than the question does
    POLARITY = "polarity"  # both say what is so, or both what is not
    EXISTENCE = "existence"  # what is asked to be there is named in the text
    NUMBERS = "numbers"  # the numbers and years of the question are those of the text
    OPPOSITE = "opposite"  # the sentence speaks of no opposite of what is asked: before, lowest
    RIVAL = "rival"  # nor of the same of another name: another town's mayor
    SPEAKER = "speaker"  # whom a sentence speaks of is not who says it
    WORDS = "words"  # the reader is sure of just these words, not only of their sentence


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check found.

    `strength` is how badly it failed, 0..1: 0 passed, 1 failed, .5 where the sentence may still
    answer though the marked words do not. `missing` says what is not there; empty if it passed.
    """

    check: Check
    strength: float
    missing: str = ""


def check(
    question: Question, sentence: str, words: str, around: str, under: str = ""
) -> tuple[Checked, ...]:
    """Check the marked `words` of a `sentence` against the question; each check of their text.

    `around` is the sentence with its neighbours, `under` what it stands under: of a row the header
    of the columns in which the words stand.
    """
    return (
        _answer_type(question, sentence, words, under),
        _counted(question, sentence, under),
        _echo(question, words, sentence),
        _polarity(question, sentence),
        _existence(question, around),
        _numbers(question, f"{around} {under}"),
        _told(Check.OPPOSITE, contradictions.opposite(question, _piece(sentence, words))),
        _told(Check.RIVAL, contradictions.rival(question, sentence)),
        _told(Check.SPEAKER, contradictions.speaker(question, sentence, words)),
    )


def rules_out(question: Question, checked: Iterable[Checked]) -> bool:
    """Whether a sentence cannot answer, however sure the reader is: it holds nothing of the type
    that is asked for, what is asked to be there is not named beside it, or it speaks of another.

    A quantity is too often written without its unit to be ruled out.
    """
    always = {Check.EXISTENCE, Check.OPPOSITE, Check.RIVAL, Check.SPEAKER}
    if question.expects in entities.FINDERS:
        always.add(Check.ANSWER_TYPE)
    return any(each.strength == 1 and each.check in always for each in checked)


def _answer_type(question: Question, sentence: str, words: str, under: str) -> Checked:
    """A quantity may have its unit over it: `Wind (km/h)`."""
    expected = question.expects
    if expected is AnswerType.QUANTITY:
        present = (
            entities.has_quantity(question.counted, f"{words} {under}"),
            entities.has_quantity(question.counted, f"{sentence} {under}"),
        )
    elif expected in entities.FINDERS:
        finder = entities.FINDERS[expected]
        present = finder(words), finder(sentence)
    else:
        return Checked(Check.ANSWER_TYPE, 0.0)
    strength = 0.0 if present[0] else 0.5 if present[1] else 1.0
    return Checked(Check.ANSWER_TYPE, strength, f"no {_thing(question)}" if strength else "")


_QUANTITIES = {
    "money": "sum of money",
    "duration": "length of time",
    "share": "share or percentage",
    "frequency": "word of how often",
    "degree": "degree",
}


def _thing(question: Question) -> str:
    """What the question asks for, in words."""
    match question.expects:
        case AnswerType.NUMBER:
            return f"number of {question.counted}" if question.counted else "number"
        case AnswerType.QUANTITY:
            return _QUANTITIES.get(question.counted, question.counted) or "quantity"
        case AnswerType.TIME:
            return "date or time"
        case AnswerType.PLACE:
            return "place"
        case _:
            return "person or organisation"


def _counted(question: Question, sentence: str, under: str) -> Checked:
    """A number has to stand before the noun it is asked of, or under it, or after it as a label
    (`Births: 25`), or that stands nowhere.
    """
    if question.expects is not AnswerType.NUMBER or not question.counted:
        return Checked(Check.COUNTED, 0.0)
    wanted = stems(question.counted)
    if wanted <= stems(under) and entities.has_number(sentence):
        return Checked(Check.COUNTED, 0.0)
    numbers = list(entities.numbers(sentence))
    followed = (sentence[end : end + 80] for _, end in numbers)
    if any(wanted.intersection(content(text)[:_AFTER]) for text in followed):
        return Checked(Check.COUNTED, 0.0)
    labels = (_LABEL.search(sentence, max(0, start - 80), start) for start, _ in numbers)
    if any(label is not None and wanted <= stems(label[1]) for label in labels):
        return Checked(Check.COUNTED, 0.0)
    strength = 1.0 if wanted.intersection(stems(sentence)) else 0.5
    return Checked(Check.COUNTED, strength, f"no number of {question.counted}")


def _echo(question: Question, words: str, sentence: str) -> Checked:
    """Words that only repeat the question answer nothing."""
    said = stems(words)
    repeats = bool(said) and said <= stems(question.text)
    if repeats and question.expects is AnswerType.DEFINITION and _defines(words, sentence):
        return Checked(Check.ECHO, 0.0)
    if not repeats or question.kind in (Kind.YES_NO, Kind.COMPARISON, Kind.WHICH):
        return Checked(Check.ECHO, 0.0)
    return Checked(Check.ECHO, 1.0, f"nothing more about “{words}”")


def _polarity(question: Question, sentence: str) -> Checked:
    if question.negated == bool(_NEGATION.search(sentence)) or not question.negated:
        return Checked(Check.POLARITY, 0.0)
    return Checked(Check.POLARITY, 1.0, "no word such as “not”")


def _existence(question: Question, around: str) -> Checked:
    """Whether there is a patch says no text that names none."""
    asked = _THERE_IS.match(question.text)
    things = content(asked["things"]) if asked else []
    if asked is None or not things or stems(around).intersection(things):
        return Checked(Check.EXISTENCE, 0.0)
    return Checked(Check.EXISTENCE, 1.0, f"nothing about “{asked['things'].strip()}”")


def _numbers(question: Question, around: str) -> Checked:
    """A day, a year or a number of the question that the text has not."""
    asked, text, there = list[str](), question.text, days(around)
    for day in reversed(days(text)):
        typed = text[day.start : day.end]
        if any(day.same(other) for other in there):  # in whichever notation
            text = text.replace(typed, " ")
        elif there:
            asked.append(typed)
    figures = set(entities.figures(text))
    # Of two numbers beside each other in the text each counts too.
    figures -= {*entities.figures(around), *entities.figures(around.replace(" ", "  "))}
    absent = [*asked, *sorted(figures)]
    if not absent:
        return Checked(Check.NUMBERS, 0.0)
    return Checked(Check.NUMBERS, 1.0, f"nothing about “{absent[0]}”")


def _told(check: Check, missing: str) -> Checked:
    """What a check found that is wrong wherever it finds something."""
    return Checked(check, 1.0 if missing else 0.0, missing)


def _defines(words: str, sentence: str) -> bool:
    """Whether a sentence defines these words, as contracts do."""
    term = words.strip('"“”() ').lower()
    defined = [name.lower() for name in definitions.terms(sentence) if len(name) > 2]
    return any(name in term or term in name for name in defined)


def _piece(sentence: str, words: str) -> str:
    """The piece of a sentence between semicolons that holds the words."""
    return next((piece for piece in sentence.split(";") if words and words in piece), sentence)


_LABEL = regex.compile(r"([^:;|\n.]{1,60}+):[* ]{1,4}+\Z")  # what names the number behind it
_THERE_IS = regex.compile(
    r"(?i)(?:is|are|was|were) there (?:(?:an?|any|some|no|still|already|yet) )*+"
    r"(?P<things>(?:(?!(?:for|of|on|in|at|to|from|with|about|against|between|by|near|that|which|who|"
    r"during|after|before|under|when|if)\b)[\p{L}\p{N}'’\-]++ ?+)++)"
)
_NEGATION = regex.compile(
    r"(?i)\b(?:not|no|none|never|neither|nor|nobody|nothing|nowhere|without|cannot|except|unless|"
    r"refus\w+|fail(?:ed|s)?|exempt\w*|forbid\w*|forbidden|prohibit\w*|exclud\w+|\w++(?<=\wn)['’]t)\b"
)
