"""What is known of a question: its kind, what would answer it, and what it asks of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from briefqa.records import QuestionKind as Kind


class AnswerType(StrEnum):
    """What an answer has to be."""

    PERSON_OR_BODY = "person-or-body"
    TIME = "time"
    PLACE = "place"
    NUMBER = "number"
    QUANTITY = "quantity"
    REASON = "reason"
    MANNER = "manner"
    YES_NO = "yes-no"
    THING = "thing"
    DEFINITION = "definition"
    MANY = "many"
    TEXT = "text"
    NONE = "none"


FACTOIDS = frozenset(
    {Kind.WHO, Kind.WHEN, Kind.WHERE, Kind.HOW_MANY, Kind.HOW_MUCH, Kind.WHICH, Kind.WHAT}
)
# What answers a kind unless the words of the question say more.
USUAL = {
    Kind.WHO: AnswerType.PERSON_OR_BODY,
    Kind.WHEN: AnswerType.TIME,
    Kind.WHERE: AnswerType.PLACE,
    Kind.HOW_MANY: AnswerType.NUMBER,
    Kind.HOW_MUCH: AnswerType.QUANTITY,
    Kind.WHICH: AnswerType.THING,
    Kind.WHAT: AnswerType.THING,
    Kind.YES_NO: AnswerType.YES_NO,
    Kind.WHY: AnswerType.REASON,
    Kind.HOW: AnswerType.MANNER,
    Kind.LIST: AnswerType.MANY,
    Kind.OVERVIEW: AnswerType.TEXT,
    Kind.COMPARISON: AnswerType.MANY,
    Kind.MULTI_PART: AnswerType.MANY,
    Kind.CLAUSE: AnswerType.TEXT,
    Kind.KEYWORDS: AnswerType.TEXT,
    Kind.SMALL_TALK: AnswerType.NONE,
    Kind.OTHER_LANGUAGE: AnswerType.NONE,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What one question asks for: its kind, what would answer it, what is counted or measured."""

    kind: Kind
    expects: AnswerType
    counted: str = ""

    @classmethod
    def of(cls, kind: Kind, expects: AnswerType | None = None, counted: str = "") -> Asked:
        """A question of that kind, which expects what the kind usually does."""
        return cls(kind, expects or USUAL[kind], counted)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is understood.

    `text` is what was typed, on one line. `counted` is the noun that a number is asked of ("fire
    engines") or the dimension of a quantity ("money"); `reference` the number or heading of the
    part that a clause question names ("clause 2.5", "Aleppo"); `parts` what a comparison or a
    question of several parts asks one by one, where that can be told. All three are empty
    elsewhere. `negated` says whether it asks what is not so. `words` are its content words as
    typed, in order: no function words, question words, or words that wrap the question.
    """

    text: str
    kind: Kind
    expects: AnswerType
    counted: str = ""
    reference: str = ""
    parts: tuple[str, ...] = ()
    negated: bool = False
    words: tuple[str, ...] = ()

    @property
    def factoid(self) -> bool:
        """Whether one name, number, time, place or thing would answer it."""
        return self.kind in FACTOIDS
